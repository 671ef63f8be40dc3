import { appendItems, itemsOf, type Chain } from '../../kernel/chain.ts';

/** A stretch of the model's own text and where it begins in what is shown: code and pictures may stand between. */
type Stretch = { readonly at: number; readonly length: number };

/** Where the model's own text stands in the text that a dialect shows, so that citations find their place in it. */
export type ShownText = {
  readonly closed: Chain<Stretch>;
  /** The stretch that may go on. */
  readonly open: Stretch | null;
  readonly length: number;
};

/** Where nothing is shown yet. */
export const nothingShown: ShownText = { closed: null, open: null, length: 0 };

/** Adds so many characters; only the model's own words can be cited. */
export const withShown = ({ closed, open, length: at }: ShownText, added: number, isOwn: boolean): ShownText => {
  const length = at + added;
  if (!isOwn || added === 0) return { closed, open, length };
  if (open !== null && open.at + open.length === at) {
    return { closed, open: { at: open.at, length: open.length + added }, length };
  }
  return { closed: open === null ? closed : appendItems(closed, [open]), open: { at, length: added }, length };
};

/** An index in the model's own text as one in what is shown. */
export const placeInShown = ({ closed, open }: ShownText): ((index: number) => number) => {
  const stretches = open === null ? itemsOf(closed) : [...itemsOf(closed), open];
  const ends: number[] = [];
  let end = 0;
  for (const { length } of stretches) {
    end += length;
    ends.push(end);
  }
  return (index) => {
    let [from, to] = [0, stretches.length - 1];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (index < (ends[middle] ?? 0)) to = middle;
      else from = middle + 1;
    }
    const stretch = stretches[from];
    const before = (ends[from] ?? 0) - (stretch?.length ?? 0);
    return stretch === undefined ? 0 : stretch.at + Math.min(index - before, stretch.length);
  };
};
