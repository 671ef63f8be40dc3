import { createHash } from 'node:crypto';
import { isObject } from '../../kernel/is-object.ts';
import { TE, pipe } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { Caller, Now } from '../../ports/capabilities.ts';
import type { ResponseRecord, ResponseStore } from '../../ports/response-store.ts';
import { keptList, type KeptList, type ResponseBounds } from './kept-list.ts';
import { outputOf, readKept, recordText } from './kept-text.ts';
import { isReference, recallKept } from './recall-kept.ts';
import type { ResponseFiles } from './response-files.ts';

/** The most of one response. */
export const mostBytesEach = 8 * 1024 ** 2;

const ownerOf = ({ credential }: Caller): string =>
  createHash('sha256').update(`responses ${credential?.reveal() ?? ''}`).digest('base64url').slice(0, 22);

/** Items that are references name another's id. */
const idsOf = (items: readonly unknown[]): readonly string[] => [
  ...new Set(
    items.flatMap((item) =>
      isObject(item) && typeof item['id'] === 'string' && !isReference(item) ? [item['id']] : [],
    ),
  ),
];

/** The characters of all texts in a value: what is too long is not written out to see it. */
const lengthOf = (value: unknown): number => {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, each: unknown) => sum + lengthOf(each), 1);
};

/** A store, and how full it is. */
export type ResponseMemory = ResponseStore & { readonly use: () => Promise<ReturnType<KeptList['use']>> };

type Needs = {
  readonly now: Now;
  readonly files?: Pick<ResponseFiles, 'load' | 'save' | 'erase'>;
};

/** A list that is filled from the disk first; whoever asks before waits for that. */
const openList = (bounds: ResponseBounds, { now, files }: Needs): (() => Promise<KeptList>) => {
  const list = keptList(bounds, now);
  const filling = (files?.load() ?? Promise.resolve([])).then((all) => {
    for (const kept of all) list.add(kept);
    if (all.length > 0) files?.save(list);
    return list;
  });
  return () => filling;
};

/**
 * Keeps responses in memory, as text, and on disk where there are `files`. Who asks is known by the hash of the
 * credential, so that what one caller made is not there for another.
 */
export const responseMemory = (bounds: ResponseBounds, needs: Needs): ResponseMemory => {
  const { now, files } = needs;
  const open = openList(bounds, needs);
  return {
    recallItems: (references, { caller, memory }) =>
      pipe(TE.fromTask(open), TE.flatMap((list) => recallKept(list, ownerOf(caller))(references, memory))),
    keepResponse: async (record, caller) => {
      if (lengthOf([record.input, record.response]) > bounds.mostBytesEach) return;
      const { id, previous, input, response } = record;
      const items = idsOf([...input, ...outputOf(response)]);
      const bytes = Buffer.from(recordText(record));
      const list = await open();
      if (list.add({ id, owner: ownerOf(caller), keptAt: now(), previous, items, bytes })) files?.save(list);
    },
    findResponse: (id, { caller, memory }) =>
      pipe(
        TE.fromTask(open),
        TE.flatMap((list): TE.TaskEither<ProxyError, ResponseRecord | null> => {
          const kept = list.find(ownerOf(caller), id);
          return kept === undefined ? TE.right(null) : readKept(kept.bytes, memory);
        }),
      ),
    removeResponse: async (id, caller) => {
      const list = await open();
      const isRemoved = list.remove(ownerOf(caller), id);
      if (isRemoved) files?.erase(list);
      return isRemoved;
    },
    use: async () => (await open()).use(),
  };
};
