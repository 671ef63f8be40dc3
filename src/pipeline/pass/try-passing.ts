import { abortReason } from '../../kernel/abort-reason.ts';
import { E } from '../../kernel/fp.ts';
import { noUsableKey, type RefusedKey } from '../../kernel/no-usable-key.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { errorFromAnswer } from '../../gemini/error-from-answer.ts';
import type { Lease } from '../../ports/capabilities.ts';
import { retryAfterIn, withToldWait } from '../../gemini/retry-after.ts';
import type { PassedAnswer, PassedCall, PassPlan } from '../../ports/passing-on.ts';
import type { Effort } from '../effort.ts';
import { collectBytes, textOf } from './collect-bytes.ts';
import { readError } from './read-error.ts';
import {
  judgeFault,
  judgeRefusal,
  statusTold,
  type Refused,
  type TryPolicy,
  type Verdict,
} from './judge-answer.ts';
import { heldSize, type Passing, type PassNeeds } from './passing.ts';

/** An answer, and the key that it came by. */
export type PassedBy = { readonly answer: PassedAnswer; readonly lease: Lease };

/** Why there is none: the error, and Google's own answer where it is to be told as it is. */
export type NotPassed = { readonly error: ProxyError; readonly told: Refused | null };

/** Which keys may be tried, and how often. */
export type Trying = TryPolicy & {
  readonly home: string | null;
  readonly preferred: string | null;
  readonly effort: Effort;
};

type Result = E.Either<NotPassed, PassedBy>;
type Attempt = { readonly verdict: 'done'; readonly by: PassedBy } | (NotPassed & { readonly verdict: Verdict });

const mostErrorBytes = 1024 * 1024;
/** Faults of host or network that one request meets before they are told. */
const mostFaults = 3;
const mostBoundFaults = 2;
/** Of keys that Google may refuse for what is asked, not for themselves. */
const mostUnblamed = 3;
const longestTrying = 30_000;

const refuse = async (
  { received, dialect, plan }: Passing,
  lease: Lease,
  { status, headers, body }: PassedAnswer,
): Promise<Refused> => {
  const read = await collectBytes(body, received.held.answer, mostErrorBytes);
  const text = E.isRight(read) ? textOf(read.right.bytes) : '';
  return {
    status,
    headers: dialect.headersDown(headers),
    text: dialect.cleanError(text, lease.secret, ownName(plan)),
    error: errorFromAnswer(status, text, plan.model ?? plan.quota),
  };
};

/** What a caller itself named: a model, or a thing. */
export const ownName = ({ model, name }: PassPlan): string | null => model ?? name?.split('/').at(-1) ?? null;

/** An answer that is nothing but an error is as good as one with that status. */
const openingError = async (passing: Passing, { answer, lease }: PassedBy): Promise<Refused> => {
  const { dialect, plan } = passing;
  const watch = { path: plan.path, secret: lease.secret, own: ownName(plan) };
  const told = await readError(answer.body, (tell) => dialect.streamFilter({ ...watch, told: tell }));
  const status = statusTold(told);
  return {
    status,
    headers: dialect.headersDown(answer.headers),
    text: dialect.cleanError(told, watch.secret, watch.own),
    error: errorFromAnswer(status, told, plan.model ?? plan.quota),
  };
};

/** Whether no content at all is no answer; a redirect says in its head what it says. */
const mustSay = ({ stream, isQuestion, work }: PassPlan, status: number): boolean =>
  stream !== null || (isQuestion && work === 'free' && status < 300);

const isSuccess = (status: number): boolean => status < 400;

/** What has no byte yet has no head: until then another key can answer unseen. */
const hasBegun = (plan: PassPlan, { status, type, body }: PassedAnswer): boolean =>
  body.ending().length > 0 || (!mustSay(plan, status) && !type.includes('json'));

/** What can be told of nearly all answers at once, with nothing to wait for. */
const isGood = ({ plan, dialect }: Passing, answer: PassedAnswer): boolean =>
  isSuccess(answer.status) && hasBegun(plan, answer) && !dialect.opensWithError(answer.body.first());

type ByKey = { readonly lease: Lease; readonly policy: TryPolicy };

const callOf = ({ received, plan, body, headers }: Passing, { lease, policy }: ByKey): PassedCall => ({
  method: plan.method,
  path: plan.address,
  headers,
  body,
  secret: lease.secret,
  isOnce: policy.creates,
  signal: received.signal,
});

const done = (answer: PassedAnswer, lease: Lease): Attempt => ({ verdict: 'done', by: { answer, lease } });

