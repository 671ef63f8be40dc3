import { isUtf8 } from 'node:buffer';
import { begunStream } from '../../kernel/begun-stream.ts';
import { joinPieces, sizeOf } from '../../kernel/pieced-bytes.ts';
import { thrown } from '../../kernel/proxy-error.ts';
import { readyStream } from '../../kernel/ready-stream.ts';
import type { FrameReading } from '../../gemini/frame.ts';
import { parseFrames, readAroundMedia, readAroundText } from '../../gemini/parse-frames.ts';
import { saysOneText } from '../../gemini/plain-text.ts';
import type { Frame } from '../../gemini/response.ts';
import type { FrameStream } from '../../ports/capabilities.ts';
import { bodySplitter, wholeValue, type Framing } from './body-values.ts';
import { endError, frameReader, type FrameReader, type FramesRead } from './frame-reader.ts';
import { geminiFrames, type Following } from './gemini-frames.ts';
import { plainAnswers } from './plain-answers.ts';
import { endRun, eventReader, readSplit, splitPiece, type EventReader } from './plain-events.ts';

async function* endInError(frames: readonly Frame[], error: unknown): FrameStream {
  if (frames.length > 0) yield frames;
  throw error;
}

async function* giveEach(pieces: readonly Buffer[]): AsyncGenerator<Buffer, void, undefined> {
  yield* pieces;
}

const nothing = (): void => undefined;

/** Longer bodies are read in pieces, but for media in them. */
const longestShort = 65_536;

/** How a body is read of which all is there. */
export type ReadingAtOnce = {
  readonly failed: Following['failed'];
  /** Its first text may go out before the others are read. */
  readonly mayBegin: boolean;
};

/** What answers are like does not depend on whose they are. */
const answers = plainAnswers();

/** What one short value says; its text stays unread where it says nothing else. */
const readValue = (value: Buffer): Iterable<FrameReading> => {
  if (!isUtf8(value)) return parseFrames(value.toString('utf8'));
  const frame = answers.read(value);
  if (frame !== null) return [{ kind: 'frame', frame }];
  const around = readAroundText(value);
  if (around === null) return parseFrames(value.toString('utf8'));
  if (around.kind === 'frame') answers.learn(value, around.frame);
  return [around];
};

const readMedia = (pieces: readonly Buffer[]): Iterable<FrameReading> | null => {
  const around = readAroundMedia(pieces);
  return around === null ? null : [around];
};

type WholeReading = FramesRead & { readonly framing: Framing };

const framesOf = (
  { frames, error, framing }: WholeReading,
  { seen }: FrameReader,
  { failed }: ReadingAtOnce,
): FrameStream => {
  seen.framing = framing;
  const fault = error ?? endError(seen);
  return fault === null ? readyStream(frames) : endInError(frames, failed(thrown(fault)));
};

/** Reads these events to their end, behind those frames. */
const readToEnd = (events: EventReader, pieces: Iterable<Buffer>, frames: Frame[]): WholeReading => {
  const { splitter } = events;
  for (const piece of pieces) {
    const error = readSplit(events, splitPiece(events, piece), frames);
    if (error !== null) return { frames, error, framing: splitter.framing() };
  }
  const last = splitter.end();
  const texts = 'long' in last ? [joinPieces(last.long).toString('utf8')] : last;
  const error = readSplit(events, { texts, event: null }, frames);
  return { frames, error, framing: splitter.framing() };
};

/** To make a template takes as long as to read eight events in full. */
const leastAlike = 16;

/** What a short body says that is not one value. */
const readEvents = (pieces: readonly Buffer[], reader: FrameReader, reading: ReadingAtOnce): FrameStream => {
  const events = eventReader(bodySplitter(), reader, pieces.length >= leastAlike);
  const [piece] = pieces;
  if (piece === undefined || !reading.mayBegin) return framesOf(readToEnd(events, pieces, []), reader, reading);
  const first: Frame[] = [];
  const error = readSplit(events, splitPiece(events, piece), first);
  endRun(events);
  if (error !== null) return framesOf({ frames: first, error, framing: events.splitter.framing() }, reader, reading);
  const others = pieces.slice(1);
  if (others.length === 0 || first.length !== 1 || !first.every(saysOneText))
    return framesOf(readToEnd(events, others, first), reader, reading);
  const rest = (): FrameStream => {
    try {
      return framesOf(readToEnd(events, others, []), reader, reading);
    } catch (cause) {
      return endInError([], reading.failed(cause));
    }
  };
  return begunStream({ first, rest });
};

/**
 * `geminiFrames` of a body of which all is there, without a generator where it is a short answer, maybe of long media.
 * Where that is a stream that begins with a text, this is read alone, and the rest when it is asked for.
 */
export const framesAtOnce = (pieces: readonly Buffer[], model: string, reading: ReadingAtOnce): FrameStream => {
  const reader = frameReader(model);
  const isShort = sizeOf(pieces) <= longestShort;
  const value = isShort ? wholeValue(pieces) : null;
  if (isShort && value === null) return readEvents(pieces, reader, reading);
  const readings = value === null ? readMedia(pieces) : readValue(value);
  if (readings === null) {
    const { failed } = reading;
    return geminiFrames(giveEach(pieces), model, { meter: null, failed, over: nothing });
  }
  const frames: Frame[] = [];
  const error = reader.take(readings, frames);
  return framesOf({ frames, error, framing: 'whole' }, reader, reading);
};
