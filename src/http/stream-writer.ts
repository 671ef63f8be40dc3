import type { Socket } from 'node:net';
import type { Signal } from '../kernel/signal.ts';
import type { Now } from '../ports/capabilities.ts';
import type { Streamed } from '../ports/reply.ts';
import type { BodyOutlet } from './body-outlet.ts';
import { frameChunks, lastChunk, mayGoAlone, writeAlone, type WritePiece } from './own-chunks.ts';
import { pieceSize, type ReaderPace } from './reader-pace.ts';

/** How pieces are written behind a head that has been; `isFramed`: as chunks of our own. */
export type BegunWriting = { readonly put: WritePiece; readonly isFramed: boolean };

/** Where a stream is written, and how. */
export type StreamWriterNeeds = BodyOutlet & {
  /** Made for a reader that falls behind. */
  readonly pace: () => ReaderPace;
  /** Writes a large piece, no faster than it is read. */
  readonly writeLarge: (piece: string | Uint8Array, write: WritePiece) => Promise<void>;
  readonly heartbeat: Streamed['heartbeat'];
  /** Null before the head has gone out. */
  readonly begun: BegunWriting | null;
};

/**
 * Writes pieces behind a reply's head, which leaves with the first of them. Node hands over in one write what is
 * written in one tick.
 */
export type StreamWriter = {
  /** A promise where the next piece must wait. */
  readonly write: (piece: string | Uint8Array) => Promise<void> | null;
  /** Writes what is poured, by the shortest way, as long as it need not wait; a promise where anything may be. */
  readonly pour: (from: Streamed['tail']) => Promise<void> | null;
  /** What ends the body: the last that is to be written. */
  readonly end: () => string;
  readonly heartbeats: (signal: Signal) => Promise<void>;
};

/**
 * How a stream is written, and when it was last: one record, and in front what each piece asks for that comes alone.
 * `alone`: the socket, once chunks are framed here; `put`: null before the head has gone out.
 */
type Writing = {
  alone: Socket | null;
  readonly now: Now;
  lastAt: number;
  rest: Promise<void> | null;
  put: WritePiece | null;
  isFramed: boolean;
};

const heartbeatsOf =
  ({ response, now, wait, isClosed, heartbeat }: StreamWriterNeeds, writing: Writing, put: (text: string) => void) =>
  async (signal: Signal): Promise<void> => {
    const { text, afterMs } = heartbeat;
    if (afterMs === 0) return;
    for (;;) {
      await wait(Math.min(Math.max(writing.lastAt + afterMs - now(), 1), afterMs), signal);
      if (signal.aborted || isClosed()) return;
      if (response.writableNeedDrain) writing.lastAt = now();
      else if (now() - writing.lastAt >= afterMs) put(text());
    }
  };

type Writer = Pick<StreamWriter, 'write'> & Pick<BodyOutlet, 'isClosed'>;

const pourInto = (writing: Writing, { write, isClosed }: Writer): StreamWriter['pour'] => {
  const take = (piece: string | Uint8Array): boolean => {
    const { alone } = writing;
    if (alone !== null && typeof piece === 'string' && mayGoAlone(alone, piece)) {
      writing.lastAt = writing.now();
      return writeAlone(alone, piece);
    }
    writing.rest = write(piece);
    return writing.rest === null && !isClosed();
  };
  const takeRest = async (): Promise<void> => {
    const { rest } = writing;
    writing.rest = null;
    await rest;
  };
  return (from) => from.pour?.(take).then(takeRest) ?? null;
};

/** Makes the writer of one stream. */
export const streamWriter = (needs: StreamWriterNeeds): StreamWriter => {
  // Two write here, the stream and its heartbeats, and neither locks the other out: a piece is handed over in one tick,
  // so a heartbeat, which has a tick of its own, stands between pieces and never within one. `lastAt` moves with every
  // write, which puts the next heartbeat off; while the reader is behind there is nothing to keep alive, and one more
  // would only pile up. The head leaves with whatever comes first.
  const { response, pace, now, isClosed, writeHead, writeLarge, begun } = needs;
  const { put: begunBy = null, isFramed = false } = begun ?? {};
  const writing: Writing = { alone: null, now, lastAt: needs.startedAt, rest: null, put: begunBy, isFramed };
  const begin = (): WritePiece => {
    writing.lastAt = now();
    if (writing.put !== null) return writing.put;
    writeHead();
    const framed = frameChunks(response);
    writing.isFramed = framed !== null;
    writing.put = framed ?? ((piece) => response.write(piece));
    return writing.put;
  };
  const touch = (): void => {
    writing.lastAt = now();
  };
  const put = (text: string): void => {
    if (!isClosed()) begin()(text);
  };
  const write = (piece: string | Uint8Array): Promise<void> | null => {
    if (isClosed()) return null;
    if (response.writableNeedDrain) return pace().drained().then(() => write(piece) ?? undefined);
    if (piece.length > pieceSize) return writeLarge(piece, begin()).then(touch);
    begin()(piece);
    if (writing.isFramed) writing.alone = response.socket;
    return null;
  };
  return {
    write,
    pour: pourInto(writing, { write, isClosed }),
    end: () => {
      begin();
      return writing.isFramed ? lastChunk : '';
    },
    heartbeats: heartbeatsOf(needs, writing, put),
  };
};
