/** The last 60 seconds of requests. Times are milliseconds on a clock that never goes back. */
export type MinuteWindow = {
  /** How many are in the window, and milliseconds until the oldest and until all of them have left it (0 = none). */
  readonly look: (at: number) => { readonly used: number; readonly oldestLeavesMs: number; readonly allLeaveMs: number };
  readonly count: (at: number) => void;
};

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
      const seconds = Array.from({ length: buckets }, (_, back) => state.second + buckets - back).filter((each) => countIn(each) > 0);
      const leavesMs = (second: number | undefined): number => (second === undefined ? 0 : (second + buckets) * 1000 - at);
      return {
        used: counts.reduce((sum, each) => sum + each, 0),
        oldestLeavesMs: leavesMs(seconds.at(-1)),
        allLeaveMs: leavesMs(seconds.at(0)),
      };
    },
    count: (at) => {
      moveTo(at);
      counts[state.second % buckets] = countIn(state.second) + 1;
    },
  };
};
