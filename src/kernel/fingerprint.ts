import { backslashesBefore, beginningOf, endOf, isAscii, textOf, type LongText } from './unread-text.ts';

/**
 * What a text is known again by: two lanes of 32 bits over its first and last characters, blanks left out, since
 * clients trim what they keep. A value, so that a stream can go on with it.
 */
export type Fingerprint = { readonly left: number; readonly right: number; readonly room: number };

/** First characters of a text that count: with the last ones enough to tell texts apart, in a microsecond a text. */
const mostCounted = 120;
const mostAtEnd = 60;

/** Of no text yet. */
export const emptyFingerprint: Fingerprint = { left: 0xdeadbeef, right: 0x41c6ce57, room: mostCounted };

const isBlank = (code: number): boolean => code <= 32 || code === 0xa0;

const [ofLeft, ofRight] = [2654435761, 1597334677];

const countCharacters = (known: Fingerprint, text: string, backwards: boolean): Fingerprint => {
  let { left, right, room } = known;
  for (let step = 0; step < text.length && room > 0; step += 1) {
    const code = text.charCodeAt(backwards ? text.length - 1 - step : step);
    if (isBlank(code)) continue;
    left = Math.imul(left ^ code, ofLeft);
    right = Math.imul(right ^ code, ofRight);
    room -= 1;
  }
  return { left, right, room };
};

const [backslash, blank] = [0x5c, 0x20];

/** Letters that stand for a control character behind a backslash, which are all blanks: `\n`. */
const isControlLetter = (byte: number): boolean =>
  byte === 0x6e || byte === 0x74 || byte === 0x72 || byte === 0x62 || byte === 0x66;

const escapedCode = (byte: number): number => (isControlLetter(byte) ? blank : byte);

const addCode = (print: { left: number; right: number; room: number }, code: number): void => {
  if (isBlank(code)) return;
  print.left = Math.imul(print.left ^ code, ofLeft);
  print.right = Math.imul(print.right ^ code, ofRight);
  print.room -= 1;
};

/** The same of an unread text's bytes, which are ASCII: to read 20 messages would take 15 µs. */
const countBytes = ({ left, right, room }: Fingerprint, bytes: Uint8Array): Fingerprint => {
  const print = { left, right, room };
  for (let at = 0; at < bytes.length && print.room > 0; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === backslash) at += 1;
    addCode(print, byte === backslash ? escapedCode(bytes[at] ?? 0) : byte);
  }
  return print;
};

/** From the end on, of so many characters at most. Backslashes in a row are counted once. */
const countBytesBack = ({ left, right, room }: Fingerprint, bytes: Uint8Array, most: number): Fingerprint => {
  const print = { left, right, room };
  let slashes = -1;
  let at = bytes.length - 1;
  for (let step = 0; at >= 0 && step < most && print.room > 0; step += 1) {
    if (slashes < 0) slashes = backslashesBefore(bytes, at);
    const isEscaped = slashes % 2 === 1;
    addCode(print, isEscaped ? escapedCode(bytes[at] ?? 0) : (bytes[at] ?? 0));
    at -= isEscaped ? 2 : 1;
    slashes -= isEscaped ? 2 : 1;
  }
  return print;
};

/** The bytes of an unread text that can be counted as they are; null for any other. */
const countable = (text: LongText): Uint8Array | null => {
  if (typeof text === 'string' || !isAscii(text)) return null;
  const pieces = text.pieces();
  return pieces.length === 1 ? (pieces[0] ?? null) : null;
};

/** The fingerprint with a text behind what it has (multipliers of cyrb53). */
export const withText = (known: Fingerprint, text: LongText): Fingerprint => {
  if (known.room === 0) return known;
  const bytes = countable(text);
  return bytes === null ? countCharacters(known, countedText(text), false) : countBytes(known, bytes);
};

/** The same with a text's end, of so many characters at most, which tells apart texts that begin alike. */
export const withEnd = ({ left, right }: Fingerprint, text: LongText, most = Infinity): Fingerprint => {
  const known = { left, right, room: mostAtEnd };
  const bytes = countable(text);
  if (bytes !== null) return countBytesBack(known, bytes, most);
  return countCharacters(known, most === Infinity ? countedText(text) : textOf(text).slice(-most), true);
};

/** Characters of an unread text that are read to tell it: blanks in it, they are enough for nearly all. */
const looked = 1024;

const holds = (text: string, most: number): boolean => {
  let counted = 0;
  for (let at = 0; at < text.length && counted < most; at += 1) if (!isBlank(text.charCodeAt(at))) counted += 1;
  return counted === most;
};

/** What of a text counts: one that nobody has read need not be read but for its beginning and end. */
export const countedText = (text: LongText): string => {
  if (typeof text === 'string' || text.size <= looked) return textOf(text);
  const [beginning, end] = [beginningOf(text, looked), endOf(text, looked)];
  return holds(beginning, mostCounted) && holds(end, mostAtEnd) ? beginning + end : textOf(text);
};

/** So much of a text's end is to be kept for `withEnd`, blanks in it. */
export const longestEnd = 240;

/** A code that no text has. */
const border = 0xfffe;

/** The same, ready for a text of another kind: what follows counts anew, and is not taken for more of the same. */
export const withBorder = ({ left, right }: Fingerprint): Fingerprint => ({
  left: Math.imul(left ^ border, ofLeft),
  right: Math.imul(right ^ border, ofRight),
  room: mostCounted,
});

const mixLanes = (lane: number, other: number): number =>
  Math.imul(lane ^ (lane >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);

/** The fingerprint as letters and digits. */
export const digestOf = (print: Fingerprint): string => {
  const [left, right] = [mixLanes(print.left, print.right), mixLanes(print.right, print.left)];
  return (left >>> 0).toString(36) + (right >>> 0).toString(36).padStart(7, '0');
};
