import { fairShares, type FairEntry, type FairShares } from '../../kernel/fair-shares.ts';
import type { Now } from '../../ports/capabilities.ts';
import type { KeptHead } from './kept-head.ts';
import { hold, isMuchGone, moveOut, release, type Stretch } from './text-blocks.ts';

/** A file in which several of them stand. */
export type Segment = {
  readonly name: string;
  all: readonly Kept[];
  /** What all take. */
  size: number;
  /** How many of them are still in the list, and what those take. */
  held: number;
  heldSize: number;
};

/** A kept response: its head, and where the JSON of its record stands. */
export type Kept = KeptHead &
  Stretch & {
    /** What it takes: its text, and the ids by which it is found. */
    readonly size: number;
    /** The file in which it stands, or is just being written; null for none. */
    segment: Segment | null;
    /** Its place in the list's order, and in its caller's; null for one that is in no list. */
    place: number;
    share: FairEntry<Kept> | null;
  };

/** How much is kept, and for how long. */
export type ResponseBounds = {
  readonly mostResponses: number;
  readonly mostBytes: number;
  readonly mostBytesEach: number;
  readonly longestMs: number;
};

/** Kept responses, the oldest first, within their bounds. Those of one owner are not found by another. */
export type KeptList = {
  /** False where it is too large. */
  readonly add: (kept: Kept) => boolean;
  readonly find: (owner: string, id: string) => Kept | undefined;
  /** The newest response that says to hold an item of this id, or the one that the id tells: it may not have it. */
  readonly findByItem: (owner: string, item: string) => Kept | undefined;
  readonly remove: (owner: string, id: string) => boolean;
  readonly all: () => IterableIterator<Kept>;
  /** Those behind the last one that stands in a file, the oldest first. */
  readonly unwritten: () => readonly Kept[];
  readonly use: () => { readonly responses: number; readonly bytes: number };
};

/** What an item's id costs in the index, beside its characters. */
const indexCost = 96;

const sizeOf = ({ id, items }: KeptHead, { from, to }: Stretch): number => {
  let size = to - from + id.length * 2 + indexCost * 4;
  for (const item of items) size += item.length * 2 + indexCost;
  return size;
};

/** A response that is to be kept; one object and no more, since it is there for long. */
export const keptOf = (head: KeptHead, text: Stretch): Kept => ({
  id: head.id,
  owner: head.owner,
  caller: head.caller,
  keptAt: head.keptAt,
  previous: head.previous,
  items: head.items,
  block: text.block,
  start: text.start,
  from: text.from,
  to: text.to,
  size: sizeOf(head, text),
  segment: null,
  place: 0,
  share: null,
});

/** What is there of one owner. */
type Owned = { readonly held: Map<string, Kept>; readonly byItem: Map<string, Kept> };

type State = {
  readonly owners: Map<string, Owned>;
  /** As they came; null for what was let go, as was all before `first`: a Map would look at each hole again. */
  order: (Kept | null)[];
  first: number;
  count: number;
  bytes: number;
  readonly shares: FairShares<Kept>;
};

const ownedBy = ({ owners }: State, owner: string): Owned => {
  const known = owners.get(owner);
  if (known !== undefined) return known;
  const owned: Owned = { held: new Map(), byItem: new Map() };
  owners.set(owner, owned);
  return owned;
};

/** All that stand in one block with the one that was at this place. */
const neighboursOf = ({ order, first }: State, { place, block }: Kept): readonly Kept[] => {
  let [from, to] = [place, place];
  const isNear = (at: number): boolean => at >= first && at < order.length && (order[at] ?? { block }).block === block;
  while (isNear(from - 1)) from -= 1;
  while (isNear(to + 1)) to += 1;
  return order.slice(from, to + 1).filter((kept) => kept !== null);
};

/** Gives back what is gone of a block, by taking out of it what is left: one text would hold a quarter of a megabyte. */
const clearBlock = (state: State, gone: Kept): void => {
  const { block } = gone;
  const rest = neighboursOf(state, gone);
  for (const [at, stretch] of moveOut(rest).entries()) {
    Object.assign(rest[at] ?? {}, stretch);
    hold(stretch);
  }
  state.bytes -= block.gone;
  Object.assign(block, { held: 0, live: 0, gone: 0 });
};

