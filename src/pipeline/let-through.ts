import { E, type TE } from '../kernel/fp.ts';
import { isOutage, type ProxyError } from '../kernel/proxy-error.ts';
import type { Capabilities, Passage } from '../ports/capabilities.ts';
import { effort, type Effort } from './effort.ts';
import type { Received } from './exchange.ts';

const withWait = (error: ProxyError, seconds: number | null): ProxyError =>
  seconds !== null && (error.tag === 'GeminiFault' || error.tag === 'Unreachable')
    ? { ...error, retryAfterSeconds: Math.max(seconds, error.retryAfterSeconds ?? 0) }
    : error;

/** Tells the error that a request came to; gives it back, with the wait that it means. */
export const leaveWith = ({ leave }: Passage, error: ProxyError): ProxyError =>
  withWait(error, leave(isOutage(error) ? error : 'unknown'));

/** A defect says nothing about the model. */
export const leaveInDefect = ({ leave }: Passage, cause: unknown): never => {
  leave('unknown');
  throw cause;
};

const endWith = <A>(passage: Passage, answer: E.Either<ProxyError, A>): E.Either<ProxyError, A> => {
  if (E.isLeft(answer)) return E.left(leaveWith(passage, answer.left));
  passage.leave('answered');
  return answer;
};

const runIn = <A>(passage: Passage, run: TE.TaskEither<ProxyError, A>): TE.Outcome<ProxyError, A> => {
  let answer: TE.Outcome<ProxyError, A>;
  try {
    answer = run();
  } catch (cause) {
    return leaveInDefect(passage, cause);
  }
  return answer instanceof Promise
    ? answer.then(
        (known) => endWith(passage, known),
        (cause: unknown) => leaveInDefect(passage, cause),
      )
    : endWith(passage, answer);
};

/**
 * Lets a request through to its model and tells how it fared. A model that fails for every try of a request is asked
 * one request at a time until it answers again; who is kept waiting learns for how long.
 */
export const letThrough =
  (
    { enterModel, now }: Pick<Capabilities, 'enterModel' | 'now'>,
    { caller }: Pick<Received, 'caller'>,
    model: string,
  ) =>
  <A>(run: (effort: Effort) => TE.TaskEither<ProxyError, A>): TE.TaskEither<ProxyError, A> =>
  () => {
    const entered = enterModel(model, caller.address);
    return E.isLeft(entered) ? entered : runIn(entered.right, run(effort(now, entered.right.isTrial)));
  };
