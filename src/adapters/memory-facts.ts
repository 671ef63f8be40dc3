import { totalmem } from 'node:os';
import process from 'node:process';

/** What the system says of its memory, in bytes; `container` is the limit of a cgroup, of either version, if any. */
export const memoryFacts = (): { readonly machine: number; readonly container: number | null } => {
  const limit = process.constrainedMemory();
  return { machine: totalmem(), container: limit > 0 ? limit : null };
};
