import { thrown, type ProxyError } from '../kernel/proxy-error.ts';
import { finishKind } from './finish.ts';
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

const holdsPart = (frame: Frame, which: (part: ResponsePart) => boolean): boolean =>
  (frame.candidates ?? []).some((candidate) => (candidate.content?.parts ?? []).some(which));

/** True when a frame holds something to show, thoughts included: once it has gone out, nothing is retried. */
export const isMeaningful = (frame: Frame): boolean => holdsPart(frame, showsPart);

const isAnswer = (frame: Frame): boolean => holdsPart(frame, (part) => part.thought !== true && showsPart(part));

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
type Seen = {
  readonly answered: boolean;
  readonly isBegun: boolean;
  readonly end: Candidate | null;
  readonly block: Block | null;
  readonly lost: string | null;
};

const nothingSeen: Seen = { answered: false, isBegun: false, end: null, block: null, lost: null };

const noteFrame = (seen: Seen, frame: Frame): Seen => ({
  answered: seen.answered || isAnswer(frame),
  isBegun: seen.isBegun || (frame.candidates ?? []).length > 0,
  end: frame.candidates?.findLast((candidate) => candidate.finishReason !== undefined) ?? seen.end,
  block: blockIn(frame) ?? seen.block,
  lost: frame.lost ?? seen.lost,
});

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

/**
 * Passes frames on and throws what makes them no answer. What Gemini itself calls faulty is thrown instead of its
 * frame, so that nothing of it is shown; the rest is told at the end: nothing at all, thoughts that stopped, a block, a
 * cut where the answer must be whole. A call to a function that nobody declared, when Gemini finds no fault in it, is a
 * call: agents answer that there is no such tool, and the model goes on.
 */
export async function* judgeFrames(
  frames: AsyncIterable<Frame>,
  judging: Judging,
): AsyncGenerator<Frame, void, undefined> {
  let seen = nothingSeen;
  for await (const frame of frames) {
    const fault = faultIn(frame);
    if (fault !== null)
      throw thrown(
        fault.tag === 'EmptyAnswer' && seen.answered
          ? { ...fault, tag: 'FaultyAnswer', finishReason: fault.finishReason ?? '' }
          : fault,
      );
    seen = noteFrame(seen, frame);
    yield frame;
  }
  const fault = verdictOf(seen, judging);
  if (fault !== null) throw thrown(fault);
}

/** Passes the frames of several answers on, and throws the block when all that came of them was blocks. */
export async function* unlessBlocked<F extends Frame>(frames: AsyncIterable<F>): AsyncGenerator<F, void, undefined> {
  let answered = false;
  let block: Block | null = null;
  for await (const frame of frames) {
    answered ||= isAnswer(frame);
    block = blockIn(frame) ?? block;
    yield frame;
  }
  if (block !== null && !answered) throw thrown(block);
}
