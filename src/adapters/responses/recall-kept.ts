import { atOnce, paceWork } from '../../kernel/breathe.ts';
import { E, TE, pipe } from '../../kernel/fp.ts';
import { isObject } from '../../kernel/is-object.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { costs, type Memory } from '../../ports/memory.ts';
import {
  itemNotFound,
  previousNotFound,
  type ItemReferences,
  type RecalledItems,
} from '../../ports/response-store.ts';
import type { Kept, KeptList } from './kept-list.ts';
import { lengthOf, outputOf, readKept } from './kept-text.ts';

/** The chain that ends with this response, its first turn first. */
const chainOf = (
  list: KeptList,
  { owner, previous }: { readonly owner: string; readonly previous: string | null },
): E.Either<ProxyError, readonly Kept[]> => {
  const chain: Kept[] = [];
  const met = new Set<string>();
  for (let id = previous; id !== null; ) {
    const kept = met.has(id) ? undefined : list.find(owner, id);
    if (kept === undefined) return E.left(previousNotFound(id));
    met.add(id);
    chain.push(kept);
    id = kept.previous;
  }
  return E.right(chain.toReversed());
};

/** The newest responses that hold the items that are named. */
const holdersOf = (
  list: KeptList,
  { owner, items }: { readonly owner: string; readonly items: readonly string[] },
): E.Either<ProxyError, ReadonlySet<Kept>> => {
  const holders = new Set<Kept>();
  for (const item of items) {
    const kept = list.findByItem(owner, item);
    if (kept === undefined) return E.left(itemNotFound(item));
    holders.add(kept);
  }
  return E.right(holders);
};

/** An item that stands for another one, by its id (the SDK's ItemReference: the type may be null, or missing). */
const isReference = (item: unknown): item is { readonly id: string } => {
  const { id, type, role } = isObject(item) ? item : {};
  return typeof id === 'string' && (type === 'item_reference' || (type == null && role === undefined));
};

type Read = Map<Kept, readonly unknown[]>;

/** The items of all of these, each read once; those that `read` has are not read again. */
const readAll = async (all: Iterable<Kept>, read: Read, memory: Memory): Promise<E.Either<ProxyError, Read>> => {
  const pace = paceWork(atOnce);
  for (const kept of all) {
    if (read.has(kept)) continue;
    const record = await readKept(kept, memory)();
    if (E.isLeft(record)) return record;
    const rest = pace(kept.to - kept.from);
    if (rest !== null) await rest;
    read.set(kept, [...record.right.input, ...outputOf(record.right.response)]);
  }
  return E.right(read);
};

const itemsById = (ids: readonly string[], holders: Iterable<readonly unknown[]>): ReadonlyMap<string, unknown> => {
  const wanted = new Set(ids);
  const found = new Map<string, unknown>();
  for (const items of holders) {
    for (const item of items) {
      const id = isObject(item) && !isReference(item) ? item['id'] : undefined;
      if (typeof id === 'string' && wanted.has(id)) found.set(id, item);
    }
  }
  return found;
};

/**
 * An item that a request names again and again costs each time what it would if it were sent: its memory is taken for
 * every time but the one for which it was read.
 */
const reserveRepeats = (
  before: readonly unknown[],
  { items, byId }: { readonly items: readonly string[]; readonly byId: ReadonlyMap<string, unknown> },
  memory: Memory,
): ProxyError | null => {
  const seen = new Set(before);
  const lengths = new Map<unknown, number>();
  for (const id of items) {
    const item = byId.get(id);
    if (!seen.has(item)) {
      seen.add(item);
      continue;
    }
    const length = lengths.get(item) ?? lengthOf(item);
    lengths.set(item, length);
    const refusal = memory.take(length * costs.json);
    if (refusal !== null) return refusal;
  }
  return null;
};

type Wanted = { readonly owner: string; readonly chain: readonly Kept[]; readonly items: readonly string[] };

/** What earlier turns of the chain referred to is looked up too. */
const recallAll = async (
  list: KeptList,
  { owner, chain, items }: Wanted,
  memory: Memory,
): Promise<E.Either<ProxyError, RecalledItems>> => {
  const read = await readAll(chain, new Map(), memory);
  if (E.isLeft(read)) return read;
  const before = chain.flatMap((kept) => read.right.get(kept) ?? []);
  const ids = [...items, ...before.filter(isReference).map(({ id }) => id)];
  const holders = holdersOf(list, { owner, items: ids });
  if (E.isLeft(holders)) return holders;
  const all = await readAll(holders.right, read.right, memory);
  if (E.isLeft(all)) return all;
  const byId = itemsById(ids, [...holders.right].map((kept) => all.right.get(kept) ?? []));
  const lost = ids.find((id) => !byId.has(id));
  if (lost !== undefined) return E.left(itemNotFound(lost));
  const refusal = reserveRepeats(before, { items: ids, byId }, memory);
  if (refusal !== null) return E.left(refusal);
  return E.right({ before: before.map((item) => (isReference(item) ? byId.get(item.id) : item)), byId });
};

/** Reads a chain and the items that are named, of this owner's alone; each response once. */
export const recallKept =
  (list: KeptList, owner: string) =>
  ({ previous, items }: ItemReferences, memory: Memory): TE.TaskEither<ProxyError, RecalledItems> =>
    pipe(
      TE.fromEither(chainOf(list, { owner, previous })),
      TE.flatMap((chain) => () => recallAll(list, { owner, chain, items }, memory)),
    );
