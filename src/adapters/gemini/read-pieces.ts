import { joinPieces } from '../../kernel/pieced-bytes.ts';
import type { BodyPieces, Watching } from './answer-body.ts';
import { countCame } from './answer-meter.ts';
import { pourPieces } from './pour-pieces.ts';
import type { Waiting } from './waiting.ts';

const nextCall = (queue: Waiting): Promise<void> =>
  new Promise((resolve) => {
    queue.wake = resolve;
  });

/** All that waits, in one piece: what one read of the socket brought travels together. */
const takeAll = (queue: Waiting): Buffer | null => {
  const { pieces, bytes } = queue;
  const [first] = pieces;
  if (first === undefined) return null;
  queue.pieces = [];
  queue.bytes = 0;
  return pieces.length === 1 ? first : Buffer.concat(pieces, bytes);
};

/** Larger pieces go on by themselves: to put them together would copy them. */
const leastAlone = 16_384;

const takeNext = (queue: Waiting): Buffer | null => {
  const { pieces } = queue;
  const large = pieces.findIndex(({ length }) => length >= leastAlone);
  if (large < 0) return takeAll(queue);
  const taken = pieces.splice(0, Math.max(large, 1));
  const piece = joinPieces(taken);
  queue.bytes -= piece.length;
  return piece;
};

type Result = IteratorResult<Buffer, void>;

const noMore: Result = { done: true, value: undefined };

const closeReading = (queue: Waiting): void => {
  queue.isOver = true;
  if (queue.end === 'open') queue.flow.abort();
};

/** The next piece; null where nothing waits. Throws what ended the answer, or what forbids to hold the piece. */
const nextPiece = (queue: Waiting): Result | null => {
  if (queue.refusal !== null) throw queue.refusal.cause;
  const piece = takeNext(queue);
  if (piece !== null) {
    queue.isHeld = true;
    queue.watch?.fed();
    countCame(queue.meter, piece.length);
    return { done: false, value: piece };
  }
  if (queue.isPaused) {
    queue.isPaused = false;
    queue.flow.resume();
    return nextPiece(queue);
  }
  if (queue.end === 'open') return null;
  queue.isOver = true;
  if (queue.end === 'whole') return noMore;
  throw queue.end.cause;
};

/**
 * undici pushes within one tick all that a read of the socket brought, so who waits is woken before the last piece is
 * there, and takes after it.
 */
const takeOrWait = (queue: Waiting): Result | Promise<Result> => {
  try {
    return nextPiece(queue) ?? nextCall(queue).then(() => takeOrWait(queue));
  } catch (cause) {
    closeReading(queue);
    return Promise.reject(cause);
  }
};

/** The same functions for all bodies: each by itself would be one more for every open stream. */
type Pieces = BodyPieces & { readonly queue: Waiting };

function next(this: Pieces): Promise<Result> {
  const { queue } = this;
  if (queue.isOver) return Promise.resolve(noMore);
  if (queue.isHeld) queue.watch?.awaits();
  queue.isHeld = false;
  return Promise.resolve(takeOrWait(queue));
}

function giveUp(this: Pieces): Promise<Result> {
  closeReading(this.queue);
  return Promise.resolve(noMore);
}

function fail(this: Pieces, cause: unknown): Promise<never> {
  closeReading(this.queue);
  return Promise.reject(cause);
}

function itself<A>(this: A): A {
  return this;
}

function pour(this: Pieces, take: (pieces: readonly Buffer[]) => boolean): Promise<void> {
  return pourPieces(this.queue, take);
}

/**
 * Reads what waits, as it comes: an iterator by hand, as a generator would cost each read of the socket two promises
 * more. One reader only.
 */
export const readPieces = (queue: Waiting, watching: Watching | null): BodyPieces => {
  queue.meter = watching?.meter ?? null;
  queue.watch = watching?.watch ?? null;
  queue.watch?.follow(() => queue.came);
  const pieces: Pieces = { next, return: giveUp, throw: fail, [Symbol.asyncIterator]: itself, pour, queue };
  return pieces;
};
