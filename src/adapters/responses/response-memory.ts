import { createHash } from 'node:crypto';
import { isObject } from '../../kernel/is-object.ts';
import { TE, pipe } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { Caller, Now } from '../../ports/capabilities.ts';
import type { ResponseRecord, ResponseStore } from '../../ports/response-store.ts';
import { keptList, sizeOf, type Kept, type KeptHead, type KeptList, type ResponseBounds } from './kept-list.ts';
import { lengthOf, outputOf, readKept, recordText } from './kept-text.ts';
import { isReference, recallKept } from './recall-kept.ts';
import type { ResponseFiles } from './response-files.ts';

/** The most of one response. */
export const mostBytesEach = 8 * 1024 ** 2;

const hashOf = (credential: string): string =>
  createHash('sha256').update(`responses ${credential}`).digest('base64url').slice(0, 22);

/** Knows callers by their credential; nearly always it is the one before. */
const ownerHash = (): ((caller: Caller) => string) => {
  const last = { credential: '', owner: hashOf('') };
  return ({ credential }) => {
    const text = credential?.reveal() ?? '';
    if (text !== last.credential) Object.assign(last, { credential: text, owner: hashOf(text) });
    return last.owner;
  };
};

/** Items that are references name another's id. */
const idsOf = (...lists: readonly (readonly unknown[])[]): readonly string[] => {
  const ids = new Set<string>();
  for (const items of lists) {
    for (const item of items) {
      if (isObject(item) && typeof item['id'] === 'string' && !isReference(item)) ids.add(item['id']);
    }
  }
  return [...ids];
};

/** So short a text is made only when it is asked for: it costs more than all else that keeping does. */
const short = 4096;
/** What names and marks add, at most, and how long a character can be as JSON. */
const marks = 2048;
const longestCharacter = 6;

type Measure = { readonly length: number; readonly most: number };

const textLater = (
  record: ResponseRecord,
  head: KeptHead,
  { length, most }: Measure,
): Pick<Kept, 'bytes' | 'size'> => {
  const made: { bytes: Buffer | null } = { bytes: null };
  const bytes = (): Buffer => (made.bytes ??= Buffer.from(recordText(record)));
  const isShort = length <= short && length * longestCharacter + marks <= most;
  return { bytes, size: sizeOf(head, isShort ? length * 2 + marks : bytes().length) };
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
  const ownerOf = ownerHash();
  return {
    recallItems: (references, { caller, memory }) =>
      pipe(TE.fromTask(open), TE.flatMap((list) => recallKept(list, ownerOf(caller))(references, memory))),
    keepResponse: async (record, caller) => {
      const length = lengthOf([record.input, record.response]);
      if (length > bounds.mostBytesEach) return;
      const { id, previous, input, response } = record;
      const head = { id, owner: ownerOf(caller), keptAt: now(), previous, items: idsOf(input, outputOf(response)) };
      const kept = { ...head, ...textLater(record, head, { length, most: bounds.mostBytesEach }) };
      const list = await open();
      if (list.add(kept)) files?.save(list);
    },
    findResponse: (id, { caller, memory }) =>
      pipe(
        TE.fromTask(open),
        TE.flatMap((list): TE.TaskEither<ProxyError, ResponseRecord | null> => {
          const kept = list.find(ownerOf(caller), id);
          return kept === undefined ? TE.right(null) : readKept(kept.bytes(), memory);
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
