import type { Dispatcher } from 'undici';
import type { Watchdog } from '../watchdog.ts';
import type { AnswerBody } from './answer-body.ts';
import { answerQueue, bodyFrom, endQueue, pushPiece } from './answer-queue.ts';
import type { Waiting } from './read-pieces.ts';

/** What Gemini's host answered: the status, the body as it comes, and the wait that a refusal's head tells, if any. */
export type Answer = {
  readonly statusCode: number;
  readonly retryAfter: string | null;
  readonly body: AnswerBody;
};

type Options = Dispatcher.DispatchOptions;

/** A call as undici takes it. */
export type DispatchOptions = Omit<Options, 'body'> & { readonly body?: Options['body'] | AsyncIterable<Uint8Array> };

/** undici's dispatcher as its documentation has it; its types leave out that a body can be any iterable. */
export type Connections = { dispatch(options: DispatchOptions, handler: Dispatcher.DispatchHandler): boolean };

/** Ends the call if it has begun; undici tells how only once it is connected. */
type Ending = { abort: (() => void) | null; isOver: boolean };

/** What a call comes to: once, the one or the other. */
export type Settle = { readonly resolve: (answer: Answer) => void; readonly reject: (cause: unknown) => void };

type RawHeaders = readonly (Buffer | string)[] | null;

/** Looked for in refusals alone. */
const retryAfterOf = (statusCode: number, raw: RawHeaders): string | null => {
  if (statusCode < 400 || raw === null) return null;
  const at = raw.findIndex((text, place) => place % 2 === 0 && String(text).toLowerCase() === 'retry-after');
  return at < 0 ? null : String(raw[at + 1]);
};

const handlerOf = (ending: Ending, { resolve, reject }: Settle): Dispatcher.DispatchHandler => {
  let queue: Waiting | null = null;
  const abort = (): void => ending.abort?.();
  return {
    onConnect: (abortCall) => {
      ending.abort = abortCall;
      if (ending.isOver) abortCall();
    },
    onHeaders: (statusCode, raw, resume) => {
      if (statusCode < 200) return true;
      queue = answerQueue();
      resolve({ statusCode, retryAfter: retryAfterOf(statusCode, raw), body: bodyFrom(queue, { resume, abort }) });
      return true;
    },
    onData: (piece) => queue === null || pushPiece(queue, piece),
    onComplete: () => {
      if (queue !== null) endQueue(queue, 'whole');
    },
    onError: (cause) => {
      if (queue === null) reject(cause);
      else endQueue(queue, { cause });
    },
  };
};

/**
 * One call. It is rejected as soon as the dog bites, also while it waits for a connection; an answer that comes all the
 * same is given up. undici's own `request` makes a stream, an AsyncResource and two listeners for each call, and parses
 * headers that nobody reads.
 */
export const dispatchCall = (
  connections: Connections,
  options: DispatchOptions,
  { dog, settle }: { readonly dog: Pick<Watchdog, 'onBite'>; readonly settle: Settle },
): void => {
  const ending: Ending = { abort: null, isOver: false };
  dog.onBite(() => {
    ending.isOver = true;
    ending.abort?.();
    settle.reject(new Error('aborted'));
  });
  if (ending.isOver) return;
  connections.dispatch(options, handlerOf(ending, settle));
};
