import { beginningOf, endOf, textOf, type LongText } from './unread-text.ts';

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

/** The fingerprint with a text behind what it has (multipliers of cyrb53). */
export const withText = (known: Fingerprint, text: string): Fingerprint =>
  known.room === 0 ? known : countCharacters(known, text, false);

/** The same with a text's end, which tells apart texts that begin alike. */
export const withEnd = ({ left, right }: Fingerprint, text: string): Fingerprint =>
  countCharacters({ left, right, room: mostAtEnd }, text, true);

/** Characters of an unread text that are read to tell it: blanks in it, they are enough for nearly all. */
const looked = 1024;

const holds = (text: string, most: number): boolean => {
  let counted = 0;
  for (let at = 0; at < text.length && counted < most; at += 1) if (!isBlank(text.charCodeAt(at))) counted += 1;
  return counted === most;
};

/** What of a text counts: one that nobody has read need not be read but for its beginning and end. */
export const countedText = (text: LongText): string => {
  if (typeof text === 'string') return text;
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
