import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Test } from 'tap';

export type WebServer = {
  readonly port: number;
  readonly url: string;
  /** Method, target and headers of each request, in order. */
  readonly seen: readonly { readonly line: string; readonly headers: IncomingMessage['headers'] }[];
  /** How many connections were made. */
  readonly connections: () => number;
  /** Resolves when no connection is open. */
  readonly idle: () => Promise<void>;
};

/** A server on 127.0.0.1 that ends with the test. */
export const webServer = async (t: Test, answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<WebServer> => {
  const seen: { readonly line: string; readonly headers: IncomingMessage['headers'] }[] = [];
  const open = new Set<Socket>();
  const waiting: (() => void)[] = [];
  const state = { connections: 0 };
  const server = createServer((request, response) => {
    seen.push({ line: `${request.method} ${request.url}`, headers: request.headers });
    answer(request, response);
  });
  server.on('connection', (socket) => {
    state.connections += 1;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      open.delete(socket);
      if (open.size === 0) for (const done of waiting.splice(0)) done();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of open) socket.destroy();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    seen,
    connections: () => state.connections,
    idle: () => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
};
