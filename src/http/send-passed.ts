import type { ServerResponse } from 'node:http';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Now, Wait } from '../ports/capabilities.ts';
import type { Passed } from '../ports/reply.ts';
import { signalSource, type Signal } from '../kernel/signal.ts';
import { readerPace } from './reader-pace.ts';

/** Where passed bytes go. */
export type PassedOutlet = {
  readonly response: ServerResponse;
  /** Whether the answer has no body. */
  readonly isHead: boolean;
  readonly readerTimeoutMs: number;
  readonly startedAt: number;
  readonly now: Now;
  readonly wait: Wait;
  readonly isClosed: () => boolean;
  /** With the body's length, where all of it is there. */
  readonly writeHead: (length: string | null) => void;
  readonly end: (body: Uint8Array | '') => Promise<void> | null;
};

const begin = ({ response, writeHead }: PassedOutlet): void => {
  if (!response.headersSent) writeHead(null);
};

/** What of a tick's pieces leaves together, at most. */
const mostGathered = 64 * 1024;
/** A piece of this size leaves as it is: to copy it would cost more than a write. */
const leastAlone = 8 * 1024;

type Gatherer = { readonly add: (piece: Uint8Array) => void; readonly flush: () => void };

/**
 * Gathers the pieces of one tick: what one read of Google's socket brought leaves as one chunk in one write, where Node
 * would make three pieces of each.
 */
const gatherPieces = (put: (bytes: Uint8Array) => void): Gatherer => {
  let pieces: Uint8Array[] = [];
  let size = 0;
  const flush = (): void => {
    const [first] = pieces;
    if (first === undefined) return;
    const bytes = pieces.length === 1 ? first : Buffer.concat(pieces, size);
    pieces = [];
    size = 0;
    put(bytes);
  };
  return {
    flush,
    add: (piece) => {
      if (piece.length >= leastAlone) {
        flush();
        put(piece);
        return;
      }
      if (size === 0) process.nextTick(flush);
      pieces.push(piece);
      size += piece.length;
      if (size >= mostGathered) flush();
    },
  };
};

/** When something went out last, ms. */
type Written = { at: number };

const keepAlive = async (
  { heartbeat: { text, afterMs } }: Passed,
  outlet: PassedOutlet,
  { written, over }: { readonly written: Written; readonly over: Signal },
): Promise<void> => {
  const { response, isClosed, now, wait } = outlet;
  for (;;) {
    await wait(Math.min(Math.max(written.at + afterMs - now(), 1), afterMs), over);
    if (over.aborted || isClosed()) return;
    if (now() - written.at < afterMs) continue;
    const beat = response.writableNeedDrain ? '' : text();
    written.at = now();
    if (beat === '') continue;
    begin(outlet);
    response.write(beat);
  }
};

/** Pours a body into the response, no faster than it is read. Resolves when nothing comes any more. */
const pourBody = (reply: Passed, outlet: PassedOutlet, written: Written): Promise<ProxyError | null> =>
  new Promise((resolve) => {
    const { response, isClosed, now } = outlet;
    const pace = readerPace(outlet);
    const state = { isFull: false, isOver: false };
    const { add, flush } = gatherPieces((bytes) => {
      if (isClosed()) return;
      begin(outlet);
      written.at = now();
      state.isFull = !response.write(bytes);
      if (!state.isFull || state.isOver) return;
      void pace.drained().then(() => {
        state.isFull = false;
        if (!isClosed()) flow.resume();
      });
    });
    const finish = (error: ProxyError | null): void => {
      state.isOver = true;
      flush();
      resolve(error);
    };
    // Whoever takes nothing any more has left: what still comes is given up with the source.
    response.once('close', () => finish({ tag: 'ClientGone' }));
    const flow = reply.body.pour({
      take: (piece) => {
        add(piece);
        return !state.isFull;
      },
      end: finish,
    });
  });

/** True when all has been written; false where nothing in the answer could tell that it is not whole. */
const sendBody = async (reply: Passed, outlet: PassedOutlet): Promise<boolean> => {
  const over = signalSource();
  const written = { at: outlet.startedAt };
  const beating =
    reply.heartbeat.afterMs === 0 ? null : keepAlive(reply, outlet, { written, over: over.signal });
  try {
    const error = await pourBody(reply, outlet, written);
    if (error === null || outlet.isClosed()) return true;
    const words = reply.fail(error);
    if (words === null) return false;
    begin(outlet);
    outlet.response.write(words);
    return true;
  } finally {
    over.abort('over');
    reply.body.close();
    if (beating !== null) await beating;
  }
};

/**
 * Sends an answer whose bytes pass: what is all there leaves in one write, the rest no faster than it is read. An
 * answer that breaks off ends with words that tell so, or its connection is cut: never as if it were whole.
 */
export const sendPassed = async (reply: Passed, outlet: PassedOutlet): Promise<void> => {
  if (outlet.isHead) {
    outlet.writeHead(null);
    reply.body.close();
    await outlet.end('');
    return;
  }
  const there = reply.body.whole();
  if (there !== null) {
    outlet.writeHead(String(there.length));
    await outlet.end(there);
    return;
  }
  const isWhole = await sendBody(reply, outlet);
  if (outlet.isClosed()) return;
  begin(outlet);
  if (isWhole) await outlet.end('');
  else outlet.response.destroy();
};
