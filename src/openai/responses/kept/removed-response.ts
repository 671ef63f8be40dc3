import { E, TE, pipe } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { json, type Reply } from '../../../ports/reply.ts';
import type { Asker, ResponseStore } from '../../../ports/response-store.ts';
import { findKept, responseNotFound } from './kept-response.ts';

/** DELETE /v1/responses/{id}. */
export const removeKept =
  ({ removeResponse }: Pick<ResponseStore, 'removeResponse'>) =>
  (id: string) =>
  ({ caller }: Asker): TE.TaskEither<ProxyError, Reply> =>
    pipe(
      TE.fromTask(() => removeResponse(id, caller)),
      TE.flatMapEither((isRemoved) =>
        isRemoved ? E.right(json(200, { id, object: 'response', deleted: true })) : E.left(responseNotFound(id)),
      ),
    );

/** POST /v1/responses/{id}/cancel: there is nothing to cancel, since none runs in the background. */
export const cancelKept =
  (store: Pick<ResponseStore, 'findResponse'>) =>
  (id: string) =>
  (asker: Asker): TE.TaskEither<ProxyError, Reply> =>
    pipe(
      findKept(store, id, asker),
      TE.flatMapEither(() =>
        E.left(invalid('Only a response in the background can be cancelled, and none is here: it has ended.', null)),
      ),
    );

/** What POST /v1/responses/compact is answered with: Codex then compacts by an ordinary request. */
export const noCompaction: ProxyError = invalid(
  'Compaction is not supported: ask for a summary of the conversation with an ordinary request.',
  null,
  'unsupported_value',
);
