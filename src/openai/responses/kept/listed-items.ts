import { isObject } from '../../../kernel/is-object.ts';
import { E, TE, pipe } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import { json, type Reply } from '../../../ports/reply.ts';
import type { Asker, ResponseStore } from '../../../ports/response-store.ts';
import { isReference, typeOf, type Item } from '../ask/given-item.ts';
import type { SentRequest } from '../ask/request.ts';
import { inputItemId } from '../item-ids.ts';
import { findKept } from './kept-response.ts';

const prefixes: ReadonlyMap<string, string> = new Map([
  ['message', 'msg'],
  ['reasoning', 'rs'],
  ['function_call', 'fc'],
  ['function_call_output', 'fco'],
  ['custom_tool_call', 'ctc'],
  ['custom_tool_call_output', 'ctco'],
]);

/** Items as they are kept: each has an id by which it is listed and referred to, which tells the response. */
const identifyItems = (items: readonly Item[], letters: string): readonly Item[] =>
  items.map((item, at) => {
    const { id } = item;
    if (typeof id === 'string' && id !== '') return item;
    return { ...item, id: inputItemId(prefixes.get(typeOf(item) ?? '') ?? 'item', letters, at) };
  });

/** A request's own items as they are kept, as JSON; a text is one message, written out since most requests are one. */
export const keptItems = ({ fields: { input }, own }: SentRequest, letters: string): string =>
  typeof input === 'string'
    ? '[{"type":"message","role":"user","content":[{"type":"input_text","text":' +
      `${JSON.stringify(input)}}],"id":"${inputItemId('msg', letters, 0)}"}]`
    : JSON.stringify(identifyItems(own, letters));

const partsOf = ({ role, content }: Item): unknown => {
  if (typeof content !== 'string') return content;
  return role === 'assistant'
    ? [{ type: 'output_text', text: content, annotations: [], logprobs: [] }]
    : [{ type: 'input_text', text: content }];
};

/** A message as the API lists it, whatever short form it was sent in. */
const listedItem = (item: Item): Item =>
  typeOf(item) === 'message' ? { status: 'completed', ...item, type: 'message', content: partsOf(item) } : item;

type Page = { readonly limit: number; readonly isDescending: boolean; readonly after: string | null };

const wrongQuery = (param: string, expected: string): E.Either<ProxyError, never> =>
  E.left(invalid(`Invalid value for '${param}': expected ${expected}.`, param, 'invalid_value'));

const pageOf = (query: URLSearchParams): E.Either<ProxyError, Page> => {
  const limit = query.get('limit') ?? '20';
  const order = query.get('order') ?? 'desc';
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > 100)
    return wrongQuery('limit', 'a whole number from 1 to 100');
  if (!['asc', 'desc'].includes(order)) return wrongQuery('order', 'asc or desc');
  return E.right({ limit: Number(limit), isDescending: order === 'desc', after: query.get('after') });
};

/** One page; the items after the one that `after` names, in their order. */
const listPage = (items: readonly Item[], { limit, isDescending, after }: Page): E.Either<ProxyError, object> => {
  const ordered = isDescending ? items.toReversed() : items;
  const at = after === null ? -1 : ordered.findIndex(({ id }) => id === after);
  if (after !== null && at < 0) return wrongQuery('after', 'the id of an item of this response');
  const data = ordered.slice(at + 1, at + 1 + limit).map(listedItem);
  const [first_id, last_id] = [data[0]?.['id'] ?? null, data.at(-1)?.['id'] ?? null];
  return E.right({ object: 'list', data, first_id, last_id, has_more: at + 1 + limit < ordered.length });
};

/** Items that stand for others, in whose place those are listed as long as they are kept. */
const withReferences = (
  { recallItems }: Pick<ResponseStore, 'recallItems'>,
  items: readonly Item[],
  asker: Asker,
): TE.TaskEither<ProxyError, readonly Item[]> => {
  const references = items.filter(isReference).map(({ id }) => id);
  if (references.length === 0) return TE.right(items);
  return pipe(
    recallItems({ previous: null, items: references }, asker),
    TE.map(({ byId }) =>
      items.map((item) => {
        const known = isReference(item) ? byId.get(item.id) : undefined;
        return isObject(known) ? known : item;
      }),
    ),
    TE.orElse((error) => (error.tag === 'NotKept' ? TE.right(items) : TE.left(error))),
  );
};

/** GET /v1/responses/{id}/input_items: what its request brought, without the turns that it went on from. */
export const listKeptItems =
  (store: Pick<ResponseStore, 'findResponse' | 'recallItems'>) =>
  (id: string, query: URLSearchParams) =>
  (asker: Asker): TE.TaskEither<ProxyError, Reply> =>
    pipe(
      TE.fromEither(pageOf(query)),
      TE.flatMap((page) =>
        pipe(
          findKept(store, id, asker),
          TE.flatMap(({ input }) => withReferences(store, input.filter(isObject), asker)),
          TE.flatMapEither((items) => listPage(items, page)),
        ),
      ),
      TE.map((page) => json(200, page)),
    );
