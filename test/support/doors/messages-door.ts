import { messageFaults } from '../message-faults.ts';
import { collected, eventsIn, type Message } from '../messages.ts';
import { at, type Json } from '../responses.ts';
import { weather, type Answer, type Door, type Finish } from './door.ts';
import { countAt as count, finishOf, textAt } from './fields.ts';
import { shownPictures } from './shown-pictures.ts';

const finishes: Readonly<Record<string, Finish>> = { end_turn: 'end', tool_use: 'calls', max_tokens: 'cut', refusal: 'blocked' };

const answerOf = async (message: Message): Promise<Answer> => {
  const shown = message.content.filter(({ type }) => type === 'text').map(({ text }) => String(text)).join('');
  return {
    ...(await shownPictures(shown)),
    thoughts: message.content.map((block) => textAt(block, 'thinking')).join(''),
    calls: message.content.filter(({ type }) => type === 'tool_use').map(({ id, name, input }) => ({ id: String(id), name: String(name), args: input })),
    finish: finishOf(finishes, message.stop_reason),
    blocked: textAt(message.stop_details, 'explanation'),
    usage: {
      input: count(message, 'usage.input_tokens') + count(message, 'usage.cache_read_input_tokens'),
      cached: count(message, 'usage.cache_read_input_tokens'),
      output: count(message, 'usage.output_tokens'),
      thoughts: count(message, 'usage.output_tokens_details.thinking_tokens'),
    },
    back: [{ role: 'assistant', content: message.content }],
  };
};

/** Keys in order, the type among the known ones, and one id in body and head. */
const errorFaults = (error: unknown, { headers }: Response): readonly string[] => {
  const { request_id: id, error: inner, type } = error as Json;
  const shape = JSON.stringify([Object.keys(error as Json), Object.keys(inner as Json), type]);
  const isKnown = ['invalid_request_error', 'authentication_error', 'request_too_large', 'rate_limit_error', 'api_error', 'overloaded_error', 'not_found_error'].includes(String(at(inner, 'type')));
  return [
    ...(shape === '[["type","error","request_id"],["type","message"],"error"]' ? [] : [`the error is ${shape}`]),
    ...(isKnown && id === headers.get('request-id') && String(id).startsWith('req_') ? [] : [`the error is ${JSON.stringify(error)}`]),
  ];
};

/** Anthropic's Messages. */
export const messagesDoor: Door = {
  errorWord: 'error.type',
  name: 'Messages',
  says: (text, picture) => [
    { role: 'user', content: picture === undefined ? text : [{ type: 'text', text }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } }] },
  ],
  results: (calls, result) => [
    { role: 'user', content: calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: JSON.stringify(result) })) },
  ],
  request: ({ model, turns, stream, tools, thinks, most = 40_000 }) => ({
    path: '/v1/messages',
    body: {
      model,
      messages: turns,
      stream,
      max_tokens: most,
      ...(thinks === true ? { thinking: { type: 'enabled', budget_tokens: 30_000 } } : {}),
      ...(tools === true ? { tools: [{ name: weather.name, description: weather.description, input_schema: weather.parameters }] } : {}),
    },
  }),
  credential: (password) => ({ 'x-api-key': password, 'anthropic-version': '2023-06-01' }),
  whole: async (body) => {
    const message = JSON.parse(body) as Message;
    return { answer: await answerOf(message), faults: messageFaults(message) };
  },
  streamed: async (body) => {
    const message = collected(eventsIn(body));
    return { answer: await answerOf(message), faults: messageFaults(message) };
  },
  errorFaults,
};
