/** Counts the bytes of all bodies that are in memory (MAX_INFLIGHT_BODY_MB). */
export type BodyBudget = {
  /** Whether so many bytes are left; takes nothing. */
  readonly has: (bytes: number) => boolean;
  /** Takes so many bytes, or none and says false. */
  readonly take: (bytes: number) => boolean;
  readonly giveBack: (bytes: number) => void;
};

/** A budget of `most` bytes for the whole service. */
export const bodyBudget = (most: number): BodyBudget => {
  let taken = 0;
  const has = (bytes: number): boolean => taken + bytes <= most;
  return {
    has,
    take: (bytes) => {
      if (!has(bytes)) return false;
      taken += bytes;
      return true;
    },
    giveBack: (bytes) => {
      taken -= bytes;
    },
  };
};
