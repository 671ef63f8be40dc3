/** How the window stands. */
export type MinuteStanding = {
  readonly used: number;
  /** Milliseconds until all have left, one of this instant included. */
  readonly allLeaveMs: number;
};

/** The last 60 seconds of requests. Times are milliseconds on a clock that never goes back. */
export type MinuteWindow = {
  readonly look: (at: number) => MinuteStanding;
  /** Milliseconds until no more than so many are left in the window. */
  readonly waitMs: (at: number, left: number) => number;
  readonly count: (at: number, requests: number) => void;
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
  const used = (): number => counts.reduce((sum, each) => sum + each, 0);
  const leavesMs = (second: number, at: number): number => (second + buckets) * 1000 - at;
  return {
    look: (at) => {
      moveTo(at);
      return { used: used(), allLeaveMs: leavesMs(state.second, at) };
    },
    waitMs: (at, left) => {
      moveTo(at);
      let over = used() - left;
      for (let second = state.second - buckets + 1; second <= state.second; second += 1) {
        if (over <= 0) return second === state.second - buckets + 1 ? 0 : leavesMs(second - 1, at);
        over -= countIn(second);
      }
      return leavesMs(state.second, at);
    },
    count: (at, requests) => {
      moveTo(at);
      counts[state.second % buckets] = countIn(state.second) + requests;
    },
  };
};
