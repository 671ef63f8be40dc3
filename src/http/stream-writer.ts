import type { Signal } from '../kernel/signal.ts';
import type { Streamed } from '../ports/reply.ts';
import type { BodyOutlet } from './body-outlet.ts';
import { frameChunks, lastChunk, writeAlone, type WritePiece } from './own-chunks.ts';
import { pieceSize, type ReaderPace } from './reader-pace.ts';

/** Where a stream is written, and how. */
export type StreamWriterNeeds = BodyOutlet & {
  /** Made for a reader that falls behind. */
  readonly pace: () => ReaderPace;
  /** Writes a large piece, no faster than it is read. */
  readonly writeLarge: (piece: string | Uint8Array, write: WritePiece) => Promise<void>;
  readonly heartbeat: Streamed['heartbeat'];
};

/**
 * Writes pieces behind a reply's head, which leaves with the first of them. Node hands over in one write what is
 * written in one tick.
 */
export type StreamWriter = {
  /** A promise where the next piece must wait. */
  readonly write: (piece: string | Uint8Array) => Promise<void> | null;
  /** Writes all that a tick has to write, the shortest way; false where `write` must, and nothing is written. */
  readonly writeAlone: (piece: string | Uint8Array) => boolean;
  /** What ends the body: the last that is to be written. */
  readonly end: () => string;
  readonly heartbeats: (signal: Signal) => Promise<void>;
};

/** How a stream is written, and when it was last. `piece`: null before the head has gone out. */
type Writing = { lastAt: number; piece: WritePiece | null; isFramed: boolean };

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

/** Makes the writer of one stream. */
export const streamWriter = (needs: StreamWriterNeeds): StreamWriter => {
  // Two write here, the stream and its heartbeats, and neither locks the other out: a piece is handed over in one tick,
  // so a heartbeat, which has a tick of its own, stands between pieces and never within one. `lastAt` moves with every
  // write, which puts the next heartbeat off; while the reader is behind there is nothing to keep alive, and one more
  // would only pile up. The head leaves with whatever comes first.
  const { response, pace, now, isClosed, writeHead, writeLarge } = needs;
  const writing: Writing = { lastAt: needs.startedAt, piece: null, isFramed: false };
  const touch = (): void => {
    writing.lastAt = now();
  };
  const begin = (): WritePiece => {
    writing.lastAt = now();
    if (writing.piece !== null) return writing.piece;
    writeHead();
    const framed = frameChunks(response);
    writing.isFramed = framed !== null;
    writing.piece = framed ?? ((piece) => response.write(piece));
    return writing.piece;
  };
  const put = (text: string): void => {
    if (!isClosed()) begin()(text);
  };
  const write = (piece: string | Uint8Array): Promise<void> | null => {
    if (isClosed()) return null;
    if (response.writableNeedDrain) return pace().drained().then(() => write(piece) ?? undefined);
    if (piece.length > pieceSize) return writeLarge(piece, begin()).then(touch);
    begin()(piece);
    return null;
  };
  const alone = (piece: string | Uint8Array): boolean => {
    if (!writing.isFramed || typeof piece !== 'string') return false;
    writing.lastAt = now();
    return writeAlone(response, piece);
  };
  const end = (): string => {
    begin();
    return writing.isFramed ? lastChunk : '';
  };
  return { write, writeAlone: alone, end, heartbeats: heartbeatsOf(needs, writing, put) };
};
