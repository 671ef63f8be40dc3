import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { rules, type Controls, type Responder } from './controls.ts';
import type { EmulatorOptions, GeminiEmulator } from './emulator.ts';
import type { KeyFailure } from './key-failures.ts';
import { emulatedModels } from './model-list.ts';
import { route, type PlannedFault, type World } from './routes.ts';
import { noteRequest, type OpenRequest } from './seen-requests.ts';
import { minted } from './minted.ts';
import { play } from './steps.ts';

type Log = { readonly entries: OpenRequest[]; readonly waiting: Set<() => void> };

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString('utf8');
};

const answer = async (world: World, log: Log, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const entry = noteRequest(request, response, await bodyOf(request));
  log.entries.push(entry);
  for (const wake of log.waiting) wake();
  const steps = await route(world, entry);
  await play(steps, response, gone.signal, {
    wrote: (bytes, frame) => {
      entry.status = response.statusCode;
      entry.bytesSent += bytes;
      entry.framesSent += frame ? 1 : 0;
    },
    drops: () => {
      entry.dropped = true;
    },
  });
};

const failed = (response: ServerResponse) => (error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (!response.headersSent) response.writeHead(599, { 'content-type': 'text/plain' });
  response.end(`The emulator failed: ${text}`);
};

const newWorld = (options: EmulatorOptions): World => ({
  options,
  models: options.models ?? emulatedModels,
  answers: rules<Responder>(),
  failures: rules<KeyFailure>(),
  faults: rules<PlannedFault>(),
  minted: minted(),
});

const controls = ({ answers, failures, faults }: World, log: Log): Controls => ({
  answerWith: (responder, scope = {}) => answers.add(responder, scope),
  failKey: (key, failure, scope = {}) => failures.add(failure, { ...scope, key }),
  healKey: (key) => failures.remove((scope) => scope.key === key),
  fault: (kind, options = {}) => faults.add({ kind, options }, { times: 1, ...options }),
  reset: () => {
    for (const set of [answers, failures, faults]) set.remove(() => true);
    log.entries.length = 0;
  },
});

const arrived =
  (log: Log) =>
  (count: number): Promise<readonly OpenRequest[]> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (log.entries.length < count) return;
        log.waiting.delete(look);
        resolve(log.entries);
      };
      log.waiting.add(look);
      look();
    });

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

/** Starts an emulator of Google's Gemini API on this machine: canned answers, strict checks, faults on demand. */
export const startGeminiEmulator = async (options: EmulatorOptions = {}): Promise<GeminiEmulator> => {
  const world = newWorld(options);
  const log: Log = { entries: [], waiting: new Set() };
  let open = 0;
  const server = createServer({ noDelay: true, requestTimeout: 0 }, (request, response) => {
    answer(world, log, request, response).catch(failed(response));
  });
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
  });
  const port = await listen(server, options.port ?? 0);
  return {
    ...controls(world, log),
    url: `http://127.0.0.1:${port}`,
    port,
    requests: log.entries,
    arrived: arrived(log),
    connections: () => open,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
