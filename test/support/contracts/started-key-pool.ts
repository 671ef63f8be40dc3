import { E } from '../../../src/kernel/fp.ts';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import { secret } from '../../../src/kernel/secret.ts';
import type { KeyWish, Lease } from '../../../src/ports/capabilities.ts';
import type { KeyPool, KeyPoolSettings } from '../../../src/adapters/keys/key-pool.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';

/** A pool to be held to the contract; `settled` resolves when every report so far has taken effect. */
export type KeyPoolUnderTest = Pick<KeyPool, 'leaseKey' | 'reportKey' | 'learnHealth' | 'suspect' | 'faultyKeys' | 'allKeys'> & {
  readonly settled: () => Promise<void>;
};

export type MakeKeyPool = (settings: KeyPoolSettings, clock: FakeClock) => Promise<KeyPoolUnderTest>;

/** Noon in California on a day of winter time; 12 hours before the quotas begin anew. */
const noon = '2026-11-24T20:00:00Z';

/** Made-up keys `key-1`, `key-2` …; a project name after @ puts a key into that project. */
export const madeUpKeys = (...names: readonly string[]): KeyPoolSettings['keys'] =>
  names.map((name) => ({ secret: secret(name.split('@')[0] ?? ''), project: name.split('@')[1] ?? null }));

/** A wish without any special hope. */
export const wish = (change: Partial<KeyWish> = {}): KeyWish => ({
  model: 'gemini-flash',
  size: 100,
  tried: new Set(),
  preferred: null,
  conversation: null,
  ...change,
});

/** A 429 for the minute, with Google's retryDelay in seconds. */
export const minuteSpent = (retryAfterSeconds: number | null): ProxyError => ({
  tag: 'QuotaSpent',
  period: 'minute',
  retryAfterSeconds,
  quotaId: null,
});

/** A 429 for the tokens of a minute. */
export const tokensSpent: ProxyError = { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: 30, quotaId: null, isOfTokens: true };

/** A 429 for the day, with the short delay that Google sends along. */
export const daySpent: ProxyError = { tag: 'QuotaSpent', period: 'day', retryAfterSeconds: 7, quotaId: null };

/** A refusal of the key itself. */
export const keyRefused = (reason: string): ProxyError => ({ tag: 'KeyRefused', fault: 'invalid', reason });

/** A key whose project has nothing left to spend. */
export const unpaid: ProxyError = { tag: 'KeyRefused', fault: 'unpaid', reason: 'nothing left' };

/** A fault of the host, never of a key. */
export const hostFault: ProxyError = { tag: 'GeminiFault', status: 503, message: 'overloaded' };

/** The refusal when no key is ready. */
export const exhausted = (retryAfterSeconds: number, forToday: boolean): ProxyError => ({
  tag: 'KeysExhausted',
  retryAfterSeconds,
  forToday,
});

/** A pool that has been started, with the words that the tests speak. */
export type StartedPool = {
  readonly clock: FakeClock;
  readonly lease: (change?: Partial<KeyWish>) => Promise<Lease>;
  readonly refusal: (change?: Partial<KeyWish>) => Promise<ProxyError | null>;
  readonly report: (lease: Lease, error: ProxyError | null, model?: string) => Promise<void>;
  readonly number: (change?: Partial<KeyWish>) => Promise<number>;
  readonly pool: KeyPoolUnderTest;
};

/** Starts pools at noon in California, with three keys in turns unless told. */
export const started = (make: MakeKeyPool) => async (settings: Partial<KeyPoolSettings>, start = noon): Promise<StartedPool> => {
  const clock = fakeClock(start);
  const pool = await make({ keys: madeUpKeys('key-1', 'key-2', 'key-3'), strategy: 'round-robin', ...settings }, clock);
  const lease = async (change: Partial<KeyWish> = {}): Promise<Lease> => {
    const got = pool.leaseKey(wish(change));
    if (E.isLeft(got)) throw new Error(`no key: ${got.left.tag}`);
    return got.right;
  };
  return {
    clock,
    pool,
    lease,
    number: async (change) => (await lease(change)).number,
    refusal: async (change) => {
      const got = pool.leaseKey(wish(change));
      return E.isLeft(got) ? got.left : null;
    },
    report: async (lent, error, model = 'gemini-flash') => {
      pool.reportKey(lent, model, error);
      await pool.settled();
    },
  };
};

export type Start = ReturnType<typeof started>;
