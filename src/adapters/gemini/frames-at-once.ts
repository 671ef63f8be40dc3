import { isUtf8 } from 'node:buffer';
import { joinPieces, sizeOf } from '../../kernel/pieced-bytes.ts';
import { thrown } from '../../kernel/proxy-error.ts';
import type { FrameReading } from '../../gemini/frame.ts';
import { parseFrames, readAroundMedia, readAroundText } from '../../gemini/parse-frames.ts';
import type { Frame } from '../../gemini/response.ts';
import { readyStream } from '../../kernel/ready-stream.ts';
import type { FrameStream } from '../../ports/capabilities.ts';
import { bodySplitter, wholeValue, type Framing } from './body-values.ts';
import { endError, frameReader, type FrameReader, type FramesRead } from './frame-reader.ts';
import { geminiFrames, type Following } from './gemini-frames.ts';
import { eventReader, readSplit, splitPiece } from './plain-events.ts';

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

type WholeReading = FramesRead & { readonly framing: Framing };

/** What one short value says; its text stays unread where it says nothing else. */
const readValue = (value: Buffer): Iterable<FrameReading> => {
  const around = isUtf8(value) ? readAroundText(value) : null;
  return around === null ? parseFrames(value.toString('utf8')) : [around];
};

const readMedia = (pieces: readonly Buffer[]): Iterable<FrameReading> | null => {
  const around = readAroundMedia(pieces);
  return around === null ? null : [around];
};

/** To make a template takes as long as to read eight events in full. */
const leastAlike = 16;

/** What a short body says that is not one value. */
const readEvents = (pieces: readonly Buffer[], reader: FrameReader): WholeReading => {
  const splitter = bodySplitter();
  const events = eventReader(splitter, reader, pieces.length >= leastAlike);
  const frames: Frame[] = [];
  for (const piece of pieces) {
    const error = readSplit(events, splitPiece(events, piece), frames);
    if (error !== null) return { frames, error, framing: splitter.framing() };
  }
  const last = splitter.end();
  const texts = 'long' in last ? [joinPieces(last.long).toString('utf8')] : last;
  const error = readSplit(events, { texts, event: null }, frames);
  return { frames, error, framing: splitter.framing() };
};

/** What a body says that is short but for its media; null for any other. */
const readShort = (pieces: readonly Buffer[], reader: FrameReader): WholeReading | null => {
  const isShort = sizeOf(pieces) <= longestShort;
  const value = isShort ? wholeValue(pieces) : null;
  if (isShort && value === null) return readEvents(pieces, reader);
  const readings = value === null ? readMedia(pieces) : readValue(value);
  if (readings === null) return null;
  const frames: Frame[] = [];
  return { error: reader.take(readings, frames), frames, framing: 'whole' };
};

/** `geminiFrames` of a body of which all is there, without a generator where it is a short answer, maybe of long media. */
export const framesAtOnce = (pieces: readonly Buffer[], model: string, failed: Following['failed']): FrameStream => {
  const reader = frameReader(model);
  const short = readShort(pieces, reader);
  if (short === null) return geminiFrames(giveEach(pieces), model, { meter: null, failed, over: nothing });
  reader.seen.framing = short.framing;
  const fault = short.error ?? endError(reader.seen);
  return fault === null ? readyStream(short.frames) : endInError(short.frames, failed(thrown(fault)));
};
