import { E, pipe, t } from '../../../kernel/fp.ts';
import { isObject } from '../../../kernel/is-object.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { Call, ResultTurn, ResultValue, TurnPart } from '../../../gemini/conversation/turns.ts';
import { isJsonObject } from '../../../gemini/is-json-object.ts';
import type { JsonObject } from '../../../gemini/request.ts';
import { freeTextArguments } from '../../../gemini/tools/free-text-tools.ts';
import { decodeWith, optional, record } from '../../../wire/codec.ts';
import type { GivenItem, Item } from './given-item.ts';
import { itemParts } from './item-parts.ts';
import { joinName } from './joined-name.ts';

type Read<A> = E.Either<ProxyError, A>;

const text = optional(t.string);
const functionCall = record({ call_id: t.string, name: t.string, namespace: text, arguments: text });
const customCall = record({ call_id: t.string, name: t.string, namespace: text, input: text });

const readFunctionCall = ({ item, path }: GivenItem): Read<Call> =>
  pipe(
    decodeWith(functionCall, path)(item),
    E.map((call) => ({
      id: call.call_id,
      name: joinName(call.namespace, call.name),
      arguments: call.arguments,
      path: `${path}.arguments`,
      signature: undefined,
    })),
  );

const readCustomCall = ({ item, path }: GivenItem): Read<Call> =>
  pipe(
    decodeWith(customCall, path)(item),
    E.map(({ call_id: id, name, namespace, input = '' }) => ({
      id,
      name: joinName(namespace, name),
      arguments: freeTextArguments(input),
      written: input,
      path: `${path}.input`,
      signature: undefined,
    })),
  );

const objectIn = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

/** The kinds of calls that have no name of their own, and what they were called with. */
const kinds: Readonly<Record<string, readonly [name: string, input: (item: Item) => JsonObject]>> = {
  tool_search_call: ['tool_search', ({ arguments: given }) => objectIn(given)],
  local_shell_call: ['local_shell', ({ action }) => objectIn(action)],
  shell_call: ['shell', ({ action }) => objectIn(action)],
  apply_patch_call: ['apply_patch', ({ operation }) => objectIn(operation)],
  computer_call: ['computer', ({ action, actions }) => objectIn(action ?? { actions })],
};

/** What such an item holds in a shape of its own. */
const shaped = ['action', 'operation'];

const idOf = (item: Item): string | undefined =>
  [item['call_id'], item['id']].find((id): id is string => typeof id === 'string');

const missingId = (path: string): ProxyError =>
  invalid(`Missing required parameter: '${path}.call_id' (a string).`, `${path}.call_id`, 'missing_required_parameter');

/** The call that an item makes. */
export const readCall = (type: string, given: GivenItem): Read<Call> => {
  if (type === 'function_call') return readFunctionCall(given);
  if (type === 'custom_tool_call') return readCustomCall(given);
  const { item, path } = given;
  const id = idOf(item);
  if (id === undefined) return E.left(missingId(path));
  const wrong = shaped.find((field) => item[field] != null && !isJsonObject(item[field]));
  if (wrong !== undefined) {
    const at = `${path}.${wrong}`;
    return E.left(invalid(`Invalid value for '${at}': expected an object.`, at, 'invalid_value'));
  }
  const [name, input] = kinds[type] ?? [type, objectIn];
  return E.right({ id, name, arguments: input(item), path, signature: undefined });
};

/** True for an item that is a call. */
export const isCallType = (type: string): boolean =>
  type === 'function_call' || type === 'custom_tool_call' || Object.hasOwn(kinds, type);

/** The types of what calls give back. */
const outputTypes: ReadonlySet<string> = new Set([
  'function_call_output',
  'custom_tool_call_output',
  'tool_search_output',
  'local_shell_call_output',
  'shell_call_output',
  'apply_patch_call_output',
  'computer_call_output',
]);

/** True for an item that is what a call gave back. */
export const isOutputType = (type: string): boolean => outputTypes.has(type);

const namedBy = ({ item, path }: GivenItem): Read<Pick<ResultTurn, 'by' | 'key' | 'path'>> => {
  const id = idOf({ call_id: item['call_id'], id: item['type'] === 'local_shell_call_output' ? item['id'] : null });
  if (id !== undefined) return E.right({ by: 'id', key: id, path: `${path}.call_id` });
  const { name, namespace } = item;
  if (typeof name !== 'string') return E.left(missingId(path));
  const key = joinName(typeof namespace === 'string' ? namespace : undefined, name);
  return E.right({ by: 'name', key, path: `${path}.name` });
};

type Output = { readonly value: ResultValue; readonly media: readonly TurnPart[] };

const ofParts = (parts: readonly TurnPart[]): Output => {
  let words = '';
  for (const part of parts) if ('text' in part) words += part.text ?? '';
  return { value: { text: words }, media: parts.filter((part) => !('text' in part)) };
};

/** A text, or a list of texts, pictures and files. */
const readOutput = (output: unknown, path: string): Read<Output> => {
  if (typeof output === 'string') return E.right({ value: { text: output }, media: [] });
  if (output == null) {
    return E.left(invalid(`Missing required parameter: '${path}'.`, path, 'missing_required_parameter'));
  }
  return E.map(ofParts)(itemParts(output, path));
};

const nameOfTool = (tool: unknown): unknown => (isObject(tool) ? tool['name'] : tool);

const outputOf = (type: string, { item, path }: GivenItem): Read<Output> => {
  const { output, status, tools } = item;
  switch (type) {
    case 'function_call_output':
    case 'custom_tool_call_output':
      return readOutput(output, `${path}.output`);
    case 'computer_call_output':
      return E.map(ofParts)(itemParts([output], `${path}.output`));
    case 'tool_search_output':
      return E.right({ value: { json: { tools: Array.isArray(tools) ? tools.map(nameOfTool) : [] } }, media: [] });
    case 'apply_patch_call_output':
      return E.right({ value: { json: { status, output } }, media: [] });
    default:
      return E.right({ value: typeof output === 'string' ? { text: output } : { json: { output } }, media: [] });
  }
};

/** What a call gave back. */
export const readResult = (type: string, given: GivenItem): Read<ResultTurn> =>
  pipe(
    namedBy(given),
    E.flatMap((names) =>
      E.map((output: Output): ResultTurn => ({ role: 'result', ...names, ...output }))(outputOf(type, given)),
    ),
  );