/** Lets go of one. */
const forget = (state: State, kept: Kept): void => {
  const { id, owner, items, size, from, to, segment, place, share } = kept;
  const { held, byItem } = ownedBy(state, owner);
  if (segment !== null) {
    segment.held -= 1;
    segment.heldSize -= size;
  }
  if (share !== null) state.shares.drop(share);
  kept.share = null;
  state.order[place] = null;
  state.count -= 1;
  state.bytes -= size - (to - from) + release(kept, place === state.first);
  if (isMuchGone(kept)) clearBlock(state, kept);
  while (state.first < state.order.length && state.order[state.first] === null) state.first += 1;
  held.delete(id);
  for (const item of items) if (byItem.get(item) === kept) byItem.delete(item);
  if (held.size === 0) state.owners.delete(owner);
};

const insert = (state: State, kept: Kept): void => {
  const { id, owner, caller, items, size, segment } = kept;
  const before = state.owners.get(owner)?.held.get(id);
  if (before !== undefined) forget(state, before);
  const { held, byItem } = ownedBy(state, owner);
  held.set(id, kept);
  for (const item of items) byItem.set(item, kept);
  hold(kept);
  if (segment !== null) {
    segment.held += 1;
    segment.heldSize += size;
  }
  kept.place = state.order.push(kept) - 1;
  kept.share = state.shares.add(kept, size, caller);
  state.count += 1;
  state.bytes += size;
};

/** How many that were let go may stand in the order, beside as many as are held. */
const mostGone = 256;

/** Lets go of what is too old. */
const expire = (state: State, since: number): void => {
  for (let oldest = state.order[state.first]; oldest != null; oldest = state.order[state.first]) {
    if (oldest.keptAt > since) break;
    forget(state, oldest);
  }
  if (state.order.length <= state.count * 2 + mostGone) return;
  state.order = state.order.filter((kept) => kept !== null);
  for (const [place, kept] of state.order.entries()) if (kept !== null) kept.place = place;
  state.first = 0;
};

/** Makes room for one that has just come: the oldest of whose caller holds most go, and at last it itself. */
const makeRoom = (state: State, { mostResponses, mostBytes }: ResponseBounds, newest: FairEntry<Kept> | null): void => {
  if (newest === null) return;
  while (state.count > mostResponses || state.bytes > mostBytes) {
    const next: FairEntry<Kept> = state.shares.heaviest(newest) ?? newest;
    forget(state, next.value);
    if (next === newest) return;
  }
};

function* heldIn({ order, first }: State): IterableIterator<Kept> {
  for (let at = first; at < order.length; at += 1) {
    const kept = order[at] ?? null;
    if (kept !== null) yield kept;
  }
}

const unwrittenIn = ({ order, first }: State): readonly Kept[] => {
  const found: Kept[] = [];
  for (let at = order.length - 1; at >= first; at -= 1) {
    const kept = order[at] ?? null;
    if (kept === null) continue;
    if (kept.segment !== null) break;
    found.push(kept);
  }
  return found.toReversed();
};

/** `responseOf` is the response that an item's id tells, whether it is there or not; null for other ids. */
export type ListNeeds = { readonly now: Now; readonly responseOf?: (item: string) => string | null };

/**
 * Makes a KeptList. Past so many, and past so many bytes, the oldest of the caller that holds most go, so that none
 * pushes out another's (`fairShares`). All go once they are too old, which is looked at whenever the list is used.
 */
export const keptList = (bounds: ResponseBounds, { now, responseOf = () => null }: ListNeeds): KeptList => {
  const shares = fairShares<Kept>({ most: bounds.mostResponses, mostSize: bounds.mostBytes });
  const state: State = { owners: new Map(), order: [], first: 0, count: 0, bytes: 0, shares };
  const tidy = (): void => expire(state, now() - bounds.longestMs);
  const ownedNow = (owner: string): Owned | undefined => {
    tidy();
    return state.owners.get(owner);
  };
  return {
    add: (kept) => {
      if (kept.size > bounds.mostBytesEach) return false;
      insert(state, kept);
      tidy();
      makeRoom(state, bounds, kept.share);
      return kept.share !== null;
    },
    find: (owner, id) => ownedNow(owner)?.held.get(id),
    findByItem: (owner, item) => {
      const owned = ownedNow(owner);
      return owned?.byItem.get(item) ?? owned?.held.get(responseOf(item) ?? '');
    },
    remove: (owner, id) => {
      const kept = ownedNow(owner)?.held.get(id);
      if (kept !== undefined) forget(state, kept);
      return kept !== undefined;
    },
    all: () => {
      tidy();
      return heldIn(state);
    },
    unwritten: () => {
      tidy();
      return unwrittenIn(state);
    },
    use: () => {
      tidy();
      return { responses: state.count, bytes: state.bytes };
    },
  };
};
