import type { AnswerBody, Collecting } from './answer-body.ts';
import { readPieces, type Flow, type Waiting } from './read-pieces.ts';

const mostWaiting = 65_536;

const idle = (): void => undefined;

/** Nothing is taken but all of it. */
const takeWhole = (queue: Waiting): readonly Buffer[] | null => (queue.end === 'whole' ? queue.pieces : null);

/** Nobody is woken: undici tells of the abort at once, as of any failure. */
const giveUp = (queue: Waiting, flow: Flow): void => {
  queue.told = idle;
  queue.wake = idle;
  flow.abort();
};

const collect = (queue: Waiting, flow: Flow, { came, ended, failed }: Collecting): void => {
  const tell = (bytes: number): void => {
    try {
      came(bytes);
    } catch (cause) {
      giveUp(queue, flow);
      failed(cause);
    }
  };
  const end = (): void => ended(takeWhole(queue));
  queue.most = Infinity;
  queue.told = tell;
  queue.wake = end;
  if (queue.bytes > 0) tell(queue.bytes);
  if (queue.isPaused) flow.resume();
  queue.isPaused = false;
  if (queue.end !== 'open' && queue.wake === end) end();
};

/**
 * Holds what has come of an answer and was not read yet. A plain queue and an iterator cost 8 µs an answer where
 * undici's stream, with its events and signals, costs 30.
 */
export const answerQueue = (): Waiting => ({
  pieces: [],
  bytes: 0,
  most: mostWaiting,
  end: 'open',
  isPaused: false,
  told: null,
  wake: idle,
});

/** Puts a piece that came into the queue; false when so much waits that no more should come until it has been read. */
export const pushPiece = (queue: Waiting, piece: Buffer): boolean => {
  queue.pieces.push(piece);
  queue.bytes += piece.length;
  queue.isPaused = queue.bytes > queue.most;
  if (queue.told === null) queue.wake();
  else queue.told(piece.length);
  return !queue.isPaused;
};

/** Nothing comes any more: the answer is whole, or has failed. */
export const endQueue = (queue: Waiting, end: Waiting['end']): void => {
  if (queue.end === 'open') queue.end = end;
  queue.wake();
};

/** The answer that goes through a queue, for who reads it. */
export const bodyFrom = (queue: Waiting, flow: Flow): AnswerBody => ({
  collect: (collecting) => collect(queue, flow, collecting),
  there: () => (queue.bytes <= mostWaiting ? takeWhole(queue) : null),
  pieces: (watching) => readPieces(queue, flow, watching),
  destroy: () => {
    if (queue.end === 'open') flow.abort();
  },
});
