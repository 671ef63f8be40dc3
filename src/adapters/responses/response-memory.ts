import { createHash } from 'node:crypto';
import { isObject } from '../../kernel/is-object.ts';
import { TE } from '../../kernel/fp.ts';
import type { Caller, Now } from '../../ports/capabilities.ts';
import type { ResponseStore } from '../../ports/response-store.ts';
import { keptList, type Kept, type KeptList, type ResponseBounds } from './kept-list.ts';
import { outputOf, readKept, recordText } from './kept-text.ts';
import { recallKept } from './recall-kept.ts';

/** 1,000 responses and 64 MiB of them, 8 MiB each, for a day. */
export const responseBounds: ResponseBounds = {
  mostResponses: 1000,
  mostBytes: 64 * 1024 ** 2,
  mostBytesEach: 8 * 1024 ** 2,
  longestMs: 24 * 3_600_000,
};

/** Where kept responses outlive a restart. */
export type ResponseFiles = {
  /** What was kept, the oldest first. For the start only. */
  readonly load: () => readonly Kept[];
  /** Something was added or removed. */
  readonly save: (list: KeptList) => void;
};

const ownerOf = ({ credential }: Caller): string =>
  createHash('sha256').update(`responses ${credential?.reveal() ?? ''}`).digest('base64url').slice(0, 22);

const idsOf = (items: readonly unknown[]): readonly string[] => [
  ...new Set(items.flatMap((item) => (isObject(item) && typeof item['id'] === 'string' ? [item['id']] : []))),
];

/** The characters of all texts in a value: what is too long is not written out to see it. */
const lengthOf = (value: unknown): number => {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, each: unknown) => sum + lengthOf(each), 1);
};

/** A store, and how full it is. */
export type ResponseMemory = ResponseStore & Pick<KeptList, 'use'>;

/**
 * Keeps responses in memory, as text, and on disk where there are `files`. Who asks is known by the hash of the
 * credential, so that what one caller made is not there for another.
 */
export const responseMemory = (
  bounds: ResponseBounds,
  { now, files }: { readonly now: Now; readonly files?: ResponseFiles },
): ResponseMemory => {
  const list = keptList(bounds, now);
  for (const kept of files?.load() ?? []) list.add(kept);
  return {
    recallItems: (references, { caller, memory }) => recallKept(list, ownerOf(caller))(references, memory),
    keepResponse: async (record, caller) => {
      if (lengthOf([record.input, record.response]) > bounds.mostBytesEach) return;
      const { id, previous, input, response } = record;
      const items = idsOf([...input, ...outputOf(response)]);
      const bytes = Buffer.from(recordText(record));
      if (list.add({ id, owner: ownerOf(caller), keptAt: now(), previous, items, bytes })) files?.save(list);
    },
    findResponse: (id, { caller, memory }) => {
      const kept = list.find(ownerOf(caller), id);
      return kept === undefined ? TE.right(null) : readKept(kept.bytes, memory);
    },
    removeResponse: async (id, caller) => {
      const isRemoved = list.remove(ownerOf(caller), id);
      if (isRemoved) files?.save(list);
      return isRemoved;
    },
    use: list.use,
  };
};
