/** Runs work, at most so many at once; the rest waits in order. */
export type InTurn = <A>(work: () => Promise<A>) => Promise<A>;

/** Makes a gate that lets `most` pieces of work through at once. */
export const inTurn = (most: number): InTurn => {
  const waiting: (() => void)[] = [];
  const state = { running: 0 };
  const enter = (): Promise<void> => {
    if (state.running < most) {
      state.running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) state.running -= 1;
    else next();
  };
  return async (work) => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
};
