import { atOnce, breathe, paceWork } from '../../kernel/breathe.ts';
import type { PiecedBytes } from '../../kernel/pieced-bytes.ts';
import { thrown } from '../../kernel/proxy-error.ts';
import { readPlainFrame, readSaid } from '../../gemini/frame.ts';
import { parsedJson, parseLongFrame } from '../../gemini/parse-frames.ts';
import type { Said } from '../../gemini/plain-text.ts';
import type { Frame } from '../../gemini/response.ts';
import { poured, type Say } from '../../kernel/ready-stream.ts';
import type { FrameStream } from '../../ports/capabilities.ts';
import type { BodyPieces } from './answer-body.ts';
import { countPassed, type AnswerMeter } from './answer-meter.ts';
import { bodySplitter } from './body-values.ts';
import { endError, frameReader, type FrameReader, type FramesRead } from './frame-reader.ts';
import {
  countPlain,
  endRun,
  eventReader,
  learnEvent,
  readSplit,
  saidIn,
  splitPiece,
  type EventReader,
} from './plain-events.ts';

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
  readonly events: EventReader;
  readonly following: Following;
  state: 'busy' | 'free' | { readonly texts: readonly string[] } | { readonly error: unknown };
};

/** What a pour could not hand on. */
async function* readLeft(source: FrameSource): FrameStream {
  const { state, events } = source;
  source.state = 'busy';
  if (typeof state === 'string') return;
  if ('error' in state) throw state.error;
  yield* readMany(state.texts, events.reader);
}

async function* readFrames(source: FrameSource): FrameStream {
  const { body, events, following } = source;
  const { splitter, reader } = events;
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
  countPassed(source.following.meter);
  if (error !== null) source.state = { error: thrown(error) };
  return goesOn && error === null;
};

/** Tells in short what was read; null where it must be taken as it is. */
const tell = ({ events, following }: FrameSource, said: Said | null, { say }: Taker): boolean | null => {
  const goesOn = said === null ? null : (say?.(said) ?? null);
  if (goesOn === null) return null;
  countPlain(events);
  countPassed(following.meter);
  return goesOn;
};

/** One frame: most reads of the socket bring no more, and most frames are one text. */
const takeFrame = (
  source: FrameSource,
  { json, event }: { readonly json: string; readonly event: Buffer | null },
  taker: Taker,
): boolean => {
  const { events } = source;
  const parsed = parsedJson(json);
  const said = parsed === null ? null : readSaid(parsed.value);
  const goesOn = tell(source, said, taker);
  if (goesOn === null) return takeFrames(source, events.reader.readOne(json, parsed), taker);
  const frame = event === null ? null : readPlainFrame(parsed?.value);
  if (event !== null && frame !== null) learnEvent(events, event, frame);
  return goesOn;
};

/** One piece: nearly always an event, and mostly one like that before it. */
const takePiece = (source: FrameSource, piece: Buffer, taker: Taker): boolean => {
  const { events } = source;
  const goesOn = tell(source, saidIn(events, piece), taker);
  if (goesOn !== null) return goesOn;
  const split = splitPiece(events, piece);
  if ('texts' in split) {
    const { texts, event } = split;
    const [json] = texts;
    if (areMany(texts)) {
      source.state = { texts };
      return false;
    }
    if (json === undefined) return true;
    if (texts.length === 1) return takeFrame(source, { json, event }, taker);
  }
  const frames: Frame[] = [];
  const error = readSplit(events, split, frames);
  endRun(events);
  return takeFrames(source, { frames, error }, taker);
};

/** All that one read of the socket brought. What can't be read in one go is left, behind the frames before it. */
const takePieces = (source: FrameSource, pieces: readonly Buffer[], taker: Taker): boolean => {
  const { events } = source;
  const frames: Frame[] = [];
  let isRead = false;
  for (const [at, piece] of pieces.entries()) {
    const split = splitPiece(events, piece);
    isRead ||= 'frame' in split || split.texts.length > 0;
    if ('texts' in split && (areMany(split.texts) || frames.length + split.texts.length > mostTogether)) {
      endRun(events);
      const rest = pieces.slice(at + 1).flatMap(events.splitter.feed);
      if (frames.length > 0) taker.take(frames);
      source.state = { texts: [...split.texts, ...rest] };
      return false;
    }
    const error = readSplit(events, split, frames);
    if (error !== null) return takeFrames(source, { frames, error }, taker);
  }
  endRun(events);
  return !isRead || takeFrames(source, { frames, error: null }, taker);
};

/** Each read of the socket in one go, from its bytes to whoever takes its frames. */
const pourFrames =
  (source: FrameSource): FrameStream['pour'] =>
  (take, say) => {
    const { body } = source;
    if (source.state !== 'free' || body.pour === undefined) return poured;
    const taker: Taker = { take, say };
    return body.pour((pieces) => {
      const [first] = pieces;
      return pieces.length === 1 && first !== undefined
        ? takePiece(source, first, taker)
        : takePieces(source, pieces, taker);
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
    events: eventReader(bodySplitter(), frameReader(model), true),
    following,
    state: 'busy',
  };
  return Object.assign(readFrames(source), { pour: pourFrames(source) });
};
