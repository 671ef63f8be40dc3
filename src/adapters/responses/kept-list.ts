/** What is known of a kept response without reading it. */
export type KeptHead = {
  readonly id: string;
  /** Whose it is: the hash of a credential. */
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly keptAt: number;
  readonly previous: string | null;
  /** The ids of its items. */
  readonly items: readonly string[];
};

/**
 * A kept response: its head, and the JSON text of its record, which a small one has made only when it is asked for:
 * most make room for others before anybody wants it.
 */
export type Kept = KeptHead & {
  readonly bytes: () => Buffer;
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
  /** The newest response that holds an item of this id. */
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

const keyOf = (owner: string, id: string): string => `${owner} ${id}`;

type State = {
  readonly held: Map<string, Kept>;
  /** Keys of what is held, by owner and item. */
  readonly byItem: Map<string, string>;
  bytes: number;
};

const forget = (state: State, key: string, kept: Kept): void => {
  state.held.delete(key);
  state.bytes -= kept.size;
  for (const item of kept.items) {
    const named = keyOf(kept.owner, item);
    if (state.byItem.get(named) === key) state.byItem.delete(named);
  }
};

const insert = (state: State, key: string, kept: Kept): void => {
  const before = state.held.get(key);
  if (before !== undefined) forget(state, key, before);
  state.held.set(key, kept);
  state.bytes += kept.size;
  for (const item of kept.items) state.byItem.set(keyOf(kept.owner, item), key);
};

const isOver = ({ held, bytes }: State, { mostResponses, mostBytes }: ResponseBounds): boolean =>
  held.size > mostResponses || bytes > mostBytes;

/** Lets go of what is too old, and of the oldest where there is too much. */
const expire = (state: State, bounds: ResponseBounds, since: number): void => {
  for (const [key, kept] of state.held) {
    if (kept.keptAt > since && !isOver(state, bounds)) return;
    forget(state, key, kept);
  }
};

/**
 * Makes a KeptList. The oldest go first: past so many, past so many bytes, and once they are too old, which is looked
 * at whenever the list is used.
 */
export const keptList = (bounds: ResponseBounds, now: () => number): KeptList => {
  const state: State = { held: new Map(), byItem: new Map(), bytes: 0 };
  const tidy = (): void => expire(state, bounds, now() - bounds.longestMs);
  const find = (key: string | undefined): Kept | undefined => {
    tidy();
    return key === undefined ? undefined : state.held.get(key);
  };
  return {
    add: (kept) => {
      if (kept.size > bounds.mostBytesEach) return false;
      const key = keyOf(kept.owner, kept.id);
      insert(state, key, kept);
      tidy();
      return state.held.has(key);
    },
    find: (owner, id) => find(keyOf(owner, id)),
    findByItem: (owner, item) => find(state.byItem.get(keyOf(owner, item))),
    remove: (owner, id) => {
      const key = keyOf(owner, id);
      const kept = find(key);
      if (kept !== undefined) forget(state, key, kept);
      return kept !== undefined;
    },
    all: () => {
      tidy();
      return state.held.values();
    },
    use: () => {
      tidy();
      return { responses: state.held.size, bytes: state.bytes };
    },
  };
};
