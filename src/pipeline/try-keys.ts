import { abortReason } from '../kernel/abort-reason.ts';
import { E, type TE } from '../kernel/fp.ts';
import { noUsableKey, type RefusedKey } from '../kernel/no-usable-key.ts';
import { cureOf, isOutage, type ProxyError } from '../kernel/proxy-error.ts';
import { finishKind } from '../gemini/finish.ts';
import type { Capabilities, KeyWish, Lease, Random } from '../ports/capabilities.ts';
import type { Effort } from './effort.ts';
import type { Received } from './exchange.ts';

/** What trying key after key needs from the world. */
export type Trying = Pick<Capabilities, 'leaseKey' | 'reportKey' | 'now' | 'wait' | 'random'>;

/** The call that keys are tried for, and the request's effort, of which each try takes. */
export type KeyNeed = Omit<KeyWish, 'tried' | 'unsuited'> &
  Pick<Received, 'signal' | 'note'> & { readonly effort: Effort };

/** How often a request may meet each fault of host or network before it is told; faults of keys cost a key each. */
const mostTries: Partial<Record<ProxyError['tag'], number>> = {
  Unreachable: 5,
  GeminiFault: 5,
  BadAnswer: 3,
  StreamCut: 3,
  EmptyAnswer: 3,
  FaultyAnswer: 2,
  TimedOut: 2,
};

/** No new try after this time, ms: who waits longer has gone. */
const longestTrying = 30_000;

const triesFor = (error: ProxyError, { isTrial }: Effort): number => {
  if (isTrial && isOutage(error)) return 1;
  return error.tag === 'EmptyAnswer' && finishKind(error.finishReason) === 'faulty' ? 2 : (mostTries[error.tag] ?? 1);
};

/** 40 ms doubling, ±20 %: requests that failed together don't come back together. */
const pauseAfter = (faults: number, random: Random): number => 40 * 2 ** (faults - 1) * (0.8 + 0.4 * random());

/**
 * True for what Google's servers say of themselves: past the tries above, each key that was not asked yet is, once, for
 * projects are not all served by the same ones, and N keys are N tries.
 */
const mayAskOthers = (error: ProxyError, { isTrial }: Effort): boolean => error.tag === 'GeminiFault' && !isTrial;

/** Whether the pool has nothing left to lend but keys that were tried. */
const isTriedOut = (error: ProxyError): boolean => error.tag === 'KeysExhausted' && error.isTriedOut === true;

/** What a request has met so far. */
type Met = {
  readonly tried: Set<string>;
  readonly unsuited: Set<string>;
  readonly refused: RefusedKey[];
  /** Keys that met a fault of host or network. */
  readonly faulty: Set<string>;
  readonly faults: Map<ProxyError['tag'], number>;
  refusal: ProxyError | null;
  /** The fault that has been met often enough: told where no key is left that was not asked. */
  last: ProxyError | null;
};

const freshMet = (): Met => ({
  tried: new Set(),
  unsuited: new Set(),
  refused: [],
  faulty: new Set(),
  faults: new Map(),
  refusal: null,
  last: null,
});

/** Shared by all requests that meet nothing, which are nearly all: never written to. */
const nothingMet = freshMet();

/** Named one by one: a copy without some fields costs a microsecond. */
const wishOf = ({ model, size, preferred, conversation, home }: KeyNeed, { tried, unsuited }: Met): KeyWish => ({
  model,
  size,
  preferred,
  conversation,
  home,
  tried,
  unsuited,
});

/** What a key could not do another one may. */
const learnFrom = (met: Met, { id, number }: Lease, error: ProxyError): void => {
  met.tried.add(id);
  if (error.tag === 'KeyRefused') met.refused.push({ ...error, number });
  else if ('maybeElsewhere' in error) met.refusal = error;
  else return;
  met.unsuited.add(id);
};

/** How often a fault of host or network has been met, with this one. */
const countFault = ({ faulty, faults }: Met, { id }: Lease, { tag }: ProxyError): number => {
  const times = (faults.get(tag) ?? 0) + 1;
  faults.set(tag, times);
  faulty.add(id);
  return times;
};

/** From here on only keys that were not asked yet will do. */
const askOthers = (met: Met, error: ProxyError): void => {
  for (const id of met.faulty) met.tried.add(id);
  met.last = error;
};

