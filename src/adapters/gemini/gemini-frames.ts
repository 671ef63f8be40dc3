import { atOnce, breathe, paceWork } from '../../kernel/breathe.ts';
import { jsonOutline } from '../../kernel/json-outline.ts';
import { thrown, type ProxyError } from '../../kernel/proxy-error.ts';
import { failureOf } from '../../gemini/error-from-answer.ts';
import type { FrameReading } from '../../gemini/frame.ts';
import { parseFrames } from '../../gemini/parse-frames.ts';
import type { Frame } from '../../gemini/response.ts';
import { blockReason } from '../../gemini/verdict.ts';
import type { FrameStream } from '../../ports/capabilities.ts';
import type { BodyValues, Framing } from './body-values.ts';

/** What was seen of an answer when it ended. */
type Seen = { frames: number; unreadable: number; framing: Framing; isBegun: boolean; isOver: boolean };

const isOver = (frame: Frame): boolean => {
  if (blockReason(frame) !== null) return true;
  for (const { finishReason } of frame.candidates ?? []) if (finishReason !== undefined) return true;
  return false;
};

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

/** Takes what was read of an answer: adds frames to a list, and says which error stands there instead. */
type Taking = (reading: FrameReading, into: Frame[]) => ProxyError | null;

const takeReadings =
  (seen: Seen, model: string): Taking =>
  (reading, into) => {
    if (reading.kind === 'error') return failureOf(reading.error, null, model);
    if (reading.kind === 'unreadable') {
      seen.unreadable += 1;
      return null;
    }
    const { frame } = reading;
    seen.frames += 1;
    seen.isBegun ||= (frame.candidates ?? []).length > 0;
    seen.isOver ||= isOver(frame);
    into.push(frame);
    return null;
  };

/** A long value: work on it is broken up, and each of its frames goes on by itself. */
async function* longFrames(json: string, take: Taking): FrameStream {
  if (await isUnfit(json)) {
    take({ kind: 'unreadable' }, []);
    return;
  }
  for (const reading of parseFrames(json)) {
    await breathe();
    const frames: Frame[] = [];
    const error = take(reading, frames);
    if (error !== null) throw thrown(error);
    if (frames.length > 0) yield frames;
  }
}

/** Frames that go on together at most. */
const mostTogether = 500;

/**
 * Frames of an answer's body, those of one read of the socket together. A frame that can't be read is passed over; an
 * error in the stream is thrown behind the frames before it, and so is an end that is none.
 */
export async function* geminiFrames(values: AsyncIterable<BodyValues>, model: string): FrameStream {
  const seen: Seen = { frames: 0, unreadable: 0, framing: 'stream', isBegun: false, isOver: false };
  const take = takeReadings(seen, model);
  const pace = paceWork(atOnce);
  let frames: Frame[] = [];
  for await (const { texts, framing } of values) {
    seen.framing = framing;
    for (const json of texts) {
      const rest = pace(json.length);
      const isLong = json.length > atOnce;
      if ((rest !== null || isLong || frames.length >= mostTogether) && frames.length > 0) {
        yield frames;
        frames = [];
      }
      if (rest !== null) await rest;
      if (isLong) {
        yield* longFrames(json, take);
        continue;
      }
      for (const reading of parseFrames(json)) {
        const error = take(reading, frames);
        if (error === null) continue;
        if (frames.length > 0) yield frames;
        throw thrown(error);
      }
    }
    if (frames.length > 0) yield frames;
    frames = [];
  }
  const fault = endError(seen);
  if (fault !== null) throw thrown(fault);
}
