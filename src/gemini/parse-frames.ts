import { isObject } from '../kernel/is-object.ts';
import { rawElements } from '../kernel/raw-json.ts';
import { keepArguments } from './exact-json.ts';
import { readFrame, type FrameReading } from './frame.ts';
import { countParts, framePieces } from './frame-pieces.ts';

type Parsed = { readonly value: unknown };

/** Arguments of more parts than any answer of Gemini's has are not kept as they were written. */
const mostKept = 1000;

const parseValue = (json: string): Parsed | null => {
  try {
    const value: unknown = JSON.parse(json);
    const isAlone = Array.isArray(value) && value.length === 1;
    const one: unknown = isAlone ? value[0] : value;
    if (countParts(one) <= mostKept) keepArguments(isAlone ? (rawElements(json)[0] ?? '') : json, one);
    return { value: one };
  } catch {
    return null;
  }
};

const isError = (value: unknown): boolean => isObject(value) && value['error'] !== undefined;

/** Longer frames are read in pieces. */
const longest = 65_536;

function* readingsOf(json: string, parsed: Parsed | null): Generator<FrameReading, void, undefined> {
  if (parsed === null) yield { kind: 'unreadable' };
  else if (json.length <= longest || isError(parsed.value)) yield readFrame(parsed.value);
  else for (const piece of framePieces(parsed.value)) yield readFrame(piece);
}

/**
 * Reads the data of one event; text that is no JSON is unreadable. Several lines that are no JSON together may be one
 * frame each: some servers leave out the empty line between events.
 */
export function* parseFrames(json: string): Generator<FrameReading, void, undefined> {
  const whole = parseValue(json);
  if (whole !== null || !json.includes('\n')) yield* readingsOf(json, whole);
  else for (const line of json.split('\n')) yield* readingsOf(line, parseValue(line));
}
