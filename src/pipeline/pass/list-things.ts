import { E } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { runApart } from '../../kernel/steps.ts';
import type { Headers, Reply, Whole } from '../../ports/reply.ts';
import type { Effort } from '../effort.ts';
import { collectBytes, textOf } from './collect-bytes.ts';
import { refusedReply } from './pass-reply.ts';
import type { Passing, PassNeeds } from './passing.ts';
import { tryPassing, type NotPassed, type PassedBy } from './try-passing.ts';

/** Where in the lists of all homes a page begins. */
type Place = { readonly home: string; readonly token: string | null };

const unknownToken: ProxyError = invalid('The page token is not one of this service.', 'pageToken');

/** Our page tokens: a home, a dot, and Google's own token. Null for the first page; Left for a token of elsewhere. */
const readPlace = ({ homes }: PassNeeds, token: string | null): E.Either<ProxyError, Place | null> => {
  if (token === null) return E.right(null);
  const dot = token.indexOf('.');
  const home = token.slice(0, dot);
  if (dot < 0 || !homes.all().includes(home)) return E.left(unknownToken);
  return E.right({ home, token: dot === token.length - 1 ? null : token.slice(dot + 1) });
};

const tokenOf = ({ home, token }: Place): string => `${home}.${token ?? ''}`;

type Page = { readonly headers: Headers; readonly status: number; readonly text: string };

const readAnswer = async (
  { received, dialect }: Passing,
  { answer, lease }: PassedBy,
): Promise<E.Either<ProxyError, Page>> => {
  const read = await collectBytes(answer.body, received.held.answer);
  if (E.isLeft(read)) return read;
  if (!read.right.isWhole) return E.left({ tag: 'BadAnswer', reason: 'a page of more than 16 MiB', isLasting: true });
  const { 'content-length': _, ...headers } = dialect.headersDown(answer.headers);
  const text = textOf(dialect.cleanTold(read.right.bytes, lease.secret));
  return E.right({ headers, status: answer.status, text });
};

const replyOf = ({ headers, status }: Page, text: string): Whole => ({ kind: 'whole', status, headers, body: text });

const askPage = (passing: Passing, token: string | null): Passing => {
  const { plan, dialect } = passing;
  const query = dialect.withToken(plan.query, token);
  return { ...passing, plan: { ...plan, query, address: query === '' ? plan.path : `${plan.path}?${query}` } };
};

const reading = { creates: false, isRead: true, preferred: null };

/** A list that all keys have alike: a page, and those after it by the same key. */
export const listAlike = async (
  needs: PassNeeds,
  passing: Passing,
  effort: Effort,
): Promise<E.Either<ProxyError, Reply>> => {
  const place = readPlace(needs, passing.plan.pageToken);
  if (E.isLeft(place)) return place;
  const home = place.right?.home ?? null;
  const trying = { ...reading, home, isBound: home !== null, effort };
  const passed = await tryPassing(needs, askPage(passing, place.right?.token ?? null), trying);
  if (E.isLeft(passed)) return refusedReply(passed.left);
  const page = await readAnswer(passing, passed.right);
  if (E.isLeft(page)) return page;
  const { text } = page.right;
  const { token } = passing.dialect.readPage(text);
  const used = needs.homes.of(passed.right.lease.id);
  const next = token === null ? text : passing.dialect.pageWithToken(text, tokenOf({ home: used, token }));
  return E.right(replyOf(page.right, next));
};

/** The page as it goes down, or null where it is empty and another home is to be asked. */
const finishPage = async (
  { names }: PassNeeds,
  { dialect, received }: Passing,
  { page, home, after }: { readonly page: Page; readonly home: string; readonly after: string | undefined },
): Promise<Whole | null> => {
  const { text } = page;
  const { token, isEmpty } = dialect.readPage(text);
  names.remember(await runApart(dialect.namesTold(Buffer.from(text))), home, received.caller.address);
  if (token !== null) return replyOf(page, dialect.pageWithToken(text, tokenOf({ home, token })));
  if (after === undefined) return replyOf(page, text);
  return isEmpty ? null : replyOf(page, dialect.pageWithToken(text, tokenOf({ home: after, token: null })));
};

/** A home whose keys rest or don't work has nothing to show now; what is wrong with the request is told. */
const isHomesFault = ({ error, told }: NotPassed): boolean =>
  told === null || error.tag === 'KeyRefused' || [403, 429].includes(told.status) || told.status >= 500;

/** Homes that are asked for one page: past so many empty ones the page is empty, and tells where the next one begins. */
const mostAsked = 16;

/** A list over all homes, one after the other: each thing once, and with every page the way to the next. */
export const listThings = async (
  needs: PassNeeds,
  passing: Passing,
  effort: Effort,
): Promise<E.Either<ProxyError, Reply>> => {
  const all = needs.homes.all();
  const place = readPlace(needs, passing.plan.pageToken);
  if (E.isLeft(place)) return place;
  let failure: NotPassed = { error: { tag: 'NoKeysConfigured' }, told: null };
  let token = place.right?.token ?? null;
  let empty: Page | null = null;
  const first = Math.max(0, all.indexOf(place.right?.home ?? ''));
  for (let at = first; at < all.length; at += 1) {
    if (at - first >= mostAsked && empty !== null) {
      const next = tokenOf({ home: all[at] ?? '', token: null });
      return E.right(replyOf(empty, passing.dialect.pageWithToken(empty.text, next)));
    }
    const home = all[at] ?? '';
    const passed = await tryPassing(needs, askPage(passing, token), { ...reading, home, isBound: true, effort });
    token = null;
    if (E.isLeft(passed)) {
      failure = passed.left;
      if (isHomesFault(failure)) continue;
      break;
    }
    const page = await readAnswer(passing, passed.right);
    if (E.isLeft(page)) return page;
    const reply = await finishPage(needs, passing, { page: page.right, home, after: all[at + 1] });
    if (reply !== null) return E.right(reply);
    empty = page.right;
  }
  return empty === null ? refusedReply(failure) : E.right(replyOf(empty, empty.text));
};
