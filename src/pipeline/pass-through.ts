import { E, TE, pipe } from '../kernel/fp.ts';
import { sizeOf } from '../kernel/pieced-bytes.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import { isInPieces, type PassDialect, type PassedBody, type PassRequest } from '../ports/passing-on.ts';
import type { Reply } from '../ports/reply.ts';
import { effort, type Effort } from './effort.ts';
import type { Received } from './exchange.ts';
import { letThrough } from './let-through.ts';
import { findHome, findLacking } from './pass/find-home.ts';
import type { FoundHome } from './pass/join-homes.ts';
import { learnNames } from './pass/learn-names.ts';
import { listAlike, listThings } from './pass/list-things.ts';
import { beginUpload, mostUploadBytes, passChunk } from './pass/pass-upload.ts';
import { passedReply, refusedReply, unlessLate } from './pass/pass-reply.ts';
import { heldBytes, type Passing, type PassNeeds } from './pass/passing.ts';
import type { Refused } from './pass/judge-answer.ts';
import { tryPassing, type NotPassed, type PassedBy, type Trying } from './pass/try-passing.ts';

/** What a pass-through reads of a request beside its record. */
export type PassTarget = Pick<PassRequest, 'query' | 'header' | 'base'>;

type Result = E.Either<ProxyError, Reply>;
type Passed = E.Either<ProxyError, PassedBy>;

type Going = Omit<Passing, 'body'>;

/** A question counts against the limits; polls, lists and bytes of an upload don't. */
const letIn = (needs: PassNeeds, { plan, received: { caller } }: Going): E.Either<ProxyError, unknown> => {
  const checked = needs.checkCaller(caller);
  return E.isLeft(checked) || !plan.isQuestion ? checked : needs.takePermit(caller.address);
};

/** Held in one piece, which is read and may be changed. */
const inOnePiece = ({ dialect, plan, base, received }: Going): TE.TaskEither<ProxyError, PassedBody> =>
  pipe(
    received.readBody,
    TE.map((bytes) => [dialect.bodyUp(bytes, plan, base)]),
  );

/** To copy so much costs less than to send it in pieces. */
const mostCopied = 256 * 1024;

/** Held in the pieces in which it came, unless they are small, or something in them may have to be changed. */
const inPieces = ({ dialect, plan, base, received }: Going): TE.TaskEither<ProxyError, PassedBody> =>
  pipe(
    received.readPieces,
    TE.flatMap((pieces): TE.TaskEither<ProxyError, PassedBody> => {
      const [first = new Uint8Array()] = pieces;
      if (pieces.length < 2) return TE.right([dialect.bodyUp(first, plan, base)]);
      const size = sizeOf(pieces);
      if (size > mostCopied && dialect.goesUpAsIs(pieces, plan)) return TE.right(pieces);
      const refusal = received.held.request.take(size);
      if (refusal !== null) return TE.left(refusal);
      const bytes = Buffer.concat(pieces);
      received.held.request.giveBack(size);
      return TE.right([dialect.bodyUp(bytes, plan, base)]);
    }),
  );

/** The body as it goes up: held for every key, or a stream for one. */
const bodyOf = (needs: PassNeeds, going: Going): TE.TaskEither<ProxyError, PassedBody> => {
  const { received, plan } = going;
  if (plan.body === 'none') return TE.right(null);
  if (plan.body === 'stream') return TE.fromEither(received.streamBody(mostUploadBytes));
  const isRead = plan.work === 'create' || plan.alias !== null || !needs.names.isEmpty();
  return isRead ? inOnePiece(going) : inPieces(going);
};

const createsSomething = ({ plan, body, dialect }: Passing): boolean => {
  if (plan.body === 'stream' || plan.work === 'upload') return true;
  if (plan.work !== 'create') return false;
  const bytes = heldBytes({ body });
  return bytes === null || !dialect.leavesNothing(bytes);
};

type Where = Pick<FoundHome, 'home'> & Pick<Spending, 'spent'>;

const tryingOf = (needs: PassNeeds, passing: Passing, { home, spent }: Where): Trying => {
  const { plan, received } = passing;
  return {
    effort: spent,
    home,
    preferred: plan.staysTogether && home === null ? needs.names.newestKeyOf(received.caller.address) : null,
    creates: createsSomething(passing),
    isBound: home !== null || plan.work === 'bound',
    isRead: plan.method === 'GET',
  };
};

const replyTo = (needs: PassNeeds, passing: Passing, passed: PassedBy): Result | Promise<Result> => {
  const { work } = passing.plan;
  if (work === 'free') return E.right(passedReply(needs, passing, passed));
  return work === 'upload' ? beginUpload(needs, passing, passed) : learnNames(needs, passing, passed);
};

