import type { Sending } from './watched-service.ts';

/** A request of a size that can be chosen: `to` is three times `from`, which is large enough for its cost to stand out. */
export type GrowingRequest = {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  readonly make: (size: number) => Sending;
  readonly statuses: readonly number[];
};

const model = 'gemini-3.5-flash';
const megabyte = 1_000_000;
const hello = { role: 'user', content: 'hello' };
const text = (bytes: number): string => 'All is well. '.repeat(Math.ceil(bytes / 13)).slice(0, bytes);
const base64 = (bytes: number): string => `iVBORw0KGgo${'AAAA'.repeat(bytes / 4)}A`;
const many = <A>(count: number, one: (at: number) => A): readonly A[] => Array.from({ length: count }, (_, at) => one(at));

const sending = (path: string, body: object): Sending => ({ path, body: Buffer.from(JSON.stringify(body)) });

/** Messages in turn; an odd number, so that the caller has the last word. */
const turns = (count: number): readonly object[] =>
  many(Math.floor(count / 2) * 2 + 1, (at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content: text(200) }));

const call = (id: string): object => ({ id, type: 'function', function: { name: 'f', arguments: '{"line":12}' } });

/** So many calls, each with its result behind it. */
const calls = (count: number): readonly object[] => [
  hello,
  ...many(count, (at) => [{ role: 'assistant', content: null, tool_calls: [call(`c${at}`)] }, { role: 'tool', tool_call_id: `c${at}`, content: text(200) }]).flat(),
];

const schema = (properties: number): object => ({ type: 'object', properties: Object.fromEntries(many(properties, (at) => [`p${at}`, { type: 'string', description: 'A word.' }])) });

const chat = (more: object): Sending => sending('/v1/chat/completions', { model, messages: [hello], ...more });
const message = (more: object): Sending => sending('/v1/messages', { model, max_tokens: 100, messages: [hello], ...more });
const response = (more: object): Sending => sending('/v1/responses', { model, store: false, input: [hello], ...more });

const tool = (at: number): object => ({ name: `f${at}`, description: 'Looks it up.', parameters: schema(20) });

const done = [200];
const refused = [400];

/** One text of so many bytes, so many messages, so many tools, at each door that takes them; and what is refused. */
export const growingRequests: readonly GrowingRequest[] = [
  { what: 'a text', from: 10 * megabyte, to: 30 * megabyte, statuses: done, make: (bytes) => chat({ messages: [{ role: 'user', content: text(bytes) }] }) },
  { what: 'a picture', from: 10 * megabyte, to: 30 * megabyte, statuses: done, make: (bytes) => chat({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${base64(bytes)}` } }] }] }) },
  { what: 'messages', from: 3000, to: 9000, statuses: done, make: (count) => chat({ messages: turns(count) }) },
  { what: 'messages that are too many', from: 33_333, to: 100_000, statuses: refused, make: (count) => chat({ messages: turns(count) }) },
  { what: 'calls with their results', from: 1500, to: 4500, statuses: done, make: (count) => chat({ messages: calls(count) }) },
  { what: 'parts of a message', from: 6000, to: 18_000, statuses: done, make: (count) => chat({ messages: [{ role: 'user', content: many(count, () => ({ type: 'text', text: 'a' })) }] }) },
  { what: 'tools', from: 166, to: 500, statuses: done, make: (count) => chat({ tools: many(count, (at) => ({ type: 'function', function: tool(at) })) }) },
  { what: 'properties of a tool', from: 1666, to: 5000, statuses: [200, 400], make: (count) => chat({ tools: [{ type: 'function', function: { name: 'f', parameters: schema(count) } }] }) },
  { what: 'texts to be embedded', from: 666, to: 2000, statuses: done, make: (count) => sending('/v1/embeddings', { model: 'gemini-embedding-001', encoding_format: 'base64', input: many(count, () => text(100)) }) },
  { what: 'tokens to be embedded', from: 100_000, to: 300_000, statuses: done, make: (count) => sending('/v1/embeddings', { model: 'gemini-embedding-001', encoding_format: 'base64', input: many(count / 5000, () => many(5000, (at) => at + 1000)) }) },
  { what: "a text in Anthropic's shape", from: 10 * megabyte, to: 30 * megabyte, statuses: done, make: (bytes) => message({ messages: [{ role: 'user', content: text(bytes) }] }) },
  { what: "messages in Anthropic's shape", from: 3000, to: 9000, statuses: done, make: (count) => message({ messages: turns(count) }) },
  { what: "tools in Anthropic's shape", from: 166, to: 500, statuses: done, make: (count) => message({ tools: many(count, (at) => ({ name: `f${at}`, input_schema: schema(20) })) }) },
  { what: 'a text to be responded to', from: 10 * megabyte, to: 30 * megabyte, statuses: done, make: (bytes) => response({ input: text(bytes) }) },
  { what: 'items to be responded to', from: 3000, to: 9000, statuses: done, make: (count) => response({ input: turns(count) }) },
  { what: 'tools for a response', from: 166, to: 500, statuses: done, make: (count) => response({ tools: many(count, (at) => ({ type: 'function', ...tool(at) })) }) },
];
