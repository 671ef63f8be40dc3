import type { ServerResponse } from 'node:http';
import { thrown, type ProxyError } from '../kernel/proxy-error.ts';
import type { Passed } from '../ports/reply.ts';
import { signalSource, type Signal } from '../kernel/signal.ts';
import type { BodyOutlet } from './body-outlet.ts';
import { frameAround, frameChunks, lastChunk, type WritePiece } from './own-chunks.ts';
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
  /** False where no more should come before the reader has caught up. */
  readonly take: (piece: Uint8Array) => boolean;
  readonly end: () => Promise<void> | null;
  /** How many pieces have been written. */
  readonly written: () => number;
  readonly caughtUp: () => void;
};

/** What may wait for the reader before no more is taken: what one read of Google's socket brings, framed. */
const mostWaiting = 72 * 1024;

/**
 * Whether a piece may go to the socket by itself: nothing waits, and nothing comes behind it in what one read brought.
 * Node gathers what is written by a response until the tick is over, which costs 2 µs a piece 10 ms after another.
 */
const isAlone = (frame: Buffer, { writableLength }: ServerResponse): boolean =>
  writableLength === 0 && frame.byteOffset + frame.length === frame.buffer.byteLength && frame.length <= mostAlone;

/** Less than a socket's mark: it is never behind with so much alone. */
const mostAlone = 8 * 1024;

const passedWriter = (outlet: PassedOutlet): Writer => {
  const { response, writeHead, end } = outlet;
  const pace = readerPace(outlet);
  let written = 0;
  let put: WritePiece | null = null;
  let isFramed = false;
  const begin = (): WritePiece => {
    writeHead();
    const putChunk = frameChunks(response);
    isFramed = putChunk !== null;
    return putChunk ?? ((piece) => response.write(piece));
  };
  const putByResponse = (piece: Uint8Array, frame: Buffer | null): boolean => {
    put ??= begin();
    if (frame === null ? put(piece) : response.write(frame)) return true;
    pace.behind();
    return response.writableLength < mostWaiting;
  };
  return {
    take: (piece) => {
      if (response.destroyed) return false;
      written += 1;
      const frame = isFramed ? frameAround(piece) : null;
      const { socket } = response;
      if (frame !== null && socket !== null && isAlone(frame, response)) return socket.write(frame);
      return putByResponse(piece, frame);
    },
    end: () => {
      put ??= begin();
      return end(isFramed ? lastChunk : '');
    },
    written: () => written,
    caughtUp: pace.caughtUp,
  };
};

/** How often it is looked whether something was written, in the time after which a heartbeat is due: no clock a piece. */
const looks = 4;

const keepAlive = async (
  { heartbeat: { text, afterMs } }: Passed,
  { response, startedAt, isClosed, now, wait }: PassedOutlet,
  { writer, over }: { readonly writer: Writer; readonly over: Signal },
): Promise<void> => {
  const pause = afterMs / looks;
  let at = startedAt;
  let seen = writer.written();
  for (;;) {
    await wait(Math.min(Math.max(at + afterMs - now(), 1), pause), over);
    if (over.aborted || isClosed()) return;
    if (writer.written() !== seen) at = now() - pause;
    seen = writer.written();
    if (now() - at < afterMs) continue;
    const beat = response.writableNeedDrain ? '' : text();
    at = now();
    if (beat !== '') writer.take(Buffer.from(beat));
    seen = writer.written();
  }
};

/** Pours a body into the response, no faster than it is read. Resolves when nothing comes any more. */
const pourBody = (reply: Passed, { response }: PassedOutlet, { take, caughtUp }: Writer): Promise<ProxyError | null> =>
  new Promise((resolve) => {
    const flow = reply.body.pour({ take, end: resolve });
    response.on('drain', () => {
      caughtUp();
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
    if (words !== null) writer.take(Buffer.from(words));
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
