import { joinPieces } from '../../kernel/pieced-bytes.ts';
import type { BodyPieces, Watching } from './answer-body.ts';

/** How the connection goes on, and how it is given up. */
export type Flow = { readonly resume: () => void; readonly abort: () => void };

/** What has come of an answer and was not read yet. */
export type Waiting = {
  pieces: Buffer[];
  bytes: number;
  /** So many may wait. */
  most: number;
  end: 'open' | 'whole' | { readonly cause: unknown };
  isPaused: boolean;
  /** Who collects all of it is told of each piece, and woken at the end alone. */
  told: ((bytes: number) => void) | null;
  wake: () => void;
};

const idle = (): void => undefined;
const unwatched: Watching = { holds: idle, came: idle, wants: idle };

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

/** `isHeld`: the piece that was given last is being worked on. `refusal`: why one that came may not be held. */
type Reading = {
  readonly queue: Waiting;
  readonly flow: Flow;
  readonly watching: Watching;
  isOver: boolean;
  isHeld: boolean;
  refusal: { readonly cause: unknown } | null;
};

const noMore: Result = { done: true, value: undefined };

const closeReading = (reading: Reading): void => {
  reading.isOver = true;
  if (reading.queue.end === 'open') reading.flow.abort();
};

/** The next piece; null where nothing waits. Throws what ended the answer, or what forbids to hold the piece. */
const nextPiece = (reading: Reading): Result | null => {
  const { queue, flow, watching } = reading;
  if (reading.refusal !== null) throw reading.refusal.cause;
  const piece = takeNext(queue);
  if (piece !== null) {
    reading.isHeld = true;
    watching.came();
    watching.holds(piece.length);
    return { done: false, value: piece };
  }
  if (queue.isPaused) {
    queue.isPaused = false;
    flow.resume();
    return nextPiece(reading);
  }
  if (queue.end === 'open') return null;
  reading.isOver = true;
  if (queue.end === 'whole') return noMore;
  throw queue.end.cause;
};

/** Hands on all that waits; true where more is to be waited for. That something came is told with the next wish. */
const pourWaiting = (reading: Reading, take: (pieces: readonly Buffer[]) => boolean): boolean => {
  const { queue, flow, watching } = reading;
  for (;;) {
    const { pieces, bytes } = queue;
    if (bytes > 0) {
      queue.pieces = [];
      queue.bytes = 0;
      reading.isHeld = true;
      watching.holds(bytes);
      if (!take(pieces)) {
        watching.came();
        return false;
      }
      reading.isHeld = false;
      watching.wants();
    }
    if (!queue.isPaused) return queue.end === 'open';
    queue.isPaused = false;
    flow.resume();
  }
};

const soon = Promise.resolve();

/** A microtask for each read of the socket: it runs when all is there that the read brought. */
const pourPieces =
  (reading: Reading): BodyPieces['pour'] =>
  (take) =>
    new Promise((resolve) => {
      const { queue } = reading;
      const wake = (): void => {
        queue.wake = idle;
        void soon.then(go);
      };
      const go = (): void => {
        try {
          if (pourWaiting(reading, take)) {
            queue.wake = wake;
            return;
          }
        } catch (cause) {
          reading.refusal = { cause };
        }
        resolve();
      };
      if (reading.isHeld) reading.watching.wants();
      reading.isHeld = false;
      go();
    });

function itself<A>(this: A): A {
  return this;
}

/**
 * Reads what waits, as it comes: an iterator by hand, as a generator would cost each read of the socket two promises
 * more. One reader only.
 */
export const readPieces = (queue: Waiting, flow: Flow, watching: Watching = unwatched): BodyPieces => {
  const reading: Reading = { queue, flow, watching, isOver: false, isHeld: false, refusal: null };
  // undici pushes within one tick all that a read of the socket brought, so `wake` is called before the last piece is
  // there, and `take` runs after it.
  const take = (): Result | Promise<Result> => {
    try {
      return nextPiece(reading) ?? nextCall(queue).then(take);
    } catch (cause) {
      closeReading(reading);
      return Promise.reject(cause);
    }
  };
  return {
    next: () => {
      if (reading.isOver) return Promise.resolve(noMore);
      if (reading.isHeld) watching.wants();
      reading.isHeld = false;
      return Promise.resolve(take());
    },
    return: () => {
      closeReading(reading);
      return Promise.resolve(noMore);
    },
    throw: (cause) => {
      closeReading(reading);
      return Promise.reject(cause);
    },
    [Symbol.asyncIterator]: itself,
    pour: pourPieces(reading),
  };
};
