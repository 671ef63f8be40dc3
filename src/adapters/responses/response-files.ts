import { codeOf } from '../error-code.ts';
import { latestWriter } from '../state/latest-writer.ts';
import type { Kept, KeptList } from './kept-list.ts';
import { readFolder, writeFolder, type Segments, type SegmentSettings } from './segment-folder.ts';

/** Where kept responses outlive a restart. None of it fails. */
export type ResponseFiles = {
  /** What was kept, the oldest first. For the start only. */
  readonly load: () => Promise<readonly Kept[]>;
  /** Something was added, or is too old. */
  readonly save: (list: KeptList) => void;
  /** Like `save`, and what is not in the list any more is erased, not only left to go with its neighbours. */
  readonly erase: (list: KeptList) => void;
  readonly flush: () => Promise<void>;
};

/** Where the files are, and how soon they are written: 1000 ms after the first `save` unless told. */
export type ResponseFileSettings = SegmentSettings & { readonly delayMs?: number };

/** How often what is too old is looked for while nothing new comes. */
const tidyMs = 600_000;

/** One warning for a disk that refuses, however often it does. */
const diskWarning = ({ log }: Pick<SegmentSettings, 'log'>): ((cause: unknown) => void) => {
  const state = { isTold: false };
  return (cause) => {
    const code = codeOf(cause) || 'unknown';
    if (!state.isTold) log('warn', 'Responses cannot be kept on disk; they stay in memory', { code });
    state.isTold = true;
  };
};

type State = { readonly segments: Segments; erases: boolean; tidying: NodeJS.Timeout | null };

/**
 * Kept responses in files of their own (mode 0600), several of those that came close together in one. When the disk
 * refuses, one warning is logged, and they stay in memory. While something is kept it is looked at now and then, so
 * that nothing stays on disk that is too old.
 */
export const responseFiles = (settings: ResponseFileSettings): ResponseFiles => {
  const state: State = { segments: new Set(), erases: false, tidying: null };
  const warn = diskWarning(settings);
  const write = async (list: KeptList): Promise<boolean> => {
    const { erases } = state;
    state.erases = false;
    try {
      await writeFolder(settings, state.segments, { list, erases });
      if (state.segments.size > 0) tidyLater(list);
      return true;
    } catch (cause) {
      state.erases ||= erases;
      warn(cause);
      return false;
    }
  };
  const { save, flush } = latestWriter(write, settings.delayMs ?? 1000);
  const tidyLater = (list: KeptList): void => {
    state.tidying ??= setTimeout(() => {
      state.tidying = null;
      save(() => list);
    }, tidyMs).unref();
  };
  return {
    load: async () => {
      try {
        return await readFolder(settings, state.segments);
      } catch (cause) {
        if (codeOf(cause) !== 'ENOENT') warn(cause);
        return [];
      }
    },
    save: (list) => save(() => list),
    erase: (list) => {
      state.erases = true;
      save(() => list);
    },
    flush,
  };
};
