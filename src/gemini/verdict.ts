import { thrown } from '../kernel/proxy-error.ts';
import { finishKind } from './finish.ts';
import type { Candidate, Frame, ResponsePart } from './response.ts';

/** Why the prompt was blocked; null when it was not (BLOCK_REASON_UNSPECIFIED means nothing). */
export const blockReason = (frame: Frame): string | null => {
  const reason = frame.promptFeedback?.blockReason;
  return reason === undefined || reason === 'BLOCK_REASON_UNSPECIFIED' ? null : reason;
};

/** Why the prompt or the first answer was blocked; null when neither was. */
export const refusalIn = (frame: Frame): string | null => {
  const reason = frame.candidates?.[0]?.finishReason;
  return blockReason(frame) ?? (finishKind(reason) === 'blocked' ? (reason ?? null) : null);
};

/** An answer without content is one all the same when it was cut off or blocked. */
const endsSilently = ({ finishReason }: Candidate): boolean => {
  const kind = finishKind(finishReason);
  return kind === 'cut off' || kind === 'blocked';
};

const shows = (part: ResponsePart): boolean =>
  (part.text !== undefined && part.text !== '') ||
  part.functionCall?.name !== undefined ||
  part.executableCode !== undefined ||
  part.codeExecutionResult !== undefined ||
  part.fileData !== undefined ||
  part.audioTranscription !== undefined ||
  (part.inlineData !== undefined && part.thought !== true);

const holds = (frame: Frame, which: (part: ResponsePart) => boolean): boolean =>
  blockReason(frame) !== null ||
  (frame.candidates ?? []).some(
    (candidate) => endsSilently(candidate) || (candidate.content?.parts ?? []).some(which),
  );

/** True when a frame holds something to show, thoughts included: once it has gone out, nothing is retried. */
export const isMeaningful = (frame: Frame): boolean => holds(frame, shows);

const isAnswer = (frame: Frame): boolean => holds(frame, (part) => part.thought !== true && shows(part));

/**
 * Passes frames on and throws EmptyAnswer at the end when there was no answer in them: nothing at all, or thoughts
 * that stopped. A block, or tokens used up by thoughts, is an answer.
 */
export async function* nonEmpty(frames: AsyncIterable<Frame>): AsyncGenerator<Frame, void, undefined> {
  let answered = false;
  let last: Candidate | undefined;
  for await (const frame of frames) {
    answered = answered || isAnswer(frame);
    last = frame.candidates?.findLast((candidate) => candidate.finishReason !== undefined) ?? last;
    yield frame;
  }
  if (answered) return;
  throw thrown({ tag: 'EmptyAnswer', finishReason: last?.finishReason ?? null, finishMessage: last?.finishMessage ?? null });
}
