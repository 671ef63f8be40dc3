/** A clock that stands still until told; `jump` moves the wall clock alone, as a wrong NTP answer does. */
export type FakeClock = {
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly advance: (milliseconds: number) => void;
  readonly jump: (milliseconds: number) => void;
};

/** Starts at this instant, for example `2026-11-24T12:00:00Z`. */
export const fakeClock = (start: string): FakeClock => {
  const state = { wall: Date.parse(start), monotonic: 5_000_000 };
  return {
    now: () => state.wall,
    monotonic: () => state.monotonic,
    advance: (milliseconds) => {
      state.wall += milliseconds;
      state.monotonic += milliseconds;
    },
    jump: (milliseconds) => {
      state.wall += milliseconds;
    },
  };
};
