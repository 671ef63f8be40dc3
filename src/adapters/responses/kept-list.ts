import type { Now } from '../../ports/capabilities.ts';
import type { KeptHead } from './kept-head.ts';
import { hold, release, type Stretch } from './text-blocks.ts';

/** A file in which several of them stand. */
export type Segment = {
  readonly name: string;
  all: readonly Kept[];
  /** How many of them are still in the list. */
  held: number;
};

/** A kept response: its head, and where the JSON of its record stands. */
export type Kept = KeptHead &
  Stretch & {
    /** What it takes: its text, and the ids by which it is found. */
    readonly size: number;
    /** The file in which it stands, or is just being written; null for none. */
    segment: Segment | null;
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
  keptAt: head.keptAt,
  previous: head.previous,
  items: head.items,
  block: text.block,
  start: text.start,
  from: text.from,
  to: text.to,
  size: sizeOf(head, text),
  segment: null,
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
};

const ownedBy = ({ owners }: State, owner: string): Owned => {
  const known = owners.get(owner);
  if (known !== undefined) return known;
  const owned: Owned = { held: new Map(), byItem: new Map() };
  owners.set(owner, owned);
  return owned;
};

/** Lets go of the one at this place of the order. */
const forget = (state: State, at: number): void => {
  const kept = state.order[at] ?? null;
  if (kept === null) return;
  const { id, owner, items, size, from, to, segment } = kept;
  const { held, byItem } = ownedBy(state, owner);
  if (segment !== null) segment.held -= 1;
  state.order[at] = null;
  state.count -= 1;
  state.bytes -= size - (to - from) + release(kept, at === state.first);
  held.delete(id);
  for (const item of items) if (byItem.get(item) === kept) byItem.delete(item);
  if (held.size === 0) state.owners.delete(owner);
};

const remove = (state: State, kept: Kept): void => forget(state, state.order.indexOf(kept, state.first));

const insert = (state: State, kept: Kept): void => {
  const { id, owner, items, size, segment } = kept;
  const before = state.owners.get(owner)?.held.get(id);
  if (before !== undefined) remove(state, before);
  const { held, byItem } = ownedBy(state, owner);
  held.set(id, kept);
  for (const item of items) byItem.set(item, kept);
  hold(kept);
  if (segment !== null) segment.held += 1;
  state.order.push(kept);
  state.count += 1;
  state.bytes += size;
};

/** How many that were let go may stand in the order, beside as many as are held. */
const mostGone = 256;

/** Lets go of what is too old, and of the oldest where there is too much. */
const expire = (state: State, { mostResponses, mostBytes }: ResponseBounds, since: number): void => {
  for (; state.first < state.order.length; state.first += 1) {
    const kept = state.order[state.first] ?? null;
    const isOver = state.count > mostResponses || state.bytes > mostBytes;
    if (kept !== null && kept.keptAt > since && !isOver) break;
    forget(state, state.first);
  }
  if (state.order.length <= state.count * 2 + mostGone) return;
  state.order = state.order.filter((kept) => kept !== null);
  state.first = 0;
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
 * Makes a KeptList. The oldest go first: past so many, past so many bytes, and once they are too old, which is looked
 * at whenever the list is used.
 */
export const keptList = (bounds: ResponseBounds, { now, responseOf = () => null }: ListNeeds): KeptList => {
  const state: State = { owners: new Map(), order: [], first: 0, count: 0, bytes: 0 };
  const tidy = (): void => expire(state, bounds, now() - bounds.longestMs);
  const ownedNow = (owner: string): Owned | undefined => {
    tidy();
    return state.owners.get(owner);
  };
  return {
    add: (kept) => {
      if (kept.size > bounds.mostBytesEach) return false;
      insert(state, kept);
      tidy();
      return state.order.at(-1) === kept;
    },
    find: (owner, id) => ownedNow(owner)?.held.get(id),
    findByItem: (owner, item) => {
      const owned = ownedNow(owner);
      return owned?.byItem.get(item) ?? owned?.held.get(responseOf(item) ?? '');
    },
    remove: (owner, id) => {
      const kept = ownedNow(owner)?.held.get(id);
      if (kept !== undefined) remove(state, kept);
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
