import { atOnce, breathe, paceWork } from '../../kernel/breathe.ts';
import { jsonOutline } from '../../kernel/json-outline.ts';
import { thrown, type ProxyError } from '../../kernel/proxy-error.ts';
import { failureOf } from '../../gemini/error-from-answer.ts';
import type { FrameReading } from '../../gemini/frame.ts';
import { parseFrames } from '../../gemini/parse-frames.ts';
import type { Frame } from '../../gemini/response.ts';
import { blockReason } from '../../gemini/verdict.ts';
import type { BodyValue, Framing } from './body-values.ts';

/** What was seen of an answer when it ended. */
type Seen = {
  readonly frames: number;
  readonly unreadable: number;
  readonly framing: Framing;
  readonly isBegun: boolean;
  readonly isOver: boolean;
};

const isOver = (frame: Frame): boolean =>
  blockReason(frame) !== null || (frame.candidates ?? []).some((candidate) => candidate.finishReason !== undefined);

const countReading = (seen: Seen, reading: FrameReading, framing: Framing): Seen =>
  reading.kind === 'frame'
    ? {
        ...seen,
        framing,
        frames: seen.frames + 1,
        isBegun: seen.isBegun || (reading.frame.candidates ?? []).length > 0,
        isOver: seen.isOver || isOver(reading.frame),
      }
    : { ...seen, framing, unreadable: seen.unreadable + 1 };

/** Why the end of the body is not the end of an answer; null when it is. A stream ends with a reason, or was cut. */
const endError = ({ frames, unreadable, framing, isBegun, isOver: over }: Seen): ProxyError | null => {
  if (frames === 0 && unreadable > 0) return { tag: 'BadAnswer', reason: 'no frame that can be read' };
  if (frames === 0 || (framing === 'stream' && !isBegun && !over))
    return { tag: 'EmptyAnswer', finishReason: null, finishMessage: null };
  return framing === 'stream' && !over ? { tag: 'StreamCut' } : null;
};

/** No answer of Gemini's has an object of so many fields: its names alone would take seconds. */
const bounds = { depth: 1000, values: Infinity, itemValues: Infinity, itemTexts: Infinity, objectFields: 10_000 };

const isUnfit = async (json: string): Promise<boolean> => {
  const fault = jsonOutline(Buffer.from(json), bounds).readTo(Infinity);
  await breathe();
  return fault !== null;
};

/**
 * Frames of an answer's body. A frame that can't be read is passed over; an error in the stream is thrown, and so is
 * an end that is none.
 */
export async function* geminiFrames(
  values: AsyncIterable<BodyValue>,
  model: string,
): AsyncGenerator<Frame, void, undefined> {
  let seen: Seen = { frames: 0, unreadable: 0, framing: 'stream', isBegun: false, isOver: false };
  const pace = paceWork(atOnce);
  for await (const { json, framing } of values) {
    const isLong = json.length > atOnce;
    const rest = pace(json.length);
    if (rest !== null) await rest;
    if (isLong && (await isUnfit(json))) {
      seen = countReading(seen, { kind: 'unreadable' }, framing);
      continue;
    }
    for (const reading of parseFrames(json)) {
      if (isLong) await breathe();
      if (reading.kind === 'error') throw thrown(failureOf(reading.error, null, model));
      seen = countReading(seen, reading, framing);
      if (reading.kind === 'frame') yield reading.frame;
    }
  }
  const fault = endError(seen);
  if (fault !== null) throw thrown(fault);
}
