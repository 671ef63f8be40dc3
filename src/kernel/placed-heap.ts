/** Something in a heap, which knows its place there. */
export type Placed = { place: number };

/** Things of which the first, by an order that may change, is known at once. */
export type PlacedHeap<T> = {
  readonly first: () => T | undefined;
  /** The first of all others. */
  readonly second: () => T | undefined;
  readonly add: (one: T) => void;
  /** Moves what has changed to where it belongs now. */
  readonly settle: (one: T) => void;
  readonly remove: (one: T) => void;
};

/** One tree in a list: below each place are two, twice as far on. */
type Tree<T> = { readonly held: T[]; readonly goesBefore: (one: T, other: T) => boolean };

const setPlace = <T extends Placed>({ held }: Tree<T>, one: T, place: number): void => {
  held[place] = one;
  one.place = place;
};

const firstBelow = <T>({ held, goesBefore }: Tree<T>, place: number): T | undefined => {
  const [left, right] = [held[place * 2 + 1], held[place * 2 + 2]];
  return left !== undefined && right !== undefined && goesBefore(right, left) ? right : left;
};

const rise = <T extends Placed>(tree: Tree<T>, one: T): void => {
  let place = one.place;
  while (place > 0) {
    const above = tree.held[(place - 1) >> 1];
    if (above === undefined || !tree.goesBefore(one, above)) break;
    const next = above.place;
    setPlace(tree, above, place);
    place = next;
  }
  setPlace(tree, one, place);
};

const sink = <T extends Placed>(tree: Tree<T>, one: T): void => {
  let place = one.place;
  for (;;) {
    const next = firstBelow(tree, place);
    if (next === undefined || !tree.goesBefore(next, one)) break;
    const from = next.place;
    setPlace(tree, next, place);
    place = from;
  }
  setPlace(tree, one, place);
};

/** Makes a PlacedHeap. What changes it takes the logarithm of how many there are. */
export const placedHeap = <T extends Placed>(goesBefore: (one: T, other: T) => boolean): PlacedHeap<T> => {
  const tree: Tree<T> = { held: [], goesBefore };
  const settle = (one: T): void => {
    rise(tree, one);
    sink(tree, one);
  };
  return {
    first: () => tree.held[0],
    second: () => firstBelow(tree, 0),
    add: (one) => {
      setPlace(tree, one, tree.held.length);
      rise(tree, one);
    },
    settle,
    remove: (one) => {
      const last = tree.held.pop();
      if (last === undefined || last === one) return;
      setPlace(tree, last, one.place);
      settle(last);
    },
  };
};
