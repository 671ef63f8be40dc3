import { E, TE, pipe } from '../../kernel/fp.ts';
import { isObject } from '../../kernel/is-object.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { Memory } from '../../ports/memory.ts';
import {
  itemNotFound,
  previousNotFound,
  type ItemReferences,
  type RecalledItems,
} from '../../ports/response-store.ts';
import type { Kept, KeptList } from './kept-list.ts';
import { outputOf, readKept } from './kept-text.ts';

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

type Read = ReadonlyMap<Kept, readonly unknown[]>;

/** The items of all of these, each read once. */
const readAll = async (all: ReadonlySet<Kept>, memory: Memory): Promise<E.Either<ProxyError, Read>> => {
  const read = new Map<Kept, readonly unknown[]>();
  for (const kept of all) {
    const record = await readKept(kept.bytes, memory)();
    if (E.isLeft(record)) return record;
    read.set(kept, [...record.right.input, ...outputOf(record.right.response)]);
  }
  return E.right(read);
};

const itemsById = (ids: readonly string[], holders: Iterable<readonly unknown[]>): ReadonlyMap<string, unknown> => {
  const wanted = new Set(ids);
  const found = new Map<string, unknown>();
  for (const items of holders) {
    for (const item of items) {
      const id = isObject(item) ? item['id'] : undefined;
      if (typeof id === 'string' && wanted.has(id)) found.set(id, item);
    }
  }
  return found;
};

/** Reads a chain and the items that are named, of this owner's alone; each response once. */
export const recallKept =
  (list: KeptList, owner: string) =>
  ({ previous, items }: ItemReferences, memory: Memory): TE.TaskEither<ProxyError, RecalledItems> =>
    pipe(
      TE.fromEither(
        pipe(
          chainOf(list, { owner, previous }),
          E.bindTo('chain'),
          E.bind('holders', () => holdersOf(list, { owner, items })),
        ),
      ),
      TE.flatMap(({ chain, holders }) =>
        pipe(
          () => readAll(new Set([...chain, ...holders]), memory),
          TE.map((read): RecalledItems => ({
            before: chain.flatMap((kept) => read.get(kept) ?? []),
            byId: itemsById(items, [...holders].map((kept) => read.get(kept) ?? [])),
          })),
        ),
      ),
    );
