import { fairShares, type FairEntry, type FairShares } from './fair-shares.ts';

/** An entry as it is read off: what, under which key, and whose. */
export type HeldEntry<V> = { readonly key: string; readonly value: V; readonly holder: string };

/** A map of bounded size that several fill, of whom none takes it from the others. */
export type FairMap<V> = {
  /** Reads and counts as use. */
  readonly get: (key: string) => V | undefined;
  /** Writes and counts as use. */
  readonly set: (key: string, value: V, holder: string) => void;
  readonly remove: (key: string) => void;
  /** From the least to the most recently used. */
  readonly entries: () => readonly HeldEntry<V>[];
  readonly size: () => number;
};

/** Bounds, what a value counts, and who is told of each that leaves, however it does. */
export type FairMapNeeds<V> = {
  readonly most: number;
  readonly mostSize?: number;
  readonly sizeOf?: (value: V) => number;
  readonly left?: (value: V) => void;
};

type Kept<V> = { readonly key: string; readonly value: V };
type Entry<V> = FairEntry<Kept<V>>;

type All<V> = {
  readonly held: Map<string, Entry<V>>;
  readonly shares: FairShares<Kept<V>>;
  readonly left: (value: V) => void;
  /** What is used again and again need not be moved: a Map leaves garbage behind for each key that is taken out. */
  newest: string | null;
};

const drop = <V>(all: All<V>, entry: Entry<V>): void => {
  const { key, value } = entry.value;
  if (all.newest === key) all.newest = null;
  all.held.delete(key);
  all.shares.drop(entry);
  all.left(value);
};

const putLast = <V>(all: All<V>, entry: Entry<V>): void => {
  const { key } = entry.value;
  if (all.newest !== key) all.held.delete(key);
  all.newest = key;
  all.held.set(key, entry);
};

const add = <V>(all: All<V>, entry: Entry<V>): void => {
  const { shares } = all;
  putLast(all, entry);
  for (let gone = shares.nextToGo(entry); gone !== null; gone = shares.nextToGo(entry)) drop(all, gone);
};

/**
 * Makes a FairMap. When a bound is reached, the least recently used entry of who holds most goes (`fairShares`). What
 * two have set is held by the one who holds less, so that nobody takes it along who holds much.
 */
export const fairMap = <V>(needs: FairMapNeeds<V>): FairMap<V> => {
  const { most, mostSize = Infinity, sizeOf = () => 0, left = () => undefined } = needs;
  const shares = fairShares<Kept<V>>({ most, mostSize });
  const all: All<V> = { held: new Map(), shares, left, newest: null };
  const { held } = all;
  return {
    get: (key) => {
      const entry = held.get(key);
      if (entry === undefined || all.newest === key) return entry?.value.value;
      putLast(all, entry);
      shares.renew(entry);
      return entry.value.value;
    },
    set: (key, value, holder) => {
      const before = held.get(key);
      const owner = before === undefined || shares.holdsLess(holder, before) ? holder : before.holder.name;
      if (before !== undefined) drop(all, before);
      add(all, shares.add({ key, value }, sizeOf(value), owner));
    },
    remove: (key) => {
      const entry = held.get(key);
      if (entry !== undefined) drop(all, entry);
    },
    entries: () => [...held.values()].map(({ value: { key, value }, holder }) => ({ key, value, holder: holder.name })),
    size: () => held.size,
  };
};
