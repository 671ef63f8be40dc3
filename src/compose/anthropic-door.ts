import { TE } from '../kernel/fp.ts';
import { anthropicErrors } from '../anthropic/anthropic-errors.ts';
import { anthropicHeaders, anthropicReadable } from '../anthropic/anthropic-headers.ts';
import { withClaudeNames } from '../anthropic/claude-names.ts';
import type { MessagesSettings } from '../anthropic/messages/ask/to-gemini.ts';
import type { ModelPageSettings } from '../anthropic/models/model-page.ts';
import type { Config } from '../config.ts';
import type { Door } from '../http/door.ts';
import type { Handler, Route } from '../http/route.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import { json } from '../ports/reply.ts';
import type { DoorNeeds } from './doors.ts';
import { onFirstUse } from './on-first-use.ts';
import { serveOnFirstUse } from './serve-on-first-use.ts';

/** Anthropic's clients wait no longer for a sign of life than this. */
const mostSilenceMs = 10_000;

/** 0 stays for ever. */
const withSilence = (translation: Config['translation']): Config['translation'] => ({
  ...translation,
  keepAliveMs: translation.keepAliveMs === 0 ? 0 : Math.min(translation.keepAliveMs, mostSilenceMs),
});

const countOnFirstUse = (settings: MessagesSettings, capabilities: Capabilities): Handler =>
  onFirstUse(async () => {
    const [{ serveQuestions }, { countTokensDialect }] = await Promise.all([
      import('../pipeline/serve-questions.ts'),
      import('../anthropic/count-tokens/dialect.ts'),
    ]);
    return serveQuestions(capabilities, countTokensDialect(settings));
  });

const loadModels = () =>
  Promise.all([import('../pipeline/serve-models.ts'), import('../anthropic/models/model-page.ts')]);

const modelRoutes = (listed: ModelPageSettings, capabilities: Capabilities): readonly Route[] => {
  const list = onFirstUse(async () => {
    const [{ serveModels }, { modelPage }] = await loadModels();
    return (received, { query }) => serveModels(capabilities, (known) => modelPage(query)(known, listed))(received);
  });
  const show = onFirstUse(async () => {
    const [{ serveModels }, { oneModelInfo }] = await loadModels();
    return (received, { id }) => serveModels(capabilities, (known) => oneModelInfo(id)(known, listed))(received);
  });
  return [
    { method: 'GET', pattern: '/models', handle: list },
    { method: 'GET', pattern: '/models/{id}', handle: show },
  ];
};

/** Claude Code asks it before all else, without a password. */
const hello: Route = {
  method: 'GET',
  pattern: '/api/hello',
  quiet: true,
  handle: () => TE.right(json(200, { message: 'hello' })),
};

/** Anthropic's API. */
export const anthropicRoutes = (
  { translation }: Config,
  { capabilities, firstSeen, listedLimit }: Omit<DoorNeeds, 'house'>,
): readonly Route[] => {
  const modelAliases = withClaudeNames(translation.modelAliases, translation.claudeModels);
  const settings = { ...translation, modelAliases, listedLimit };
  const serves = serveOnFirstUse({ translation: withSilence(translation) }, capabilities);
  const answer = serves(async () => (await import('../anthropic/messages/dialect.ts')).messagesDialect(settings));
  const routes: readonly Route[] = [
    { method: 'POST', pattern: '/messages', handle: answer },
    { method: 'POST', pattern: '/messages/count_tokens', handle: countOnFirstUse(settings, capabilities) },
    ...modelRoutes({ ...settings, firstSeen }, capabilities),
    hello,
  ];
  // Its clients send two where they have a login beside the key.
  return routes.map((route) => ({ ...route, takesAnyCredential: true }));
};

/** Addresses that only Anthropic has. What is not served there is refused in its words. */
const anthropicAddresses = [
  '/v1/messages',
  '/messages',
  '/v1/v1/messages',
  '/v1/complete',
  '/v1/organizations',
  '/v1/skills',
  '/anthropic',
  '/api/hello',
];

/** Anthropic's door. Where OpenAI has the address too, the header that all of Anthropic's clients send tells them. */
export const anthropicDoor = (routes: readonly Route[]): Door => ({
  prefixes: anthropicAddresses,
  shares: ['/v1/models', '/models', '/v1/files'].map((prefix) => ({ prefix, header: 'anthropic-version' })),
  bases: ['/v1', '/anthropic'],
  errors: anthropicErrors,
  headers: anthropicHeaders,
  readableHeaders: anthropicReadable,
  routes,
});
