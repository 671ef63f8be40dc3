import { placedHeap, type PlacedHeap } from './placed-heap.ts';

/** Who holds something of what all share. */
type Holder<V> = {
  readonly name: string;
  count: number;
  size: number;
  /** Its part of the whole: of the entries or of their size, whichever is the larger part. */
  part: number;
  place: number;
  oldest: FairEntry<V> | null;
  newest: FairEntry<V> | null;
};

/** Something that is held, in the order of its holder's own. */
export type FairEntry<V> = {
  readonly value: V;
  readonly size: number;
  readonly holder: Holder<V>;
  turn: number;
  older: FairEntry<V> | null;
  newer: FairEntry<V> | null;
};

/** How many there may be, and of what size together. */
export type FairBounds = { readonly most: number; readonly mostSize: number };

/** What several hold of one bounded whole. */
export type FairShares<V> = {
  /** Adds the newest entry of a holder. */
  readonly add: (value: V, size: number, holder: string) => FairEntry<V>;
  readonly drop: (entry: FairEntry<V>) => void;
  /** Makes an entry the newest of its holder's. */
  readonly renew: (entry: FairEntry<V>) => void;
  /** What has to go for this new entry to stay, if anything. */
  readonly nextToGo: (newest: FairEntry<V>) => FairEntry<V> | null;
  /** What would go: the oldest of who holds most, but for this new entry. */
  readonly heaviest: (newest: FairEntry<V>) => FairEntry<V> | null;
  /** Whether the holder of that name holds less than an entry's. */
  readonly holdsLess: (holder: string, entry: FairEntry<V>) => boolean;
};

/** What has gone names no neighbour: else V8 would keep those too, until its next full collection. */
const unlink = <V>(entry: FairEntry<V>): void => {
  const { holder, older, newer } = entry;
  if (older === null) holder.oldest = newer;
  else older.newer = newer;
  if (newer === null) holder.newest = older;
  else newer.older = older;
  entry.older = null;
  entry.newer = null;
};

const append = <V>(entry: FairEntry<V>): void => {
  const { holder } = entry;
  entry.older = holder.newest;
  entry.newer = null;
  if (holder.newest === null) holder.oldest = entry;
  else holder.newest.newer = entry;
  holder.newest = entry;
};

const goesFirst = <V>(one: Holder<V>, other: Holder<V>): boolean =>
  one.part === other.part ? (one.oldest?.turn ?? 0) < (other.oldest?.turn ?? 0) : one.part > other.part;

const newHolder = <V>(name: string): Holder<V> => ({
  name,
  count: 0,
  size: 0,
  part: 0,
  place: 0,
  oldest: null,
  newest: null,
});

/** All holders, by name and the heaviest first, and what they hold together. */
type Shares<V> = {
  readonly holders: Map<string, Holder<V>>;
  readonly heap: PlacedHeap<Holder<V>>;
  readonly bounds: FairBounds;
  count: number;
  size: number;
  turn: number;
};

const holderOf = <V>({ holders, heap }: Shares<V>, name: string): Holder<V> => {
  const known = holders.get(name);
  if (known !== undefined) return known;
  const holder = newHolder<V>(name);
  holders.set(name, holder);
  heap.add(holder);
  return holder;
};

const change = <V>(shares: Shares<V>, { holder, size }: FairEntry<V>, by: 1 | -1): void => {
  const { bounds, heap } = shares;
  shares.count += by;
  shares.size += by * size;
  holder.count += by;
  holder.size += by * size;
  holder.part = Math.max(holder.count / bounds.most, holder.size / bounds.mostSize);
  heap.settle(holder);
};

const drop = <V>(shares: Shares<V>, entry: FairEntry<V>): void => {
  const { holder } = entry;
  unlink(entry);
  change(shares, entry, -1);
  if (holder.count > 0) return;
  shares.heap.remove(holder);
  shares.holders.delete(holder.name);
};

/**
 * Shares a bounded whole fairly: past its bounds the oldest entry of who holds most goes, so that nobody who keeps to
 * an equal part loses anything to others, however much those put in. Between two who hold as much, the older entry
 * goes; an entry that has just come stays, though its holder has nothing else. Each step takes at most the logarithm
 * of how many hold something.
 */
export const fairShares = <V>(bounds: FairBounds): FairShares<V> => {
  const shares: Shares<V> = { holders: new Map(), heap: placedHeap(goesFirst), bounds, count: 0, size: 0, turn: 0 };
  const { holders, heap } = shares;
  const nextTurn = (): number => (shares.turn += 1);
  const heaviest = (newest: FairEntry<V>): FairEntry<V> | null => {
    const first = heap.first()?.oldest ?? null;
    return first === newest ? (heap.second()?.oldest ?? null) : first;
  };
  return {
    add: (value, size, name) => {
      const holder = holderOf(shares, name);
      const entry: FairEntry<V> = { value, size, holder, turn: nextTurn(), older: null, newer: null };
      append(entry);
      change(shares, entry, 1);
      return entry;
    },
    drop: (entry) => drop(shares, entry),
    renew: (entry) => {
      unlink(entry);
      append(entry);
      entry.turn = nextTurn();
      heap.settle(entry.holder);
    },
    nextToGo: (newest) => (shares.count > bounds.most || shares.size > bounds.mostSize ? heaviest(newest) : null),
    heaviest,
    holdsLess: (name, { holder }) => (holders.get(name)?.part ?? 0) < holder.part,
  };
};
