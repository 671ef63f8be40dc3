/** A map that holds at most so many entries; the least recently used one goes first. */
export type RecentMap<V> = {
  /** Reads and counts as use. */
  readonly get: (key: string) => V | undefined;
  /** Writes and counts as use; says what had to go. */
  readonly set: (key: string, value: V) => V | undefined;
  readonly remove: (key: string) => void;
  readonly clear: () => void;
  /** From the least to the most recently used. */
  readonly entries: () => IterableIterator<[string, V]>;
  readonly size: () => number;
};

const mostSpared = 32;

const nextToLeave = <V>(
  held: ReadonlyMap<string, V>,
  spare: (value: V) => boolean,
): readonly [string, V] | undefined => {
  let looked = 0;
  for (const entry of held) {
    if (!spare(entry[1])) return entry;
    looked += 1;
    if (looked === mostSpared) break;
  }
  return held.entries().next().value;
};

/**
 * Makes a RecentMap. `spare` names values that should stay: the oldest 32 entries are looked through for another one
 * first, so an eviction costs the same however large the map is.
 */
export const recentMap = <V>(most: number, spare: (value: V) => boolean = () => false): RecentMap<V> => {
  const held = new Map<string, V>();
  // What is used again and again need not be moved: a Map leaves garbage behind for each key that is taken out.
  const newest: { key: string | null } = { key: null };
  const put = (key: string, value: V): void => {
    if (newest.key !== key) held.delete(key);
    newest.key = key;
    held.set(key, value);
  };
  return {
    get: (key) => {
      const value = held.get(key);
      if (value !== undefined && newest.key !== key) put(key, value);
      return value;
    },
    set: (key, value) => {
      const out = held.size >= most && !held.has(key) ? nextToLeave(held, spare) : undefined;
      if (out !== undefined) held.delete(out[0]);
      if (out?.[0] === newest.key) newest.key = null;
      put(key, value);
      return out?.[1];
    },
    remove: (key) => {
      if (newest.key === key) newest.key = null;
      held.delete(key);
    },
    clear: () => {
      newest.key = null;
      held.clear();
    },
    entries: () => held.entries(),
    size: () => held.size,
  };
};
