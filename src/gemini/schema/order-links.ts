/** From each node of a graph to others, by number. */
export type Links = readonly (readonly number[])[];

/** Nodes after all that they lead to, as a walk finds them that begins at these in turn; no recursion, so any depth. */
export const orderLinks = (links: Links, starts: readonly number[]): readonly number[] => {
  const done: number[] = [];
  const seen = new Set<number>();
  const stack: { readonly node: number; next: number }[] = [];
  const enter = (node: number): void => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  for (const start of starts) {
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const to = links[top.node]?.[top.next];
      top.next += 1;
      if (to !== undefined) enter(to);
      else {
        done.push(top.node);
        stack.pop();
      }
    }
  }
  return done;
};

/** All links the other way round. */
const reverseLinks = (links: Links): Links => {
  const back: number[][] = links.map(() => []);
  for (const [from, targets] of links.entries()) for (const to of targets) back[to]?.push(from);
  return back;
};

/** For each node the number of its group: nodes that lead to each other (Kosaraju's two walks). */
export const groupsOf = (links: Links, after: readonly number[]): readonly number[] => {
  const back = reverseLinks(links);
  const groups: number[] = links.map(() => -1);
  for (const start of after.toReversed()) {
    if (groups[start] !== -1) continue;
    const group = [start];
    groups[start] = start;
    for (const node of group) {
      for (const from of back[node] ?? []) {
        if (groups[from] !== -1) continue;
        groups[from] = start;
        group.push(from);
      }
    }
  }
  return groups;
};
