import { thrown, type ProxyError } from '../kernel/proxy-error.ts';
import { finishKind } from './finish.ts';
import { plainTextOf } from './plain-text.ts';
import type { Candidate, Frame, ResponsePart } from './response.ts';

/** How an answer is judged. */
export type Judging = {
  /** A block before anything was shown is an error, and not an answer of its own. */
  readonly refusesBlocks: boolean;
  /** Half an answer is a loss (sound, transcripts, pictures): every end but STOP is an error. */
  readonly mustBeWhole: boolean;
};

/** Why the prompt was blocked; null when it was not (BLOCK_REASON_UNSPECIFIED means nothing). */
export const blockReason = (frame: Frame): string | null => {
  const reason = frame.promptFeedback?.blockReason;
  return reason === undefined || reason === 'BLOCK_REASON_UNSPECIFIED' ? null : reason;
};

type Block = Extract<ProxyError, { readonly tag: 'Blocked' }>;

/** The block of the prompt or of an answer that a frame tells; null when it tells none. */
export const blockIn = (frame: Frame): Block | null => {
  const reason = blockReason(frame);
  if (reason !== null)
    return { tag: 'Blocked', what: 'prompt', reason, message: frame.promptFeedback?.blockReasonMessage ?? null };
  for (const { finishReason, finishMessage } of frame.candidates ?? []) {
    if (finishReason !== undefined && finishKind(finishReason) === 'blocked') {
      return { tag: 'Blocked', what: 'answer', reason: finishReason, message: finishMessage ?? null };
    }
  }
  return null;
};

const showsPart = (part: ResponsePart): boolean =>
  (part.text !== undefined && part.text !== '') ||
  part.functionCall?.name !== undefined ||
  part.executableCode !== undefined ||
  part.codeExecutionResult !== undefined ||
  part.fileData !== undefined ||
  part.audioTranscription !== undefined ||
  (part.inlineData !== undefined && part.thought !== true);

const holdsPart = ({ candidates }: Frame, which: (part: ResponsePart) => boolean): boolean => {
  if (candidates === undefined) return false;
  for (const { content } of candidates) if (content?.parts?.some(which) === true) return true;
  return false;
};

/** True when a frame holds something to show, thoughts included: once it has gone out, nothing is retried. */
export const isMeaningful = (frame: Frame): boolean => holdsPart(frame, showsPart);

const answersPart = (part: ResponsePart): boolean => part.thought !== true && showsPart(part);

const isAnswer = (frame: Frame): boolean => holdsPart(frame, answersPart);

/** A fault that Gemini itself tells of an answer. */
const faultIn = (frame: Frame): ProxyError | null => {
  for (const { finishReason, finishMessage = null, content } of frame.candidates ?? []) {
    if (finishReason !== undefined && finishKind(finishReason) === 'faulty') {
      const tag = (content?.parts ?? []).some(showsPart) ? 'FaultyAnswer' : 'EmptyAnswer';
      return { tag, finishReason, finishMessage };
    }
  }
  return null;
};

/** What was seen of an answer until it ended. */
type Seen = { answered: boolean; isBegun: boolean; end: Candidate | null; block: Block | null; lost: string | null };

const noteFrame = (seen: Seen, frame: Frame): void => {
  seen.answered ||= isAnswer(frame);
  seen.block = blockIn(frame) ?? seen.block;
  seen.lost = frame.lost ?? seen.lost;
  for (const candidate of frame.candidates ?? []) {
    seen.isBegun = true;
    if (candidate.finishReason !== undefined) seen.end = candidate;
  }
};

/** An answer that was shown in part is not empty. */
const faultAfter = (fault: ProxyError, { answered }: Seen): ProxyError =>
  fault.tag === 'EmptyAnswer' && answered
    ? { ...fault, tag: 'FaultyAnswer', finishReason: fault.finishReason ?? '' }
    : fault;

