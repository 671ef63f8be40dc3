import { joinName } from './joined-name.ts';

/** What a call of a tool is answered with: an item of its own kind, under the name that the client gave it. */
export type ToolKind = {
  readonly kind: 'function' | 'custom' | 'tool_search' | 'local_shell' | 'shell' | 'apply_patch';
  readonly name: string;
  readonly namespace?: string | undefined;
};

/** The tools of a request by the name that stands for each towards the model. */
export type ToolKinds = ReadonlyMap<string, ToolKind>;

/** A name for a tool that no other one has: `a__b` may be a function, or `b` in the namespace `a`. */
export const unusedToolName = ({ namespace, name }: ToolKind, taken: ToolKinds): string => {
  const joined = joinName(namespace, name);
  const known = taken.get(joined);
  if (known === undefined || (known.namespace === namespace && known.name === name)) return joined;
  let candidate = joined;
  for (let count = 2; taken.has(candidate); count += 1) candidate = `${joined}_${count}`;
  return candidate;
};
