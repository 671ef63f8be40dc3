import type { BodyPieces } from './answer-body.ts';
import { countCame } from './answer-meter.ts';
import { holdPiece, type Waiting } from './waiting.ts';

const stop = (queue: Waiting): void => {
  queue.take = null;
  queue.poured();
};

/** What forbids to hold pieces, and what whoever takes them throws, is told by `next`. */
const handOn = (queue: Waiting, pieces: readonly Buffer[], bytes: number): void => {
  try {
    countCame(queue.meter, bytes);
    if (queue.take?.(pieces) === true) return;
    queue.isHeld = true;
    queue.watch?.fed();
  } catch (cause) {
    queue.refusal = { cause };
  }
  stop(queue);
};

/** Hands on all that waits, for as long as it is taken. */
const pourWaiting = (queue: Waiting): void => {
  while (queue.take !== null) {
    const { pieces, bytes } = queue;
    if (bytes > 0) {
      queue.pieces = [];
      queue.bytes = 0;
      handOn(queue, pieces, bytes);
      continue;
    }
    if (!queue.isPaused) {
      if (queue.end !== 'open') stop(queue);
      return;
    }
    queue.isPaused = false;
    queue.flow.resume();
  }
};

const soon = Promise.resolve();

/** In a microtask, which runs when all is there that the read brought. */
const pourSoon = (queue: Waiting): void => {
  if (queue.isDue) return;
  queue.isDue = true;
  void soon.then(() => {
    queue.isDue = false;
    pourWaiting(queue);
  });
};

/** What stands behind a piece that is the last of a read: the end of its chunk. */
const lineEnd = 2;

/** undici cuts pieces from the bytes that a read of the socket brought. */
const endsRead = ({ buffer, byteOffset, length }: Buffer): boolean =>
  buffer.byteLength - byteOffset - length <= lineEnd;

/** A list for a piece that goes alone, as most do that have a pause between them: each would be one more to make. */
const alone: Buffer[] = [];

/** Hands on a piece that came: at once where it is the last that a read of the socket brought, else with that one. */
export const pourPiece = (queue: Waiting, piece: Buffer): void => {
  const isLast = endsRead(piece);
  if (isLast && queue.bytes === 0) {
    alone[0] = piece;
    return handOn(queue, alone, piece.length);
  }
  holdPiece(queue, piece);
  if (isLast) pourWaiting(queue);
  else pourSoon(queue);
};

/** Nothing comes any more: what waits is handed on, and the pour ends. */
export const endPour = pourWaiting;

/** Hands pieces on as they come. While it takes them, more is wanted, and whoever watches sees how many have come. */
export const pourPieces = (queue: Waiting, take: Parameters<BodyPieces['pour']>[0]): Promise<void> =>
  new Promise((resolve) => {
    queue.take = take;
    queue.poured = resolve;
    if (queue.isHeld) queue.watch?.awaits();
    queue.isHeld = false;
    pourWaiting(queue);
  });
