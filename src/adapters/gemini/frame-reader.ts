import type { ProxyError } from '../../kernel/proxy-error.ts';
import { failureOf } from '../../gemini/error-from-answer.ts';
import type { FrameReading } from '../../gemini/frame.ts';
import { framesIn, parseFrames, type Parsed } from '../../gemini/parse-frames.ts';
import { plainTextOf } from '../../gemini/plain-text.ts';
import type { Frame } from '../../gemini/response.ts';
import { blockReason } from '../../gemini/verdict.ts';
import type { Framing } from './body-values.ts';

/** What was seen of an answer when it ended. */
type Seen = { frames: number; unreadable: number; framing: Framing; isBegun: boolean; isOver: boolean };

const isOver = (frame: Frame): boolean => {
  if (blockReason(frame) !== null) return true;
  for (const { finishReason } of frame.candidates ?? []) if (finishReason !== undefined) return true;
  return false;
};

/** Why the end of the body is not the end of an answer; null when it is. A stream ends with a reason, or was cut. */
export const endError = ({ frames, unreadable, framing, isBegun, isOver: over }: Seen): ProxyError | null => {
  if (frames === 0 && unreadable > 0) return { tag: 'BadAnswer', reason: 'no frame that can be read' };
  if (frames === 0 || (framing === 'stream' && !isBegun && !over))
    return { tag: 'EmptyAnswer', finishReason: null, finishMessage: null };
  return framing === 'stream' && !over ? { tag: 'StreamCut' } : null;
};

/** Frames of JSON texts that came together, and the error that stands behind them. */
export type FramesRead = { readonly frames: readonly Frame[]; readonly error: ProxyError | null };

/** Reads frames and remembers what it has seen. */
export type FrameReader = {
  readonly read: (texts: readonly string[]) => FramesRead;
  readonly readOne: (json: string, parsed: Parsed | null) => FramesRead;
  readonly take: (readings: Iterable<FrameReading>, into: Frame[]) => ProxyError | null;
  readonly seen: Seen;
};

/** Makes the reader of one answer's frames. */
export const frameReader = (model: string): FrameReader => {
  const seen: Seen = { frames: 0, unreadable: 0, framing: 'stream', isBegun: false, isOver: false };
  const take = (readings: Iterable<FrameReading>, into: Frame[]): ProxyError | null => {
    for (const reading of readings) {
      if (reading.kind === 'error') return failureOf(reading.error, null, model);
      if (reading.kind === 'unreadable') {
        seen.unreadable += 1;
        continue;
      }
      const { frame } = reading;
      seen.frames += 1;
      seen.isBegun ||= (frame.candidates ?? []).length > 0;
      seen.isOver ||= plainTextOf(frame) === null && isOver(frame);
      into.push(frame);
    }
    return null;
  };
  const read = (texts: readonly string[]): FramesRead => {
    const frames: Frame[] = [];
    for (const json of texts) {
      const error = take(parseFrames(json), frames);
      if (error !== null) return { frames, error };
    }
    return { frames, error: null };
  };
  const readOne: FrameReader['readOne'] = (json, parsed) => {
    const frames: Frame[] = [];
    return { error: take(framesIn(json, parsed), frames), frames };
  };
  return { read, readOne, take, seen };
};
