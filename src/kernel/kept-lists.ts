import { mayHoldMark, ofThisBody } from './body-marks.ts';
import { endOfString } from './json-fault.ts';

/** A list that was parsed before: shared by all bodies that hold it, so nobody can change it. */
type KeptList = {
  readonly bytes: Buffer;
  readonly value: readonly unknown[];
  /** Values in it, and levels of lists and objects, as bounds count them. */
  readonly values: number;
  readonly depth: number;
};

/** What is kept at most: few, and of few bytes, so that who sends ever new ones only pushes out his own and others'. */
const keptBounds = { lists: 32, bytes: 512 * 1024, listBytes: 128 * 1024, leastBytes: 1024 } as const;

const [blank, quote, comma, colon] = [0x20, 0x22, 0x2c, 0x3a];
const [openArray, openObject, closeArray, closeObject] = [0x5b, 0x7b, 0x5d, 0x7d];

type Extent = { readonly end: number; readonly values: number; readonly depth: number };

/** Where a list ends, and what there is in it; null for one that is too long to be kept, or has no end. */
const extentOf = (bytes: Uint8Array, from: number): Extent | null => {
  const most = Math.min(bytes.length, from + keptBounds.listBytes);
  let [open, depth, values] = [0, 0, 0];
  for (let at = from; at < most; at += 1) {
    const byte = bytes[at];
    if (byte === quote) at = endOfString(bytes, at + 1);
    else if (byte === comma) values += 1;
    else if (byte === openArray || byte === openObject) {
      open += 1;
      values += 1;
      depth = Math.max(depth, open);
    } else if (byte === closeArray || byte === closeObject) {
      open -= 1;
      if (open === 0) return { end: at + 1, values, depth };
    }
  }
  return null;
};

const freezeDeep = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return;
  for (const inner of Object.values(value)) freezeDeep(inner);
  Object.freeze(value);
};

/** The newest first. */
const kept: KeptList[] = [];

const keep = (list: KeptList): KeptList => {
  kept.unshift(list);
  let bytes = 0;
  const fitting = kept.findIndex((one) => (bytes += one.bytes.length) > keptBounds.bytes);
  kept.length = Math.min(fitting < 0 ? kept.length : Math.max(1, fitting), keptBounds.lists);
  return list;
};

const isAt = (bytes: Buffer, from: number, { bytes: known }: KeptList): boolean =>
  from + known.length <= bytes.length && bytes.compare(known, 0, known.length, from, from + known.length) === 0;

/** The list that begins here, if it was kept: its own bracket ends it, so what begins like it is it. */
const keptAt = (bytes: Buffer, from: number): KeptList | undefined => {
  const index = kept.findIndex((list) => isAt(bytes, from, list));
  const list = kept[index];
  if (list !== undefined && index > 0) {
    kept.splice(index, 1);
    kept.unshift(list);
  }
  return list;
};

const parseList = (bytes: Buffer, from: number): KeptList | null => {
  const extent = extentOf(bytes, from);
  if (extent === null || extent.end - from < keptBounds.leastBytes) return null;
  try {
    const text = bytes.toString('utf8', from, extent.end);
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return null;
    freezeDeep(value);
    return keep({ ...extent, value, bytes: Buffer.from(bytes.subarray(from, extent.end)) });
  } catch {
    return null;
  }
};

const mark = `keptList${ofThisBody}`;
const name = Buffer.from('"tools":');
const [before, after] = [Buffer.from('"'), Buffer.from('"')];

/** A body without its list of tools. */
export type WithoutList = {
  readonly rest: Buffer;
  /** Where the list began and ended. */
  readonly from: number;
  readonly to: number;
  readonly values: number;
  readonly depth: number;
  /** Puts the list back into what was parsed of the rest; false where it does not belong there. */
  readonly putBack: (body: unknown) => boolean;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const putInto =
  (value: readonly unknown[]) =>
  (body: unknown): boolean => {
    if (!isRecord(body) || body['tools'] !== mark) return false;
    body['tools'] = value;
    return true;
  };

/** Whether the name stands before a bracket. */
const isNamed = (bytes: Buffer, bracket: number): boolean => {
  let end = bracket;
  while (bytes[end - 1] === blank) end -= 1;
  const from = end - name.length;
  return bytes[end - 1] === colon && from >= 0 && bytes.compare(name, 0, name.length, from, end) === 0;
};

/** Brackets that are looked at one by one. */
const mostBrackets = 64;

/**
 * Where the list of tools begins; -1 where there is none. Brackets are few, and found ten times as quickly as a name,
 * whose first letter is one that JSON is full of (3 µs for 8 KB).
 */
const placeOfTools = (bytes: Buffer): number => {
  let at = bytes.indexOf(openArray);
  for (let seen = 0; at >= 0 && seen < mostBrackets; seen += 1) {
    if (isNamed(bytes, at)) return at;
    at = bytes.indexOf(openArray, at + 1);
  }
  const found = at < 0 ? -1 : bytes.indexOf(name, at);
  const bracket = found < 0 ? -1 : bytes.indexOf(openArray, found);
  return bracket >= 0 && isNamed(bytes, bracket) ? bracket : -1;
};

/**
 * Takes the list of tools out of a body: agents send the same with each turn. It is known by its bytes alone, so all
 * that have it may share what was parsed of it, and what others remember of that (`oncePer`). Ten tools of 11 KB cost
 * 45 µs to look through, parse and decode, and 1 to know again. Null where there is none, or none that can be kept.
 */
export const withoutTools = (bytes: Buffer): WithoutList | null => {
  const from = placeOfTools(bytes);
  if (from < 0) return null;
  const list = keptAt(bytes, from) ?? parseList(bytes, from);
  if (list === null) return null;
  const [head, tail] = [bytes.subarray(0, from), bytes.subarray(from + list.bytes.length)];
  if (mayHoldMark(mark, head) || mayHoldMark(mark, tail)) return null;
  const rest = Buffer.concat([head, before, Buffer.from(mark), after, tail]);
  const to = from + list.bytes.length;
  return { rest, from, to, values: list.values, depth: list.depth, putBack: putInto(list.value) };
};
