import { E, t } from '../../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../../kernel/proxy-error.ts';
import type { Steps } from '../../../kernel/steps.ts';
import type { Turn } from '../../../gemini/conversation/turns.ts';
import { fromBase64 } from '../../../gemini/inline-media.ts';
import { decodeWith, optional, record } from '../../../wire/codec.ts';
import { envelopeSpare, openEnvelopes, type EnvelopeSpare } from '../envelope.ts';
import { isLongList, readInSteps } from '../../../wire/read-in-steps.ts';
import { isCallType, isOutputType, readCall, readResult } from './call-items.ts';
import { typeOf, type GivenItem } from './given-item.ts';
import { itemParts } from './item-parts.ts';
import {
  addCall,
  addCode,
  addOpened,
  addPicture,
  addTurn,
  addWords,
  closedTurns,
  type OpenTurns,
} from './open-turn.ts';

/** Tools that an item brings, and the field that holds them. */
export type ItemTools = { readonly tools: readonly unknown[]; readonly path: string };

/** What the items of a request come to. */
export type ReadItems = {
  readonly turns: readonly Turn[];
  readonly tools: readonly ItemTools[];
  /** What goes before the request's own reasoning and text: the last change of configuration. */
  readonly update: GivenItem | null;
  /** Items that say nothing to Gemini. */
  readonly dropped: number;
};

type Reading = OpenTurns & {
  readonly model: string;
  readonly spare: EnvelopeSpare;
  readonly tools: ItemTools[];
  update: GivenItem | null;
  dropped: number;
};

const roles: readonly unknown[] = ['user', 'assistant', 'system', 'developer'];

const readMessage = (reading: Reading, { item, path }: GivenItem): ProxyError | null => {
  const { role, content } = item;
  const at = `${path}.content`;
  if (!roles.includes(role)) {
    const expected = "expected 'user', 'assistant', 'system' or 'developer'";
    return invalid(`Invalid value for '${path}.role': ${expected}.`, `${path}.role`, 'invalid_value');
  }
  const parts = itemParts(content, at);
  if (E.isLeft(parts)) return parts.left;
  if (role === 'assistant') addWords(reading, parts.right, at);
  else if (role === 'user') addTurn(reading, { role, parts: parts.right });
  else addTurn(reading, { role: 'system', parts: parts.right, path: at, called: String(role) });
  return null;
};

/** The model is told which call a result belongs to; one that belongs to none is of an agent's making. */
const orphanFault = ({ called }: Reading, by: 'id' | 'name', key = ''): string | null => {
  const isKnown = called !== null && (by === 'id' ? called.ids : called.names).has(key);
  const what = by === 'id' ? 'call_id' : 'name';
  return isKnown ? null : `No tool call found for function call output with ${what} ${key.slice(0, 64)}.`;
};

const readOutputItem = (reading: Reading, type: string, given: GivenItem): ProxyError | null => {
  const result = readResult(type, given);
  if (E.isLeft(result)) return result.left;
  const { by, key, path } = result.right;
  const fault = orphanFault(reading, by, key);
  if (fault !== null) return invalid(fault, path, 'invalid_value');
  addTurn(reading, result.right);
  return null;
};

const misfit = (path: string, expected: string): ProxyError =>
  invalid(`Invalid value for '${path}': expected ${expected}.`, path, 'invalid_value');

const drop = (reading: Reading): null => {
  reading.dropped += 1;
  return null;
};

const readPicture = (reading: Reading, { item, path }: GivenItem): ProxyError | null => {
  const { result } = item;
  if (result == null || result === '') return drop(reading);
  if (typeof result !== 'string') return misfit(`${path}.result`, 'a string');
  const picture = fromBase64(result, { declared: '' }, `${path}.result`);
  if (E.isLeft(picture)) return picture.left;
  addPicture(reading, { inlineData: picture.right }, path);
  return null;
};

