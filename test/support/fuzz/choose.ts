/** Gives numbers in [0, 1); the same seed gives the same. */
export type Random = () => number;

/** A whole number below `most`. */
export const below = (random: Random, most: number): number => Math.floor(random() * most);

/** True once in so many times. */
export const onceIn = (random: Random, times: number): boolean => below(random, times) === 0;

/** One of the list. */
export const oneOf = <A>(random: Random, list: readonly A[]): A => {
  const one = list.at(below(random, list.length));
  if (one === undefined) throw new Error('an empty list');
  return one;
};
