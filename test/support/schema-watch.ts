import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { schemaCheck } from './published-schemas.ts';
import { recordingsArePresent } from './recordings.ts';

/** OpenAI's definitions of an endpoint's answers: whole, and each event of a stream. */
type Definitions = { readonly whole?: string; readonly event?: string };

const definitions: Readonly<Record<string, Definitions>> = {
  'chat/completions': { whole: 'CreateChatCompletionResponse', event: 'CreateChatCompletionStreamResponse' },
  completions: { whole: 'CreateCompletionResponse' },
  embeddings: { whole: 'CreateEmbeddingResponse' },
  models: { whole: 'ListModelsResponse' },
  'images/generations': { whole: 'ImagesResponse', event: 'ImageGenStreamEvent' },
  'images/edits': { whole: 'ImagesResponse', event: 'ImageEditStreamEvent' },
  'audio/speech': { event: 'CreateSpeechResponseStreamEvent' },
  'audio/transcriptions': { event: 'CreateTranscriptionResponseStreamEvent' },
};

/** Google's definitions of what it is sent, by the method behind the colon. */
const upstream: Readonly<Record<string, string>> = {
  generateContent: 'GenerateContentRequest',
  streamGenerateContent: 'GenerateContentRequest',
  batchEmbedContents: 'BatchEmbedContentsRequest',
};

type Json = Readonly<Record<string, unknown>>;

const found: string[] = [];

/** Throws when an answer of the service or a call to Gemini was against a published schema since the process began. */
export const throwSchemaFaults = (): void => {
  if (found.length > 0) throw new Error(`Against the published schemas:\n${found.slice(0, 20).join('\n')}`);
};

const openai = recordingsArePresent ? schemaCheck('openai.schema.json') : () => [];
const google = recordingsArePresent ? schemaCheck('gemini.schema.json') : () => [];

const note = (place: string, faults: readonly string[]): void => {
  found.push(...faults.map((fault) => `${place}: ${fault}`));
};

/** OpenAI's document knows vectors as numbers only, though its SDKs ask for base64. */
const withNumbers = (value: Json): Json =>
  Array.isArray(value['data']) ? { ...value, data: value['data'].map((one: Json) => (typeof one['embedding'] === 'string' ? { ...one, embedding: [0] } : one)) } : value;

const checkWhole = (path: string, status: number, text: string): void => {
  const value = JSON.parse(text) as Json;
  if (status >= 400) return note(path, openai('ErrorResponse', value));
  const definition = path.startsWith('models/') ? 'Model' : definitions[path]?.whole;
  if (definition !== undefined) note(path, openai(definition, path === 'embeddings' ? withNumbers(value) : value));
};

const checkStream = (path: string, text: string): void => {
  const definition = definitions[path]?.event;
  for (const block of text.split('\n\n')) {
    const data = block.split('\n').find((line) => line.startsWith('data: '))?.slice(6);
    if (data === undefined || data === '[DONE]') continue;
    const value = JSON.parse(data) as Json;
    if ('error' in value && value['error'] !== null && value['object'] === undefined) note(path, openai('ErrorResponse', value));
    else if (definition !== undefined) note(path, openai(definition, value));
  }
};

const pathOf = ({ url = '' }: IncomingMessage): string => (url.split('?')[0] ?? '').split('/').filter((segment) => segment !== '' && segment !== 'v1').join('/');

type Headers = Readonly<Record<string, unknown>>;

/** The service marks every answer of OpenAI's door so; its other doors and the emulator do not. */
const isOurs = (headers: Headers): boolean => headers['openai-version'] !== undefined;

const check = (request: IncomingMessage, { statusCode }: ServerResponse, headers: Headers, text: string): void => {
  const type = String(headers['content-type']);
  const path = pathOf(request);
  if (path === 'status' || path === 'healthz' || request.method === 'HEAD' || !isOurs(headers)) return;
  if (type.startsWith('application/json')) checkWhole(path, statusCode, text);
  if (type.startsWith('text/event-stream')) checkStream(path, text);
};

const watchAnswer = (request: IncomingMessage, response: ServerResponse): void => {
  const pieces: Buffer[] = [];
  const state: { headers: Headers } = { headers: {} };
  const [writeHead, write, end] = [response.writeHead.bind(response), response.write.bind(response), response.end.bind(response)];
  const keep = (piece: unknown): void => {
    if (typeof piece === 'string' || piece instanceof Uint8Array) pieces.push(Buffer.from(piece as string));
  };
  response.writeHead = ((...all: Parameters<typeof writeHead>) => {
    state.headers = { ...state.headers, ...(all as readonly unknown[]).findLast((one): one is Headers => typeof one === 'object') };
    return writeHead(...all);
  }) as typeof writeHead;
  response.write = ((...all: Parameters<typeof write>) => {
    keep(all[0]);
    return write(...all);
  }) as typeof write;
  response.end = ((...all: Parameters<typeof end>) => {
    keep(all[0]);
    return end(...all);
  }) as typeof end;
  // The answer to a client that left on the way is no whole one.
  response.once('finish', () => {
    if (!request.socket.destroyed) check(request, response, state.headers, Buffer.concat(pieces).toString('utf8'));
  });
};

/** Notes what a call to Gemini has against Google's document. */
export const checkUpstream = (path: string, body: unknown): void => {
  const method = /:(\w+)(?:\?|$)/.exec(path)?.[1] ?? '';
  const definition = upstream[method];
  if (definition !== undefined) note(`${method} to Gemini`, google(definition, body));
};

if (recordingsArePresent) {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { readonly request: IncomingMessage; readonly response: ServerResponse };
    watchAnswer(request, response);
  });
  subscribe('undici:request:create', (message) => {
    const { request } = message as { readonly request: { readonly path: string; readonly body: unknown } };
    if (typeof request.body === 'string' && request.path.includes('/v1beta/')) checkUpstream(request.path, JSON.parse(request.body));
  });
}
