import { E } from '../kernel/fp.ts';
import { isObject } from '../kernel/is-object.ts';
import { joinPieces, placeOf, type PiecedBytes } from '../kernel/pieced-bytes.ts';
import { rawElements } from '../kernel/raw-json.ts';
import { keepArguments } from './exact-json.ts';
import { readFrame, readPlainFrame, type FrameReading } from './frame.ts';
import { countParts, framePieces } from './frame-pieces.ts';
import { parseAroundMedia, parseLong } from './parse-long.ts';
import { parseAroundText } from './parse-around-text.ts';

/** What a text of JSON says. */
export type Parsed = { readonly value: unknown };

/** Parses a text; null where it is no JSON. */
export const parsedJson = (json: string): Parsed | null => {
  try {
    return { value: JSON.parse(json) };
  } catch {
    return null;
  }
};

/** Arguments of more parts than any answer of Gemini's has are not kept as they were written. */
const mostKept = 1000;

const keepOwn = (json: () => string, frame: unknown): void => {
  if (countParts(frame) <= mostKept) keepArguments(json, frame);
};

/** A value, or what stands alone in a list, with arguments as they were written. */
const frameIn = (value: unknown, json: () => string): unknown => {
  const isAlone = Array.isArray(value) && value.length === 1;
  const frame: unknown = isAlone ? value[0] : value;
  keepOwn(isAlone ? () => rawElements(json())[0] ?? '' : json, frame);
  return frame;
};

const parseValue = (json: string): Parsed | null => {
  const parsed = parsedJson(json);
  return parsed === null ? null : { value: frameIn(parsed.value, () => json) };
};

const isError = (value: unknown): boolean => isObject(value) && value['error'] !== undefined;

/** Longer frames are read in pieces. */
const longest = 65_536;

function* readPieces(value: unknown): Generator<FrameReading, void, undefined> {
  for (const piece of framePieces(value)) yield readFrame(piece);
}

const readingsOf = (json: string, parsed: Parsed | null): Iterable<FrameReading> => {
  if (parsed === null) return [{ kind: 'unreadable' }];
  return json.length <= longest || isError(parsed.value) ? [readFrame(parsed.value)] : readPieces(parsed.value);
};

function* parseLines(lines: readonly string[]): Generator<FrameReading, void, undefined> {
  for (const line of lines) yield* readingsOf(line, parseValue(line));
}

/** `parseFrames` of a text that has been parsed. */
export const framesIn = (json: string, parsed: Parsed | null): Iterable<FrameReading> => {
  if (parsed === null) return json.includes('\n') ? parseLines(json.split('\n')) : readingsOf(json, null);
  const frame = json.length <= longest ? readPlainFrame(parsed.value) : null;
  if (frame !== null) return [{ kind: 'frame', frame }];
  return readingsOf(json, { value: frameIn(parsed.value, () => json) });
};

/**
 * Reads the data of one event; text that is no JSON is unreadable. Several lines that are no JSON together may be one
 * frame each: some servers leave out the empty line between events. A long frame is read in pieces, as they are taken.
 */
export const parseFrames = (json: string): Iterable<FrameReading> => framesIn(json, parsedJson(json));

/**
 * Reads a short body of UTF-8 that is one frame, whose text stays unread where it says nothing else. Null where it must
 * be read as any other.
 */
export const readAroundText = (body: Buffer): FrameReading | null => {
  const parsed = parseAroundText(body);
  if (parsed === null) return null;
  const frame = readPlainFrame(parsed.value);
  if (frame !== null) return { kind: 'frame', frame };
  parsed.read();
  return readFrame(frameIn(parsed.value, () => body.toString('utf8')));
};

const lineFeed = 0x0a;

/** Reads the bytes of a long body that is one frame, short but for its media; null where it is not. */
export const readAroundMedia = (pieces: PiecedBytes): FrameReading | null => {
  const parsed = parseAroundMedia(pieces);
  if (parsed === null || Array.isArray(parsed.value)) return null;
  return readFrame(frameIn(parsed.value, parsed.json));
};

/**
 * Reads a long text, or the bytes of a long body, as `parseFrames` does, in pieces as they are taken, with the event
 * loop breathing in between. What is over the bounds of any answer is unreadable.
 */
export async function* parseLongFrame(pieces: PiecedBytes): AsyncGenerator<FrameReading, void, undefined> {
  const parsed = await parseLong(pieces);
  if (E.isRight(parsed)) {
    const frame = frameIn(parsed.right.value, parsed.right.json);
    if (parsed.right.read <= longest || isError(frame)) yield readFrame(frame);
    else yield* readPieces(frame);
  } else if (parsed.left === 'unfit' || placeOf(pieces, lineFeed) < 0) yield { kind: 'unreadable' };
  else
    for (const line of joinPieces(pieces).toString('utf8').split('\n'))
      if (line.length > longest) yield* parseLongFrame([Buffer.from(line)]);
      else yield* readingsOf(line, parseValue(line));
}
