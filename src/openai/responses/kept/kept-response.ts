import { E, TE, pipe } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { jsonText } from '../../../kernel/well-formed.ts';
import { json, type Reply } from '../../../ports/reply.ts';
import type { Asker, ResponseRecord, ResponseStore } from '../../../ports/response-store.ts';
import { openaiErrors } from '../../errors.ts';
import { openaiReplies } from '../../replies.ts';
import { replayEvents } from './event-cuts.ts';

/** OpenAI's 404 for a response that this caller has not. */
export const responseNotFound = (id: string): ProxyError => ({
  tag: 'NotKept',
  message: `Response with id '${id.slice(0, 100)}' not found.`,
  param: null,
});

/** One of the caller's own. */
export const findKept = (
  { findResponse }: Pick<ResponseStore, 'findResponse'>,
  id: string,
  asker: Asker,
): TE.TaskEither<ProxyError, ResponseRecord> =>
  pipe(
    findResponse(id, asker),
    TE.flatMapEither((found) => (found === null ? E.left(responseNotFound(id)) : E.right(found))),
  );

const wrongQuery = (param: string, expected: string): E.Either<ProxyError, never> =>
  E.left(invalid(`Invalid value for '${param}': expected ${expected}.`, param, 'invalid_value'));

type Wish = { readonly streams: boolean; readonly from: number };

const wishOf = (query: URLSearchParams): E.Either<ProxyError, Wish> => {
  const stream = query.get('stream') ?? 'false';
  const after = query.get('starting_after') ?? '-1';
  if (!['true', 'false'].includes(stream)) return wrongQuery('stream', 'true or false');
  if (!/^(?:-1|\d{1,9})$/.test(after)) return wrongQuery('starting_after', 'the sequence number of an event');
  return E.right({ streams: stream === 'true', from: Number(after) + 1 });
};

/** Events that leave in one write. */
const mostAtOnce = 200;

async function* tellEvents(
  { response, events }: ResponseRecord,
  from: number,
): AsyncGenerator<string, void, undefined> {
  let text = '';
  let count = 0;
  for (const event of replayEvents(response, events ?? [], from)) {
    text += `event: ${String(event['type'])}\ndata: ${jsonText(event)}\n\n`;
    count += 1;
    if (count % mostAtOnce === 0) {
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}

const replay = (record: ResponseRecord, from: number): Reply => ({
  kind: 'streamed',
  status: 200,
  headers: openaiReplies.streamHeaders,
  tail: tellEvents(record, from),
  fail: openaiErrors.inStream,
  heartbeat: { text: () => ': keep-alive\n\n', afterMs: 0 },
});

/** GET /v1/responses/{id}: as it was answered, or told again as a stream, with the same pieces and numbers. */
export const showKept =
  (store: Pick<ResponseStore, 'findResponse'>) =>
  (id: string, query: URLSearchParams) =>
  (asker: Asker): TE.TaskEither<ProxyError, Reply> =>
    pipe(
      TE.fromEither(wishOf(query)),
      TE.flatMap(({ streams, from }) =>
        pipe(
          findKept(store, id, asker),
          TE.map((record) => (streams ? replay(record, from) : json(200, record.response))),
        ),
      ),
    );
