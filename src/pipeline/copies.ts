import { E, TE, pipe } from '../kernel/fp.ts';
import { primeStream } from '../kernel/prime-stream.ts';
import { caught, cureOf, thrown, type ProxyError } from '../kernel/proxy-error.ts';
import { withCandidates } from '../gemini/plain-text.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Frame, UsageMetadata } from '../gemini/response.ts';
import { addedUsage, latestUsage, usageByPrompt } from '../gemini/usage.ts';
import type { AnswerCall } from './follow-continuations.ts';
import type { Frames } from './exchange.ts';

/** Copy k asks with the seed moved on by k: the same seed would give the same answer each time. */
const copyOf = (call: GeminiCall, index: number): GeminiCall => {
  const contents = call.contentsByCopy?.[index] ?? call.body.contents;
  const seed = call.body.generationConfig?.seed;
  const body = contents === call.body.contents ? call.body : { ...call.body, contents };
  if (seed === undefined || index === 0) return body === call.body ? call : { ...call, body };
  return { ...call, body: { ...body, generationConfig: { ...body.generationConfig, seed: (seed + index) | 0 } } };
};

type Next = {
  readonly index: number;
  readonly frames: Frames;
  readonly result: E.Either<ProxyError, IteratorResult<readonly Frame[], void>>;
};

const nextFrames = async (index: number, frames: Frames): Promise<Next> => {
  try {
    return { index, frames, result: E.right(await frames.next()) };
  } catch (cause) {
    return { index, frames, result: E.left(caught(cause)) };
  }
};

/** How many answers run at once, and what becomes of a failure: the failure of all, or told when no answer is whole. */
type Running = { readonly atOnce: number; readonly allOrNothing: boolean; readonly usageOf: typeof addedUsage };

const oneAtATime: Running = { atOnce: 1, allOrNothing: true, usageOf: addedUsage };

/** What one answer met and another need not. */
const ownFaults: ReadonlySet<ProxyError['tag']> = new Set(['Blocked', 'CutShort']);

/** After a failure that other calls would meet as well, no more are begun. */
const isCommon = (error: ProxyError): boolean =>
  cureOf(error) !== 'another key after a wait' && !ownFaults.has(error.tag);

/**
 * Frames of several answers as those of one with several candidates, as they come; usage is of all together.
 *
 * `waiting` holds one `next()` for every answer that has begun and not ended, never two: a generator that is asked
 * again before it has answered would queue the question, and frames would pile up that nobody takes. A promise that has
 * won the race is replaced at once, so no answer starves and none is raced for twice. However this ends (the reader
 * leaves, one answer fails), every generator is returned, also those that never began: they hold connections.
 */
async function* interleaveAnswers(answers: readonly Frames[], { atOnce, allOrNothing, usageOf }: Running): Frames {
  const usages: UsageMetadata[] = answers.map(() => ({}));
  const queue = [...answers.entries()];
  const waiting = new Map<number, Promise<Next>>();
  const failures: ProxyError[] = [];
  const begin = (): void => {
    const [index, frames] = failures.some(isCommon) ? [] : (queue.shift() ?? []);
    if (index !== undefined && frames !== undefined) waiting.set(index, nextFrames(index, frames));
  };
  let whole = 0;
  try {
    for (let count = 0; count < atOnce; count += 1) begin();
    while (waiting.size > 0) {
      const { index, frames, result } = await Promise.race(waiting.values());
      if (E.isLeft(result) || result.right.done === true) {
        if (E.isLeft(result) && allOrNothing) throw thrown(result.left);
        if (E.isLeft(result)) failures.push(result.left);
        else whole += 1;
        waiting.delete(index);
        begin();
        continue;
      }
      waiting.set(index, nextFrames(index, frames));
      yield result.right.value.map((frame) => {
        usages[index] = latestUsage(usages[index] ?? {}, frame.usageMetadata);
        const candidates = (frame.candidates ?? []).map((candidate) => ({ ...candidate, index }));
        return { ...withCandidates(frame, candidates), usageMetadata: usageOf(usages) };
      });
    }
    if (failures[0] !== undefined && whole === 0) throw thrown(failures[0]);
  } finally {
    await Promise.allSettled(answers.map((frames) => frames.return()));
  }
}

/** A generator that has not begun would not close what it reads from: its head, which is there, begins it. */
const closeAnswer = async (frames: Frames): Promise<void> => {
  await frames.next();
  await frames.return();
};

const closeAll = async (answers: readonly E.Either<ProxyError, Frames>[]): Promise<void> => {
  await Promise.allSettled(answers.filter(E.isRight).map((answer) => closeAnswer(answer.right)));
};

const allOf = (
  all: readonly TE.TaskEither<ProxyError, Frames>[],
  usageOf: Running['usageOf'],
): TE.TaskEither<ProxyError, Frames> => async () => {
  const answers = await Promise.all(all.map(async (one) => one()));
  return pipe(
    answers,
    E.sequenceArray,
    E.match(
      async (error): Promise<E.Either<ProxyError, Frames>> => {
        await closeAll(answers);
        return E.left(error);
      },
      (frames) => {
        const running = { atOnce: frames.length, allOrNothing: true, usageOf };
        return Promise.resolve(E.right(interleaveAnswers(frames, running)));
      },
    ),
  );
};

/** An answer that is asked for when its first frame is. */
async function* beginLate(answer: TE.TaskEither<ProxyError, Frames>): Frames {
  const frames = await answer();
  if (E.isLeft(frames)) throw thrown(frames.left);
  yield* frames.right;
}

const someOf = (all: readonly TE.TaskEither<ProxyError, Frames>[], atOnce: number): TE.TaskEither<ProxyError, Frames> =>
  pipe(
    interleaveAnswers(all.map(beginLate), { atOnce, allOrNothing: false, usageOf: addedUsage }),
    primeStream(() => true),
    TE.map((read) => read.all),
  );

/** The answer to a call that nobody makes. */
const noAnswer: TE.TaskEither<ProxyError, Frames> = () => Promise.resolve(E.right(interleaveAnswers([], oneAtATime)));

/**
 * Makes `call.copies` calls where a model gives one candidate a call, and shows them as one answer. All at once, and
 * when one of them fails for good the whole fails and the others are closed: `n` choices were asked for. With
 * `someCopies` only so many at once, and the first failure is told only when none of them worked.
 */
export const inCopies =
  (answer: AnswerCall): AnswerCall =>
  (call) => {
    if (call.copies === 1) return answer(call);
    if (call.copies === 0) return noAnswer;
    const all = Array.from({ length: call.copies }, (_, index) => answer(copyOf(call, index)));
    if (call.someCopies !== undefined) return someOf(all, call.someCopies.atOnce);
    const prompts = call.contentsByCopy;
    return allOf(all, prompts === undefined ? addedUsage : (usages) => usageByPrompt(usages, prompts));
  };
