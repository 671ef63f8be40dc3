import { E, type TE } from '../kernel/fp.ts';
import { caught, type ProxyError } from '../kernel/proxy-error.ts';
import type { Signal } from '../kernel/signal.ts';
import type { Reply } from '../ports/reply.ts';
import { abortReason } from '../kernel/abort-reason.ts';
import { discardReply } from './send-reply.ts';

type Result = E.Either<ProxyError, Reply>;

const begin = (answer: TE.TaskEither<ProxyError, Reply>): Promise<Result> => {
  try {
    const running = answer();
    return running instanceof Promise ? running : Promise.resolve(running);
  } catch (cause) {
    return Promise.resolve(E.left(caught(cause)));
  }
};

/**
 * Gives the result to `done`, or the reason of the signal as soon as it aborts: nothing that forgot the signal can hold
 * an exchange open. A reply that comes too late is let go. Never at once: Node says only after the head has been worked
 * on whether a body follows it. `done` must not throw.
 */
export const unlessAborted = (
  answer: TE.TaskEither<ProxyError, Reply>,
  signal: Signal,
  done: (result: Result) => void,
): void => {
  let isDone = false;
  const take = (result: Result): void => {
    if (!isDone) {
      isDone = true;
      done(result);
    } else if (E.isRight(result)) discardReply(result.right)?.catch(() => undefined);
  };
  const onAbort = (): void => queueMicrotask(() => take(E.left(abortReason(signal))));
  const running = begin(answer);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  running.then(take, (cause: unknown) => take(E.left(caught(cause))));
};
