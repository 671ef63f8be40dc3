import { begunStream } from '../kernel/begun-stream.ts';
import { E, TE, pipe } from '../kernel/fp.ts';
import { passStream, putBack, type OnTheWay } from '../kernel/pass-stream.ts';
import { primeStream } from '../kernel/prime-stream.ts';
import { caught, thrown, type ProxyError } from '../kernel/proxy-error.ts';
import { readyStream, type Begun } from '../kernel/ready-stream.ts';
import { saysOneText, type Said } from '../gemini/plain-text.ts';
import type { Candidate, Frame, ResponsePart } from '../gemini/response.ts';
import { faultOfAll, frameJudge, isMeaningful, type Judging } from '../gemini/verdict.ts';
import { callReader, holdsCalls } from '../gemini/whole-calls.ts';
import type { Capabilities, Lease } from '../ports/capabilities.ts';
import type { Frames } from './exchange.ts';

/** What reading an answer needs from the world. */
export type ReadingHead = Pick<Capabilities, 'reportKey' | 'rememberSignature' | 'newId'>;

/** One call with one key, and how its answer is read: `shown`, as it comes. */
export type Trial = {
  readonly judging: Judging;
  readonly shown: boolean;
  readonly lease: Lease;
  readonly model: string;
  /** Of the caller. */
  readonly address: string;
};

const partsOf = ({ content }: Candidate): readonly ResponsePart[] => content?.parts ?? [];

const isBound = ({ inlineData, thoughtSignature }: ResponsePart): boolean =>
  inlineData !== undefined || thoughtSignature !== undefined;

/** Whether a frame holds what is good with the key only that it came by. */
const needsKey = (frame: Frame): boolean =>
  !saysOneText(frame) &&
  frame.candidates?.some(
    ({ continuationToken, content }) => continuationToken !== undefined || content?.parts?.some(isBound) === true,
  ) === true;

/** Remembers the signatures of tool calls, and notes which key frames came by where that will matter. */
const noteKeys = (
  frames: readonly Frame[],
  { lease: { id: keyId }, address }: Pick<Trial, 'lease' | 'address'>,
  { rememberSignature }: ReadingHead,
): readonly Frame[] => {
  if (!frames.some(needsKey)) return frames;
  return frames.map((frame) => {
    if (!needsKey(frame)) return frame;
    for (const { functionCall, thoughtSignature } of (frame.candidates ?? []).flatMap(partsOf)) {
      if (functionCall?.id !== undefined && thoughtSignature !== undefined) {
        rememberSignature({ callId: functionCall.id, value: thoughtSignature, keyId }, address);
      }
    }
    return { ...frame, keyId };
  });
};

async function* endInFault(frames: readonly Frame[], fault: ProxyError, rest: Frames): Frames {
  try {
    if (frames.length > 0) yield frames;
    throw thrown(fault);
  } finally {
    await rest.return();
  }
}

/** `before`: frames that have been shown already. */
type Checking = {
  readonly judging: Judging;
  readonly before: readonly Frame[];
  readonly newId: () => string;
  readonly onTheWay: OnTheWay<readonly Frame[]>;
};

/** Judges frames and makes their calls whole; what makes them no answer is thrown behind those before it. */
const checkFrames = (source: Frames, { judging, before, newId, onTheWay }: Checking): Frames => {
  const { judge, said, end } = frameJudge(judging);
  judge(before);
  const calls = callReader(newId);
  let isPlain = false;
  return passStream(source, {
    divert: (batch, rest) => {
      const judged = judge(batch);
      isPlain = judged.isPlain;
      return judged.fault === null ? null : endInFault(calls.read(judged.frames), judged.fault, rest);
    },
    change: (frames) => (isPlain ? frames : calls.read(frames)),
    said,
    end: () => {
      const fault = end();
      if (fault !== null) throw thrown(fault);
      const last = calls.end();
      return last.length > 0 ? last : null;
    },
    onTheWay,
  });
};

/** `checkFrames`, for frames that are all there. */
const checkAtOnce = (
  batch: readonly Frame[],
  { judging, before, newId }: Omit<Checking, 'onTheWay'>,
): E.Either<ProxyError, readonly Frame[]> => {
  const fault = faultOfAll(before, batch, judging);
  if (fault !== null) return E.left(fault);
  if (!batch.some(holdsCalls)) return E.right(batch);
  const calls = callReader(newId);
  const whole = calls.read(batch);
  const last = calls.end();
  return E.right(last.length === 0 ? whole : [...whole, ...last]);
};

/** Handed nothing of the call: it lives as long as the answer. */
const watchCall = (trial: Trial, capabilities: ReadingHead): OnTheWay<readonly Frame[]> => ({
  change: (frames) => noteKeys(frames, trial, capabilities),
  failed: (cause) => capabilities.reportKey(trial.lease, trial.model, caught(cause)),
});

const holdsMeaning = (frames: readonly Frame[]): boolean => frames.some(isMeaningful);

const never = (): boolean => false;

const lengthOf = ({ length }: readonly Frame[]): number => length;

const nothingBefore: readonly Frame[] = [];

/** Frames that are all there, checked; Left where they are none, or no answer, null where they must be read first. */
const readThere = (
  capabilities: ReadingHead,
  trial: Trial,
  { frames, before }: { readonly frames: Frames; readonly before: readonly Frame[] },
): E.Either<ProxyError, Frames> | null => {
  const { ready } = frames;
  if (ready === undefined) return null;
  const there = checkAtOnce(ready, { judging: trial.judging, before, newId: capabilities.newId });
  if (E.isLeft(there)) return there;
  const noted = noteKeys(there.right, trial, capabilities);
  return E.right(noted === ready ? frames : readyStream(noted));
};

/** What is behind a text that has been shown. What makes it no answer is told behind what is shown of it. */
const readRest = (
  capabilities: ReadingHead,
  trial: Trial,
  { first: before, rest }: Begun<readonly Frame[], Said>,
): Frames => {
  const frames = rest();
  const there = readThere(capabilities, trial, { frames, before });
  if (there !== null && E.isRight(there)) return there.right;
  const { judging } = trial;
  const onTheWay = watchCall(trial, capabilities);
  return putBack([], checkFrames(frames, { judging, before, newId: capabilities.newId, onTheWay }));
};

/**
 * Reads frames until there is something to show, or to their end; those that are all there are only checked. What makes
 * them no answer is told behind what is shown of them.
 */
export const readHead = (
  capabilities: ReadingHead,
  trial: Trial,
  frames: Frames,
): TE.Outcome<ProxyError, Frames> => {
  const { judging, shown } = trial;
  const { begun } = frames;
  if (shown && begun !== undefined && begun.first.every(saysOneText)) {
    return E.right(begunStream({ first: begun.first, rest: () => readRest(capabilities, trial, begun) }));
  }
  const before = nothingBefore;
  const there = readThere(capabilities, trial, { frames, before });
  if (there !== null && (E.isRight(there) || !shown)) return there;
  const onTheWay = watchCall(trial, capabilities);
  const checked = checkFrames(frames, { judging, before, newId: capabilities.newId, onTheWay });
  const prime = primeStream(shown ? holdsMeaning : never, lengthOf);
  return pipe(prime(checked), TE.map(({ all }) => all))();
};
