import { E, type TE } from '../kernel/fp.ts';
import { caught, type ProxyError } from '../kernel/proxy-error.ts';
import type { Signal } from '../kernel/signal.ts';
import type { Reply } from '../ports/reply.ts';
import { abortReason } from '../kernel/abort-reason.ts';
import { discardReply } from './send-stream.ts';

type Result = E.Either<ProxyError, Reply>;

const begin = (answer: TE.TaskEither<ProxyError, Reply>): TE.Outcome<ProxyError, Reply> => {
  try {
    return answer();
  } catch (cause) {
    return E.left(caught(cause));
  }
};

/** Its `then` runs in the next microtask. Node's queueMicrotask makes an AsyncResource for each: 0.4 KB, seven calls. */
const soon = Promise.resolve();

/**
 * Begins the answer in the next microtask: Node has then handed over a body that came with its head, and says whether
 * one follows. Gives the result to `done`, or the reason of the signal as soon as it aborts: nothing that forgot the
 * signal can hold an exchange open. A reply that comes too late is let go. `done` must not throw.
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
  signal.addEventListener('abort', () => queueMicrotask(() => take(E.left(abortReason(signal)))), { once: true });
  void soon.then(() => {
    const begun = begin(answer);
    if (begun instanceof Promise) begun.then(take, (cause: unknown) => take(E.left(caught(cause))));
    else take(begun);
  });
};
