import { TE, pipe } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { GeminiModel } from '../gemini/response.ts';
import type { FirstSeen } from '../ports/capabilities.ts';

type ModelsOfGoogle = TE.TaskEither<ProxyError, readonly GeminiModel[]>;

/** Takes note of every model as soon as Google lists it, whoever asks for the list, and whenever. */
export const seenModels = (fetchModels: ModelsOfGoogle, firstSeen: FirstSeen): ModelsOfGoogle =>
  pipe(
    fetchModels,
    TE.tapIO((models) => () => {
      for (const { name } of models) firstSeen(name.replace(/^models\//, ''));
    }),
  );
