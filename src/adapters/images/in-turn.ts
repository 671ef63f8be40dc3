import { places } from '../../kernel/places.ts';

/** Runs work, at most so many at once; the rest waits in order. */
export type InTurn = <A>(work: () => Promise<A>) => Promise<A>;

/** Makes a gate that lets `most` pieces of work through at once. */
export const inTurn = (most: number): InTurn => {
  const takePlace = places(most);
  return async (work) => {
    const leave = await takePlace();
    try {
      return await work();
    } finally {
      leave();
    }
  };
};
