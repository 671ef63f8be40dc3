import { TE, pipe } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import { livingModel, type ModelJob } from '../gemini/living-model.ts';
import type { Capabilities } from '../ports/capabilities.ts';

/** Where a model turns out not to be there, looks for one in the list as it is now that does the same job. */
export const suggestModel = (
  { listModels }: Pick<Capabilities, 'listModels'>,
  job: ModelJob,
): (<A>(asking: TE.TaskEither<ProxyError, A>) => TE.TaskEither<ProxyError, A>) =>
  TE.orElse((error: ProxyError): TE.TaskEither<ProxyError, never> => {
    if (error.tag !== 'ModelNotFound' || error.instead !== undefined) return TE.left(error);
    const withSuggestion = (listed: Awaited<ReturnType<typeof listModels>>): ProxyError => ({
      ...error,
      instead: livingModel(error.model, job, listed),
    });
    return pipe(
      TE.fromTask(listModels),
      TE.flatMap((listed) => TE.left(withSuggestion(listed))),
    );
  });
