import type { Watchdog } from '../watchdog.ts';
import type { AnswerMeter } from './answer-meter.ts';

/** How the connection goes on, and how it is given up. */
export type Flow = { readonly resume: () => void; readonly abort: () => void };

/** Told whether more is wanted, and where it can see that something has come. */
export type AnswerWatch = Pick<Watchdog, 'fed' | 'awaits' | 'follow'>;

/**
 * What has come of an answer and was not read yet, and who reads it: one record, and in front what each piece that is
 * poured asks for. After 10 ms each line of memory that is looked at again costs it 0.1 µs, and an object has two.
 */
export type Waiting = {
  /** Who is poured to: takes pieces in a list that is good until it returns, and says whether it takes more. */
  take: ((pieces: readonly Buffer[]) => boolean) | null;
  meter: AnswerMeter | null;
  bytes: number;
  /** How many pieces have come. */
  came: number;
  isPaused: boolean;
  pieces: Buffer[];
  /** So many bytes may wait. */
  most: number;
  /** What waits will be poured when all is there that a read of the socket brought. */
  isDue: boolean;
  /** The piece that was given last is being worked on. */
  isHeld: boolean;
  /** Nobody reads any more. */
  isOver: boolean;
  end: 'open' | 'whole' | { readonly cause: unknown };
  /** Why what came may not be held. */
  refusal: { readonly cause: unknown } | null;
  /** Who collects all of it is told of each piece, and woken at the end alone. */
  told: ((bytes: number) => void) | null;
  wake: () => void;
  /** Called when nothing is poured any more. */
  poured: () => void;
  watch: AnswerWatch | null;
  readonly flow: Flow;
};

const idle = (): void => undefined;

/** Bytes that may wait unread. */
export const mostWaiting = 65_536;

/**
 * Holds what has come of an answer and was not read yet. A plain queue and an iterator cost 8 µs an answer where
 * undici's stream, with its events and signals, costs 30.
 */
export const answerQueue = (flow: Flow): Waiting => ({
  take: null,
  meter: null,
  bytes: 0,
  came: 0,
  isPaused: false,
  pieces: [],
  most: mostWaiting,
  isDue: false,
  isHeld: false,
  isOver: false,
  end: 'open',
  refusal: null,
  told: null,
  wake: idle,
  poured: idle,
  watch: null,
  flow,
});

/** Puts a piece behind those that wait. */
export const holdPiece = (queue: Waiting, piece: Buffer): void => {
  queue.pieces.push(piece);
  queue.bytes += piece.length;
  queue.isPaused = queue.bytes > queue.most;
};
