/** The memory of the machine, and of the container where one sets a limit (cgroup); bytes. */
export type MemoryFacts = { readonly machine: number; readonly container: number | null };

const mebibyte = 1_048_576;
const least = 64 * mebibyte;
const most = 2048 * mebibyte;

/**
 * MEMORY_BUDGET_MB where it is not set: half of a container's memory, since Node itself and what is not counted need
 * the rest, or a quarter of a machine that is not ours alone.
 */
export const defaultBudget = ({ machine, container }: MemoryFacts): number => {
  const share = container === null || container >= machine ? machine / 4 : container / 2;
  return Math.min(Math.max(Math.floor(share / mebibyte) * mebibyte, least), most);
};
