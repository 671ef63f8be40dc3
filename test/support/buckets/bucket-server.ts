import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A whole answer of a bucket service. */
export type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string };

/** What befalls the next upload instead of its answer. */
export type Mishap =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** Answers before it has read the body. */
  | { readonly kind: 'early answer'; readonly answer: Answer }
  /** Resets the connection at the first bytes of the body. */
  | { readonly kind: 'reset' }
  /** Reads everything and never answers. */
  | { readonly kind: 'silence' }
  /** Does not read until then, and never answers. */
  | { readonly kind: 'stall'; readonly until: Promise<unknown> }
  /** Says something that is no HTTP. */
  | { readonly kind: 'babble' }
  /** Does its work, but reads with a pause after each piece. */
  | { readonly kind: 'slow reading'; readonly pauseMs: number };

/** A stored picture. */
export type Stored = { readonly type: string; readonly bytes: Buffer };

export type BucketServer = {
  readonly url: string;
  /** What was stored, by name. */
  readonly stored: Map<string, Stored>;
  /** Uploads that arrived, whatever became of them. */
  readonly uploads: () => number;
  /** Takes effect for one upload, in the order given. */
  readonly befall: (mishap: Mishap) => void;
  /** Resolves when an upload has arrived, which may be in the past. */
  readonly arrived: () => Promise<void>;
  /** Resolves when the caller has closed the connection of an upload that was not answered. */
  readonly dropped: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** What one service does: `lookup` answers calls that are no uploads (or never), `upload` those that are, with the whole body. */
export type BucketRules = {
  readonly lookup: (request: IncomingMessage) => Answer | 'never' | null;
  readonly upload: (request: IncomingMessage, body: Buffer, stored: Map<string, Stored>) => Answer;
};

type Signal = { readonly fire: () => void; readonly fired: Promise<void> };

const signal = (): Signal => {
  const emitter = new EventEmitter();
  return { fire: () => emitter.emit('fired'), fired: once(emitter, 'fired').then(() => undefined) };
};

const write = (response: ServerResponse, { status, headers, text }: Answer): void => {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
};

const bodyOf = async (request: IncomingMessage, pauseMs: number): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of request) {
    pieces.push(Buffer.from(piece));
    if (pauseMs > 0) await pause(pauseMs);
  }
  return Buffer.concat(pieces);
};

/** Plays the mishaps that leave no answer, or one that has nothing to do with the body; false when work goes on. */
const played = async (mishap: Mishap | undefined, request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
  switch (mishap?.kind) {
    case 'answer':
      await bodyOf(request, 0);
      write(response, mishap.answer);
      return true;
    case 'early answer':
      write(response, mishap.answer);
      request.resume();
      return true;
    case 'reset':
      request.once('data', () => request.socket.resetAndDestroy());
      return true;
    case 'silence':
      request.resume();
      return true;
    case 'stall':
      await mishap.until;
      request.resume();
      return true;
    case 'babble':
      await bodyOf(request, 0);
      request.socket.end('220 mail.example.com ESMTP\r\n');
      return true;
    default:
      return false;
  }
};

/** A bucket service on a free port of this machine; `rules` are the vendor's. */
export const startBucketServer = async ({ lookup, upload }: BucketRules): Promise<BucketServer> => {
  const stored = new Map<string, Stored>();
  const mishaps: Mishap[] = [];
  const counts = { uploads: 0 };
  const arrived = signal();
  const dropped = signal();
  const sockets = new Set<Socket>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const found = lookup(request);
    if (found === 'never') return;
    if (found !== null) {
      write(response, found);
      return;
    }
    counts.uploads += 1;
    response.once('close', () => {
      if (!response.writableFinished) dropped.fire();
    });
    arrived.fire();
    const mishap = mishaps.shift();
    if (await played(mishap, request, response)) return;
    write(response, upload(request, await bodyOf(request, mishap?.kind === 'slow reading' ? mishap.pauseMs : 0), stored));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stored,
    uploads: () => counts.uploads,
    befall: (mishap) => mishaps.push(mishap),
    arrived: () => arrived.fired,
    dropped: () => dropped.fired,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};