/** Why an answer that ended is none; null when it is one. A block, or tokens used up by thoughts, can be one. */
const verdictOf = (
  { answered, isBegun, end, block, lost }: Seen,
  { refusesBlocks, mustBeWhole }: Judging,
): ProxyError | null => {
  const finishReason = end?.finishReason ?? null;
  const finishMessage = end?.finishMessage ?? null;
  if (lost !== null) return { tag: 'BadAnswer', reason: lost };
  if (block !== null && (mustBeWhole || (refusesBlocks && !answered))) return block;
  if (block !== null) return null;
  const kind = finishKind(finishReason);
  const goesOn = end?.continuationToken !== undefined;
  if (mustBeWhole && kind === 'cut off' && !goesOn) return { tag: 'CutShort', finishReason: finishReason ?? '' };
  if (!answered && kind !== 'cut off')
    return {
      tag: 'EmptyAnswer',
      finishReason: isBegun ? (finishReason ?? 'FINISH_REASON_UNSPECIFIED') : null,
      finishMessage,
    };
  return mustBeWhole && kind === null && finishReason !== null
    ? { tag: 'FaultyAnswer', finishReason, finishMessage }
    : null;
};

/** The frames that may be shown, and what makes the answer none behind them. `isPlain`: they are texts alone. */
export type Judged = {
  readonly frames: readonly Frame[];
  readonly fault: ProxyError | null;
  readonly isPlain: boolean;
};

const nothingSeen = (): Seen => ({ answered: false, isBegun: false, end: null, block: null, lost: null });

const noteText = (seen: Seen): void => {
  seen.answered = true;
  seen.isBegun = true;
};

const judgeFrames = (seen: Seen, frames: readonly Frame[]): Judged => {
  let isPlain = true;
  for (const frame of frames) {
    if (plainTextOf(frame) !== null) {
      noteText(seen);
      continue;
    }
    isPlain = false;
    const fault = faultIn(frame);
    if (fault !== null)
      return { frames: frames.slice(0, frames.indexOf(frame)), fault: faultAfter(fault, seen), isPlain };
    noteFrame(seen, frame);
  }
  return { frames, fault: null, isPlain };
};

/** Judges the frames of one answer as they come. */
export type Judge = {
  readonly judge: (frames: readonly Frame[]) => Judged;
  /** The same for a frame that is a text alone. */
  readonly said: () => void;
  /** Why an answer that has ended is none. */
  readonly end: () => ProxyError | null;
};

/**
 * Finds what makes frames no answer. What Gemini itself calls faulty is told instead of its frame, so that nothing of
 * it is shown; the rest is told at the end: nothing at all, thoughts that stopped, a block, a cut where the answer must
 * be whole. A call to a function that nobody declared, when Gemini finds no fault in it, is a call: agents answer that
 * there is no such tool, and the model goes on.
 */
export const frameJudge = (judging: Judging): Judge => {
  const seen = nothingSeen();
  return {
    judge: (frames) => judgeFrames(seen, frames),
    said: () => noteText(seen),
    end: () => verdictOf(seen, judging),
  };
};

/** What makes an answer none of which these frames are all that came behind `before`; null when it is one. */
export const faultOfAll = (
  before: readonly Frame[],
  frames: readonly Frame[],
  judging: Judging,
): ProxyError | null => {
  const seen = nothingSeen();
  judgeFrames(seen, before);
  return judgeFrames(seen, frames).fault ?? verdictOf(seen, judging);
};

/** Passes the frames of several answers on, and throws the block when all that came of them was blocks. */
export async function* unlessBlocked(
  batches: AsyncIterable<readonly Frame[]>,
): AsyncGenerator<readonly Frame[], void, undefined> {
  let answered = false;
  let block: Block | null = null;
  for await (const frames of batches) {
    for (const frame of frames) {
      answered ||= isAnswer(frame);
      block = blockIn(frame) ?? block;
    }
    yield frames;
  }
  if (block !== null && !answered) throw thrown(block);
}
