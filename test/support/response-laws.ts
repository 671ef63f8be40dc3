import { at, listAt, type Json } from './responses.ts';

const terminal: readonly unknown[] = ['response.completed', 'response.incomplete', 'response.failed'];

/** What each kind of item passes through between `added` and `done`, as a pattern over the ends of its events' types. */
const orders: Readonly<Record<string, RegExp>> = {
  message: /^(?:content_part\.added (?:output_text\.delta )+(?:output_text\.annotation\.added )*output_text\.done content_part\.done |content_part\.added (?:refusal\.delta )+refusal\.done content_part\.done )$/,
  reasoning: /^(?:reasoning_summary_part\.added (?:reasoning_summary_text\.delta )+reasoning_summary_text\.done reasoning_summary_part\.done )?$/,
  function_call: /^(?:function_call_arguments\.delta )+function_call_arguments\.done $/,
  custom_tool_call: /^(?:custom_tool_call_input\.delta )+custom_tool_call_input\.done $/,
  web_search_call: /^web_search_call\.in_progress web_search_call\.searching web_search_call\.completed $/,
  image_generation_call: /^image_generation_call\.in_progress image_generation_call\.generating image_generation_call\.completed $/,
  code_interpreter_call:
    /^code_interpreter_call\.in_progress code_interpreter_call_code\.delta code_interpreter_call_code\.done code_interpreter_call\.interpreting code_interpreter_call\.completed $/,
  tool_search_call: /^$/,
  local_shell_call: /^$/,
  shell_call: /^$/,
  apply_patch_call: /^$/,
};

const textOf = (event: Json, field: string): string => (typeof event[field] === 'string' ? event[field] : '');

/** What the deltas of an item add up to, and what its done item says. */
const sums: Readonly<Record<string, readonly [delta: string, path: string]>> = {
  message: ['response.output_text.delta', 'content.0.text'],
  reasoning: ['response.reasoning_summary_text.delta', 'summary.0.text'],
  function_call: ['response.function_call_arguments.delta', 'arguments'],
  custom_tool_call: ['response.custom_tool_call_input.delta', 'input'],
  code_interpreter_call: ['response.code_interpreter_call_code.delta', 'code'],
};

const itemFaults = (events: readonly Json[], index: number): readonly string[] => {
  const own = events.filter((event) => event['output_index'] === index);
  const [added, done] = [own[0], own.at(-1)];
  if (added?.['type'] !== 'response.output_item.added' || done?.['type'] !== 'response.output_item.done') return [`item ${index} is not added and done`];
  const type = String(at(added, 'item.type'));
  const faults: string[] = [];
  for (const field of ['type', 'id', 'call_id', 'name', 'namespace']) if (at(added, `item.${field}`) !== at(done, `item.${field}`)) faults.push(`${field} of item ${index} changes`);
  if (own.slice(1, -1).some((event) => event['item_id'] !== at(added, 'item.id'))) faults.push(`an event of item ${index} has another id`);
  const between = own.slice(1, -1).map((event) => `${textOf(event, 'type').replace('response.', '')} `).join('');
  if (!(orders[type] ?? /^never$/).test(between)) faults.push(`${type} ${index} goes ${between}`);
  const [first, last] = [events.indexOf(added), events.indexOf(done)];
  const others = events.slice(first, last).filter((event) => event['output_index'] !== index && event['type'] !== 'response.in_progress');
  if (others.length > 0) faults.push(`item ${index} is interleaved`);
  const [delta, path] = sums[type] ?? ['', ''];
  const isRefusal = at(done, 'item.content.0.type') === 'refusal';
  const sum = own.filter((event) => event['type'] === delta).map((event) => textOf(event, 'delta')).join('');
  if (delta !== '' && !isRefusal && sum !== (at(done, `item.${path}`) ?? '')) faults.push(`the deltas of item ${index} are another ${path}`);
  if (type === 'function_call') JSON.parse(String(at(done, 'item.arguments')));
  return faults;
};

