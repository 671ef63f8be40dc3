/** A place in a line: whose it is, and between whom it stands. */
export type Place<A> = { readonly of: A; before: Place<A> | null; behind: Place<A> | null };

/**
 * Who waits, the longest first. To join and to leave takes a few writes: a Set leaves garbage behind for each who
 * leaves, and is made anew after every few.
 */
export type Line<A> = {
  readonly join: (place: Place<A>) => void;
  /** Does nothing for a place that is in no line. */
  readonly leave: (place: Place<A>) => void;
  readonly first: () => A | undefined;
  /** How many wait. */
  readonly length: () => number;
  readonly all: () => readonly A[];
};

/** A place that is in no line yet. */
export const placeOf = <A>(of: A): Place<A> => ({ of, before: null, behind: null });

/** Makes a line in which nobody waits. */
export const emptyLine = <A>(): Line<A> => {
  type Ends = { first: Place<A> | null; last: Place<A> | null; length: number };
  const ends: Ends = { first: null, last: null, length: 0 };
  return {
    join: (place) => {
      place.before = ends.last;
      if (ends.last === null) ends.first = place;
      else ends.last.behind = place;
      ends.last = place;
      ends.length += 1;
    },
    leave: (place) => {
      const { before, behind } = place;
      if (before === null && ends.first !== place) return;
      ends.length -= 1;
      if (before === null) ends.first = behind;
      else before.behind = behind;
      if (behind === null) ends.last = before;
      else behind.before = before;
      place.before = null;
      place.behind = null;
    },
    first: () => ends.first?.of,
    length: () => ends.length,
    all: () => {
      const waiting: A[] = [];
      for (let place = ends.first; place !== null; place = place.behind) waiting.push(place.of);
      return waiting;
    },
  };
};
