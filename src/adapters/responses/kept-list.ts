import type { Now } from '../../ports/capabilities.ts';

/** What is known of a kept response without reading it. */
export type KeptHead = {
  readonly id: string;
  /** Whose it is: the hash of a credential. */
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly keptAt: number;
  readonly previous: string | null;
  /** Ids of items by which it is found, beside those that tell it. */
  readonly items: readonly string[];
};

/** A kept response: its head, and the JSON of its record in UTF-8. */
export type Kept = KeptHead & {
  readonly bytes: Buffer;
  /** What it takes: its text, and the ids by which it is found. */
  readonly size: number;
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
  readonly use: () => { readonly responses: number; readonly bytes: number };
};

/** What an item's id costs in the index, beside its characters. */
const indexCost = 96;

/** What a response with so much text takes. */
export const sizeOf = ({ id, items }: Pick<KeptHead, 'id' | 'items'>, bytes: number): number => {
  let size = bytes + id.length * 2 + indexCost * 4;
  for (const item of items) size += item.length * 2 + indexCost;
  return size;
};

/** One of the list; null once it is let go. */
type Entry = { kept: Kept | null };

/** What is there of one owner. */
type Owned = { readonly held: Map<string, Entry>; readonly byItem: Map<string, Entry> };

type State = {
  readonly owners: Map<string, Owned>;
  /** In the order in which they came. Those before `first` are let go: a Map would look at each hole again. */
  order: Entry[];
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

const forget = (state: State, entry: Entry): void => {
  if (entry.kept === null) return;
  const { id, owner, items, size } = entry.kept;
  const { held, byItem } = ownedBy(state, owner);
  entry.kept = null;
  state.count -= 1;
  state.bytes -= size;
  held.delete(id);
  for (const item of items) if (byItem.get(item) === entry) byItem.delete(item);
  if (held.size === 0) state.owners.delete(owner);
};

const insert = (state: State, kept: Kept): Entry => {
  const { id, owner, items, size } = kept;
  const entry: Entry = { kept };
  const before = state.owners.get(owner)?.held.get(id);
  if (before !== undefined) forget(state, before);
  const { held, byItem } = ownedBy(state, owner);
  held.set(id, entry);
  for (const item of items) byItem.set(item, entry);
  state.order.push(entry);
  state.count += 1;
  state.bytes += size;
  return entry;
};

/** How many that were let go may stand in the order, beside as many as are held. */
const mostGone = 256;

/** Lets go of what is too old, and of the oldest where there is too much. */
const expire = (state: State, { mostResponses, mostBytes }: ResponseBounds, since: number): void => {
  for (let entry = state.order[state.first]; entry !== undefined; entry = state.order[state.first]) {
    const isOver = state.count > mostResponses || state.bytes > mostBytes;
    if (entry.kept !== null && entry.kept.keptAt > since && !isOver) break;
    forget(state, entry);
    state.first += 1;
  }
  if (state.order.length <= state.count * 2 + mostGone) return;
  state.order = state.order.filter(({ kept }) => kept !== null);
  state.first = 0;
};

function* heldIn({ order, first }: State): IterableIterator<Kept> {
  for (let at = first; at < order.length; at += 1) {
    const kept = order[at]?.kept ?? null;
    if (kept !== null) yield kept;
  }
}

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
      const entry = insert(state, kept);
      tidy();
      return entry.kept !== null;
    },
    find: (owner, id) => ownedNow(owner)?.held.get(id)?.kept ?? undefined,
    findByItem: (owner, item) => {
      const owned = ownedNow(owner);
      const entry = owned?.byItem.get(item) ?? owned?.held.get(responseOf(item) ?? '');
      return entry?.kept ?? undefined;
    },
    remove: (owner, id) => {
      const entry = ownedNow(owner)?.held.get(id);
      if (entry !== undefined) forget(state, entry);
      return entry !== undefined;
    },
    all: () => {
      tidy();
      return heldIn(state);
    },
    use: () => {
      tidy();
      return { responses: state.count, bytes: state.bytes };
    },
  };
};
