import { dataOf } from '../pollux.ts';
import { at, type Json } from '../responses.ts';
import { weather, type Answer, type Door, type Finish } from './door.ts';
import { countAt as count, finishOf, listIn, textAt } from './fields.ts';
import { openai } from './published.ts';
import { shownPictures } from './shown-pictures.ts';

const finishes: Readonly<Record<string, Finish>> = { stop: 'end', tool_calls: 'calls', length: 'cut', content_filter: 'blocked' };

const answerOf = async (message: Json, finish: string, usage: unknown): Promise<Answer> => ({
  ...(await shownPictures(textAt(message, 'content'))),
  thoughts: textAt(message, 'reasoning_content'),
  calls: listIn(message, 'tool_calls').map((call) => ({
    id: textAt(call, 'id'),
    name: textAt(call, 'function.name'),
    args: JSON.parse(textAt(call, 'function.arguments')) as unknown,
  })),
  finish: finishOf(finishes, finish),
  blocked: textAt(message, 'refusal'),
  usage: {
    input: count(usage, 'prompt_tokens'),
    cached: count(usage, 'prompt_tokens_details.cached_tokens'),
    output: count(usage, 'completion_tokens'),
    thoughts: count(usage, 'completion_tokens_details.reasoning_tokens'),
  },
  back: [message],
});

const sumFaults = (usage: unknown): readonly string[] =>
  count(usage, 'total_tokens') === count(usage, 'prompt_tokens') + count(usage, 'completion_tokens') ? [] : ['the total is no sum'];

const callsWith = (calls: readonly Json[], deltas: readonly Json[]): readonly Json[] => {
  const made = [...calls];
  for (const { index, ...delta } of deltas) {
    const before = made[Number(index)];
    const more = textAt(delta, 'function.arguments');
    made[Number(index)] = before === undefined ? delta : { ...before, function: { ...Object(before['function']) as Json, arguments: textAt(before, 'function.arguments') + more } };
  }
  return made;
};

/** Text grows, calls come whole or grow by their index, all else is replaced. */
const withDelta = (message: Json, delta: Json): Json => {
  const grown = Object.entries(delta).map(([name, value]) => {
    const before = message[name];
    if (name === 'tool_calls') return [name, callsWith(Array.isArray(before) ? before : [], value as readonly Json[])];
    return [name, name !== 'role' && typeof value === 'string' && typeof before === 'string' ? before + value : (value ?? before)];
  });
  return { ...message, ...Object.fromEntries(grown) as Json };
};

/** OpenAI's Chat Completions. */
export const chatDoor: Door = {
  errorWord: 'error.type',
  name: 'chat',
  says: (text, picture) => [
    { role: 'user', content: picture === undefined ? text : [{ type: 'text', text }, { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } }] },
  ],
  results: (calls, result) => calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: JSON.stringify(result) })),
  request: ({ model, turns, stream, tools, thinks, most }) => ({
    path: '/v1/chat/completions',
    body: {
      model,
      messages: turns,
      stream,
      ...(stream ? { stream_options: { include_usage: true } } : {}),
      ...(tools === true ? { tools: [{ type: 'function', function: weather }] } : {}),
      ...(thinks === true ? { reasoning_effort: 'high' } : {}),
      ...(most === undefined ? {} : { max_completion_tokens: most }),
    },
  }),
  credential: (password) => ({ authorization: `Bearer ${password}` }),
  whole: async (body) => {
    const value = JSON.parse(body) as Json;
    const answer = await answerOf(at(value, 'choices.0.message') as Json, textAt(value, 'choices.0.finish_reason'), value['usage']);
    return { answer, faults: [...openai('CreateChatCompletionResponse', value), ...sumFaults(value['usage'])] };
  },
  streamed: async (body) => {
    const data = dataOf(body);
    const chunks = data.slice(0, -1).map((one) => JSON.parse(one) as Json);
    const deltas = chunks.flatMap((chunk) => listIn(chunk, 'choices')).map(({ delta }) => delta as Json);
    const finish = chunks.map((chunk) => at(chunk, 'choices.0.finish_reason')).filter((one) => typeof one === 'string');
    const usage = chunks.at(-1)?.['usage'];
    const faults = [
      ...chunks.flatMap((chunk) => openai('CreateChatCompletionStreamResponse', chunk)),
      ...(data.at(-1) === '[DONE]' && finish.length === 1 ? [] : ['does not end once']),
      ...sumFaults(usage),
    ];
    return { answer: await answerOf(deltas.reduce(withDelta, {}), finish[0] ?? '', usage), faults };
  },
  errorFaults: (error) => openai('ErrorResponse', error),
};
