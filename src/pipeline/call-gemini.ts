import { E, TE, pipe } from '../kernel/fp.ts';
import { withRest } from '../kernel/begun-stream.ts';
import { passStream } from '../kernel/pass-stream.ts';
import { primeStream } from '../kernel/prime-stream.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import { mendCall } from '../gemini/mend-call.ts';
import { namedThings } from '../gemini/named-things.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Frame, UsageMetadata } from '../gemini/response.ts';
import { tellFrames, tellUsage, tokenCounts, usageSoFar, type UsageSoFar } from '../gemini/usage.ts';
import { mayContinue } from '../gemini/continuation.ts';
import { isMeaningful, unlessBlocked } from '../gemini/verdict.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import { attemptCall, type Attempting, type Reading } from './attempt-call.ts';
import { followAnswer, followContinuations, type AnswerCall } from './follow-continuations.ts';
import { inCopies } from './copies.ts';
import type { Frames, Planned, Received } from './exchange.ts';
import { letThrough } from './let-through.ts';
import { lookForThings } from './look-for-things.ts';
import { persistImages } from './persist-images.ts';

const nothingUsed: UsageMetadata = {};

const noteTokens = (soFar: UsageSoFar, note: Received['note']): void => {
  const { input, output } = tokenCounts(usageSoFar(soFar));
  note({ promptTokens: input, completionTokens: output });
};

/** Counts the tokens of frames, behind those that `soFar` was told of. */
const countTokens = (soFar: UsageSoFar, frames: Frames, note: Received['note']): Frames => {
  if (frames.ready !== undefined) {
    tellFrames(soFar, frames.ready);
    noteTokens(soFar, note);
    return frames;
  }
  return passStream(frames, {
    divert: (batch) => {
      tellFrames(soFar, batch);
      return null;
    },
    said: ({ usage }) => tellUsage(soFar, usage),
    over: () => noteTokens(soFar, note),
  });
};

/** Whether a call may be needed again though its answer has begun: to go on with it, or to begin a copy. */
const isStillNeeded = ({ model, copies, someCopies }: GeminiCall): boolean =>
  mayContinue(model) || (copies > 1 && someCopies !== undefined);

const mayAllBeBlocked = ({ refusesBlocks }: Reading, { copies, someCopies }: GeminiCall): boolean =>
  refusesBlocks && copies !== 1 && someCopies === undefined;

/** Several choices, of which some may be blocked: an error when all of them are. */
const notAllBlocked =
  ({ shown }: Reading) =>
  (frames: Frames): TE.TaskEither<ProxyError, Frames> => {
    const prime = primeStream<readonly Frame[]>(
      (batch) => shown && batch.some(isMeaningful),
      ({ length }) => length,
    );
    return pipe(unlessBlocked(frames), prime, TE.map(({ all }) => all));
  };

type Calling = Attempting & Pick<Capabilities, 'enterModel' | 'findThings' | 'keepImage'>;

/** Asks, and once more with a mended call or the key that has what the first one lacked; `begun` is given the frames of an answer that has begun. */
const answerCall = (
  capabilities: Omit<Calling, 'enterModel' | 'keepImage'>,
  { planned, begun }: { readonly planned: Planned; readonly begun: (frames: Frames) => Frames },
  reading: Reading,
): TE.TaskEither<ProxyError, Frames> => {
  const { call: first } = planned.plan;
  const { effort } = reading;
  /** Which keys have what the call names is looked up when it is made. */
  const newAttempt = (): AnswerCall => attemptCall(capabilities, planned, reading);
  const answer = (call: GeminiCall, attempt: AnswerCall): TE.TaskEither<ProxyError, Frames> => {
    if (call.copies === 1) return attempt(call);
    const copies = inCopies(followContinuations(attempt, effort))(call);
    return mayAllBeBlocked(reading, call) ? pipe(copies, TE.flatMap(notAllBlocked(reading))) : copies;
  };
  /** One answer is followed in the same step, so that nothing more is waited for. */
  const goOn = (call: GeminiCall, attempt: AnswerCall, frames: Frames): Frames =>
    begun(call.copies === 1 ? followAnswer(frames, { call, answer: attempt, effort }) : frames);
  const answerAnew = (call: GeminiCall): TE.TaskEither<ProxyError, Frames> => {
    const attempt = newAttempt();
    return pipe(answer(call, attempt), TE.map((frames) => goOn(call, attempt, frames)));
  };
  const again = (error: ProxyError): TE.TaskEither<ProxyError, Frames> => {
    if (!effort.mayRetry(0)) return TE.left(error);
    const call: GeminiCall | null = mendCall(first, error);
    if (call !== null) return answerAnew(call);
    const findLacking = lookForThings(capabilities, planned, () => namedThings(first.body));
    return pipe(findLacking(error), TE.flatMap(() => answerAnew(first)));
  };
  const attempt = newAttempt();
  return pipe(
    answer(first, attempt),
    TE.whenDone((answered) =>
      E.isLeft(answered) ? again(answered.left)() : E.right(goOn(first, attempt, answered.right)),
    ),
  );
};

/**
 * Gets an answer from Gemini: with the keys in turn, in copies where several choices are asked for, and once more with
 * a mended call where Gemini's refusal can be mended. Once it has begun, the request is held no longer, but where a
 * call may be needed again; its tokens are counted and its pictures kept as they come by.
 */
export const callGemini = (capabilities: Calling): Stage<Planned, Frames> => {
  const persist = persistImages(capabilities);
  return (planned) => {
    const { call, shownEarly: shown, judging } = planned.plan;
    const { refusesBlocks, mustBeWhole } = judging;
    const begun = (frames: Frames): Frames => {
      if (!isStillNeeded(call)) planned.held.request.letGo();
      const soFar: UsageSoFar = { known: nothingUsed, told: null };
      const goOn = (all: Frames): Frames => persist(planned, countTokens(soFar, all, planned.note));
      if (frames.begun === undefined) return goOn(frames);
      tellFrames(soFar, frames.begun.first);
      return withRest(frames.begun, goOn);
    };
    return letThrough(capabilities, planned, call.model)((effort) =>
      answerCall(capabilities, { planned, begun }, { refusesBlocks, mustBeWhole, shown, effort }),
    );
  };
};
