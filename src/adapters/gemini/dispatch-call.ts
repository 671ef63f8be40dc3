import type { Dispatcher } from 'undici';
import type { Watchdog } from '../watchdog.ts';
import type { AnswerBody } from './answer-body.ts';
import { bodyFrom, endQueue, pushPiece } from './answer-queue.ts';
import { answerQueue, type Waiting } from './waiting.ts';

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

/** What a call comes to: once, the one or the other. */
export type Settle = { readonly resolve: (answer: Answer) => void; readonly reject: (cause: unknown) => void };

type RawHeaders = readonly (Buffer | string)[] | null;

/** Looked for in refusals alone. */
const retryAfterOf = (statusCode: number, raw: RawHeaders): string | null => {
  if (statusCode < 400 || raw === null) return null;
  const at = raw.findIndex((text, place) => place % 2 === 0 && String(text).toLowerCase() === 'retry-after');
  return at < 0 ? null : String(raw[at + 1]);
};

/**
 * What undici tells of a call. `abort` ends it, once it has begun; `isOver`: it is to end as soon as that is so. A
 * record, and the same functions for all calls: each by itself would be one more to make and to look up.
 */
type Handler = Dispatcher.DispatchHandler & {
  queue: Waiting | null;
  readonly settle: Settle;
  abort: (() => void) | null;
  isOver: boolean;
};

type Head = [statusCode: number, raw: RawHeaders, resume: () => void];

function onConnect(this: Handler, abort: () => void): void {
  this.abort = abort;
  if (this.isOver) abort();
}

function onHeaders(this: Handler, ...[statusCode, raw, resume]: Head): boolean {
  if (statusCode < 200) return true;
  this.queue = answerQueue({ resume, abort: () => this.abort?.() });
  this.settle.resolve({ statusCode, retryAfter: retryAfterOf(statusCode, raw), body: bodyFrom(this.queue) });
  return true;
}

function onData(this: Handler, piece: Buffer): boolean {
  return this.queue === null || pushPiece(this.queue, piece);
}

function onComplete(this: Handler): void {
  if (this.queue !== null) endQueue(this.queue, 'whole');
}

function onError(this: Handler, cause: unknown): void {
  if (this.queue === null) this.settle.reject(cause);
  else endQueue(this.queue, { cause });
}

const handlerOf = (settle: Settle): Handler => ({
  queue: null,
  onData,
  settle,
  abort: null,
  isOver: false,
  onConnect,
  onHeaders,
  onComplete,
  onError,
});

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
  const handler = handlerOf(settle);
  dog.onBite(() => {
    handler.isOver = true;
    handler.abort?.();
    settle.reject(new Error('aborted'));
  });
  if (!handler.isOver) connections.dispatch(options, handler);
};
