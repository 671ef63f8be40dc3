/** How the window stands. */
export type MinuteStanding = {
  readonly used: number;
  /** Milliseconds until the oldest request leaves the window; 0 when there is none. */
  readonly oldestLeavesMs: number;
  /** Milliseconds until all have left, one of this instant included. */
  readonly allLeaveMs: number;
};

/** The last 60 seconds of requests. Times are milliseconds on a clock that never goes back. */
export type MinuteWindow = { readonly look: (at: number) => MinuteStanding; readonly count: (at: number) => void };

const buckets = 60;

/** A sliding window of 60 one-second buckets, empty at first. */
export const minuteWindow = (): MinuteWindow => {
  const counts = Array.from({ length: buckets }, () => 0);
  const state = { second: 0 };

  const moveTo = (at: number): void => {
    const to = Math.floor(at / 1000);
    for (let each = Math.max(state.second + 1, to - buckets + 1); each <= to; each += 1) counts[each % buckets] = 0;
    state.second = Math.max(state.second, to);
  };
  const countIn = (second: number): number => counts[second % buckets] ?? 0;
  return {
    look: (at) => {
      moveTo(at);
      const leavesMs = (second: number): number => (second + buckets) * 1000 - at;
      const oldest = Array.from({ length: buckets }, (_, back) => state.second - back).findLast((each) => countIn(each) > 0);
      return {
        used: counts.reduce((sum, each) => sum + each, 0),
        oldestLeavesMs: oldest === undefined ? 0 : leavesMs(oldest),
        allLeaveMs: leavesMs(state.second),
      };
    },
    count: (at) => {
      moveTo(at);
      counts[state.second % buckets] = countIn(state.second) + 1;
    },
  };
};
