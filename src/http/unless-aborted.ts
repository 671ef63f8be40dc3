import { E, type TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Signal } from '../kernel/signal.ts';
import type { Reply } from '../ports/reply.ts';
import { abortReason } from '../kernel/abort-reason.ts';
import { discardReply } from './send-reply.ts';

type Result = E.Either<ProxyError, Reply>;

const firstOf = (running: Promise<Result>, signal: Signal): Promise<Result> =>
  new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(E.left(abortReason(signal)));
    const onResult = (result: Result): void => {
      signal.removeEventListener('abort', onAbort);
      if (signal.aborted && E.isRight(result)) discardReply(result.right).catch(reject);
      resolve(result);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    running.then(onResult, reject);
  });

/**
 * The result, or the reason of the signal as soon as it aborts: nothing that forgot the signal can hold an exchange
 * open. A reply that comes too late is let go; one that is there at once is taken as it is.
 */
export const unlessAborted =
  (answer: TE.TaskEither<ProxyError, Reply>, signal: Signal): TE.TaskEither<ProxyError, Reply> =>
  () => {
    const running = answer();
    return running instanceof Promise ? firstOf(running, signal) : running;
  };
