import { E, type TE } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { fallbackModels } from '../../gemini/fallback-models.ts';
import type { GeminiModel } from '../../gemini/response.ts';
import type { ListModels, Log, Now, Wait } from '../../ports/capabilities.ts';

/** The model list, kept fresh. */
export type ModelCatalogue = {
  readonly listModels: ListModels;
  /** The list as Google last told it; null until it has. */
  readonly known: () => readonly GeminiModel[] | null;
};

/** How the list is read, and the clock by which it grows old. */
export type ModelCatalogueNeeds = {
  /** Asks Google with any key that works. */
  readonly fetchModels: TE.TaskEither<ProxyError, readonly GeminiModel[]>;
  readonly now: Now;
  readonly wait: Wait;
  readonly log: Log;
};

const freshMs = 10 * 60_000;
const retryMs = 30_000;
const longestWaitMs = 5000;

type State = { models: readonly GeminiModel[] | null; nextAt: number; running: Promise<void> | null };

/**
 * The model list, asked for again after 10 minutes (30 s after a failure) while the last one is shown. Only the very
 * first asking is waited for, 5 s at most; a list that never came is a fixed one.
 */
export const modelCatalogue = ({ fetchModels, now, wait, log }: ModelCatalogueNeeds): ModelCatalogue => {
  const state: State = { models: null, nextAt: Number.NEGATIVE_INFINITY, running: null };
  const refresh = async (): Promise<void> => {
    const read = await fetchModels();
    state.running = null;
    if (E.isRight(read) && read.right.length > 0) {
      state.models = read.right;
      state.nextAt = now() + freshMs;
      return;
    }
    state.nextAt = now() + retryMs;
    log('warn', 'The model list could not be read', { error: E.isLeft(read) ? read.left.tag : 'empty' });
  };
  return {
    listModels: async () => {
      if (state.running === null && now() >= state.nextAt) state.running = refresh();
      if (state.models === null && state.running !== null) {
        const enough = new AbortController();
        await Promise.race([state.running, wait(longestWaitMs, enough.signal)]);
        enough.abort();
      }
      return state.models ?? fallbackModels;
    },
    known: () => state.models,
  };
};
