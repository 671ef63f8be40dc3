import { E } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { ItemReferences, RecalledItems } from '../../../ports/response-store.ts';
import { decodeWithin } from '../../../wire/codec.ts';
import { responsesBounds } from '../../field-bounds.ts';
import { responseFields, type ResponseFields } from './response-fields.ts';
import { isReference, type GivenItem, type Item } from './given-item.ts';

/** A request as it was sent: its fields, and its own items, a text being one message of the user's. */
export type SentRequest = { readonly fields: ResponseFields; readonly own: readonly Item[] };

const missing = (path: string, what: string): ProxyError =>
  invalid(`Missing required parameter: '${path}' (${what}).`, path, 'missing_required_parameter');

const noSupport = (path: string, why: string): ProxyError =>
  invalid(`'${path}' is not supported: ${why}.`, path, 'unsupported_parameter');

/** What can't be done here, or not together; null where all is well. */
const refusalOf = (fields: Partial<ResponseFields>): ProxyError | null => {
  const { model, input, background, conversation, prompt, previous_response_id: previous } = fields;
  if (model === undefined) return missing('model', 'a string');
  if (background === true) return noSupport('background', 'send the request without it and wait for its answer');
  if (conversation !== undefined) {
    const cure = previous === undefined ? 'send the items, or previous_response_id' : 'send previous_response_id alone';
    return noSupport('conversation', cure);
  }
  if (prompt !== undefined) return noSupport('prompt', 'prompts kept elsewhere are not known here; send instructions');
  if (input === undefined && previous === undefined) return missing('input', 'a string or an array');
  return null;
};

const userMessage = (text: string): Item => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
});

const ownItems = ({ input = [] }: Pick<ResponseFields, 'input'>): readonly Item[] =>
  typeof input === 'string' ? [userMessage(input)] : input;

/** Compiled once: to prepare the bounds costs as much as all else that is done with a short request. */
const decodeFields = decodeWithin(responsesBounds, responseFields);

const namesModel = (fields: Partial<ResponseFields>): fields is ResponseFields => fields.model !== undefined;

/** Reads the body of POST /v1/responses, all but its items. */
export const decodeResponseRequest = (body: unknown): E.Either<ProxyError, SentRequest> => {
  const fields = decodeFields(body);
  if (E.isLeft(fields)) return fields;
  const { right: read } = fields;
  const refusal = refusalOf(read);
  if (refusal !== null) return E.left(refusal);
  return E.right({ fields: namesModel(read) ? read : { ...read, model: '' }, own: ownItems(read) });
};

/** What a request refers to by id; null where it holds all itself. */
export const referencesOf = ({ fields, own }: SentRequest): ItemReferences | null => {
  const previous = fields.previous_response_id ?? null;
  if (previous === null && typeof fields.input === 'string') return null;
  const items = own.flatMap((item) => (isReference(item) ? [item.id] : []));
  return previous === null && items.length === 0 ? null : { previous, items };
};

const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null;

/** All items of the conversation, each with the field that holds it: earlier turns first, references replaced. */
export const givenItems = ({ own }: SentRequest, recalled: RecalledItems | null): readonly GivenItem[] => {
  const earlier = (recalled?.before ?? [])
    .filter(isItem)
    .map((item): GivenItem => ({ item, path: 'previous_response_id' }));
  return [
    ...earlier,
    ...own.map((item, at): GivenItem => {
      const known = isReference(item) ? recalled?.byId.get(item.id) : item;
      return { item: isItem(known) ? known : item, path: `input.${at}` };
    }),
  ];
};
