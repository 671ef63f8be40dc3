import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { E, type TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import { signalSource } from '../kernel/signal.ts';
import type { Wait } from '../ports/capabilities.ts';
import { breakOneSocket } from './break-one-socket.ts';
import { writeOneResponse } from './write-one-response.ts';
import { clientErrorText, connectRefusedText, errorText, type Answerer } from './client-error.ts';
import type { ConnectionBounds } from './connection-register.ts';
import { doorChooser } from './door.ts';
import { boundConnections, type Connections } from './connections.ts';
import { startExchange, type ExchangeNeeds, type Expectation } from './start-exchange.ts';
import { leaveTogether } from './leave-together.ts';
import { memoryBudget } from './memory-budget.ts';
import { isProxyAddress } from './private-address.ts';
import { openDoors } from './router.ts';
import type { ServerSettings, Site } from './site.ts';

/** A server that listens and that can be stopped without losing an answer. */
export type Server = {
  /** Left: the address could not be had, for instance because the port is in use. */
  readonly start: () => TE.TaskEither<NodeJS.ErrnoException, AddressInfo>;
  /**
   * Takes no new connection, lets the exchanges that run finish for `drainMs`, then aborts the rest (their signals
   * say ShuttingDown, so that streams can end with an error frame). Resolves when all is closed.
   */
  readonly stop: (drainMs: number) => Promise<void>;
};

const keepAliveMs = 75_000;
const mostHeaderBytes = 16 * 1024;
/** For a request that was on its way when the server stopped. */
const silentGraceMs = 1000;
/** For what must still be written after an abort. */
const lastWordsMs = 1000;

/**
 * Timeouts and bounds of our own, and defaults of Node's that must stay; no count of headers, since those past it would
 * be dropped.
 */
const listenerOf = ({ headersTimeoutMs }: ServerSettings): HttpServer => {
  const server = createHttpServer({
    headersTimeout: headersTimeoutMs,
    // Bodies have a time of their own, from when they are wanted; that of an upload is its sender's silence.
    requestTimeout: 0,
    connectionsCheckingInterval: 1000,
    keepAliveTimeout: keepAliveMs,
    maxHeaderSize: mostHeaderBytes,
    insecureHTTPParser: false,
    // A request without one is told so by requestHead: Node would answer it with an empty body.
    requireHostHeader: false,
    noDelay: true,
  });
  server.maxHeadersCount = 0;
  return server;
};

const closeWith = (socket: Duplex, text: string, wait: Wait): void => {
  socket.on('error', () => undefined);
  socket.end(text);
  void wait(lastWordsMs, new AbortController().signal).then(() => socket.destroy());
};

/** Connections that are told that there are too many, at once; those past them are cut off without a word. */
const mostTurnedAway = 64;

const crowded: ProxyError = { tag: 'Busy', message: 'Too many connections at once. Please try again in a moment.' };

/** Who answers before anything is known of a request. */
const firstAnswerer = ({ doors: [door], newRequestId }: Site): Answerer => ({ door, requestId: newRequestId() });

/** Tells a connection for which there is no room so, whatever it came for. */
const turnAway = (site: Site): ((socket: Socket) => void) => {
  const leaving = new Set<Socket>();
  return (socket) => {
    if (leaving.size >= mostTurnedAway) {
      socket.destroy();
      return;
    }
    leaving.add(socket);
    socket.once('close', () => leaving.delete(socket));
    closeWith(socket, errorText(crowded, firstAnswerer(site)), site.wait);
  };
};

const headCharactersOf = ({ rawHeaders, url = '' }: IncomingMessage): number =>
  rawHeaders.reduce((sum, text) => sum + text.length, url.length);

const answerRequests = (server: HttpServer, needs: ExchangeNeeds, open: Connections): void => {
  const { site } = needs;
  const start =
    (expectation: Expectation) =>
    (message: IncomingMessage, response: ServerResponse): void =>
      open.take(message.socket, {
        response,
        headCharacters: () => headCharactersOf(message),
        start: () => startExchange(needs, { message, response, expectation }),
      });
  const refuse = turnAway(site);
  server.on('request', start('nothing'));
  server.on('checkContinue', start('continue'));
  server.on('checkExpectation', start('unknown'));
  server.on('connection', (socket) => {
    // Node gives a socket another shape with its first time-out, which it sets behind the first answer.
    socket.setTimeout(0);
    if (!open.open(socket)) refuse(socket);
  });
  server.on('connect', (_message, socket) => closeWith(socket, connectRefusedText(firstAnswerer(site)), site.wait));
  server.on('clientError', (cause: Error, socket: Duplex) => {
    if (open.hasBegunToAnswer(socket) || !socket.writable) socket.destroy();
    else closeWith(socket, clientErrorText(cause, firstAnswerer(site)), site.wait);
  });
};

const listenOn =
  (
    server: HttpServer,
    { host, port }: ServerSettings,
    { log }: Site,
  ): TE.TaskEither<NodeJS.ErrnoException, AddressInfo> =>
  () =>
    new Promise((resolve) => {
      const onError = (error: NodeJS.ErrnoException): void => resolve(E.left(error));
      server.once('error', onError);
      server.listen({ host, port, backlog: 1024 }, () => {
        server.off('error', onError);
        // Node tells here of a connection that could not be taken, for want of descriptors for one; no reason to end.
        server.on('error', ({ code }: NodeJS.ErrnoException) =>
          log('warn', 'A connection could not be taken', { code }),
        );
        const address = server.address();
        if (address !== null && typeof address === 'object') resolve(E.right(address));
      });
    });

/**
 * Ends what is open, in order: silent connections soon, exchanges at the deadline, what is left after their last words.
 */
const endConnections = (drainMs: number, { wait }: Site, open: Connections): (() => void) => {
  const allClosed = new AbortController();
  const { signal } = allClosed;
  const after = async (milliseconds: number, run: () => void): Promise<void> => {
    await wait(milliseconds, signal);
    if (!signal.aborted) run();
  };
  void after(Math.min(silentGraceMs, drainMs), open.destroyIdle);
  void after(drainMs, () => open.abortAll({ tag: 'ShuttingDown' }));
  void after(drainMs + lastWordsMs, open.destroyAll);
  return () => allClosed.abort();
};

/** A trusted proxy speaks for many; it stands at a private address. */
const boundsOf = (settings: ServerSettings, { groupAddress }: Site): ConnectionBounds => {
  const { mostConnections = Infinity, mostConnectionsPerAddress = Infinity, trustProxyHops } = settings;
  return {
    most: mostConnections,
    mostPerGroup: mostConnectionsPerAddress,
    groupOf: ({ remoteAddress = '' }) =>
      trustProxyHops > 0 && isProxyAddress(remoteAddress) ? null : groupAddress(remoteAddress),
  };
};

/** Makes the service's server from its doors. No request, however malformed, can end the process. */
export const createServer = (settings: ServerSettings, site: Site): Server => {
  const { signal: stopping, abort: beginToStop } = signalSource();
  const isStopping = (): boolean => stopping.aborted;
  const open = boundConnections(boundsOf(settings, site), { isStopping, noteAtWork: site.noteAtWork });
  const server = listenerOf(settings);
  breakOneSocket();
  writeOneResponse();
  const memory = memoryBudget({ mostBytes: settings.memoryBudgetBytes, mostExchanges: settings.mostExchanges });
  const limits = {
    mostBytes: settings.mostBodyBytes,
    mostMemory: memory.largest,
    timeoutMs: settings.requestTimeoutMs,
    wait: site.wait,
    stopping,
  };
  const chooseDoor = doorChooser(openDoors(site.doors, settings.corsOrigins));
  const leave = leaveTogether(open.atWork);
  answerRequests(
    server,
    { site, settings, limits, memory, chooseDoor, isStopping, leave },
    open,
  );
  return {
    start: () => listenOn(server, settings, site),
    stop: async (drainMs) => {
      beginToStop('stop');
      const allClosed = new Promise<void>((resolve) => server.close(() => resolve()));
      const forget = endConnections(drainMs, site, open);
      await allClosed;
      forget();
    },
  };
};
