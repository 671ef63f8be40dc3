import type { AnswerBody, Collecting, Watching, Whole } from './answer-body.ts';
import { endPour, pourPiece } from './pour-pieces.ts';
import { readPieces } from './read-pieces.ts';
import { holdPiece, mostWaiting, type Waiting } from './waiting.ts';

const idle = (): void => undefined;

/** Nothing is taken but all of it. */
const takeWhole = (queue: Waiting): Whole => (queue.end === 'whole' ? queue.pieces : null);

/** Nobody is woken: undici tells of the abort at once, as of any failure. */
const giveUp = (queue: Waiting): void => {
  queue.told = idle;
  queue.wake = idle;
  queue.flow.abort();
};

const collectAll = (queue: Waiting, { came, ended, failed }: Collecting): void => {
  const tell = (bytes: number): void => {
    try {
      came(bytes);
    } catch (cause) {
      giveUp(queue);
      failed(cause);
    }
  };
  const end = (): void => ended(takeWhole(queue));
  queue.most = Infinity;
  queue.told = tell;
  queue.wake = end;
  if (queue.bytes > 0) tell(queue.bytes);
  if (queue.isPaused) queue.flow.resume();
  queue.isPaused = false;
  if (queue.end !== 'open' && queue.wake === end) end();
};

/** A piece has come; false when so much waits that no more should come until it has been read. */
export const pushPiece = (queue: Waiting, piece: Buffer): boolean => {
  queue.came += 1;
  if (queue.take !== null) pourPiece(queue, piece);
  else {
    holdPiece(queue, piece);
    if (queue.told === null) queue.wake();
    else queue.told(piece.length);
  }
  return !queue.isPaused;
};

/** Nothing comes any more: the answer is whole, or has failed. */
export const endQueue = (queue: Waiting, end: Waiting['end']): void => {
  if (queue.end === 'open') queue.end = end;
  if (queue.take === null) queue.wake();
  else endPour(queue);
};

type Body = AnswerBody & { readonly queue: Waiting };

function collect(this: Body, collecting: Collecting): void {
  collectAll(this.queue, collecting);
}

function there(this: Body): Whole {
  return this.queue.bytes <= mostWaiting ? takeWhole(this.queue) : null;
}

function pieces(this: Body, watching: Watching | null = null): ReturnType<AnswerBody['pieces']> {
  return readPieces(this.queue, watching);
}

function destroy(this: Body): void {
  if (this.queue.end === 'open') this.queue.flow.abort();
}

/** The answer that goes through a queue, for who reads it. */
export const bodyFrom = (queue: Waiting): AnswerBody => {
  const body: Body = { collect, there, pieces, destroy, queue };
  return body;
};