/** Whether Google says that it has not got something which the request names. */
const lacksThing = ({ plan, body }: Passing, { told }: NotPassed): boolean =>
  (told?.status === 403 || told?.status === 404) &&
  plan.method === 'POST' &&
  isInPieces(body);

/** What one request may spend, and Google's own words for why it came to nothing. */
type Spending = { readonly spent: Effort; readonly told: { last: Refused | null } };

/**
 * The call with the keys that may answer it. Where Google lacks what the body names, and somebody else of the pool has
 * it, it is sent once more, there.
 */
const passTo = (
  needs: PassNeeds,
  passing: Passing,
  { spent, told, found }: Spending & { readonly found: FoundHome },
): Promise<Passed> => {
  const callAt = (home: string | null): ReturnType<typeof tryPassing> =>
    tryPassing(needs, passing, tryingOf(needs, passing, { home, spent }));
  const settle = (tried: E.Either<NotPassed, PassedBy>): Passed => {
    if (E.isRight(tried)) return tried;
    told.last = tried.left.told;
    return E.left(tried.left.error);
  };
  const callElsewhere = async (first: E.Either<NotPassed, PassedBy>): Promise<Passed> => {
    const lacking = await findLacking(needs, passing);
    if (E.isLeft(lacking)) return lacking;
    if (lacking.right === null || lacking.right === found.home) return settle(first);
    return settle(await callAt(lacking.right));
  };
  return callAt(found.home).then((first) =>
    E.isRight(first) || !lacksThing(passing, first.left) ? settle(first) : callElsewhere(first),
  );
};

const passOnce = (
  needs: PassNeeds,
  passing: Passing,
  { spent, told }: Spending,
): TE.Outcome<ProxyError, PassedBy> => {
  const goTo = (found: E.Either<ProxyError, FoundHome>): TE.Outcome<ProxyError, PassedBy> =>
    E.isLeft(found) ? found : passTo(needs, passing, { spent, told, found: found.right });
  const found = findHome(needs, passing);
  return found instanceof Promise ? found.then(goTo) : goTo(found);
};

/** A question goes through the model's gate, which is closed for a while when the model answers nobody. */
const passQuestion = (
  needs: PassNeeds,
  passing: Passing,
  { told }: Pick<Spending, 'told'>,
): TE.Outcome<ProxyError, PassedBy> => {
  const { plan, received } = passing;
  if (!plan.isQuestion || plan.model === null) return passOnce(needs, passing, { spent: effort(needs.now), told });
  return letThrough(needs, received, plan.quota)((spent) => () => passOnce(needs, passing, { spent, told }))();
};

const run = async (needs: PassNeeds, passing: Passing): Promise<Result> => {
  const { plan, received } = passing;
  const streamed = plan.stream !== null;
  received.note(plan.model === null ? { streamed } : { model: plan.model, streamed });
  if (plan.work === 'list-any') return listAlike(needs, passing, effort(needs.now));
  if (plan.work === 'list') return listThings(needs, passing, effort(needs.now));
  const told: Spending['told'] = { last: null };
  const passed = await passQuestion(needs, passing, { told });
  received.held.request.letGo();
  if (E.isLeft(passed)) return refusedReply({ error: passed.left, told: told.last });
  return replyTo(needs, passing, passed.right);
};

/** What is done once the body is there. */
const passBody = (
  needs: PassNeeds,
  going: Going,
  body: E.Either<ProxyError, PassedBody>,
): TE.Outcome<ProxyError, Reply> => {
  if (E.isLeft(body)) return body;
  const { received, dialect, plan, headers, base } = going;
  const passing: Passing = { received, dialect, plan, headers, base, body: body.right };
  return unlessLate(needs, passing, () => run(needs, passing));
};

/**
 * Google's own API through the pool: bytes pass as they are, in both directions, no faster than they are read. What is
 * read of them is where they must go (names of things that one project has), and what an answer makes.
 *
 * authorize → admit (questions) → body → home (whose keys) → keys in turn → reply. Bytes of an upload that was begun
 * have their permit in their address.
 */
export const passThrough =
  (needs: PassNeeds, dialect: PassDialect) =>
  (received: Received, { query, header, base }: PassTarget): TE.TaskEither<ProxyError, Reply> =>
  () => {
    const { method, path } = received;
    const planned = dialect.plan({ method, path, query, header, base });
    if (E.isLeft(planned)) return planned;
    const plan = planned.right;
    const going: Going = { received, dialect, plan, headers: dialect.headersUp(header, plan), base };
    if (plan.work === 'chunk') return passChunk(needs, { ...going, body: null });
    const admitted = letIn(needs, going);
    if (E.isLeft(admitted)) return admitted;
    return pipe(
      bodyOf(needs, going),
      TE.whenDone((body) => passBody(needs, going, body)),
    )();
  };
