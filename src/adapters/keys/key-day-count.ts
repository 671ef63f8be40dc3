import { pacificMidnightAfter } from './pacific-midnight.ts';

/** What one key did on the current quota day, which ends at `endsAt` (milliseconds since the epoch). Counted in place. */
export type KeyDayCount = { readonly endsAt: number; requests: number; ok: number; quotaSpent: number };

const longestDay = 25 * 60 * 60 * 1000;

/** The count as it stands now: empty at the start of each Pacific day, the day of Google's own counters. */
export const dayCountNow = (count: KeyDayCount | undefined, now: number): KeyDayCount =>
  count !== undefined && now < count.endsAt && count.endsAt - now <= longestDay
    ? count
    : { endsAt: pacificMidnightAfter(now), requests: 0, ok: 0, quotaSpent: 0 };
