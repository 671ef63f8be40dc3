import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seeded } from '../random.ts';
import { goodAnswer, oddAnswer, type OddAnswer } from './odd-answers.ts';

/** A Gemini that answers oddly where the model's name ends in the number of a case, and well elsewhere. */
export type OddUpstream = { readonly url: string; readonly close: () => Promise<void> };

/** The seed of one case in a run. */
export const caseSeed = (seed: number, at: number): number => Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(at + 1, 0x85ebca6b);

const send = (response: ServerResponse, { status, contentType, pieces, isCut }: OddAnswer): void => {
  response.writeHead(status, { 'content-type': contentType });
  const rest = [...pieces];
  const next = (): void => {
    const piece = rest.shift();
    if (piece !== undefined) response.write(piece, () => setImmediate(next));
    else if (isCut) response.destroy();
    else response.end();
  };
  next();
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
};

const models = JSON.stringify({ models: ['gemini-2.5-flash', 'gemini-3.5-flash', 'gemini-embedding-001'].map((name) => ({ name: `models/${name}`, supportedGenerationMethods: ['generateContent'] })) });

/** Starts it on a free port of this machine. */
export const startOddUpstream = async (seed: number): Promise<OddUpstream> => {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request);
    if (request.method === 'GET') return void response.setHeader('content-type', 'application/json').end(models);
    const [, number, method = ''] = /(?:-f(\d+))?:(\w+)(?:\?|$)/.exec(decodeURIComponent(request.url ?? '')) ?? [];
    send(response, number === undefined ? goodAnswer(method, body) : oddAnswer(method, seeded(caseSeed(seed, Number(number)))));
  };
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
};
