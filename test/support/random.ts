/** A seeded random number generator (mulberry32): the same seed gives the same numbers, in [0, 1). */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Cuts bytes into pieces of 1 to `most` bytes at random borders. */
export const randomCuts = (bytes: Buffer, most: number, random: () => number): readonly Buffer[] => {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + Math.floor(random() * most);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
};
