import { createHash, randomBytes } from 'node:crypto';
import { t, type E } from '../../kernel/fp.ts';
import type { Now } from '../../ports/capabilities.ts';
import { addressGroup } from '../callers/address-group.ts';
import { keptCount } from '../state/kept-number.ts';
import { recentMap, type RecentMap } from '../../kernel/recent-map.ts';
import type { StateFile } from '../state/state-file.ts';

const snapshotCodec = t.readonly(
  t.type({ salt: t.string, day: keptCount, counts: t.readonlyArray(t.readonly(t.tuple([t.string, keptCount]))) }),
);

/**
 * One UTC day of requests, as kept in `day-counts.json`. Addresses are personal data: they stand as hashes with the
 * day's own salt, oldest seen first. `day` counts from the epoch.
 */
export type DayCountsSnapshot = t.TypeOf<typeof snapshotCodec>;

/** Reads a snapshot back from JSON; Left when it is not one. */
export const decodeDayCounts = (value: unknown): E.Either<unknown, DayCountsSnapshot> => snapshotCodec.decode(value);

/** Requests of today by address. */
export type DayCounts = {
  /** How many the address has made, and milliseconds until they are forgotten. */
  readonly look: (address: string) => { readonly used: number; readonly resetMs: number };
  readonly count: (address: string, requests: number) => void;
};

/** Clocks, and where the counts outlive a restart. */
export type DayCountsNeeds = {
  readonly now: Now;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonic: Now;
  readonly store?: StateFile<DayCountsSnapshot>;
  /** How many addresses are remembered; 20,000 unless told. */
  readonly mostAddresses?: number;
};

const dayMs = 86_400_000;

type Held = { day: number; salt: string; begunAt: number; readonly counts: RecentMap<number> };

const newSalt = (): string => randomBytes(16).toString('hex');

const holdCounts = (most: number, { now, monotonic, store, mostAddresses = 20_000 }: DayCountsNeeds): Held => {
  const today = Math.floor(now() / dayMs);
  const loaded = store?.load() ?? null;
  const kept = loaded !== null && loaded.day <= today + 1 ? loaded : { salt: newSalt(), day: today, counts: [] };
  const counts = recentMap<number>(mostAddresses, (count) => count >= most);
  for (const [hash, count] of kept.counts) counts.set(hash, count);
  return { day: kept.day, salt: kept.salt, begunAt: monotonic(), counts };
};

/**
 * Counts per address group and UTC day; who has reached `most` is evicted last. When the clock jumps back, the later
 * day goes on (a spent day never reopens), for 24 true hours at most, lest a clock once far ahead lock everybody out. A
 * kept day that lies further ahead than tomorrow is of such a clock, and is forgotten.
 */
export const dayCounts = (most: number, needs: DayCountsNeeds): DayCounts => {
  const { now, monotonic, store } = needs;
  const state = holdCounts(most, needs);

  const heldForMs = (): number => monotonic() - state.begunAt;
  const turnDay = (): void => {
    const today = Math.floor(now() / dayMs);
    if (today === state.day || (today < state.day && heldForMs() < dayMs)) return;
    state.day = today;
    state.salt = newSalt();
    state.begunAt = monotonic();
    state.counts.clear();
  };
  const hashOf = (address: string): string =>
    createHash('sha256').update(state.salt + addressGroup(address)).digest('base64url').slice(0, 22);
  const snapshot = (): DayCountsSnapshot => ({ salt: state.salt, day: state.day, counts: [...state.counts.entries()] });
  return {
    look: (address) => {
      turnDay();
      const untilMidnight = (state.day + 1) * dayMs - now();
      const resetMs = untilMidnight > dayMs ? Math.min(untilMidnight, dayMs - heldForMs()) : untilMidnight;
      return { used: state.counts.get(hashOf(address)) ?? 0, resetMs };
    },
    count: (address, requests) => {
      turnDay();
      const hash = hashOf(address);
      state.counts.set(hash, (state.counts.get(hash) ?? 0) + requests);
      store?.save(snapshot);
    },
  };
};
