import { createHash } from 'node:crypto';
import { E } from '../../kernel/fp.ts';
import { noUsableKey } from '../../kernel/no-usable-key.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { KeyWish } from '../../ports/capabilities.ts';
import type { HealthFault, Rest } from './key-state.ts';
import type { PoolKey } from './pool-key.ts';

/** How the next key is found: each in turn, or the same one for all of a conversation. */
export type KeyStrategy = 'round-robin' | 'sticky';

/**
 * One key as it stands now for the wished model. `lastTurn` grows with each lease; 0 = never lent for this model. A
 * suspect was refused a moment ago and is not judged yet.
 */
export type Candidate = {
  readonly key: PoolKey;
  readonly fault: HealthFault | null;
  readonly rest: Rest | null;
  readonly isSuspect: boolean;
  readonly lastTurn: number;
};

/** What a choice depends on beside the keys; `now` in milliseconds since the epoch. */
export type Choice = { readonly wish: KeyWish; readonly strategy: KeyStrategy; readonly now: number };

const weightFor = (conversation: string, id: string): string =>
  createHash('sha256').update(`${conversation}\n${id}`).digest('hex');

/**
 * Rendezvous hashing: each conversation ranks all keys in an order of its own and takes the first that is ready. When
 * a key goes out, only its conversations move; when it is back, they come home.
 */
const byConversation = (ready: readonly Candidate[], conversation: string): Candidate | undefined =>
  ready
    .map((candidate) => ({ candidate, weight: weightFor(conversation, candidate.key.id) }))
    .reduce<{ readonly candidate: Candidate; readonly weight: string } | undefined>(
      (best, next) => (best === undefined || next.weight > best.weight ? next : best),
      undefined,
    )?.candidate;

const byTurn = (ready: readonly Candidate[]): Candidate | undefined => {
  let best = ready[0];
  for (const next of ready) if (best === undefined || next.lastTurn < best.lastTurn) best = next;
  return best;
};

/** Those that may be lent now: suspects only where there is no other. */
const readyOf = (candidates: readonly Candidate[], { home, tried }: KeyWish): readonly Candidate[] => {
  const trusted: Candidate[] = [];
  const suspects: Candidate[] = [];
  for (const candidate of candidates) {
    const { key, fault, rest, isSuspect } = candidate;
    if (fault !== null || rest !== null || tried.has(key.id) || (home !== undefined && key.home !== home)) continue;
    (isSuspect ? suspects : trusted).push(candidate);
  }
  return trusted.length > 0 ? trusted : suspects;
};

const keysExhausted = (healthy: readonly Candidate[], now: number): ProxyError => {
  const soonest = Math.min(...healthy.map(({ rest }) => rest?.until ?? now));
  return {
    tag: 'KeysExhausted',
    retryAfterSeconds: Math.max(1, Math.ceil((soonest - now) / 1000)),
    forToday: healthy.every(({ rest }) => rest?.period === 'day'),
    ...(healthy.some(({ rest }) => rest === null) ? { isTriedOut: true } : {}),
  };
};

/** Why none may be lent. */
const withoutReady = (all: readonly Candidate[], { wish, now }: Choice): ProxyError => {
  const { home, unsuited } = wish;
  const candidates = home === undefined ? all : all.filter(({ key }) => key.home === home);
  if (candidates.length === 0) return { tag: 'NoKeysConfigured' };
  const healthy = candidates.filter(({ fault }) => fault === null);
  if (healthy.length === 0)
    return noUsableKey(
      candidates.flatMap(({ key, fault }) => (fault === null ? [] : [{ number: key.number, ...fault }])),
    );
  const suited = healthy.filter(({ key }) => unsuited?.has(key.id) !== true);
  return keysExhausted(suited.length === 0 ? healthy : suited, now);
};

/**
 * Picks a ready key that was not tried, of the wished home where there is one: the preferred one, else by strategy;
 * suspects only when there is no other.
 * Left: NoKeysConfigured; NoUsableKey when Google refuses them all; KeysExhausted otherwise. Its wait is the soonest
 * wake among the healthy keys that may have the model (`unsuited` ones left out). It is `isTriedOut` when one of them
 * is ready but was tried for this request: then not quota but the host failed, and the caller that holds the host's own
 * error should rather answer with that.
 */
export const chooseKey = (all: readonly Candidate[], choice: Choice): E.Either<ProxyError, Candidate> => {
  const { wish, strategy } = choice;
  const { preferred, conversation } = wish;
  const ready = readyOf(all, wish);
  const chosen =
    (preferred === null ? undefined : ready.find(({ key }) => key.id === preferred)) ??
    (strategy === 'sticky' && conversation !== null ? byConversation(ready, conversation()) : byTurn(ready));
  return chosen === undefined ? E.left(withoutReady(all, choice)) : E.right(chosen);
};
