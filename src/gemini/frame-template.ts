import { parsedJson } from './parse-frames.ts';
import type { Said } from './plain-text.ts';
import type { Frame, UsageMetadata } from './response.ts';

/** Counts of the usage that frames of one answer tell anew. */
export type CountName = Exclude<
  keyof UsageMetadata,
  'promptTokensDetails' | 'candidatesTokensDetails' | 'serviceTier'
>;

/**
 * An event of which all is known but its text, its counts and its id, each of which a mark stands for in `bytes`.
 * `ends`: where the stretches between the marks end; by stretch, `names`: of the count behind it. Null where that is no
 * count, or one that is the same in all frames of an answer. It holds nothing of an answer: others are read by it, too.
 */
export type FrameTemplate = {
  readonly bytes: Uint8Array;
  readonly ends: Uint16Array;
  readonly names: readonly (CountName | null)[];
};

/**
 * One answer whose events are like a template. `frame`: the one that was read in full; `counts`: those of the event
 * that was like it last; `found` and `seen`: what stands in the event that is looked at. One record, and no functions
 * around it: a frame looks at few things. Typed arrays: V8 has several forms of others, and compiles anew for each.
 */
export type LikeFrames = {
  readonly template: FrameTemplate;
  readonly frame: Frame;
  readonly usage: (() => UsageMetadata) | undefined;
  readonly counts: Float64Array;
  readonly found: Float64Array;
  readonly seen: { from: number; to: number; kinds: number; count: number };
};

/** Marks: no event of one line holds such bytes. */
export const marks = { count: 0, text: 1, word: 2 } as const;

/** Longer events are read in full. */
const mostBytes = 65_536;

const kinds = { control: 1, foreign: 2, escaped: 4, wide: 8 } as const;

const [quote, backslash, zero, nine] = [0x22, 0x5c, 0x30, 0x39];

const kindOf = (byte: number): number => {
  if (byte < 0x20) return kinds.control;
  return byte > 0x7f ? kinds.wide : 0;
};

const plainKinds = Uint8Array.from({ length: 256 }, (_, byte) => kindOf(byte));

/** By what stands behind a backslash; `foreign` where JSON.stringify would not write it so. */
const escapeKinds = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\bfnrt'.includes(String.fromCharCode(byte)) ? kinds.escaped : kinds.escaped | kinds.foreign,
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

const wordBytes = Uint8Array.from({ length: 256 }, (_, byte) => (/[\w-]/.test(String.fromCharCode(byte)) ? 1 : 0));

/** Goes past letters of an id; -1 where there are none. */
const passWord = (event: Uint8Array, from: number): number => {
  let at = from;
  while (at < event.length && wordBytes[event[at] ?? 0] === 1) at += 1;
  return at === from ? -1 : at;
};

/** Whether an event is like the template: byte for byte, stretch by stretch, as V8 compiles it best. */
const isLike = (like: LikeFrames, event: Uint8Array): boolean => {
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
    else at = mark === marks.text ? passText(like, event, at) : passCount(like, event, at);
    found[stretch] = seen.count;
    // What is left of the event is no shorter than what is left of the template.
    if (at < 0 || at - place > room + 1) return false;
    place += 1;
  }
  return at === event.length;
};

/** Whether the counts that have no name are those of the frame that was read. */
const isSame = ({ template: { names }, counts, found }: LikeFrames): boolean => {
  for (let stretch = 0; stretch < names.length; stretch += 1) {
    if (names[stretch] === null && counts[stretch] !== found[stretch]) return false;
  }
  return true;
};

/** An event's text; `json` is null where JSON.stringify would write it otherwise. */
const textIn = ({ seen: { from, to, kinds: all } }: LikeFrames, event: Buffer): Omit<Said, 'usage'> | null => {
  const json = event.toString((all & kinds.wide) === 0 ? 'latin1' : 'utf8', from, to);
  if ((all & kinds.escaped) === 0) return { text: json, json };
  const text = parsedJson(`"${json}"`)?.value;
  return typeof text === 'string' ? { text, json: (all & kinds.foreign) === 0 ? json : null } : null;
};

/** The text of an event that is like those before, whose counts are then known. */
const readLike = (like: LikeFrames, event: Buffer): Omit<Said, 'usage'> | null => {
  const said = isLike(like, event) && isSame(like) ? textIn(like, event) : null;
  if (said !== null) like.counts.set(like.found);
  return said;
};

/** The usage of a frame with other counts. */
export const usageWith = (
  { usageMetadata }: Frame,
  names: FrameTemplate['names'],
  counts: ArrayLike<number>,
): UsageMetadata => {
  const usage: { -readonly [Name in keyof UsageMetadata]: UsageMetadata[Name] } = { ...usageMetadata };
  for (let stretch = 0; stretch < names.length; stretch += 1) {
    const name = names[stretch];
    if (name != null) usage[name] = counts[stretch] ?? 0;
  }
  return usage;
};

/** A frame that is being made: field by field, since each copy of it takes 1 µs. */
export type FrameLike = { -readonly [Name in keyof Frame]: Frame[Name] };

/** A plain frame with another text and other usage. */
export const frameWith = (
  { candidates, modelVersion }: Frame,
  text: string,
  usageMetadata: UsageMetadata | undefined,
): FrameLike => {
  const content = { parts: [{ text }] };
  const frame: FrameLike = { candidates: [candidates?.[0]?.index === undefined ? { content } : { content, index: 0 }] };
  if (usageMetadata !== undefined) frame.usageMetadata = usageMetadata;
  if (modelVersion !== undefined) frame.modelVersion = modelVersion;
  return frame;
};

/** What an event says that is like the one before but for text and counts. Null for any other. */
export const saidLike = (like: LikeFrames, event: Buffer): Said | null => {
  const said = readLike(like, event);
  return said === null ? null : { text: said.text, json: said.json, usage: like.usage };
};

/** The same as the frame that is read in it, with its text as JSON, and without its usage (`tellUsageOf`). */
export const frameLike = (like: LikeFrames, event: Buffer): FrameLike | null => {
  const said = readLike(like, event);
  if (said === null) return null;
  const frame = frameWith(like.frame, said.text, undefined);
  frame.json = said.json;
  return frame;
};

/** Lets the last of several such frames tell its usage: it says all that theirs does. */
export const tellUsageOf = ({ usage }: LikeFrames, last: FrameLike): void => {
  if (usage !== undefined) last.usageMetadata = usage();
};

/** Begins with an event that was read as this frame, a plain one; null where it is not like the template. */
export const likeFrames = (template: FrameTemplate, event: Buffer, frame: Frame): LikeFrames | null => {
  const { ends, names } = template;
  const counts = new Float64Array(ends.length);
  const like: LikeFrames = {
    template,
    frame: frameWith(frame, '', frame.usageMetadata),
    usage: frame.usageMetadata === undefined ? undefined : () => usageWith(frame, names, counts),
    counts,
    found: new Float64Array(ends.length),
    seen: { from: 0, to: 0, kinds: 0, count: 0 },
  };
  if (!isLike(like, event)) return null;
  counts.set(like.found);
  return like;
};
