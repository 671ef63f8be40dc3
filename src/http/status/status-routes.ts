import { readFileSync } from 'node:fs';
import { TE, pipe } from '../../kernel/fp.ts';
import type { CheckCaller } from '../../ports/capabilities.ts';
import { json, type Headers, type Reply } from '../../ports/reply.ts';
import type { ReadStatus } from '../../ports/status.ts';
import type { Handler, Route } from '../route.ts';
import { recipeList } from './recipe-list.ts';
import { statusPage } from './status-page.ts';
import { translateStatus } from './translate-status.ts';
import { languageOf } from './words.ts';

/** What is shown on the status page, and to whom. */
export type StatusNeeds = { readonly readStatus: ReadStatus; readonly checkCaller: CheckCaller };

/** Hugging Face shows the page in a frame of its own; nobody else may. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-ancestors https://huggingface.co",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const fileOf = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

const textReply = (type: string, body: string, headers: Headers = {}): Reply => ({
  kind: 'whole',
  status: 200,
  headers: { 'content-type': `${type}; charset=utf-8`, ...headers },
  body,
});

const assetRoute = (pattern: string, type: string, name: string): Route => {
  const reply = textReply(type, fileOf(name), {
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  });
  return { method: 'GET', pattern, quiet: true, handle: () => TE.right(reply) };
};

const pageHandler = ({ forAnybody }: ReadStatus): Handler => {
  const template = fileOf('page.html').replace('<!-- recipes -->', recipeList);
  return (_received, { query, header }) => {
    const language = languageOf(query, header('accept-language'));
    const headers = {
      'content-security-policy': policy,
      'content-language': language,
      'referrer-policy': 'no-referrer',
      vary: 'accept-language',
    };
    return TE.right(textReply('text/html', statusPage(template, forAnybody(), language), headers));
  };
};

/** The owner's view, in the language of `?lang=`, with the asking caller's own way in: TRUST_PROXY_HOPS can be checked. */
const detailsHandler =
  ({ readStatus, checkCaller }: StatusNeeds): Handler =>
  ({ caller }, { peer, forwarded, query }) =>
    pipe(
      TE.fromEither(checkCaller(caller)),
      TE.flatMap(() => TE.fromTask(() => readStatus.forOwner(caller.address))),
      TE.map((status) => translateStatus(status, languageOf(query, null))),
      TE.map((status) => json(200, { ...status, you: { address: caller.address, peer, forwarded } })),
    );

/** The status page, its files, and `/status`: what it shows to who knows the password. Reads the files at once. */
export const statusRoutes = (needs: StatusNeeds): readonly Route[] => [
  { method: 'GET', pattern: '/', quiet: true, handle: pageHandler(needs.readStatus) },
  { method: 'GET', pattern: '/status', quiet: true, handle: detailsHandler(needs) },
  assetRoute('/status/page.css', 'text/css', 'page.css'),
  assetRoute('/status/page.js', 'text/javascript', 'page.js'),
  assetRoute('/favicon.svg', 'image/svg+xml', 'favicon.svg'),
];
