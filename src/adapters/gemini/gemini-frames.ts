import { isUtf8 } from 'node:buffer';
import { atOnce, breathe, paceWork } from '../../kernel/breathe.ts';
import { sizeOf, type PiecedBytes } from '../../kernel/pieced-bytes.ts';
import { thrown } from '../../kernel/proxy-error.ts';
import { readSaid, type FrameReading } from '../../gemini/frame.ts';
import {
  parsedJson,
  parseFrames,
  parseLongFrame,
  readAroundMedia,
  readAroundText,
} from '../../gemini/parse-frames.ts';
import type { Said } from '../../gemini/plain-text.ts';
import type { Frame } from '../../gemini/response.ts';
import { poured, readyStream, type Say } from '../../kernel/ready-stream.ts';
import type { FrameStream } from '../../ports/capabilities.ts';
import type { BodyPieces } from './answer-body.ts';
import { countPassed, type AnswerMeter } from './answer-meter.ts';
import { bodySplitter, splitAtOnce, wholeValue, type BodySplitter, type Framing } from './body-values.ts';
import { endError, frameReader, type FrameReader, type FramesRead } from './frame-reader.ts';

/** A long value: work on it is broken up, and each of its frames goes on by itself. */
async function* readLong(pieces: PiecedBytes, { take }: FrameReader): FrameStream {
  for await (const reading of parseLongFrame(pieces)) {
    await breathe();
    const frames: Frame[] = [];
    const error = take([reading], frames);
    if (error !== null) throw thrown(error);
    if (frames.length > 0) yield frames;
  }
}

/** Texts that are read in one go at most. */
const mostTogether = 500;

const isLong = (json: string): boolean => json.length > atOnce;

/** More than can be read in one go. */
async function* readMany(texts: readonly string[], reader: FrameReader): FrameStream {
  for (let from = 0; from < texts.length; ) {
    const first = texts[from] ?? '';
    if (isLong(first)) {
      yield* readLong([Buffer.from(first)], reader);
      from += 1;
      continue;
    }
    const group = texts.slice(from, from + mostTogether);
    const end = group.findIndex(isLong);
    const { frames, error } = reader.read(end < 0 ? group : group.slice(0, end));
    if (frames.length > 0) yield frames;
    if (error !== null) throw thrown(error);
    from += end < 0 ? group.length : end;
    await breathe();
  }
}

/** What is done beside reading: who counts what is held, what is done with what went wrong, and when it is over. */
export type Following = {
  readonly meter: AnswerMeter | null;
  readonly failed: (cause: unknown) => unknown;
  readonly over: () => void;
};

const areMany = (texts: readonly string[]): boolean => texts.length > mostTogether || texts.some(isLong);

/** What is read, and how. `state`: whether it may be poured, or what a pour could not hand on. */
type FrameSource = {
  readonly body: AsyncGenerator<Buffer, void, undefined> & { readonly pour?: BodyPieces['pour'] };
  readonly splitter: BodySplitter;
  readonly reader: FrameReader;
  readonly following: Following;
  state: 'busy' | 'free' | { readonly texts: readonly string[] } | { readonly error: unknown };
};

/** What a pour could not hand on. */
async function* readLeft(source: FrameSource): FrameStream {
  const { state, reader } = source;
  source.state = 'busy';
  if (typeof state === 'string') return;
  if ('error' in state) throw state.error;
  yield* readMany(state.texts, reader);
}

async function* readFrames(source: FrameSource): FrameStream {
  const { body, splitter, reader, following } = source;
  const { meter, failed, over } = following;
  const pace = paceWork(atOnce);
  try {
    for (let isEnded = false; !isEnded; ) {
      const next = await body.next();
      isEnded = next.done === true;
      const texts = next.done === true ? splitter.end() : splitter.feed(next.value);
      if ('long' in texts) yield* readLong(texts.long, reader);
      else if (texts.length === 0) continue;
      else if (areMany(texts)) yield* readMany(texts, reader);
      else {
        const { frames, error } = reader.read(texts);
        source.state = error === null ? 'free' : { error: thrown(error) };
        if (frames.length > 0) yield frames;
        if (source.state !== 'free') yield* readLeft(source);
        source.state = 'busy';
      }
      countPassed(meter);
      const rest = next.done === true ? null : pace(next.value.length);
      if (rest !== null) await rest;
    }
    reader.seen.framing = splitter.framing();
    const fault = endError(reader.seen);
    if (fault !== null) throw thrown(fault);
  } catch (cause) {
    throw failed(cause);
  } finally {
    over();
    await body.return();
  }
}