/** What is wrong with a stream of the Responses API, by the rules that its clients check; nothing where all is well. */
export const streamFaults = (events: readonly Json[]): readonly string[] => {
  const faults: string[] = [];
  const types = events.map(({ type }) => type);
  if (types[0] !== 'response.created' || types[1] !== 'response.in_progress') faults.push('does not begin with created and in_progress');
  if (types.filter((type) => terminal.includes(type)).length !== 1 || !terminal.includes(types.at(-1))) faults.push('does not end with the one terminal event');
  if (events.some((event, index) => event['sequence_number'] !== index)) faults.push('numbers have a gap');
  const ids = new Set(events.flatMap((event) => at(event, 'response.id') ?? []));
  if (ids.size !== 1) faults.push('has several ids');
  const added = events.filter(({ type }) => type === 'response.output_item.added');
  if (added.some((event, index) => event['output_index'] !== index)) faults.push('output_index does not rise by one');
  for (const index of added.keys()) faults.push(...itemFaults(events, index));
  const itemIds = added.map((event) => at(event, 'item.id'));
  if (new Set(itemIds).size !== itemIds.length) faults.push('two items have one id');
  const done = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
  const last = events.at(-1);
  if (JSON.stringify(listAt(last, 'response.output')) !== JSON.stringify(done)) faults.push('the response holds other items than those that were done');
  return faults;
};

const inWords: Readonly<Record<string, string>> = {
  error: 'ResponseErrorEvent',
  'response.created': 'ResponseCreatedEvent',
  'response.in_progress': 'ResponseInProgressEvent',
  'response.completed': 'ResponseCompletedEvent',
  'response.incomplete': 'ResponseIncompleteEvent',
  'response.failed': 'ResponseFailedEvent',
  'response.output_item.added': 'ResponseOutputItemAddedEvent',
  'response.output_item.done': 'ResponseOutputItemDoneEvent',
  'response.content_part.added': 'ResponseContentPartAddedEvent',
  'response.content_part.done': 'ResponseContentPartDoneEvent',
  'response.output_text.delta': 'ResponseTextDeltaEvent',
  'response.output_text.done': 'ResponseTextDoneEvent',
  'response.output_text.annotation.added': 'ResponseOutputTextAnnotationAddedEvent',
  'response.refusal.delta': 'ResponseRefusalDeltaEvent',
  'response.refusal.done': 'ResponseRefusalDoneEvent',
  'response.reasoning_summary_part.added': 'ResponseReasoningSummaryPartAddedEvent',
  'response.reasoning_summary_part.done': 'ResponseReasoningSummaryPartDoneEvent',
  'response.reasoning_summary_text.delta': 'ResponseReasoningSummaryTextDeltaEvent',
  'response.reasoning_summary_text.done': 'ResponseReasoningSummaryTextDoneEvent',
  'response.function_call_arguments.delta': 'ResponseFunctionCallArgumentsDeltaEvent',
  'response.function_call_arguments.done': 'ResponseFunctionCallArgumentsDoneEvent',
  'response.custom_tool_call_input.delta': 'ResponseCustomToolCallInputDeltaEvent',
  'response.custom_tool_call_input.done': 'ResponseCustomToolCallInputDoneEvent',
  'response.web_search_call.in_progress': 'ResponseWebSearchCallInProgressEvent',
  'response.web_search_call.searching': 'ResponseWebSearchCallSearchingEvent',
  'response.web_search_call.completed': 'ResponseWebSearchCallCompletedEvent',
  'response.image_generation_call.in_progress': 'ResponseImageGenCallInProgressEvent',
  'response.image_generation_call.generating': 'ResponseImageGenCallGeneratingEvent',
  'response.image_generation_call.completed': 'ResponseImageGenCallCompletedEvent',
  'response.code_interpreter_call.in_progress': 'ResponseCodeInterpreterCallInProgressEvent',
  'response.code_interpreter_call.interpreting': 'ResponseCodeInterpreterCallInterpretingEvent',
  'response.code_interpreter_call.completed': 'ResponseCodeInterpreterCallCompletedEvent',
  'response.code_interpreter_call_code.delta': 'ResponseCodeInterpreterCallCodeDeltaEvent',
  'response.code_interpreter_call_code.done': 'ResponseCodeInterpreterCallCodeDoneEvent',
};

/** The published definition of an event; undefined for a type that nobody published. */
export const definitionOf = (event: Json): string | undefined => inWords[String(event['type'])];
