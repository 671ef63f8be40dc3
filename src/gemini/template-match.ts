import { isOwnEscape } from '../kernel/byte-kinds.ts';
import { endOfString } from '../kernel/json-fault.ts';
import type { Frame, UsageMetadata } from './response.ts';
import type { Counted } from './template-usage.ts';

/**
 * An event, or the body of an answer, of which all is known but its text, its counts and its id, each of which a mark
 * stands for in `bytes`. `ends`: where the stretches between the marks end; by stretch, `counted`: by the count behind
 * it. Null where that is no count that is read. Others are read by it, too: what it holds is compared, and never told.
 */
export type FrameTemplate = {
  readonly bytes: Uint8Array;
  readonly ends: Uint16Array;
  readonly counted: readonly (Counted | null)[];
};

/**
 * What is like a template: events of one answer, or answers. `frame`: the one that was read in full, maybe of another
 * answer; `counts`: those of the event that was last read by it; `found` and `seen`: what stands in the event that is
 * looked at. One record, and no functions around it: a frame looks at few things. Typed arrays: V8 has several forms of
 * others, and compiles anew for each.
 */
export type LikeFrames = {
  readonly template: FrameTemplate;
  readonly frame: Frame;
  readonly usage: (() => UsageMetadata) | undefined;
  readonly counts: Float64Array;
  readonly found: Float64Array;
  readonly seen: { from: number; to: number; kinds: number; count: number };
};

/**
 * Marks: no JSON holds such bytes. `count`: a number that is read; `number`: one that is not; `text`: one that is
 * looked at byte by byte; `long`: one that may be left unread; `word`: an id or a time.
 */
export const marks = { count: 0, text: 1, word: 2, number: 3, long: 4 } as const;

/** Longer events are read in full. */
const mostBytes = 65_536;

/** What is in a text. */
export const kinds = { control: 1, foreign: 2, escaped: 4, wide: 8 } as const;

const [quote, backslash, zero, nine] = [0x22, 0x5c, 0x30, 0x39];
const [plus, minus, point, exponent] = [0x2b, 0x2d, 0x2e, 0x65];

const kindOf = (byte: number): number => {
  if (byte < 0x20) return kinds.control;
  return byte > 0x7f ? kinds.wide : 0;
};

const plainKinds = Uint8Array.from({ length: 256 }, (_, byte) => kindOf(byte));

/** By what stands behind a backslash; `foreign` where JSON.stringify would not write it so. */
const escapeKinds = Uint8Array.from({ length: 256 }, (_, byte) =>
  isOwnEscape(byte) ? kinds.escaped : kinds.escaped | kinds.foreign,
);

/** Goes past the text that begins there, and notes what is in it; -1 where it is empty, no JSON, or does not end. */
const passText = ({ seen }: LikeFrames, event: Uint8Array, from: number): number => {
  const last = event.length - 1;
  let at = from;
  let all = 0;
  for (let byte = event[at] ?? 0; byte !== quote; byte = event[at] ?? 0) {
    const isEscape = byte === backslash;
    all |= (isEscape ? escapeKinds[event[at + 1] ?? 0] : plainKinds[byte]) ?? 0;
    at += isEscape ? 2 : 1;
    if (at > last) return -1;
  }
  seen.from = from;
  seen.to = at;
  seen.kinds = all;
  return at === from || (all & kinds.control) !== 0 ? -1 : at;
};

/** Digits of a count that JavaScript knows exactly. */
const mostDigits = 15;

/** Goes past a whole number other than 0; -1 where there is none. */
const passCount = ({ seen }: LikeFrames, event: Uint8Array, from: number): number => {
  const end = Math.min(from + mostDigits, event.length);
  let at = from;
  let count = 0;
  while (at < end) {
    const byte = event[at] ?? 0;
    if (byte < zero || byte > nine) break;
    count = count * 10 + byte - zero;
    if (count === 0) return -1;
    at += 1;
  }
  seen.count = count;
  return at === from ? -1 : at;
};

/** Goes past digits; -1 where there are none. */
const passDigits = (event: Uint8Array, from: number): number => {
  let at = from;
  for (let byte = event[at] ?? 0; byte >= zero && byte <= nine; byte = event[at] ?? 0) at += 1;
  return at === from ? -1 : at;
};

/** Goes past a number as JSON has them; -1 where there is none. */
const passNumber = (event: Uint8Array, from: number): number => {
  const first = event[from] === minus ? from + 1 : from;
  let at = passDigits(event, first);
  if (event[first] === zero && at > first + 1) return -1;
  if (at >= 0 && event[at] === point) at = passDigits(event, at + 1);
  if (at < 0 || ((event[at] ?? 0) | 0x20) !== exponent) return at;
  const sign = event[at + 1];
  return passDigits(event, sign === plus || sign === minus ? at + 2 : at + 1);
};

/** Goes past a text that may be long, and notes where it is; -1 where it is empty or does not end. */
const passLong = ({ seen }: LikeFrames, event: Uint8Array, from: number): number => {
  const to = endOfString(event, from);
  seen.from = from;
  seen.to = to;
  return to === from || to >= event.length ? -1 : to;
};

const wordBytes = Uint8Array.from({ length: 256 }, (_, byte) => (/[\w:.-]/.test(String.fromCharCode(byte)) ? 1 : 0));

/** Goes past letters of an id or a time; -1 where there are none. */
const passWord = (event: Uint8Array, from: number): number => {
  let at = from;
  while (at < event.length && wordBytes[event[at] ?? 0] === 1) at += 1;
  return at === from ? -1 : at;
};

/** Whether an event is like the template: byte for byte, stretch by stretch, as V8 compiles it best. */
export const isLike = (like: LikeFrames, event: Uint8Array): boolean => {
  const { template, found, seen } = like;
  const { bytes, ends } = template;
  const room = event.length - bytes.length;
  if (room < 0 || event.length > mostBytes) return false;
  let at = 0;
  let place = 0;
  for (let stretch = 0; stretch < ends.length; stretch += 1) {
    const end = ends[stretch] ?? 0;
    const shift = at - place;
    for (; place < end; place += 1) if (event[place + shift] !== bytes[place]) return false;
    at = place + shift;
    if (place === bytes.length) break;
    const mark = bytes[place];
    seen.count = 0;
    if (mark === marks.word) at = passWord(event, at);
    else if (mark === marks.text) at = passText(like, event, at);
    else if (mark === marks.count) at = passCount(like, event, at);
    else at = mark === marks.long ? passLong(like, event, at) : passNumber(event, at);
    found[stretch] = seen.count;
    // What is left of the event is no shorter than what is left of the template.
    if (at < 0 || at - place > room + 1) return false;
    place += 1;
  }
  return at === event.length;
};
