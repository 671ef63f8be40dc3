import { parsedJson } from './parse-frames.ts';
import type { Said } from './plain-text.ts';
import type { Frame, UsageMetadata } from './response.ts';

/** Counts of the usage that frames of one answer tell anew. */
export type CountName = Exclude<
  keyof UsageMetadata,
  'promptTokensDetails' | 'candidatesTokensDetails' | 'serviceTier'
>;

/**
 * An event of which all but its text and its counts is known. `bytes`: with a mark in the place of each of these;
 * `ends`: where the stretches between the marks end. By stretch what stands behind it: `names` of counts, null for the
 * text, and `counts`, those of the event that was like it last. `found` and `seen`: what stands in the event that is
 * looked at. One record for each stream, and no functions around it: a frame looks at few things. Typed arrays: V8 has
 * several forms of others, and compiles anew for each.
 */
export type FrameTemplate = {
  readonly bytes: Uint8Array;
  readonly ends: Uint16Array;
  readonly names: readonly (CountName | null)[];
  readonly frame: Frame;
  readonly usage: (() => UsageMetadata) | undefined;
  readonly counts: Float64Array;
  readonly found: Float64Array;
  readonly seen: { from: number; to: number; kinds: number; count: number };
};

/** What marks a text: no event of one line holds such a byte, nor the one that marks a count, which is less. */
export const textMark = 1;

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
const passText = ({ seen }: FrameTemplate, event: Uint8Array, from: number): number => {
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
const passCount = ({ seen }: FrameTemplate, event: Uint8Array, from: number): number => {
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

/** Whether an event is like the template: byte for byte, stretch by stretch, as V8 compiles it best. */
const isLike = (template: FrameTemplate, event: Uint8Array): boolean => {
  const { bytes, ends, found, seen } = template;
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
    at = bytes[place] === textMark ? passText(template, event, at) : passCount(template, event, at);
    found[stretch] = seen.count;
    // What is left of the event is no shorter than what is left of the template.
    if (at < 0 || at - place > room + 1) return false;
    place += 1;
  }
  return at === event.length;
};

/** An event's text; `json` is null where JSON.stringify would write it otherwise. */
const textIn = ({ seen: { from, to, kinds: all } }: FrameTemplate, event: Buffer): Omit<Said, 'usage'> | null => {
  const json = event.toString((all & kinds.wide) === 0 ? 'latin1' : 'utf8', from, to);
  if ((all & kinds.escaped) === 0) return { text: json, json };
  const text = parsedJson(`"${json}"`)?.value;
  return typeof text === 'string' ? { text, json: (all & kinds.foreign) === 0 ? json : null } : null;
};

/** The text of an event that is like the template, whose counts are then known. */
const readLike = (template: FrameTemplate, event: Buffer): Omit<Said, 'usage'> | null => {
  const said = isLike(template, event) ? textIn(template, event) : null;
  if (said === null) return null;
  template.counts.set(template.found);
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
type Making = { -readonly [Name in keyof Frame]: Frame[Name] };

/** A plain frame with another text and other usage. */
export const frameWith = (
  { candidates, modelVersion }: Frame,
  text: string,
  usageMetadata: UsageMetadata | undefined,
): Making => {
  const content = { parts: [{ text }] };
  const frame: Making = { candidates: [candidates?.[0]?.index === undefined ? { content } : { content, index: 0 }] };
  if (usageMetadata !== undefined) frame.usageMetadata = usageMetadata;
  if (modelVersion !== undefined) frame.modelVersion = modelVersion;
  return frame;
};

/** What an event says that is like the template: its bytes but for text and counts. Null for any other. */
export const saidLike = (template: FrameTemplate, event: Buffer): Said | null => {
  const said = readLike(template, event);
  return said === null ? null : { text: said.text, json: said.json, usage: template.usage };
};

/** The same as the frame that is read in it, with its text as JSON. */
export const frameLike = (template: FrameTemplate, event: Buffer): Frame | null => {
  const said = readLike(template, event);
  if (said === null) return null;
  const frame = frameWith(template.frame, said.text, template.usage?.());
  if (said.json !== null) frame.json = said.json;
  return frame;
};
