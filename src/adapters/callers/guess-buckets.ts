import type { Now } from '../../ports/capabilities.ts';
import { addressGroup, addressSite } from './address-group.ts';
import { recentMap } from '../../kernel/recent-map.ts';

/** What counting guesses needs. */
export type GuessNeeds = {
  /** Milliseconds on a clock that never goes back. */
  readonly monotonic: Now;
  /** How many addresses with recent failures are remembered; 20,000 unless told. */
  readonly mostAddresses?: number;
};

/** Counts one wrong password of this address: 0, or the milliseconds until it is told more than to wait. */
export type CountGuess = (address: string) => number;

/** So many failures at once, then one each `refillMs`. */
type Bucket = { readonly guesses: number; readonly refillMs: number };

/** An address (IPv6: its /64, one household or server). */
const ofAddress: Bucket = { guesses: 15, refillMs: 5000 };
/** An IPv6 /48, which anybody gets from a host of servers: 65,536 such networks. */
const ofSite: Bucket = { guesses: 60, refillMs: 1250 };
/** The whole service: 300 a minute, wherever they come from. */
const ofAll: Bucket = { guesses: 300, refillMs: 200 };

const everybody = 'all';

/**
 * Buckets of failures by address, by IPv6 site and for all together, each kept as the moment when it will be full
 * again. What comes while one of them is empty is not counted: it was told nothing but to wait.
 */
export const guessBuckets = ({ monotonic, mostAddresses = 20_000 }: GuessNeeds): CountGuess => {
  const fullAt = recentMap<number>(mostAddresses);
  const total = recentMap<number>(1);
  const bucketsOf = (address: string): readonly (readonly [typeof fullAt, string, Bucket])[] => {
    const site = addressSite(address);
    return [
      [fullAt, addressGroup(address), ofAddress],
      ...(site === null ? [] : [[fullAt, site, ofSite] as const]),
      [total, everybody, ofAll],
    ];
  };
  return (address) => {
    const now = monotonic();
    const buckets = bucketsOf(address);
    const waits = buckets.map(
      ([map, name, { guesses, refillMs }]) => (map.get(name) ?? 0) - now - (guesses - 1) * refillMs,
    );
    const waitMs = Math.max(0, ...waits);
    if (waitMs === 0)
      for (const [map, name, { refillMs }] of buckets) map.set(name, Math.max(map.get(name) ?? 0, now) + refillMs);
    return waitMs;
  };
};
