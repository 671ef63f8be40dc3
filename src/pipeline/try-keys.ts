import { abortReason } from '../kernel/abort-reason.ts';
import { E, type TE } from '../kernel/fp.ts';
import { noUsableKey, type RefusedKey } from '../kernel/no-usable-key.ts';
import { cureOf, type ProxyError } from '../kernel/proxy-error.ts';
import { finishKind } from '../gemini/finish.ts';
import type { Capabilities, KeyWish, Lease, Random } from '../ports/capabilities.ts';
import type { Received } from './exchange.ts';

/** What trying key after key needs from the world. */
export type Trying = Pick<Capabilities, 'leaseKey' | 'reportKey' | 'now' | 'wait' | 'random'>;

/** The call that keys are tried for. */
export type KeyNeed = Omit<KeyWish, 'tried' | 'unsuited'> & Pick<Received, 'signal' | 'note'>;

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

const triesFor = (error: ProxyError): number =>
  error.tag === 'EmptyAnswer' && finishKind(error.finishReason) === 'faulty' ? 2 : (mostTries[error.tag] ?? 1);

/** 40 ms doubling, ±20 %: requests that failed together don't come back together. */
const pause = (faults: number, random: Random): number => 40 * 2 ** (faults - 1) * (0.8 + 0.4 * random());

/** Whether the pool has nothing left to lend but keys that were tried (ports: KeysExhausted, 1 s). */
const isTriedOut = (error: ProxyError): boolean => error.tag === 'KeysExhausted' && error.retryAfterSeconds <= 1;

/**
 * Tries keys until one answers. A fault of the key (quota, refusal) goes on with the next key at once, for as long as
 * there are ready ones; a fault of host or network waits a little and goes on, at most a few times, and is never held
 * against a key; an error that no key can cure is told at once. What only some projects may have is told as such when
 * no key was left that may have it, and so is why Google refused the keys, when no other was left.
 */
export const tryKeys =
  ({ leaseKey, reportKey, now, wait, random }: Trying, { signal, note, ...wish }: KeyNeed) =>
  <A>(attempt: (lease: Lease) => TE.TaskEither<ProxyError, A>): TE.TaskEither<ProxyError, A> =>
  async () => {
    const began = now();
    const tried = new Set<string>();
    const faults = new Map<ProxyError['tag'], number>();
    const unsuited = new Set<string>();
    const refused: RefusedKey[] = [];
    let refusal: ProxyError | null = null;
    for (let count = 1; ; count += 1) {
      const lease = await leaseKey({ ...wish, tried, unsuited })();
      if (E.isLeft(lease)) {
        const reason = refusal ?? (refused.length > 0 ? noUsableKey(refused) : null);
        return reason !== null && isTriedOut(lease.left) ? E.left(reason) : lease;
      }
      note({ key: `#${lease.right.number}`, attempts: count });
      const answer = await attempt(lease.right)();
      reportKey(lease.right, wish.model, E.isLeft(answer) ? answer.left : null);
      if (E.isRight(answer)) return answer;
      const error = answer.left;
      const cure = cureOf(error);
      if (cure === 'another key') {
        tried.add(lease.right.id);
        if (error.tag === 'KeyRefused') refused.push({ ...error, number: lease.right.number });
        if ('maybeElsewhere' in error) {
          unsuited.add(lease.right.id);
          refusal = error;
        }
        continue;
      }
      const met = (faults.get(error.tag) ?? 0) + 1;
      faults.set(error.tag, met);
      const inTime = now() - began < longestTrying || error.tag === 'TimedOut';
      if (cure !== 'another key after a wait' || met >= triesFor(error) || !inTime) return answer;
      await wait(pause(met, random), signal);
      if (signal.aborted) return E.left(abortReason(signal));
    }
  };