const readMcpCall = (reading: Reading, given: GivenItem): ProxyError | null => {
  const { item, path } = given;
  const { id, name, arguments: args, output, error } = item;
  const words = [output, error].find((one): one is string => typeof one === 'string') ?? '';
  if (typeof id !== 'string' || typeof name !== 'string') return drop(reading);
  const call = readCall('function_call', { item: { call_id: id, name, arguments: args }, path });
  if (E.isLeft(call)) return call.left;
  addCall(reading, call.right, path);
  addTurn(reading, { role: 'result', by: 'id', key: id, path, value: { text: words }, media: [] });
  return null;
};

const addTools = (reading: Reading, { item, path }: GivenItem): ProxyError | null => {
  const { tools } = item;
  if (tools == null) return null;
  if (!Array.isArray(tools)) return misfit(`${path}.tools`, 'an array');
  reading.tools.push({ tools, path: `${path}.tools` });
  return null;
};

const list = optional(t.UnknownArray);
const reasoning = record({ summary: list, content: list });

const readReasoning = (reading: Reading, { item, path }: GivenItem): ProxyError | null => {
  const read = decodeWith(reasoning, path)(item);
  if (E.isLeft(read)) return read.left;
  const opened = openEnvelopes(item['encrypted_content'], reading.model, reading.spare);
  for (const one of opened) addOpened(reading, one, path);
  return null;
};

const missingType = (path: string): ProxyError =>
  invalid(`Missing required parameter: '${path}'.`, path, 'missing_required_parameter');

/** Reads one item; what has no meaning for Gemini is left out, and counted. */
const readItem = (reading: Reading, given: GivenItem): ProxyError | null => {
  const { item, path } = given;
  const type = typeOf(item);
  if (type === null) return missingType(`${path}.type`);
  if (type === 'message') return readMessage(reading, given);
  if (type === 'reasoning') return readReasoning(reading, given);
  if (type === 'item_reference') return misfit(`${path}.id`, 'a string');
  if (type === 'additional_tools') return addTools(reading, given);
  const fault = type === 'tool_search_output' ? addTools(reading, given) : null;
  if (fault !== null) return fault;
  if (type.startsWith('tool_search') && typeof item['call_id'] !== 'string') return null;
  if (isCallType(type)) {
    const call = readCall(type, given);
    if (E.isLeft(call)) return call.left;
    addCall(reading, call.right, path);
    return null;
  }
  if (isOutputType(type)) return readOutputItem(reading, type, given);
  if (type === 'image_generation_call') return readPicture(reading, given);
  if (type === 'mcp_call') return readMcpCall(reading, given);
  if (type === 'code_interpreter_call' && typeof item['code'] === 'string') addCode(reading, item['code'], path);
  else if (type === 'configuration_update') reading.update = given;
  else return drop(reading);
  return null;
};

/** A message of the user's with very many parts. */
function* readLong(reading: Reading, content: readonly unknown[], path: string): Steps<ProxyError | null> {
  const parts = yield* readInSteps(content, (some, from) => itemParts(some, `${path}.content`, from));
  if (E.isLeft(parts)) return parts.left;
  addTurn(reading, { role: 'user', parts: parts.right });
  return null;
}

const isUsers = ({ item }: GivenItem): boolean => item['role'] === 'user' && typeOf(item) === 'message';

/** Where nothing has been read yet. */
const nothingRead = (model: string): Reading => ({
  turns: [],
  open: null,
  signatures: null,
  called: null,
  model,
  spare: envelopeSpare(),
  tools: [],
  update: null,
  dropped: 0,
});

/** Items that are read in one go: a few milliseconds of them. */
const itemsAtOnce = 512;

/** The items of a conversation as turns, with what else they bring; `model` is whose signatures go back. */
export function* readItems(items: readonly GivenItem[], model: string): Steps<E.Either<ProxyError, ReadItems>> {
  const reading = nothingRead(model);
  let count = 0;
  for (const given of items) {
    count += 1;
    if (count % itemsAtOnce === 0) yield;
    const { content } = given.item;
    const isLong = isLongList(content) && isUsers(given);
    const fault = isLong ? yield* readLong(reading, content, given.path) : readItem(reading, given);
    if (fault !== null) return E.left(fault);
  }
  const { tools, update, dropped } = reading;
  yield;
  return E.right({ turns: closedTurns(reading), tools, update, dropped });
}
