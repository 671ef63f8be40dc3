import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { TE } from '../../kernel/fp.ts';
import { breathe } from '../../kernel/breathe.ts';
import { signalSource } from '../../kernel/signal.ts';
import { openGeminiBy } from '../../adapters/gemini/gemini-client.ts';
import { geminiRequests } from '../../adapters/gemini/gemini-requests.ts';
import { wait } from '../../adapters/system.ts';
import { watchdogs } from '../../adapters/watchdog.ts';
import type { Door } from '../../http/door.ts';
import type { Handler, Route } from '../../http/route.ts';
import { startExchange } from '../../http/start-exchange.ts';
import type { Capabilities, FrameStream, OpenGemini } from '../../ports/capabilities.ts';
import { quietCapabilities, quietServer } from './quiet-world.ts';
import { parsed, samples, type Sample } from './samples.ts';

/** What is rehearsed. */
export type Rehearsed = {
  /** Makes the handler that is to be used, with whatever capabilities. */
  readonly serve: (capabilities: Capabilities) => Handler;
  readonly capabilities: Capabilities;
  readonly door: (routes: readonly Route[]) => Door;
  /** Has V8 learn from the first call of a function on, or no longer. */
  readonly learnAtOnce: (isOn: boolean) => void;
};

/** By then it is over, or given up: the first request waits for it. A busy machine takes 300 ms. */
const longestMs = 2000;

const ignore = (): void => undefined;

/** V8 forgets the shape of a record that nobody has any more, and throws away what it compiled for it: these stay. */
const kept: unknown[] = [parsed];

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

/** The sample whose turn it is, and who waits for its end. */
type Turn = { sample: Sample | undefined; ended: () => void };

/** Sends each piece so that it is read by itself. */
const sendAnswer = async (socket: Socket, answer: readonly Buffer[]): Promise<void> => {
  for (const piece of answer) {
    socket.write(piece);
    for (let turn = 0; turn < 3; turn += 1) await breathe();
  }
};

const lengthOf = (head: Buffer): number => {
  const end = head.indexOf('\r\n\r\n') + 4;
  return end + Number(/content-length: (\d+)/i.exec(head.toString('latin1', 0, end))?.[1] ?? 0);
};

/** Answers a request once all of it has come, whatever it is. */
const cannedGemini = (turn: Turn): Server =>
  createServer({ noDelay: true }, (socket) => {
    let [came, wanted] = [0, 0];
    socket.on('error', ignore);
    socket.on('data', (bytes) => {
      if (came === 0) wanted = lengthOf(bytes);
      came += bytes.length;
      if (came < wanted) return;
      came = 0;
      void sendAnswer(socket, turn.sample?.answer ?? []);
    });
  });

/** What is to be closed; at once where all has been closed already. */
type Closing = { readonly runs: (() => void)[]; isOver: boolean };

const closeLater = (closing: Closing, run: () => void): void => {
  if (closing.isOver) run();
  else closing.runs.push(run);
};

const direct = { httpsProxy: null, httpProxy: null, noProxy: null };

/** Where requests for chat are served by the whole of the service's own code, and answered by the canned Gemini. */
const openStage = async ({ serve, capabilities, door }: Rehearsed, turn: Turn, closing: Closing): Promise<Socket> => {
  const gemini = cannedGemini(turn);
  closeLater(closing, () => gemini.close());
  const baseUrl = `http://127.0.0.1:${await listen(gemini)}`;
  const requests = geminiRequests({ baseUrl, proxies: direct, connectTimeoutMs: longestMs });
  closeLater(closing, () => void requests.close());
  const watch = watchdogs({ firstByteMs: longestMs, idleMs: longestMs });
  const open = openGeminiBy({ ...requests, watch });
  const openGemini: OpenGemini = (call) => TE.map((frames: FrameStream) => {
    kept.push(frames.ready);
    return frames;
  })(open(call));
  const handle = serve(quietCapabilities(capabilities, openGemini));
  const needs = quietServer(door([{ method: 'POST', pattern: '/chat/completions', handle }]));
  const server = createHttpServer({ noDelay: true }, (message, response) => {
    response.on('close', () => turn.ended());
    startExchange(needs, { message, response, expectation: 'nothing' });
  });
  server.on('connection', (socket) => socket.setTimeout(0));
  closeLater(closing, () => server.close());
  const caller = connect({ port: await listen(server), host: '127.0.0.1', noDelay: true });
  closeLater(closing, () => caller.destroy());
  caller.on('error', ignore);
  caller.resume();
  return caller;
};

const headOf = ({ body }: Sample): string =>
  [
    'POST /v1/chat/completions HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    'Authorization: Bearer rehearsal',
    `Content-Length: ${body.length}`,
    '\r\n',
  ].join('\r\n');

const play = (sample: Sample, turn: Turn, caller: Socket): Promise<void> =>
  new Promise((resolve) => {
    turn.sample = sample;
    turn.ended = resolve;
    caller.write(Buffer.concat([Buffer.from(headOf(sample)), sample.body]));
  });

const playAll = async (rehearsed: Rehearsed, closing: Closing): Promise<void> => {
  const turn: Turn = { sample: undefined, ended: ignore };
  const caller = await openStage(rehearsed, turn, closing);
  for (const sample of samples) await play(sample, turn, caller);
  const ended = new Promise((resolve) => caller.once('close', resolve));
  caller.end();
  await ended;
};

/**
 * Has requests of all kinds served once, before the first one comes: what V8 has seen before it compiles, it does not
 * throw away when it comes (docs/performance.md). Nothing of it reaches Gemini, a key, a limit, the log or the disk.
 * Where it can't be, for want of an address or of time, the service goes on without.
 */
export const rehearse = async (rehearsed: Rehearsed): Promise<void> => {
  const over = signalSource();
  const closing: Closing = { runs: [], isOver: false };
  rehearsed.learnAtOnce(true);
  try {
    await Promise.race([playAll(rehearsed, closing), wait(longestMs, over.signal)]);
  } catch {
    // A machine without a loopback, or without descriptors: what comes is then learnt from what comes.
  }
  rehearsed.learnAtOnce(false);
  over.abort('over');
  closing.isOver = true;
  for (const run of closing.runs) run();
};
