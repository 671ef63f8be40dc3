/** Lets all else that waits run first: timers, sockets, other requests. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Bytes or characters that are worked on in one go, about a millisecond's worth; what is smaller is never broken up.
 */
export const atOnce = 262_144;

/** Counts work that was done; a promise to wait for once it has been enough. Small work never waits. */
export const paceWork = (most: number): ((work: number) => Promise<void> | null) => {
  let done = 0;
  return (work) => {
    done += work;
    if (done < most) return null;
    done = 0;
    return breathe();
  };
};
