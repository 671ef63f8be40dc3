import { thrown, type ProxyError } from '../kernel/proxy-error.ts';
import type { Passed } from '../ports/reply.ts';
import { signalSource, type Signal } from '../kernel/signal.ts';
import type { BodyOutlet } from './body-outlet.ts';
import { frameChunks, lastChunk, type WritePiece } from './own-chunks.ts';
import { readerPace } from './reader-pace.ts';

/** Where passed bytes go. */
export type PassedOutlet = BodyOutlet & {
  readonly readerTimeoutMs: number;
  readonly noteFailure: (cause: unknown) => ProxyError;
  /** With what is still to be written. */
  readonly end: (last: string) => Promise<void> | null;
};

/** Writes pieces behind the head, which leaves with the first of them. */
type Writer = {
  readonly write: WritePiece;
  readonly end: () => Promise<void> | null;
  /** When something went out last, ms. */
  readonly lastAt: () => number;
};

const passedWriter = ({ response, startedAt, now, writeHead, end }: PassedOutlet): Writer => {
  const state: { at: number; put: WritePiece | null; last: string } = { at: startedAt, put: null, last: '' };
  const begin = (): WritePiece => {
    writeHead();
    const putChunk = frameChunks(response);
    if (putChunk !== null) state.last = lastChunk;
    return putChunk ?? ((piece) => response.write(piece));
  };
  return {
    write: (piece) => {
      if (response.destroyed) return false;
      state.put ??= begin();
      state.at = now();
      return state.put(piece);
    },
    end: () => {
      state.put ??= begin();
      return end(state.last);
    },
    lastAt: () => state.at,
  };
};

/** What may wait for the reader before no more is taken: what one read of Google's socket brings, framed. */
const mostWaiting = 72 * 1024;

const keepAlive = async (
  { heartbeat: { text, afterMs } }: Passed,
  { response, isClosed, now, wait }: PassedOutlet,
  { writer, over }: { readonly writer: Writer; readonly over: Signal },
): Promise<void> => {
  let at = writer.lastAt();
  for (;;) {
    await wait(Math.min(Math.max(at + afterMs - now(), 1), afterMs), over);
    if (over.aborted || isClosed()) return;
    at = Math.max(at, writer.lastAt());
    if (now() - at < afterMs) continue;
    const beat = response.writableNeedDrain ? '' : text();
    at = now();
    if (beat !== '') writer.write(Buffer.from(beat));
  }
};

/** Pours a body into the response, no faster than it is read. Resolves when nothing comes any more. */
const pourBody = (reply: Passed, outlet: PassedOutlet, { write }: Writer): Promise<ProxyError | null> =>
  new Promise((resolve) => {
    const { response } = outlet;
    const pace = readerPace(outlet);
    const flow = reply.body.pour({
      take: (piece) => {
        // Node gathers what is written in one tick, so that what one read brought leaves in one write.
        if (write(piece)) return true;
        pace.behind();
        return response.writableLength < mostWaiting;
      },
      end: resolve,
    });
    response.on('drain', () => {
      pace.caughtUp();
      flow.resume();
    });
    // Whoever takes nothing any more has left: what still comes is given up with the source.
    response.once('close', () => resolve({ tag: 'ClientGone' }));
  });

/** True when all has been written; false where nothing in the answer could tell that it is not whole. */
const sendBody = async (reply: Passed, outlet: PassedOutlet, writer: Writer): Promise<boolean> => {
  const over = signalSource();
  const beating = reply.heartbeat.afterMs === 0 ? null : keepAlive(reply, outlet, { writer, over: over.signal });
  try {
    const error = await pourBody(reply, outlet, writer);
    if (error === null || outlet.isClosed()) return true;
    const words = reply.fail(outlet.noteFailure(thrown(error)));
    if (words !== null) writer.write(Buffer.from(words));
    return words !== null;
  } finally {
    over.abort('over');
    reply.body.close();
    if (beating !== null) await beating;
  }
};

/**
 * Sends an answer whose bytes pass, no faster than it is read. An answer that breaks off ends with words that tell so,
 * or its connection is cut: never as if it were whole.
 */
export const sendPassed = async (reply: Passed, outlet: PassedOutlet): Promise<void> => {
  const writer = passedWriter(outlet);
  const isWhole = await sendBody(reply, outlet, writer);
  if (outlet.isClosed()) return;
  if (isWhole) await writer.end();
  else outlet.response.destroy();
};
