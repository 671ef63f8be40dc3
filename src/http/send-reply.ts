import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Now, Wait } from '../ports/capabilities.ts';
import type { Headers, Reply, Streamed, Whole } from '../ports/reply.ts';
import { inPieces, pieceSize, readerPace, type ReaderPace } from './reader-pace.ts';

/** Where a reply goes, and what is known of its reader. */
export type Outlet = {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** Added to every answer; the reply's own win, but for `vary`, where both are told. */
  readonly headers: () => Headers;
  /** A reader that takes nothing, or less than 64 KiB of what waits for it, for so long is cut off. */
  readonly readerTimeoutMs: number;
  /** True while a caller waits with its body for our `100 Continue`, and so sends none. */
  readonly holdsBody: () => boolean;
  /** When the request came; a stream's first heartbeat is due so long after it. */
  readonly startedAt: number;
  readonly now: Now;
  readonly wait: Wait;
  /** Notes what a stream threw, and says which error it is. */
  readonly noteFailure: (cause: unknown) => ProxyError;
};

/** A body that nobody wants is read on and thrown away for so long: a reset at once would destroy the answer too. */
const lingerMs = 1000;

/** Of a stream's texts that leave together. */
const mostGathered = 16 * 1024;

const bodyIsUnread = ({ message }: Outlet): boolean => !message.complete;

/** A response without a socket is not closed: it waits for those before it on the same connection. */
const isClosed = ({ message, response }: Outlet): boolean => response.destroyed || message.socket.destroyed;

/** For the last bytes. Node's own timer of a socket: it runs out only when not one byte could be handed over. */
const watchReader = ({ response, readerTimeoutMs }: Outlet): void => {
  response.socket?.setTimeout(readerTimeoutMs);
};

const discardBody = async ({ message, wait, holdsBody, response }: Outlet): Promise<void> => {
  if (holdsBody()) return;
  const enough = new AbortController();
  const stop = (): void => enough.abort('enough');
  message.once('end', stop);
  response.once('close', stop);
  message.resume();
  await wait(lingerMs, enough.signal);
};

/**
 * No faster than it is read: what is handed to a socket all at once is copied there, and held until the last byte is
 * taken.
 */
const writeInPieces = async (body: string | Uint8Array, outlet: Outlet, { drained }: ReaderPace): Promise<void> => {
  for (const piece of inPieces(body)) {
    if (isClosed(outlet)) return;
    if (!outlet.response.write(piece)) await drained();
  }
};

type Ending = { readonly pace: ReaderPace; readonly body?: string | Uint8Array };

const endReply = async (outlet: Outlet, { pace, body }: Ending): Promise<void> => {
  const { response } = outlet;
  if (body !== undefined && body.length > pieceSize) {
    await writeInPieces(body, outlet, pace);
    return endReply(outlet, { pace });
  }
  if (bodyIsUnread(outlet)) {
    if (body !== undefined) response.write(body);
    watchReader(outlet);
    await discardBody(outlet);
    response.end();
    return;
  }
  response.end(body);
  // What the system has taken at once, as it nearly always does, needs no watching.
  if (response.socket === null || response.socket.writableLength === 0) return;
  pace.last();
  watchReader(outlet);
};

const headOf = (outlet: Outlet, { headers: own }: Reply, length: Headers = {}): Headers => {
  const common = outlet.headers();
  const [vary, more] = [common['vary'], own['vary']];
  const both: Headers = vary === undefined || more === undefined ? {} : { vary: `${vary}, ${more}` };
  return { ...common, ...own, ...both, ...length, ...(bodyIsUnread(outlet) ? { connection: 'close' } : {}) };
};

const hasNoBody = ({ status }: Reply): boolean => status === 204 || status === 304;

const sendWhole = (reply: Whole, outlet: Outlet, pace: ReaderPace): Promise<void> => {
  const { response, message } = outlet;
  const length = String(Buffer.byteLength(reply.body));
  const head = headOf(outlet, reply, hasNoBody(reply) ? {} : { 'content-length': length });
  if (reply.reason === undefined) response.writeHead(reply.status, head);
  else response.writeHead(reply.status, reply.reason, head);
  return message.method === 'HEAD' || hasNoBody(reply)
    ? endReply(outlet, { pace })
    : endReply(outlet, { pace, body: reply.body });
};

/** Writes pieces behind the reply's head, which leaves with the first of them. */
type Writer = {
  readonly write: (piece: string | Uint8Array) => Promise<void>;
  /** Hands over what is gathered. */
  readonly flush: () => void;
  /** Takes back what is gathered, to be written with the end. */
  readonly rest: () => string;
  readonly heartbeats: (signal: AbortSignal) => Promise<void>;
};

type TextGatherer = Pick<Writer, 'flush' | 'rest'> & { readonly gather: (text: string) => void };

