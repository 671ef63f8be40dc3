import { E, type TE } from '../kernel/fp.ts';
import { isOutage, type ProxyError } from '../kernel/proxy-error.ts';
import type { Capabilities, Passage } from '../ports/capabilities.ts';
import { effort, type Effort } from './effort.ts';
import type { Received } from './exchange.ts';

const outcomeOf = (answer: E.Either<ProxyError, unknown>): Parameters<Passage['leave']>[0] => {
  if (E.isRight(answer)) return 'answered';
  return isOutage(answer.left) ? answer.left : 'unknown';
};

const withWait = (error: ProxyError, seconds: number | null): ProxyError =>
  seconds !== null && (error.tag === 'GeminiFault' || error.tag === 'Unreachable')
    ? { ...error, retryAfterSeconds: Math.max(seconds, error.retryAfterSeconds ?? 0) }
    : error;

const endWith = <A>({ leave }: Passage, answer: E.Either<ProxyError, A>): E.Either<ProxyError, A> => {
  const seconds = leave(outcomeOf(answer));
  return E.isLeft(answer) ? E.left(withWait(answer.left, seconds)) : answer;
};

/** A defect says nothing about the model. */
const endInDefect = ({ leave }: Passage, cause: unknown): never => {
  leave('unknown');
  throw cause;
};

const runIn = <A>(passage: Passage, run: TE.TaskEither<ProxyError, A>): TE.Outcome<ProxyError, A> => {
  let answer: TE.Outcome<ProxyError, A>;
  try {
    answer = run();
  } catch (cause) {
    return endInDefect(passage, cause);
  }
  return answer instanceof Promise
    ? answer.then(
        (known) => endWith(passage, known),
        (cause: unknown) => endInDefect(passage, cause),
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
