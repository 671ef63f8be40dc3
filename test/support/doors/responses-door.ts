import { definitionOf, streamFaults } from '../response-laws.ts';
import { at, eventsIn, listAt, type Json } from '../responses.ts';
import { weather, type Answer, type Door, type Finish } from './door.ts';
import { countAt as count, textAt } from './fields.ts';
import { openai } from './published.ts';

const finishOf = (response: Json, items: readonly Json[], isRefused: boolean): Finish => {
  const reason = at(response, 'incomplete_details.reason');
  if (isRefused || reason === 'content_filter') return 'blocked';
  if (reason === 'max_output_tokens') return 'cut';
  return items.some(({ type }) => type === 'function_call') ? 'calls' : 'end';
};

const answerOf = (response: Json): Answer => {
  const items = listAt(response, 'output');
  const contents = items.filter(({ type }) => type === 'message').flatMap((item) => listAt(item, 'content'));
  const refusals = contents.filter(({ type }) => type === 'refusal');
  return {
    text: contents.map((content) => textAt(content, 'text')).join(''),
    thoughts: items.filter(({ type }) => type === 'reasoning').flatMap((item) => listAt(item, 'summary')).map((part) => textAt(part, 'text')).join(''),
    pictures: items.filter(({ type }) => type === 'image_generation_call').map(({ result }) => String(result)),
    calls: items
      .filter(({ type }) => type === 'function_call')
      .map(({ call_id: id, name, arguments: args }) => ({ id: String(id), name: String(name), args: JSON.parse(String(args)) as unknown })),
    finish: finishOf(response, items, refusals.length > 0),
    blocked: refusals.map(({ refusal }) => String(refusal)).join(''),
    usage: {
      input: count(response, 'usage.input_tokens'),
      cached: count(response, 'usage.input_tokens_details.cached_tokens'),
      output: count(response, 'usage.output_tokens'),
      thoughts: count(response, 'usage.output_tokens_details.reasoning_tokens'),
    },
    back: items,
  };
};

const sumFaults = (response: Json): readonly string[] =>
  count(response, 'usage.total_tokens') === count(response, 'usage.input_tokens') + count(response, 'usage.output_tokens') ? [] : ['the total is no sum'];

/** OpenAI's Responses, where the client keeps the conversation. */
export const responsesDoor: Door = {
  errorWord: 'error.type',
  name: 'Responses',
  says: (text, picture) => [
    { role: 'user', content: picture === undefined ? text : [{ type: 'input_text', text }, { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${picture}` }] },
  ],
  results: (calls, result) => calls.map(({ id }) => ({ type: 'function_call_output', call_id: id, output: JSON.stringify(result) })),
  request: ({ model, turns, stream, tools, thinks, most }) => ({
    path: '/v1/responses',
    body: {
      model,
      input: turns,
      stream,
      store: false,
      include: ['reasoning.encrypted_content'],
      ...(tools === true ? { tools: [{ type: 'function', strict: null, ...weather }] } : {}),
      ...(thinks === true ? { reasoning: { effort: 'high', summary: 'auto' } } : {}),
      ...(most === undefined ? {} : { max_output_tokens: most }),
    },
  }),
  credential: (password) => ({ authorization: `Bearer ${password}` }),
  whole: async (body) => {
    const response = JSON.parse(body) as Json;
    return { answer: answerOf(response), faults: [...openai('Response', response), ...sumFaults(response)] };
  },
  streamed: async (body) => {
    const events = eventsIn(body);
    const response = (events.at(-1)?.['response'] ?? {}) as Json;
    const faults = events.flatMap((event) => openai(definitionOf(event) ?? 'ResponseStreamEvent', event));
    return { answer: answerOf(response), faults: [...streamFaults(events), ...faults, ...openai('Response', response), ...sumFaults(response)] };
  },
  errorFaults: (error) => openai('ErrorResponse', error),
};
