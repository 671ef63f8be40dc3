import { E, type TE } from '../kernel/fp.ts';
import { sizeOf } from '../kernel/pieced-bytes.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Passage } from '../ports/capabilities.ts';
import { isInPieces, type PassDialect, type PassedBody, type PassRequest } from '../ports/passing-on.ts';
import type { Reply } from '../ports/reply.ts';
import { effort, type Effort } from './effort.ts';
import type { Received } from './exchange.ts';
import { leaveInDefect, leaveWith } from './let-through.ts';
import { findHome, findLacking } from './pass/find-home.ts';
import { learnNames } from './pass/learn-names.ts';
import { listAlike, listThings } from './pass/list-things.ts';
import { beginUpload, mostUploadBytes, passChunk } from './pass/pass-upload.ts';
import { passedReply, refusedReply, unlessLate } from './pass/pass-reply.ts';
import { heldBytes, type Passing, type PassNeeds } from './pass/passing.ts';
import { tryPassing, type NotPassed, type PassedBy, type Trying } from './pass/try-passing.ts';

/** What a pass-through reads of a request beside its record. */
export type PassTarget = Pick<PassRequest, 'query' | 'header' | 'base'>;

type Result = E.Either<ProxyError, Reply>;

/** What the tries came to. */
type Tried = E.Either<NotPassed, PassedBy>;

const notPassed = (error: ProxyError): Tried => E.left({ error, told: null });

type Going = Omit<Passing, 'body'>;

/** A question counts against the limits; polls, lists and bytes of an upload don't. */
const letIn = (needs: PassNeeds, { plan, received: { caller } }: Going): E.Either<ProxyError, unknown> => {
  const checked = needs.checkCaller(caller);
  return E.isLeft(checked) || !plan.isQuestion ? checked : needs.takePermit(caller.address);
};

type Body = E.Either<ProxyError, PassedBody>;

const bodyUp = ({ dialect, plan, base }: Going, bytes: Uint8Array): Body =>
  E.right([dialect.bodyUp(bytes, plan, base)]);

/** Held in one piece, which is read and may be changed. */
const inOnePiece = (going: Going, read: E.Either<ProxyError, Uint8Array>): Body =>
  E.isLeft(read) ? read : bodyUp(going, read.right);

/** To copy so much costs less than to send it in pieces. */
const mostCopied = 256 * 1024;

/** Held in the pieces in which it came, unless they are small, or something in them may have to be changed. */
const inPieces = (going: Going, read: E.Either<ProxyError, readonly Uint8Array[]>): Body => {
  if (E.isLeft(read)) return read;
  const pieces = read.right;
  const [first = new Uint8Array()] = pieces;
  if (pieces.length < 2) return bodyUp(going, first);
  const { dialect, plan, received } = going;
  const size = sizeOf(pieces);
  if (size > mostCopied && dialect.goesUpAsIs(pieces, plan)) return read;
  const refusal = received.held.request.take(size);
  if (refusal !== null) return E.left(refusal);
  const bytes = Buffer.concat(pieces);
  received.held.request.giveBack(size);
  return bodyUp(going, bytes);
};

/** The next step, at once or once what it needs is there. */
const goOn = <A, B>(there: A | Promise<A>, next: (there: A) => B | Promise<B>): B | Promise<B> =>
  there instanceof Promise ? there.then(next) : next(there);

/** The body as it goes up: held for every key, or a stream for one. */
const bodyOf = (needs: PassNeeds, going: Going): Body | Promise<Body> => {
  const { received, plan } = going;
  if (plan.body === 'none') return E.right(null);
  if (plan.body === 'stream') return received.streamBody(mostUploadBytes);
  const isRead = plan.work === 'create' || plan.alias !== null || !needs.names.isEmpty();
  return isRead
    ? goOn(received.readBody(), (read) => inOnePiece(going, read))
    : goOn(received.readPieces(), (read) => inPieces(going, read));
};

const createsSomething = ({ plan, body, dialect }: Passing): boolean => {
  if (plan.body === 'stream' || plan.work === 'upload') return true;
  if (plan.work !== 'create') return false;
  const bytes = heldBytes({ body });
  return bytes === null || !dialect.leavesNothing(bytes);
};

type Where = { readonly home: string | null; readonly effort: Effort };

const tryingOf = (needs: PassNeeds, passing: Passing, { home, effort: spent }: Where): Trying => {
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

/** Once more, where somebody else of the pool has what the body names and Google lacks here. */
const tryElsewhere = async (
  needs: PassNeeds,
  passing: Passing,
  { home, effort: spent, first }: Where & { readonly first: Tried },
): Promise<Tried> => {
  const lacking = await findLacking(needs, passing);
  if (E.isLeft(lacking)) return notPassed(lacking.left);
  const other = lacking.right;
  if (other === null || other === home) return first;
  return tryPassing(needs, passing, tryingOf(needs, passing, { home: other, effort: spent }));
};

const openGate: E.Either<ProxyError, Passage> = E.right({ isTrial: false, leave: () => null });

/** A question goes through the model's gate, which is closed for a while when the model answers nobody. */
const enterGate = (needs: PassNeeds, { plan, received }: Passing): E.Either<ProxyError, Passage> =>
  plan.isQuestion && plan.model !== null ? needs.enterModel(plan.quota, received.caller.address) : openGate;

const run = async (needs: PassNeeds, passing: Passing): Promise<Result> => {
  const entered = enterGate(needs, passing);
  if (E.isLeft(entered)) return entered;
  const passage = entered.right;
  const spent = effort(needs.now, passage.isTrial);
  let tried: Tried;
  try {
    const found = findHome(needs, passing);
    const known = found instanceof Promise ? await found : found;
    const where = { home: E.isLeft(known) ? null : known.right.home, effort: spent };
    tried = E.isLeft(known) ? notPassed(known.left) : await tryPassing(needs, passing, tryingOf(needs, passing, where));
    if (E.isLeft(tried) && lacksThing(passing, tried.left))
      tried = await tryElsewhere(needs, passing, { ...where, first: tried });
  } catch (cause) {
    return leaveInDefect(passage, cause);
  }
  passing.received.held.request.letGo();
  if (E.isLeft(tried)) {
    const { error, told } = tried.left;
    return refusedReply({ error: leaveWith(passage, error), told });
  }
  passage.leave('answered');
  return replyTo(needs, passing, tried.right);
};

/** What is done once the body is there. */
const passBody = (needs: PassNeeds, going: Going, body: Body): Result | Promise<Result> => {
  if (E.isLeft(body)) return body;
  const { received, dialect, plan, headers, base } = going;
  const passing: Passing = { received, dialect, plan, headers, base, body: body.right };
  const streamed = plan.stream !== null;
  received.note(plan.model === null ? { streamed } : { model: plan.model, streamed });
  if (plan.work === 'list-any') return listAlike(needs, passing, effort(needs.now));
  if (plan.work === 'list') return listThings(needs, passing, effort(needs.now));
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
    return goOn(bodyOf(needs, going), (body) => passBody(needs, going, body));
  };
