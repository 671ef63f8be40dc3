import type { ServerResponse } from 'node:http';
import { signalSource } from '../kernel/signal.ts';
import type { Wait } from '../ports/capabilities.ts';

/** Whose pace is watched, and how slow it may be. */
export type PaceNeeds = {
  readonly response: ServerResponse;
  /** A reader that has not taken what was written last for so long is cut off. */
  readonly readerTimeoutMs: number;
  readonly wait: Wait;
};

/** Waits for a reader. */
export type ReaderPace = {
  /** Resolves when the reader has taken all that was written, or is gone. */
  readonly drained: () => Promise<void>;
  /** Watches until the reader has caught up, or the answer has ended: all of it has been written. */
  readonly behind: () => void;
  readonly caughtUp: () => void;
};

/** Largest piece that is written at once: so much at least must be taken in time. */
export const pieceSize = 64 * 1024;

/**
 * Follows how fast an answer is read. Node's own timer of a socket starts anew with every byte that is taken, so a
 * reader of one byte a minute would hold its answer for ever. One wait runs for all of an answer, from the first time
 * that its reader falls behind; none runs for one that never does.
 */
export const readerPace = ({ response, readerTimeoutMs, wait }: PaceNeeds): ReaderPace => {
  const state = { isWatched: false, isDraining: false, drains: 0 };
  const watch = async (): Promise<void> => {
    state.isWatched = true;
    const over = signalSource();
    response.once('close', () => over.abort('closed'));
    while (!over.signal.aborted) {
      const before = state.drains;
      await wait(readerTimeoutMs, over.signal);
      // A response without a socket waits for its turn, not for its reader.
      if (state.isDraining && state.drains === before && response.socket !== null) response.socket.destroy();
    }
  };
  const begin = (): void => {
    if (!state.isWatched) void watch();
    state.isDraining = true;
    state.drains += 1;
  };
  const caughtUp = (): void => {
    state.isDraining = false;
  };
  return {
    behind: begin,
    caughtUp,
    drained: () => {
      begin();
      return new Promise((resolve) => {
        const go = (): void => {
          response.off('drain', go).off('close', go);
          caughtUp();
          resolve();
        };
        response.on('drain', go).on('close', go);
      });
    },
  };
};

/** Bytes of all these bodies together. */
export const bytesIn = (bodies: readonly (string | Uint8Array)[]): number =>
  bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);

const isHighSurrogate = (code: number): boolean => (code & 0xfc00) === 0xd800;

/** A body in pieces that are written one after the other; no character of a text is cut in two. */
export function* inPieces(body: string | Uint8Array): Generator<string | Uint8Array, void, undefined> {
  for (let at = 0; at < body.length; ) {
    let to = Math.min(at + pieceSize, body.length);
    if (typeof body === 'string' && to < body.length && isHighSurrogate(body.charCodeAt(to - 1))) to -= 1;
    yield typeof body === 'string' ? body.slice(at, to) : body.subarray(at, to);
    at = to;
  }
}
