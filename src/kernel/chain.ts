/** A list that grows at its end without being copied each time: states of machines are values. */
export type Chain<A> = { readonly before: Chain<A>; readonly items: readonly A[] } | null;

/** The chain with these items behind it. */
export const appendItems = <A>(before: Chain<A>, items: readonly A[]): Chain<A> =>
  items.length === 0 ? before : { before, items };

/** All items, in order. */
export const itemsOf = <A>(chain: Chain<A>): readonly A[] => {
  const links: (readonly A[])[] = [];
  for (let link = chain; link !== null; link = link.before) links.push(link.items);
  return links.toReversed().flat();
};
