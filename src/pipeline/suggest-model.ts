import { E, type TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import { livingModel, type ModelJob } from '../gemini/living-model.ts';
import type { Capabilities } from '../ports/capabilities.ts';

/** Where a model turns out not to be there, looks for one in the list as it is now that does the same job. */
export const suggestModel =
  ({ listModels }: Pick<Capabilities, 'listModels'>, job: ModelJob) =>
  <A>(asking: TE.TaskEither<ProxyError, A>): TE.TaskEither<ProxyError, A> =>
  async () => {
    const answer = await asking();
    if (E.isRight(answer) || answer.left.tag !== 'ModelNotFound' || answer.left.instead !== undefined) return answer;
    return E.left({ ...answer.left, instead: livingModel(answer.left.model, job, await listModels()) });
  };