/** What is told when the pool has no key left for this request. */
const withoutKey = ({ refusal, refused, last }: Met, error: ProxyError): ProxyError => {
  if (last !== null) return last;
  const reason = refusal ?? (refused.length > 0 ? noUsableKey(refused) : null);
  return reason !== null && isTriedOut(error) ? reason : error;
};

/** A try that came to nothing. */
type Failed = { readonly lease: Lease; readonly error: ProxyError };

type Settle<A> = (answer: E.Either<ProxyError, A>) => TE.Outcome<ProxyError, A>;

/** A try, the end of which goes through `settle`: in the step in which it is known, so that nothing more is waited for. */
type Attempt<A> = (lease: Lease, settle: Settle<A>) => TE.Outcome<ProxyError, A>;

/** When the first try of a request began. */
type Begun = { readonly began: number };

/** What a try that failed teaches; the wait before the next one, ms, or null where none is to be made. */
const waitAfter = (
  { now, random }: Trying,
  { effort, size }: KeyNeed,
  { met, failed: { lease, error }, began }: Begun & { readonly met: Met; readonly failed: Failed },
): number | null => {
  const cure = cureOf(error);
  if (cure === 'another key') {
    learnFrom(met, lease, error);
    return effort.mayRetry(size) ? 0 : null;
  }
  const times = countFault(met, lease, error);
  const inTime = now() - began < longestTrying || error.tag === 'TimedOut';
  const isPast = times >= triesFor(error, effort);
  const isPassing = cure === 'another key after a wait' && (!isPast || mayAskOthers(error, effort));
  if (!isPassing || !inTime || !effort.mayRetry(size)) return null;
  if (isPast) askOthers(met, error);
  return pauseAfter(isPast ? 1 : times, random);
};

/** Lends a key for a try. */
const lendFor = ({ leaseKey }: Trying, need: KeyNeed, met: Met): E.Either<ProxyError, Lease> => {
  const lent = leaseKey(wishOf(need, met));
  if (E.isLeft(lent)) return E.left(withoutKey(met, lent.left));
  need.note({ key: `#${lent.right.number}`, attempts: need.effort.spend(need.size) });
  return lent;
};

const asItIs = <A>(answer: A): A => answer;

/** All tries behind the first. */
const tryOthers =
  (trying: Trying, need: KeyNeed) =>
  async <A>(attempt: Attempt<A>, first: Failed, { began }: Begun): Promise<E.Either<ProxyError, A>> => {
    const { signal, model } = need;
    const met = freshMet();
    for (let failed = first; ; ) {
      const waitMs = waitAfter(trying, need, { met, failed, began });
      if (waitMs === null) return E.left(failed.error);
      if (waitMs > 0) await trying.wait(waitMs, signal);
      if (waitMs > 0 && signal.aborted) return E.left(abortReason(signal));
      const lent = lendFor(trying, need, met);
      if (E.isLeft(lent)) return lent;
      const answer = await attempt(lent.right, asItIs);
      trying.reportKey(lent.right, model, E.isLeft(answer) ? answer.left : null);
      if (E.isRight(answer)) return answer;
      failed = { lease: lent.right, error: answer.left };
    }
  };

/**
 * Tries keys until one answers. A fault of the key (quota, refusal) goes on with the next key at once, for as long as
 * there are ready ones; a fault of host or network waits a little and goes on, at most a few times, and is never held
 * against a key; an error that no key can cure is told at once. What only some projects may have is told as such when
 * no key was left that may have it, and so is why Google refused the keys, when no other was left. No try begins that
 * the request's effort does not allow.
 */
export const tryKeys =
  (trying: Trying, need: KeyNeed) =>
  <A>(attempt: Attempt<A>): TE.Outcome<ProxyError, A> => {
    const began = trying.now();
    const lent = lendFor(trying, need, nothingMet);
    if (E.isLeft(lent)) return lent;
    const lease = lent.right;
    // Nearly all requests need no other try, and so no async function.
    const settle = (answer: E.Either<ProxyError, A>): TE.Outcome<ProxyError, A> => {
      trying.reportKey(lease, need.model, E.isLeft(answer) ? answer.left : null);
      return E.isRight(answer) ? answer : tryOthers(trying, need)(attempt, { lease, error: answer.left }, { began });
    };
    return attempt(lease, settle);
  };
