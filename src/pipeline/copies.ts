import { E, RA, pipe, type TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { UsageMetadata } from '../gemini/response.ts';
import { addedUsage, latestUsage } from '../gemini/usage.ts';
import type { Frames, ServedFrame } from './exchange.ts';

/** Copy k asks with the seed moved on by k: the same seed would give the same answer each time. */
const copy = (call: GeminiCall, index: number): GeminiCall => {
  const seed = call.body.generationConfig?.seed;
  return seed === undefined || index === 0
    ? call
    : { ...call, body: { ...call.body, generationConfig: { ...call.body.generationConfig, seed: (seed + index) | 0 } } };
};

type Next = { readonly index: number; readonly result: IteratorResult<ServedFrame, void> };

const next = async (index: number, frames: Frames): Promise<Next> => ({ index, result: await frames.next() });

/** Frames of several answers as those of one with several candidates, as they come; usage is of all together. */
async function* interleaved(answers: readonly Frames[]): Frames {
  const usages: UsageMetadata[] = answers.map(() => ({}));
  const waiting = new Map(answers.map((frames, index) => [index, next(index, frames)]));
  try {
    while (waiting.size > 0) {
      const { index, result } = await Promise.race(waiting.values());
      const frames = answers[index];
      if (result.done === true || frames === undefined) {
        waiting.delete(index);
        continue;
      }
      waiting.set(index, next(index, frames));
      usages[index] = latestUsage(usages[index] ?? {}, result.value.usageMetadata);
      const candidates = (result.value.candidates ?? []).map((candidate) => ({ ...candidate, index }));
      yield { ...result.value, candidates, usageMetadata: addedUsage(usages) };
    }
  } finally {
    await Promise.allSettled(answers.map((frames) => frames.return()));
  }
}

const closeAll = (answers: readonly E.Either<ProxyError, Frames>[]) => async (): Promise<void> => {
  await Promise.allSettled(answers.filter(E.isRight).map((answer) => answer.right.return()));
};

/**
 * Makes `call.copies` calls at once where a model gives one candidate a call, and shows them as one answer. When one
 * of them fails for good the whole fails and the others are closed: `n` choices were asked for.
 */
export const inCopies =
  (answer: (call: GeminiCall) => TE.TaskEither<ProxyError, Frames>) =>
  (call: GeminiCall): TE.TaskEither<ProxyError, Frames> => {
    if (call.copies === 1) return answer(call);
    const all = Array.from({ length: call.copies }, (_, index) => answer(copy(call, index)));
    return async () => {
      const answers = await Promise.all(all.map((one) => one()));
      return pipe(
        answers,
        RA.sequence(E.Applicative),
        E.match(
          async (error): Promise<E.Either<ProxyError, Frames>> => {
            await closeAll(answers)();
            return E.left(error);
          },
          (frames) => Promise.resolve(E.right(interleaved(frames))),
        ),
      );
    };
  };