/**
 * Gathers the texts of one tick: what one read of Gemini's socket brought leaves as one chunk in one write. Node would
 * make three pieces of each text, and hand over hundreds (a burst of 100 frames costs 12 % more so).
 */
const textGatherer = (put: (text: string) => void): TextGatherer => {
  let gathered = '';
  const rest = (): string => {
    const text = gathered;
    gathered = '';
    return text;
  };
  const flush = (): void => {
    const text = rest();
    if (text !== '') put(text);
  };
  const gather = (text: string): void => {
    if (gathered === '') process.nextTick(flush);
    gathered += text;
    if (gathered.length >= mostGathered) flush();
  };
  return { gather, flush, rest };
};

const replyWriter = (reply: Streamed, outlet: Outlet, pace: ReaderPace): Writer => {
  // Two write here, the stream and its heartbeats, and neither locks the other out: a piece is handed over in one tick,
  // so a heartbeat, which has a tick of its own, stands between pieces and never within one. `lastAt` moves with every
  // write, which puts the next heartbeat off; while the reader is behind there is nothing to keep alive, and one more
  // would only pile up. The head leaves with whatever comes first.
  const { response, now, wait } = outlet;
  const { text: heartbeat, afterMs } = reply.heartbeat;
  let lastAt = outlet.startedAt;
  const begin = (): void => {
    if (!response.headersSent) response.writeHead(reply.status, headOf(outlet, reply));
    lastAt = now();
  };
  const put = (piece: string | Uint8Array): boolean => {
    begin();
    return response.write(piece);
  };
  const { gather, flush, rest } = textGatherer((text) => isClosed(outlet) || put(text));
  return {
    write: async (piece) => {
      if (!isClosed(outlet) && response.writableNeedDrain) await pace.drained();
      if (isClosed(outlet)) return;
      if (typeof piece === 'string' && piece.length < mostGathered) return gather(piece);
      flush();
      begin();
      await writeInPieces(piece, outlet, pace);
      lastAt = now();
    },
    flush,
    rest,
    heartbeats: async (signal) => {
      if (afterMs === 0) return;
      for (;;) {
        await wait(Math.min(Math.max(lastAt + afterMs - now(), 1), afterMs), signal);
        if (signal.aborted || isClosed(outlet)) return;
        if (response.writableNeedDrain) lastAt = now();
        else if (now() - lastAt >= afterMs) put(heartbeat());
      }
    },
  };
};

/**
 * What the tail throws (it never should) becomes a last frame. It is thrown on while nothing has gone out, and where a
 * length was promised: a frame would pass for the content there.
 */
const pourTail = async ({ tail, fail }: Streamed, outlet: Outlet, { write, flush }: Writer): Promise<void> => {
  try {
    for (let next = await tail.next(); next.done !== true; next = await tail.next()) {
      if (isClosed(outlet)) return;
      await write(next.value);
    }
  } catch (cause) {
    flush();
    if (!outlet.response.headersSent || fail === null) throw cause;
    await write(fail(outlet.noteFailure(cause)));
  }
};

/** Ends a reply that nobody will read: whatever its tail holds is let go. */
export const discardReply = async (reply: Reply): Promise<void> => {
  if (reply.kind === 'streamed') await reply.tail.return(undefined);
};

const sendStream = async (reply: Streamed, outlet: Outlet, pace: ReaderPace): Promise<void> => {
  const { response, message } = outlet;
  if (message.method === 'HEAD') {
    response.writeHead(reply.status, headOf(outlet, reply));
    await Promise.all([discardReply(reply), endReply(outlet, { pace })]);
    return;
  }
  const writer = replyWriter(reply, outlet, pace);
  // Aborted with a word of ours, as every signal that only ends a wait: without one Node makes a DOMException, 12 µs.
  const poured = new AbortController();
  const heartbeats = writer.heartbeats(poured.signal).catch(() => undefined);
  try {
    await pourTail(reply, outlet, writer);
  } finally {
    poured.abort('poured');
    await Promise.all([heartbeats, discardReply(reply)]);
  }
  if (isClosed(outlet)) return;
  if (!response.headersSent) response.writeHead(reply.status, headOf(outlet, reply));
  const last = writer.rest();
  await endReply(outlet, last === '' ? { pace } : { pace, body: last });
};

/**
 * Writes a reply to the socket; nothing else does. A whole one leaves in one write, a stream in one write a tick; large
 * ones in pieces, no faster than they are read. Rejects only before anything was written.
 */
export const sendReply = async (reply: Reply, outlet: Outlet): Promise<void> => {
  if (isClosed(outlet)) return discardReply(reply);
  const pace = readerPace(outlet);
  if (reply.kind === 'whole') await sendWhole(reply, outlet, pace);
  else await sendStream(reply, outlet, pace);
};
