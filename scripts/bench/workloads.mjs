// What is measured: one row each, with how often it is asked in one slice, how many at once, and how an answer must look.
import { base64Of, drawnPicture, frameText, prose, wholeText } from './content.mjs';

const model = 'gemini-bench-whole';
const settings = { temperature: 0.7, max_tokens: 1024, top_p: 0.95 };
const system = { role: 'system', content: 'You are terse.' };
const short = [system, { role: 'user', content: 'Say hello to the reader, please.' }];

const history = [
  { role: 'system', content: prose(400, 2) },
  ...Array.from({ length: 8 }, (_, at) => [
    { role: 'user', content: prose(180 + 40 * at, at, at % 4 === 1) },
    { role: 'assistant', content: prose(300 + 60 * at, at + 9) },
  ]).flat(),
  { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Bern","days":2}' } }] },
  { role: 'tool', tool_call_id: 'call_1', content: '{"sky":"clear","high":21,"low":9}' },
  { role: 'user', content: 'And tomorrow?' },
];

const filter = {
  type: 'object',
  properties: { field: { type: 'string' }, op: { type: 'string', enum: ['eq', 'ne', 'lt', 'gt', 'in'] }, value: { type: 'string' }, near: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'boolean' } }, required: ['a'] } },
  required: ['field', 'op', 'value'],
};

const tool = (at) => ({
  type: 'function',
  function: {
    name: `search_${at}`,
    description: prose(120, at),
    parameters: {
      type: 'object',
      properties: {
        query: { type: 'string', description: `What to look for, in words (${at}).`, minLength: 1, maxLength: 500 },
        limit: { type: 'integer', minimum: 1, maximum: 100, description: 'How many are wanted.' },
        kind: { type: 'string', enum: ['web', 'news', 'image', 'video', 'book'] },
        since: { type: 'string', format: 'date-time' },
        filters: { type: 'array', description: 'All of which must hold.', items: filter },
        options: { type: 'object', properties: { verbose: { type: 'boolean' }, locale: { type: 'string' }, page: { type: 'integer' } } },
      },
      required: ['query', 'limit'],
    },
  },
});

const picture = () => [system, { role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: `data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA${base64Of(3_900_000)}` } }] }];

const chat = '/v1/chat/completions';

/** The words of an answer, whatever its shape. */
const says = (text) => (answer) => answer.includes(JSON.stringify(text).slice(1, 40)) || 'another text came';

const hasPicture = (answer) => answer.includes(drawnPicture.slice(-200)) || /\/images\/[\w-]+\.png/.test(answer) || 'no picture came';

/** Every text of a stream, in order, and its last event. */
const streams = (count, end) => (answer) => {
  let at = 0;
  for (let frame = 0; frame < count; frame += 1) {
    at = answer.indexOf(`#${frame} `, at);
    if (at < 0 || answer.indexOf(JSON.stringify(frameText(frame)).slice(1, -1).slice(-12), at) < 0) return `frame ${frame} is not there`;
  }
  return answer.includes(end, at) || 'it has no end';
};

const burst = 'gemini-bench-stream-100x0';
const asking = (messages, more = {}) => ({ path: chat, body: { model, messages, ...settings, ...more } });
const streaming = (name, path = chat) => ({ path, body: { model: name, messages: short, stream: true, stream_options: { include_usage: true }, ...settings } });

/** `n`: requests a slice; `warm`: before the first one; `atOnce`; `per`: by how many events a request's cost is divided. */
export const workloads = [
  { name: 'short chat', n: 800, warm: 2000, atOnce: 32, ...asking(short), check: says(wholeText) },
  { name: '20 messages', n: 400, warm: 500, atOnce: 32, ...asking(history), check: says(wholeText) },
  { name: '10 tools', n: 400, warm: 500, atOnce: 32, ...asking(short, { tools: Array.from({ length: 10 }, (_, at) => tool(at)), tool_choice: 'auto' }), check: says(wholeText) },
  { name: '100 KB prompt', n: 150, warm: 150, atOnce: 16, ...asking([system, { role: 'user', content: prose(100_000, 3) }]), check: says(wholeText) },
  { name: '5 MB picture in', n: 8, warm: 6, atOnce: 2, ...asking(picture()), check: says(wholeText) },
  { name: '1.5 MB picture out', n: 12, warm: 8, atOnce: 2, ...asking(short, { model: 'gemini-bench-picture' }), check: hasPicture },
  { name: 'stream, a burst of 100', n: 80, warm: 120, atOnce: 16, per: 100, ...streaming(burst), check: streams(100, '[DONE]') },
  { name: 'stream, 200 at 10 ms', n: 30, warm: 8, atOnce: 30, per: 200, ...streaming('gemini-bench-stream-200x10'), check: streams(200, '[DONE]') },
];

const message = { model, max_tokens: 1024, temperature: 0.7, top_p: 0.95, system: system.content, messages: [short[1]] };
const response = { model, max_output_tokens: 1024, temperature: 0.7, top_p: 0.95, instructions: system.content, input: short[1].content };
const streamedResponse = { ...response, model: burst, stream: true };

/** The same through other doors, held against the service's own chat: of `short chat` and `stream, a burst of 100`. */
export const doors = [
  { name: 'short /v1/responses', beside: 'short chat', path: '/v1/responses', body: response, n: 800, warm: 5000, atOnce: 32, check: says(wholeText) },
  { name: 'short /v1/responses, not kept', beside: 'short chat', path: '/v1/responses', body: { ...response, store: false }, n: 800, warm: 5000, atOnce: 32, check: says(wholeText) },
  { name: '/v1/responses, a burst of 100', beside: 'stream, a burst of 100', path: '/v1/responses', body: streamedResponse, n: 80, warm: 600, atOnce: 16, per: 100, check: streams(100, 'response.completed') },
  { name: '/v1/responses, a burst of 100, not kept', beside: 'stream, a burst of 100', path: '/v1/responses', body: { ...streamedResponse, store: false }, n: 80, warm: 600, atOnce: 16, per: 100, check: streams(100, 'response.completed') },
  { name: 'short /v1/messages', beside: 'short chat', path: '/v1/messages', body: message, n: 800, warm: 2000, atOnce: 32, check: says(wholeText) },
  { name: '/v1/messages, a burst of 100', beside: 'stream, a burst of 100', path: '/v1/messages', body: { ...message, model: burst, stream: true }, n: 80, warm: 120, atOnce: 16, per: 100, check: streams(100, 'message_stop') },
];

/** One at a time, for what it adds to an answer's time. */
export const waits = [
  { name: 'added to a whole answer', n: 150, warm: 200, ...asking(short), check: says(wholeText) },
  { name: "added to a stream's first byte", n: 80, warm: 80, ...streaming('gemini-bench-stream-10x0'), check: streams(10, '[DONE]') },
];

/** Held open all at once. */
export const openStreams = { count: 1000, ...streaming('gemini-bench-stream-24x250'), check: streams(24, '[DONE]') };
