import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A Gemini that gives the answer set for it, and a small one where none is. */
export type HeavyUpstream = { readonly url: string; readonly answerWith: (frames: readonly string[] | null) => void; readonly close: () => void };

const small = ['{"candidates":[{"content":{"role":"model","parts":[{"text":"Hello"}]},"finishReason":"STOP"}]}'];

const vector = `{"values":[${Array.from({ length: 3072 }, (_, at) => (Math.sin(at + 1) / 55).toFixed(9)).join(',')}]}`;

const vectors = (count: number): string => `{"embeddings":[${Array.from({ length: count }, () => vector).join(',')}]}`;

/** How many texts a batch holds, counted without keeping it. */
const read = async (request: IncomingMessage): Promise<number> => {
  let texts = 0;
  for await (const piece of request) texts += (piece as Buffer).toString('latin1').split('"content":').length - 1;
  return texts;
};

const written = (method: string, frames: readonly string[]): string =>
  method === 'streamGenerateContent' ? frames.map((frame) => `data: ${frame}\n\n`).join('') : frames.length === 1 ? (frames[0] ?? '') : `[${frames.join(',')}]`;

/** Starts it on a free port of this machine. */
export const startHeavyUpstream = async (): Promise<HeavyUpstream> => {
  let set: readonly string[] | null = null;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const texts = await read(request);
    const method = /:(\w+)/.exec(decodeURIComponent(request.url ?? ''))?.[1] ?? '';
    if (method === '') return void response.setHeader('content-type', 'application/json').end('{"models":[]}');
    const body = method === 'batchEmbedContents' ? vectors(texts) : method === 'countTokens' ? '{"totalTokens":1}' : written(method, set ?? small);
    response.setHeader('content-type', method === 'streamGenerateContent' ? 'text/event-stream' : 'application/json').end(body);
  };
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    answerWith: (frames) => {
      set = frames;
    },
    close: () => server.close().closeAllConnections(),
  };
};
