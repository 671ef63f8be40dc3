import { connect, type Socket } from 'node:net';
import type { Test } from 'tap';
import { E } from '../../src/kernel/fp.ts';
import type { Route } from '../../src/http/route.ts';
import { createServer, type Server } from '../../src/http/server.ts';
import type { ServerSettings, Site } from '../../src/http/site.ts';
import { openaiDoor } from '../../src/compose/doors.ts';
import type { Wait } from '../../src/ports/capabilities.ts';

/** A line of the log as the server wrote it. */
export type Line = { readonly level: string; readonly message: string; readonly facts: Readonly<Record<string, unknown>> };

/** Waits that end when a test says so. */
export type Waits = { readonly wait: Wait; readonly pending: () => readonly number[]; readonly fire: (milliseconds: number) => void };

export const heldWaits = (): Waits => {
  const held = new Map<() => void, number>();
  return {
    wait: (milliseconds, signal) =>
      new Promise((resolve) => {
        const end = (): void => {
          held.delete(end);
          resolve();
        };
        if (signal.aborted) return resolve();
        held.set(end, milliseconds);
        signal.addEventListener('abort', end, { once: true });
      }),
    pending: () => [...held.values()],
    fire: (milliseconds) => [...held].filter(([, those]) => those === milliseconds).forEach(([end]) => end()),
  };
};

const settings: ServerSettings = {
  host: '127.0.0.1',
  port: 0,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  mostBodyBytes: 1_000_000,
  memoryBudgetBytes: 64_000_000,
  mostExchanges: 1000,
  trustProxyHops: 0,
  corsOrigins: '*',
};

export type Serving = {
  readonly port: number;
  readonly origin: string;
  readonly server: Server;
  readonly lines: readonly Line[];
  readonly waits: Waits;
};

/** A server on a free port, with waits that a test ends, stopped with the test. */
export const serving = async (
  t: Test,
  routes: readonly Route[],
  over: Partial<ServerSettings> & Partial<Pick<Site, 'now' | 'doors' | 'noteAtWork'>> = {},
): Promise<Serving> => {
  const lines: Line[] = [];
  const waits = heldWaits();
  let ids = 0;
  const server = createServer(
    { ...settings, ...over },
    {
      doors: over.doors ?? [openaiDoor(routes)],
      countRequest: () => undefined,
      groupAddress: (address) => address,
      log: (level, message, facts = {}) =>
        lines.push({ level, message, facts: typeof facts === 'function' ? facts() : facts }),
      noteAtWork: over.noteAtWork ?? (() => undefined),
      now: over.now ?? (() => 1_000_000),
      wait: waits.wait,
      newRequestId: () => `req_${(ids += 1)}`,
    },
  );
  const started = await server.start()();
  if (E.isLeft(started)) throw started.left;
  const { port } = started.right;
  t.teardown(async () => {
    const stopped = server.stop(0);
    waits.fire(0);
    waits.fire(1000);
    await stopped;
  });
  return { port, origin: `http://127.0.0.1:${port}`, server, lines, waits };
};

/** A raw connection. `until` resolves with all that came once it holds the text, `closed` when the other end is gone. */
export type Wire = {
  readonly socket: Socket;
  readonly send: (text: string) => void;
  readonly until: (text: string) => Promise<string>;
  readonly closed: Promise<string>;
};

export const wire = (port: number, allowHalfOpen = false): Wire => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
  let got = '';
  const watchers = new Set<() => void>();
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    got += chunk;
    for (const look of watchers) look();
  });
  socket.on('error', () => undefined);
  return {
    socket,
    send: (text) => socket.write(text),
    until: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!got.includes(text)) return;
          watchers.delete(look);
          resolve(got);
        };
        watchers.add(look);
        look();
      }),
    closed: new Promise((resolve) => socket.once('close', () => resolve(got))),
  };
};

/** Resolves as soon as `holds` does; a test that waits for ever is ended by tap. */
export const eventually = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};
