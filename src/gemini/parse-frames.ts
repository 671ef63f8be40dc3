import { isObject } from '../kernel/is-object.ts';
import { rawElements } from '../kernel/raw-json.ts';
import { keepArguments } from './exact-json.ts';
import { readFrame, type FrameReading } from './frame.ts';
import { countParts, framePieces } from './frame-pieces.ts';
import { parseLong, type ParsedLong } from './parse-long.ts';

type Parsed = { readonly value: unknown };

/** Arguments of more parts than any answer of Gemini's has are not kept as they were written. */
const mostKept = 1000;

const keepOwn = (json: string, frame: unknown): void => {
  if (countParts(frame) <= mostKept) keepArguments(json, frame);
};

const parseValue = (json: string): Parsed | null => {
  try {
    const value: unknown = JSON.parse(json);
    const isAlone = Array.isArray(value) && value.length === 1;
    const one: unknown = isAlone ? value[0] : value;
    keepOwn(isAlone ? (rawElements(json)[0] ?? '') : json, one);
    return { value: one };
  } catch {
    return null;
  }
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

/** Reads a long body that is one JSON value, in pieces as they are taken; what is no JSON is unreadable. */
export const parseLongFrame = (bytes: Buffer): Iterable<FrameReading> => {
  const parsed = parseMedia(bytes);
  if (parsed === null) return parseFrames(bytes.toString('utf8'));
  keepOwn(parsed.json, parsed.value);
  return isError(parsed.value) ? [readFrame(parsed.value)] : readPieces(parsed.value);
};

const parseMedia = (bytes: Buffer): ParsedLong | null => {
  try {
    return parseLong(bytes);
  } catch {
    return null;
  }
};

/**
 * Reads the data of one event; text that is no JSON is unreadable. Several lines that are no JSON together may be one
 * frame each: some servers leave out the empty line between events. A long frame is read in pieces, as they are taken.
 */
export const parseFrames = (json: string): Iterable<FrameReading> => {
  const whole = parseValue(json);
  return whole !== null || !json.includes('\n') ? readingsOf(json, whole) : parseLines(json.split('\n'));
};
