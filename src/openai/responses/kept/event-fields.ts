import { isObject } from '../../../kernel/is-object.ts';

type Body = Readonly<Record<string, unknown>>;

const ofItem = ['item_id', 'output_index'];
const ofContent = [...ofItem, 'content_index'];
const ofSummary = [...ofItem, 'summary_index'];

/** The events that tell of an item what the item itself says, each with its fields in their order. */
const fieldsByType: ReadonlyMap<string, readonly string[]> = new Map([
  ['response.output_item.added', ['output_index', 'item']],
  ['response.output_item.done', ['output_index', 'item']],
  ['response.content_part.added', [...ofContent, 'part']],
  ['response.content_part.done', [...ofContent, 'part']],
  ['response.output_text.delta', [...ofContent, 'delta', 'logprobs']],
  ['response.output_text.annotation.added', [...ofContent, 'annotation_index', 'annotation']],
  ['response.output_text.done', [...ofContent, 'text', 'logprobs']],
  ['response.refusal.delta', [...ofContent, 'delta']],
  ['response.refusal.done', [...ofContent, 'refusal']],
  ['response.reasoning_summary_part.added', [...ofSummary, 'part']],
  ['response.reasoning_summary_text.delta', [...ofSummary, 'delta']],
  ['response.reasoning_summary_text.done', [...ofSummary, 'text']],
  ['response.reasoning_summary_part.done', [...ofSummary, 'part']],
  ['response.function_call_arguments.delta', [...ofItem, 'delta']],
  ['response.function_call_arguments.done', [...ofItem, 'name', 'arguments']],
  ['response.custom_tool_call_input.delta', [...ofItem, 'delta']],
  ['response.custom_tool_call_input.done', [...ofItem, 'input']],
  ['response.code_interpreter_call.in_progress', ofItem],
  ['response.code_interpreter_call_code.delta', [...ofItem, 'delta']],
  ['response.code_interpreter_call_code.done', [...ofItem, 'code']],
  ['response.code_interpreter_call.interpreting', ofItem],
  ['response.code_interpreter_call.completed', ofItem],
  ['response.web_search_call.in_progress', ofItem],
  ['response.web_search_call.searching', ofItem],
  ['response.web_search_call.completed', ofItem],
  ['response.image_generation_call.in_progress', ofItem],
  ['response.image_generation_call.generating', ofItem],
  ['response.image_generation_call.completed', ofItem],
]);

/** True for an event that the item tells, but for its number and the piece of a text that it is about. */
export const isToldByItem = (type: string): boolean => fieldsByType.has(type);

/** What an item, or a part of one, holds before anything was said: what has no value then is left out. */
const emptied: Body = { content: [], summary: [], outputs: null, result: null, results: undefined };
const emptiedTexts: ReadonlySet<string> = new Set(['text', 'refusal', 'arguments', 'input', 'code']);
const emptiedLists: ReadonlySet<string> = new Set(['annotations', 'logprobs']);

const beginningOf = (body: Body): Body => {
  const begun = Object.entries(body).map(([name, value]): [string, unknown] => {
    if (name === 'status') return [name, 'in_progress'];
    if (name === 'encrypted_content' || (typeof value === 'string' && emptiedTexts.has(name))) return [name, ''];
    if (emptiedLists.has(name)) return [name, []];
    return [name, name in emptied ? emptied[name] : value];
  });
  return Object.fromEntries(begun.filter(([, value]) => value !== undefined));
};

const firstOf = (list: unknown): Body => {
  const entry: unknown = Array.isArray(list) ? list[0] : undefined;
  return isObject(entry) ? entry : {};
};

/** What an event is about: the one part of a message, or of a summary, else the item itself. */
const placeOf = (item: Body, fields: readonly string[]): Body => {
  if (fields.includes('content_index')) return firstOf(item['content']);
  return fields.includes('summary_index') ? firstOf(item['summary']) : item;
};

/** The text of which an item's events tell pieces. */
export const textOfItem = (item: Body): string => {
  const place = { ...item, ...firstOf(item['content']), ...firstOf(item['summary']) };
  const text = place['text'] ?? place['refusal'] ?? place['arguments'] ?? place['input'] ?? place['code'];
  return typeof text === 'string' ? text : '';
};

/** Where in an item an event stands: the item's index, and the piece or the annotation that is told. */
export type ToldPlace = { readonly index: number; readonly piece: string; readonly annotation: number };

/** The fields of an event that is told by its item. */
export const eventOfItem = (type: string, item: Body, { index, piece, annotation }: ToldPlace): Body => {
  const fields = fieldsByType.get(type) ?? [];
  const place = placeOf(item, fields);
  const isBegin = type.endsWith('.added');
  const valueOf = (name: string): unknown => {
    const { annotations } = place;
    switch (name) {
      case 'item_id':
        return item['id'];
      case 'output_index':
        return index;
      case 'content_index':
      case 'summary_index':
        return 0;
      case 'item':
        return isBegin ? beginningOf(item) : item;
      case 'part':
        return isBegin ? beginningOf(place) : place;
      case 'delta':
        return piece;
      case 'annotation_index':
        return annotation;
      case 'annotation':
        return Array.isArray(annotations) ? annotations[annotation] : undefined;
      default:
        return name === 'logprobs' && type.endsWith('.delta') ? [] : place[name];
    }
  };
  return { type, ...Object.fromEntries(fields.map((name) => [name, valueOf(name)])) };
};
