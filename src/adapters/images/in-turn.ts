import { places } from '../places.ts';

/** Runs work, at most so many at once; the rest waits in order. */
export type InTurn = <A>(work: () => Promise<A>) => Promise<A>;

/** A signal of one's own: on a shared one, many that wait look like a leak to Node, which warns of it on stderr. */
const never = (): AbortSignal => new AbortController().signal;

/** Makes a gate that lets `most` pieces of work through at once. */
export const inTurn = (most: number): InTurn => {
  const takePlace = places(most);
  return async (work) => {
    const leave = await takePlace(never());
    try {
      return await work();
    } finally {
      leave();
    }
  };
};
