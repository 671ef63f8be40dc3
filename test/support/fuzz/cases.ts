import { seeded } from '../random.ts';
import { oneOf } from './choose.ts';
import { caseSeed } from './odd-upstream.ts';
import { oddRequest, type OddRequest } from './odd-requests.ts';

/** One thing to try: an odd request, or a good one whose answer from Gemini is odd. */
export type Case = { readonly at: number; readonly what: 'request' | 'answer'; readonly request: OddRequest };

type Make = (suffix: string) => readonly [path: string, body: object];

const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }, { type: 'custom', custom: { name: 'note' } }];
const responseTools = [{ type: 'function', name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } }, { type: 'custom', name: 'note' }];
const messageTools = [{ name: 'weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }];
const messages = [{ role: 'user', content: 'Hello' }];

/** Good requests that make the most of an answer. */
const good: readonly Make[] = [
  (suffix) => ['/v1/chat/completions', { model: `gemini-2.5-flash${suffix}`, messages, tools }],
  (suffix) => ['/v1/chat/completions', { model: `gemini-2.5-flash${suffix}`, messages, stream: true, tools, stream_options: { include_usage: true }, reasoning: { effort: 'low' } }],
  (suffix) => ['/v1/chat/completions', { model: `gemini-4-pro${suffix}`, messages, tools: [...tools, { google_search: {} }], logprobs: true, top_logprobs: 2 }],
  (suffix) => ['/v1/chat/completions', { model: `gemini-3.5-flash${suffix}`, messages, stream: true, web_search_options: {}, n: 2 }],
  (suffix) => ['/v1/chat/completions', { model: `gemini-2.5-flash${suffix}`, messages, tools, response_format: { type: 'json_object' } }],
  (suffix) => ['/v1/chat/completions', { model: `gemini-2.5-flash${suffix}`, messages, functions: [{ name: 'weather' }] }],
  (suffix) => ['/v1/chat/completions', { model: `gemini-2.5-flash-preview-tts${suffix}`, messages, stream: true, modalities: ['audio'], audio: { voice: 'alloy', format: 'pcm16' } }],
  (suffix) => ['/v1/responses', { model: `gemini-3.5-flash${suffix}`, input: 'Hello', tools: responseTools, reasoning: { summary: 'auto' }, store: false }],
  (suffix) => ['/v1/responses', { model: `gemini-3.5-flash${suffix}`, input: 'Hello', tools: [...responseTools, { type: 'web_search' }], reasoning: { summary: 'auto' }, stream: true }],
  (suffix) => ['/v1/responses', { model: `gemini-2.5-flash${suffix}`, input: 'Hello', tools: [{ type: 'code_interpreter', container: { type: 'auto' } }], stream: true }],
  (suffix) => ['/v1/messages', { model: `gemini-3.5-flash${suffix}`, max_tokens: 1000, messages, tools: messageTools, thinking: { type: 'adaptive' } }],
  (suffix) => ['/v1/messages', { model: `gemini-3.5-flash${suffix}`, max_tokens: 1000, messages, tools: messageTools, thinking: { type: 'adaptive' }, stream: true }],
  (suffix) => ['/v1/messages', { model: `gemini-2.5-flash${suffix}`, max_tokens: 1000, messages, tools: [{ type: 'web_search_20250305', name: 'web_search' }], stream: true }],
  (suffix) => ['/v1/messages/count_tokens', { model: `gemini-3.5-flash${suffix}`, messages, tools: messageTools }],
  (suffix) => ['/v1/embeddings', { model: `gemini-embedding${suffix}`, input: ['a', 'b'], encoding_format: 'base64' }],
  (suffix) => ['/v1/embeddings', { model: `gemini-embedding${suffix}`, input: ['a', 'b'], encoding_format: 'float' }],
  (suffix) => ['/v1/completions', { model: `gemini-2.5-flash${suffix}`, prompt: ['a', 'b'], echo: true }],
  (suffix) => ['/v1/completions', { model: `gemini-2.5-flash${suffix}`, prompt: 'a', logprobs: 2, stream: true }],
  (suffix) => ['/v1/images/generations', { model: `gemini-2.5-flash-image${suffix}`, prompt: 'A cat', response_format: 'url' }],
  (suffix) => ['/v1/images/generations', { model: `gemini-2.5-flash-image${suffix}`, prompt: 'A cat', stream: true, partial_images: 2 }],
  (suffix) => ['/v1/audio/speech', { model: `gemini-2.5-flash-preview-tts${suffix}`, input: 'Hello', voice: 'alloy', response_format: 'wav' }],
  (suffix) => ['/v1/audio/speech', { model: `gemini-2.5-flash-preview-tts${suffix}`, input: 'Hello', voice: 'alloy', response_format: 'pcm', stream_format: 'sse' }],
];

/** The case of this number in a run; the same for the same seed. Every second one is about an answer. */
export const caseOf = (seed: number, at: number): Case => {
  const random = seeded(caseSeed(seed, at) ^ 0x5bd1e995);
  if (at % 2 === 0) return { at, what: 'request', request: oddRequest(random) };
  const [path, body] = oneOf(random, good)(`-f${at}`);
  return { at, what: 'answer', request: { method: 'POST', path, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) } };
};
