import { createHash } from 'node:crypto';
import { TE, pipe } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { Caller } from '../../ports/capabilities.ts';
import type { FinishedResponse, ResponseRecord, ResponseStore } from '../../ports/response-store.ts';
import { callerMark } from '../callers/caller-mark.ts';
import { headLine } from './kept-head.ts';
import { keptList, keptOf, type KeptList, type ListNeeds, type ResponseBounds } from './kept-list.ts';
import { readKept } from './kept-text.ts';
import { recallKept } from './recall-kept.ts';
import type { ResponseFiles } from './response-files.ts';
import { textBlocks } from './text-blocks.ts';

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

/** A store, and how full it is. */
export type ResponseMemory = ResponseStore & { readonly use: () => Promise<ReturnType<KeptList['use']>> };

type Needs = ListNeeds & {
  readonly files?: Pick<ResponseFiles, 'load' | 'save' | 'erase'>;
};

/** A list that is filled from the disk first: until then, whoever asks waits for that. */
const openList = (bounds: ResponseBounds, { files, ...needs }: Needs): (() => KeptList | Promise<KeptList>) => {
  const list = keptList(bounds, needs);
  if (files === undefined) return () => list;
  const state: { filling: Promise<KeptList> | null } = { filling: null };
  state.filling = files.load().then((all) => {
    for (const kept of all) list.add(kept);
    if (all.length > 0) files.save(list);
    state.filling = null;
    return list;
  });
  return () => state.filling ?? list;
};

/**
 * Keeps responses in memory, as text, and on disk where there are `files`. Who asks is known by the hash of the
 * credential, so that what one caller made is not there for another.
 */
export const responseMemory = (bounds: ResponseBounds, needs: Needs): ResponseMemory => {
  const { now, files } = needs;
  const open = openList(bounds, needs);
  const ownerOf = ownerHash();
  const write = textBlocks(bounds.mostBytesEach);
  const opened = TE.fromTask(async () => open());
  const add = (list: KeptList, { id, previous, items, text }: FinishedResponse, caller: Caller): void => {
    const head = { id, owner: ownerOf(caller), caller: callerMark(caller.address), keptAt: now(), previous, items };
    const written = write(headLine(head), text);
    if (written === null) return;
    if (list.add(keptOf(head, written))) files?.save(list);
  };
  return {
    mostBytesEach: bounds.mostBytesEach,
    recallItems: (references, { caller, memory }) =>
      pipe(opened, TE.flatMap((list) => recallKept(list, ownerOf(caller))(references, memory))),
    keepResponse: (finished, caller) => {
      const list = open();
      if (list instanceof Promise) return list.then((filled) => add(filled, finished, caller));
      add(list, finished, caller);
      return undefined;
    },
    findResponse: (id, { caller, memory }) =>
      pipe(
        opened,
        TE.flatMap((list): TE.TaskEither<ProxyError, ResponseRecord | null> => {
          const kept = list.find(ownerOf(caller), id);
          return kept === undefined ? TE.right(null) : readKept(kept, memory);
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
