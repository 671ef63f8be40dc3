import { breathe } from './breathe.ts';
import type { Span } from './json-outline.ts';
import { sizeOf, type PiecedBytes } from './pieced-bytes.ts';
import { leaveUnread, readJsonString } from './unread-text.ts';

/** Strings of at least so many bytes are cut out of a JSON text before it is parsed, where nothing else is told. */
export const leastCut = 32_768;

/** Which shorter strings are cut out as well: values of these names, of so many bytes at least. */
export type ShortTexts = { readonly least: number; readonly names: readonly string[] };

/** The same for none. */
export const noShortTexts: ShortTexts = { least: Infinity, names: [] };

const [blank, quote, colon] = [0x20, 0x22, 0x3a];

const endsWith = (bytes: Uint8Array, end: number, name: string): boolean => {
  const from = end - name.length;
  if (bytes[from - 1] !== quote) return false;
  for (let at = 0; at < name.length; at += 1) if (bytes[from + at] !== name.charCodeAt(at)) return false;
  return true;
};

/** Whether the string that begins here, behind its quote, is the value of one of these names. */
export const isValueOf = (bytes: Uint8Array, from: number, names: readonly string[]): boolean => {
  let at = from - 2;
  while (bytes[at] === blank) at -= 1;
  if (bytes[at] !== colon) return false;
  at -= 1;
  while (bytes[at] === blank) at -= 1;
  if (bytes[at] !== quote) return false;
  for (const name of names) if (endsWith(bytes, at, name)) return true;
  return false;
};

/** A mark is this character and a number. A client has no cause to write it, and JSON takes it as it is. */
const markStart = 0x7f;
const escapedStart = '\\u007';

/** Whether a mark may stand in this text already: written out, or as an escape. */
const mayHoldMark = (bytes: Buffer, rest: Buffer): boolean =>
  bytes.includes(markStart) || rest.includes(escapedStart);

/** What a mark takes at most, with more texts than a body has bytes. */
const longestMark = 12;

/** Longer stretches are copied by the engine; to ask it takes as long as to copy 64 bytes one by one. */
const fewBytes = 64;

type Cut = { readonly bytes: Buffer; readonly rest: Buffer; size: number };

const keepStretch = (cut: Cut, from: number, to: number): void => {
  const { bytes, rest } = cut;
  if (to - from > fewBytes) {
    cut.size += bytes.copy(rest, cut.size, from, to);
    return;
  }
  let { size } = cut;
  for (let at = from; at < to; at += 1) rest[size++] = bytes[at] ?? 0;
  cut.size = size;
};

const addMark = (cut: Cut, index: number): void => {
  const { rest } = cut;
  let { size } = cut;
  const digits = String(index);
  rest[size++] = markStart;
  for (let at = 0; at < digits.length; at += 1) rest[size++] = digits.charCodeAt(at);
  cut.size = size;
};

/**
 * A JSON text with a short mark in place of each of these strings, which are given without their quotes; null where a
 * mark may stand in it already.
 */
export const cutTexts = (bytes: Buffer, texts: readonly Span[]): Buffer | null => {
  let most = bytes.length;
  for (const [start, end] of texts) most += longestMark - (end - start);
  const cut: Cut = { bytes, rest: Buffer.allocUnsafe(most), size: 0 };
  let from = 0;
  for (let index = 0; index < texts.length; index += 1) {
    const [start, end] = texts[index] ?? [from, from];
    keepStretch(cut, from, start);
    addMark(cut, index);
    from = end;
  }
  keepStretch(cut, from, bytes.length);
  const rest = cut.rest.subarray(0, cut.size);
  return mayHoldMark(bytes, rest) ? null : rest;
};

/** Whether a text holds what marks begin with, written out. */
export const holdsMarkStart = (text: string): boolean => text.includes('\u007f');

/** The names and places that lead from the outermost value to another one. */
export type Path = readonly (string | number)[];

/** Whether what stands at a path of a body may be left unread. */
export type UnreadAt = (body: unknown, path: Path) => boolean;

type Holder = Record<string | number, unknown>;

/** Which mark a text is; undefined for any other text. */
export type MarkNumber = (text: string) => number | undefined;

/** Takes a mark that stands in a value: which one it is, what holds it, and where. The path is the walk's own. */
export type TakeMark = (index: number, holder: Holder, path: Path) => void;

type Walk = { readonly numberOf: MarkNumber; readonly take: TakeMark; readonly path: (string | number)[] };

const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;

const walkInto = (holder: Holder, name: string | number, walk: Walk): number => {
  const inner = holder[name];
  const index = typeof inner === 'string' ? walk.numberOf(inner) : undefined;
  if (index === undefined && !isHolder(inner)) return 0;
  walk.path.push(name);
  const count = isHolder(inner) ? walkThrough(inner, walk) : 1;
  if (index !== undefined) walk.take(index, holder, walk.path);
  walk.path.pop();
  return count;
};

const walkThrough = (holder: Holder, walk: Walk): number => {
  let count = 0;
  if (Array.isArray(holder)) for (let at = 0; at < holder.length; at += 1) count += walkInto(holder, at, walk);
  else for (const name in holder) count += walkInto(holder, name, walk);
  return count;
};

/**
 * Takes each mark that stands in a value; how many there are. They are fewer than were made where one was the name of a
 * field, or gave way to another field of its name.
 */
export const takeMarks = (value: unknown, numberOf: MarkNumber, take: TakeMark): number =>
  isHolder(value) ? walkThrough(value, { numberOf, take, path: [] }) : 0;

const numberOfText: MarkNumber = (text) => (text.charCodeAt(0) === markStart ? Number(text.slice(1)) : undefined);

/** The name or place in what holds it that a path leads to. */
export const lastOf = (path: Path): string | number => path[path.length - 1] ?? '';

/** A text read, or left unread where it may be; adds the bytes that had to be read. */
const restoreText = (text: PiecedBytes, isUnread: boolean, count: { read: number }): unknown => {
  const left = isUnread ? leaveUnread(text) : null;
  if (left === null) count.read += sizeOf(text);
  return left ?? readJsonString(text);
};

/**
 * Puts the cut texts back into the value that was parsed without them, which must be nobody else's, unread where they
 * may be. Gives the bytes that had to be read for it; null where it can't be told where all belong. Throws where one is
 * no JSON string.
 */
export const restoreTexts = (value: unknown, texts: readonly PiecedBytes[], unreadAt: UnreadAt): number | null => {
  const count = { read: 0 };
  const placed = takeMarks(value, numberOfText, (index, holder, path) => {
    holder[lastOf(path)] = restoreText(texts[index] ?? [], unreadAt(value, path), count);
  });
  return placed === texts.length ? count.read : null;
};

/** The same, with time for all else behind each text: in one go they may take 0.1 s. */
export const restoreApart = async (
  value: unknown,
  texts: readonly PiecedBytes[],
  unreadAt: UnreadAt,
): Promise<number | null> => {
  const count = { read: 0 };
  const putBack: (() => void)[] = [];
  takeMarks(value, numberOfText, (index, holder, path) => {
    const [name, isUnread] = [lastOf(path), unreadAt(value, path)];
    putBack.push(() => {
      holder[name] = restoreText(texts[index] ?? [], isUnread, count);
    });
  });
  if (putBack.length < texts.length) return null;
  for (const put of putBack) {
    put();
    await breathe();
  }
  return count.read;
};