/** Where frames are poured: in full, and in short. */
type Taker = { readonly take: (frames: readonly Frame[]) => boolean; readonly say: Say<Said> | undefined };

const takeFrames = (source: FrameSource, { frames, error }: FramesRead, { take }: Taker): boolean => {
  const goesOn = frames.length === 0 || take(frames);
  if (error !== null) source.state = { error: thrown(error) };
  return goesOn && error === null;
};

/** One frame: most reads of the socket bring no more, and most frames are one text. */
const takeFrame = (source: FrameSource, json: string, taker: Taker): boolean => {
  const { reader } = source;
  const parsed = parsedJson(json);
  const said = parsed === null ? null : readSaid(parsed.value);
  const goesOn = said === null ? null : (taker.say?.(said) ?? null);
  if (goesOn === null) return takeFrames(source, reader.readOne(json, parsed), taker);
  reader.seen.frames += 1;
  reader.seen.isBegun = true;
  return goesOn;
};

/** Each read of the socket in one go, from its bytes to whoever takes its frames. */
const pourFrames =
  (source: FrameSource): FrameStream['pour'] =>
  (take, say) => {
    const { body, splitter, reader, following } = source;
    if (source.state !== 'free' || body.pour === undefined) return poured;
    const taker: Taker = { take, say };
    return body.pour((pieces) => {
      const [first] = pieces;
      const texts = pieces.length === 1 && first !== undefined ? splitter.feed(first) : pieces.flatMap(splitter.feed);
      if (areMany(texts)) {
        source.state = { texts };
        return false;
      }
      if (texts.length === 0) return true;
      const [json] = texts;
      const goesOn =
        texts.length === 1 && json !== undefined
          ? takeFrame(source, json, taker)
          : takeFrames(source, reader.read(texts), taker);
      countPassed(following.meter);
      return goesOn;
    });
  };

/**
 * Frames of an answer's body, those of one read of the socket together. A frame that can't be read is passed over; an
 * error in the stream is thrown behind the frames before it, and so is an end that is none. One generator for all of
 * it, since each more would cost every read of the socket a promise or three; and none for what is poured.
 */
export const geminiFrames = (body: FrameSource['body'], model: string, following: Following): FrameStream => {
  const source: FrameSource = {
    body,
    splitter: bodySplitter(),
    reader: frameReader(model),
    following,
    state: 'busy',
  };
  return Object.assign(readFrames(source), { pour: pourFrames(source) });
};

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

/** What a body says that is short but for its media; null for any other. */
const readShort = (pieces: readonly Buffer[], { read, take }: FrameReader): WholeReading | null => {
  const isShort = sizeOf(pieces) <= longestShort;
  const value = isShort ? wholeValue(pieces) : null;
  if (isShort && value === null) {
    const { texts, framing } = splitAtOnce(pieces);
    return { ...read(texts), framing };
  }
  const readings = value === null ? readMedia(pieces) : readValue(value);
  if (readings === null) return null;
  const frames: Frame[] = [];
  return { error: take(readings, frames), frames, framing: 'whole' };
};

/** The same for a body of which all is there, without a generator where it is a short answer, maybe of long media. */
export const framesAtOnce = (pieces: readonly Buffer[], model: string, failed: Following['failed']): FrameStream => {
  const reader = frameReader(model);
  const short = readShort(pieces, reader);
  if (short === null) return geminiFrames(giveEach(pieces), model, { meter: null, failed, over: nothing });
  reader.seen.framing = short.framing;
  const fault = short.error ?? endError(reader.seen);
  return fault === null ? readyStream(short.frames) : endInError(short.frames, failed(thrown(fault)));
};