/** An answer that needs a closer look, or none. */
const judge = async (
  needs: PassNeeds,
  passing: Passing,
  { answered, lease, policy }: ByKey & { readonly answered: E.Either<ProxyError, PassedAnswer> },
): Promise<Attempt> => {
  if (E.isLeft(answered)) return { verdict: judgeFault(answered.left, policy), error: answered.left, told: null };
  const answer = answered.right;
  if (!isSuccess(answer.status)) {
    const refused = await refuse(passing, lease, answer);
    const wait = retryAfterIn(answer.headers['retry-after'], needs.now());
    const told = { ...refused, error: withToldWait(refused.error, wait) };
    return { verdict: judgeRefusal(answer.status, told.error, policy), error: told.error, told };
  }
  const fault = hasBegun(passing.plan, answer) ? null : await answer.body.begun();
  if (fault !== null && (mustSay(passing.plan, answer.status) || fault.tag !== 'EmptyAnswer'))
    return { verdict: judgeFault(fault, policy), error: fault, told: null };
  if (passing.dialect.opensWithError(answer.body.first())) {
    const told = await openingError(passing, { answer, lease });
    return { verdict: judgeRefusal(told.status, told.error, policy), error: told.error, told };
  }
  return done(answer, lease);
};

type Met = {
  tried: ReadonlySet<string>;
  unsuited: ReadonlySet<string>;
  readonly refused: RefusedKey[];
  faults: number;
  last: NotPassed | null;
};

const needsLogin: ProxyError = {
  tag: 'NotOffered',
  message: "Google took none of this service's keys for this method: it may want the login of a person.",
};

/** What is told when the pool has no key left for this request. */
const withoutKey = ({ refused, last }: Met, error: ProxyError, mayBlame: boolean): NotPassed => {
  const isTriedOut = error.tag === 'KeysExhausted' && error.isTriedOut === true;
  if (!mayBlame && refused.length > 0) return { error: needsLogin, told: null };
  if (isTriedOut && last !== null && last.error.tag !== 'KeyRefused') return last;
  return { error: refused.length > 0 && isTriedOut ? noUsableKey(refused) : error, told: null };
};

/** Learns from a key that Google refused; true when it refused as many as tell that it takes none. */
const learnRefusal = (met: Met, { number, id }: Lease, { error, told }: NotPassed): boolean => {
  met.tried = new Set(met.tried).add(id);
  met.last = { error, told };
  if (error.tag === 'KeyRefused') {
    met.unsuited = new Set(met.unsuited).add(id);
    met.refused.push({ ...error, number });
  }
  return met.refused.length >= mostUnblamed;
};

const none: ReadonlySet<string> = new Set();

/** 40 ms doubling, ±20 %: requests that failed together don't come back together. */
const pauseAfter = (faults: number, random: number): number => 40 * 2 ** (faults - 1) * (0.8 + 0.4 * random);

/** Nothing of a key's refusal is the caller's: a key that was refused for what a caller asked is not held to it. */
export const reportFor =
  ({ reportKey }: PassNeeds, { plan }: Passing) =>
  (lease: Lease, error: ProxyError | null): void => {
    if (plan.mayBlameKey || error?.tag !== 'KeyRefused') reportKey(lease, plan.quota, error);
  };

/**
 * Tries keys until one answers with more than a refusal. A fault of the key goes on with the next one at once; a fault
 * of host or network waits a little, at most three times, and never for what may have been done already. What is told
 * in the end is Google's own answer where there was one.
 */
export const tryPassing = async (needs: PassNeeds, passing: Passing, trying: Trying): Promise<Result> => {
  const { received, plan } = passing;
  const { home, preferred, effort, isBound } = trying;
  const size = heldSize(passing);
  const report = reportFor(needs, passing);
  const began = needs.now();
  const met: Met = { tried: none, unsuited: none, refused: [], faults: 0, last: null };
  for (;;) {
    const { tried, unsuited } = met;
    const wish = { model: plan.quota, size, preferred, conversation: null, tried, unsuited };
    const leased = needs.leaseKey(home === null ? wish : { ...wish, home });
    if (E.isLeft(leased)) return E.left(withoutKey(met, leased.left, plan.mayBlameKey));
    const lease = leased.right;
    received.note({ key: `#${lease.number}`, attempts: effort.spend(size) });
    const by = { lease, policy: trying };
    const answered = await needs.passCall(callOf(passing, by))();
    const isAtOnce = E.isRight(answered) && isGood(passing, answered.right);
    const made = isAtOnce ? done(answered.right, lease) : await judge(needs, passing, { ...by, answered });
    report(lease, made.verdict === 'done' ? null : made.error);
    if (made.verdict === 'done') return E.right(made.by);
    if (made.verdict === 'tell' || !effort.mayRetry(size) || received.signal.aborted) return E.left(made);
    if (made.verdict === 'another key') {
      const areMany = learnRefusal(met, lease, made);
      if (areMany && !plan.mayBlameKey) return E.left({ error: needsLogin, told: null });
      continue;
    }
    met.faults += 1;
    const most = isBound ? mostBoundFaults : mostFaults;
    if (effort.isTrial || met.faults >= most || needs.now() - began > longestTrying) return E.left(made);
    await needs.wait(pauseAfter(met.faults, needs.random()), received.signal);
    if (received.signal.aborted) return E.left({ error: abortReason(received.signal), told: null });
  }
};
