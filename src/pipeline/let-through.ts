import { E, TE, pipe } from '../kernel/fp.ts';
import { isOutage, type ProxyError } from '../kernel/proxy-error.ts';
import type { Capabilities, Now, Passage } from '../ports/capabilities.ts';
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

const runIn = async <A>(
  { isTrial, leave }: Passage,
  now: Now,
  run: (effort: Effort) => TE.TaskEither<ProxyError, A>,
): Promise<E.Either<ProxyError, A>> => {
  let outcome: Parameters<Passage['leave']>[0] = 'unknown';
  let left: ReturnType<Passage['leave']> = null;
  let answer: E.Either<ProxyError, A>;
  try {
    answer = await run(effort(now, isTrial))();
    outcome = outcomeOf(answer);
  } finally {
    left = leave(outcome);
  }
  const seconds = left instanceof Promise ? await left : left;
  return E.isLeft(answer) ? E.left(withWait(answer.left, seconds)) : answer;
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
    pipe(
      enterModel(model, caller.address),
      TE.flatMap((passage) => () => runIn(passage, now, run)),
    );
