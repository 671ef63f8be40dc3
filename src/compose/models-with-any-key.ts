import { E, type TE } from '../kernel/fp.ts';
import { cureOf, type ProxyError } from '../kernel/proxy-error.ts';
import type { KeyPool } from '../adapters/keys/key-pool.ts';
import type { GeminiModel } from '../gemini/response.ts';
import type { FetchModels } from '../ports/capabilities.ts';

/** The model list as the first key sees it that Google takes; a refusal on the way is learned. */
export const modelsWithAnyKey =
  (pool: KeyPool, fetchModels: FetchModels, signal: AbortSignal): TE.TaskEither<ProxyError, readonly GeminiModel[]> =>
  async () => {
    let last: ProxyError = { tag: 'NoKeysConfigured' };
    for (const { id, secret } of pool.healthyKeys()) {
      const read = await fetchModels(secret, signal)();
      if (E.isRight(read)) return read;
      last = read.left;
      if (last.tag === 'KeyRefused') pool.learnHealth(id, last);
      else if (cureOf(last) !== 'another key') break;
    }
    return E.left(last);
  };
