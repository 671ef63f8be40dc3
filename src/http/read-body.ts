import type { IncomingMessage } from 'node:http';
import { E, TE, pipe } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Wait } from '../ports/capabilities.ts';
import { abortReason } from '../kernel/abort-reason.ts';
import type { BodyBudget } from './body-budget.ts';
import { checkMediaType, type BodyKind } from './media-type.ts';
import type { RequestHead } from './request-head.ts';

/** A request whose body is still to be read. */
export type BodySource = {
  readonly message: IncomingMessage;
  readonly header: RequestHead['header'];
  readonly accepts: BodyKind;
  readonly signal: AbortSignal;
  /** Tells a caller that waits with its body (`Expect: 100-continue`) to send it. */
  readonly askForBody: () => void;
  readonly onEnd: (run: () => void) => void;
};

/** How large and how slow bodies may be, one and all. */
export type BodyLimits = {
  readonly mostBytes: number;
  readonly budget: BodyBudget;
  readonly timeoutMs: number;
  readonly wait: Wait;
};

const tooLarge = (mostBytes: number): ProxyError => ({ tag: 'BodyTooLarge', mostBytes });
const busy: ProxyError = { tag: 'Busy', message: 'Too many large requests at once. Please try again in a moment.' };

const checkLength = ({ header }: BodySource, { mostBytes, budget }: BodyLimits): E.Either<ProxyError, void> => {
  const length = Number(header('content-length') ?? 0);
  if (length > mostBytes) return E.left(tooLarge(mostBytes));
  return budget.has(length) ? E.right(undefined) : E.left(busy);
};

const collect = (source: BodySource, { mostBytes, budget, timeoutMs, wait }: BodyLimits): Promise<E.Either<ProxyError, Uint8Array>> => {
  const { message, signal } = source;
  const timer = new AbortController();
  let taken = 0;
  source.onEnd(() => budget.giveBack(taken));

  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const settle = (result: E.Either<ProxyError, Uint8Array>): void => {
      message.off('data', onData).off('end', onWhole);
      signal.removeEventListener('abort', onAbort);
      timer.abort();
      resolve(result);
    };
    const fail = (error: ProxyError): void => {
      message.pause();
      settle(E.left(error));
    };
    const onAbort = (): void => fail(abortReason(signal));
    const onWhole = (): void => settle(E.right(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)));
    const onData = (chunk: Buffer): void => {
      if (taken + chunk.length > mostBytes) return fail(tooLarge(mostBytes));
      if (!budget.take(chunk.length)) return fail(busy);
      taken += chunk.length;
      chunks.push(chunk);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    message.on('data', onData).on('end', onWhole);
    if (message.complete) return;
    source.askForBody();
    void wait(timeoutMs, timer.signal).then(() => timer.signal.aborted || fail({ tag: 'BodyTimeout' }));
  });
};

/**
 * The whole body, read on the first call and remembered. Nothing is read of one that is announced as too large or is
 * of a wrong kind. Its bytes count against the budget until the response is closed.
 */
export const bodyReader = (source: BodySource, limits: BodyLimits): TE.TaskEither<ProxyError, Uint8Array> => {
  let reading: Promise<E.Either<ProxyError, Uint8Array>> | undefined;
  const read = pipe(
    TE.fromEither(checkMediaType(source.header, source.accepts)),
    TE.flatMapEither(() => checkLength(source, limits)),
    TE.flatMap(() => () => collect(source, limits)),
  );
  return () => {
    reading ??= read();
    return reading;
  };
};
