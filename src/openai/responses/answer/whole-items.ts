import { textOf } from '../../../kernel/unread-text.ts';
import { itemsOf } from '../../../kernel/chain.ts';
import type { CallEvent, PictureEvent } from '../../../gemini/answer/answer-event.ts';
import type { JsonObject } from '../../../gemini/request.ts';
import { freeTextInput } from '../../../gemini/tools/free-text-tools.ts';
import type { ToolKind, ToolKinds } from '../ask/tool-kinds.ts';
import type { OutputItem, SearchAction } from './output-item.ts';
import { addItem, emit, finishItem, newItem, type Writing } from './writing.ts';

/** The API's own bound of a call's id. */
const longestId = 64;

type Named = { readonly call_id: string; readonly name: string; readonly namespace?: string };

const writeFunctionCall = (to: Writing, named: Named, args: string): void => {
  const { id, index } = newItem(to, 'function_call');
  const at = { item_id: id, output_index: index };
  const item = { type: 'function_call' as const, id, ...named };
  addItem(to, index, { ...item, status: 'in_progress', arguments: '' });
  emit(to, 'response.function_call_arguments.delta', { ...at, delta: args });
  emit(to, 'response.function_call_arguments.done', { ...at, name: named.name, arguments: args });
  finishItem(to, index, { ...item, status: 'completed', arguments: args });
};

const writeCustomCall = (to: Writing, named: Named, input: string): void => {
  const { id, index } = newItem(to, 'custom_tool_call');
  const at = { item_id: id, output_index: index };
  const item = { type: 'custom_tool_call' as const, id, ...named };
  addItem(to, index, { ...item, status: 'in_progress', input: '' });
  emit(to, 'response.custom_tool_call_input.delta', { ...at, delta: input });
  emit(to, 'response.custom_tool_call_input.done', { ...at, input });
  finishItem(to, index, { ...item, status: 'completed', input });
};

type HouseCall = Extract<
  OutputItem,
  { readonly type: 'tool_search_call' | 'local_shell_call' | 'shell_call' | 'apply_patch_call' }
>;

/** Calls of OpenAI's own tools are told whole: their streams have no deltas. */
const writeHouseCall = (to: Writing, type: HouseCall['type'], make: (id: string) => HouseCall): void => {
  const { id, index } = newItem(to, type);
  const item = make(id);
  addItem(to, index, { ...item, status: 'in_progress' });
  finishItem(to, index, item);
};

/** The kinds of calls whose item holds what they were called with in a shape of its own. */
const houseCall = (kind: ToolKind['kind'], call_id: string, input: JsonObject): ((id: string) => HouseCall) | null => {
  const status = 'completed' as const;
  switch (kind) {
    case 'tool_search':
      return (id) => ({ type: 'tool_search_call', id, status, call_id, execution: 'client', arguments: input });
    case 'local_shell':
      return (id) => {
        const { command = [], env = {}, ...rest } = input;
        return { type: 'local_shell_call', id, status, call_id, action: { ...rest, type: 'exec', command, env } };
      };
    case 'shell':
      return (id) => {
        const { commands = [], timeout_ms = null, max_output_length = null } = input;
        const action = { commands, timeout_ms, max_output_length };
        return { type: 'shell_call', id, status, call_id, action, environment: null };
      };
    case 'apply_patch':
      return (id) => ({ type: 'apply_patch_call', id, status, call_id, operation: input });
    default:
      return null;
  }
};

const houseTypes: Readonly<Partial<Record<ToolKind['kind'], HouseCall['type']>>> = {
  tool_search: 'tool_search_call',
  local_shell: 'local_shell_call',
  shell: 'shell_call',
  apply_patch: 'apply_patch_call',
};

/** Writes a call as an item of its tool's kind, by the name that the client knows, its namespace apart. */
export const writeCall = (to: Writing, { id, name, text, input = {} }: CallEvent, kinds: ToolKinds): void => {
  const { kind, name: own, namespace } = kinds.get(name) ?? { kind: 'function', name };
  const call_id = id.slice(0, longestId);
  const made = houseCall(kind, call_id, input);
  const type = houseTypes[kind];
  const named: Named = namespace === undefined ? { call_id, name: own } : { call_id, name: own, namespace };
  if (made !== null && type !== undefined) writeHouseCall(to, type, made);
  else if (kind === 'custom') writeCustomCall(to, named, freeTextInput(input));
  else writeFunctionCall(to, named, text);
};

/** Writes a picture that was drawn. */
export const writePicture = (to: Writing, { data, mimeType }: PictureEvent): void => {
  const { id, index } = newItem(to, 'image_generation_call');
  const at = { item_id: id, output_index: index };
  const format = { output_format: mimeType.replace('image/', '') };
  const item = { type: 'image_generation_call' as const, id, ...format };
  addItem(to, index, { ...item, status: 'in_progress', result: null });
  emit(to, 'response.image_generation_call.in_progress', at);
  emit(to, 'response.image_generation_call.generating', at);
  emit(to, 'response.image_generation_call.completed', at);
  finishItem(to, index, { ...item, status: 'completed', result: textOf(data) });
};

/** What `include` asks of a search. */
export type SearchTelling = { readonly sources: boolean; readonly results: boolean };

/** Writes what was searched for, and found; nothing where nothing was. */
export const writeSearch = (to: Writing, telling: SearchTelling): void => {
  const queries = itemsOf(to.queries);
  const found = itemsOf(to.sources);
  if (queries.length === 0 && found.length === 0) return;
  const { id, index } = newItem(to, 'web_search_call');
  const at = { item_id: id, output_index: index };
  const sources = telling.sources ? { sources: found.map(({ url }) => ({ type: 'url' as const, url })) } : {};
  const action: SearchAction = { type: 'search', query: queries[0] ?? '', queries, ...sources };
  const results = telling.results
    ? { results: found.map(({ url, title }) => ({ type: 'text_result', url, title })) }
    : {};
  const item = { type: 'web_search_call' as const, id, action };
  addItem(to, index, { ...item, status: 'in_progress' });
  emit(to, 'response.web_search_call.in_progress', at);
  emit(to, 'response.web_search_call.searching', at);
  emit(to, 'response.web_search_call.completed', at);
  finishItem(to, index, { ...item, ...results, status: 'completed' });
};
