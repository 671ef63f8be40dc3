import { TE, pipe, type E } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import type { GeminiModel } from '../gemini/response.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import { json, type Reply } from '../ports/reply.ts';
import { authorize } from './authorize.ts';
import type { Received } from './exchange.ts';
import { suggestModel } from './suggest-model.ts';

/** Model lists: for who knows the password, not counted against the limits, since clients ask before every chat. */
export const serveModels = (
  capabilities: Pick<Capabilities, 'checkCaller' | 'listModels'>,
  render: (known: readonly GeminiModel[]) => E.Either<ProxyError, unknown>,
): Stage<Received, Reply> => {
  const known = TE.fromTask<readonly GeminiModel[], ProxyError>(capabilities.listModels);
  return (received) =>
    pipe(
      received,
      authorize(capabilities),
      TE.flatMap(() => known),
      TE.flatMapEither(render),
      suggestModel(capabilities, 'chat'),
      TE.map((value) => json(200, value)),
    );
};
