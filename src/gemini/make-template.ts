import { endOfString } from '../kernel/json-fault.ts';
import { readPlainFrame, readSaid } from './frame.ts';
import { frameWith, textMark, usageWith, type CountName, type FrameTemplate } from './frame-template.ts';
import { parsedJson } from './parse-frames.ts';
import { plainTextOf } from './plain-text.ts';
import type { Frame } from './response.ts';

/** Of what stands around the text: it is kept as long as the stream is open. */
const mostAround = 4096;

const [textHere, countHere] = [String.fromCharCode(textMark), String.fromCharCode(0)];

const soleEvent = /^data: ([^\r\n]*)(?:\r\n\r\n|\n\n)$/;
const textOpening = /"text" *: *"/;
const countIn =
  /"(promptTokenCount|cachedContentTokenCount|candidatesTokenCount|thoughtsTokenCount|toolUsePromptTokenCount|totalTokenCount)" *: *[1-9]\d{0,14}(?=[ ,}])/g;

const isCountName = (name: string): name is CountName => name.endsWith('TokenCount');

/** An event with marks in it, and the names of what they stand for: null for the text. */
type Marked = { readonly around: string; readonly names: readonly (CountName | null)[] };

/** Puts marks into an event; null where no text begins, or where too much stands around it. */
const markPlaces = (event: Buffer): Marked | null => {
  const json = event.toString('latin1');
  const opening = textOpening.exec(json);
  if (opening === null) return null;
  const from = opening.index + opening[0].length;
  const to = endOfString(event, from);
  if (json.length - (to - from) > mostAround) return null;
  const names: (CountName | null)[] = [];
  const mark = (text: string): string =>
    text.replace(countIn, (count: string, name: string) => {
      names.push(isCountName(name) ? name : null);
      return count.replace(/\d+$/, countHere);
    });
  const before = mark(json.slice(0, from));
  names.push(null);
  return { around: before + textHere + mark(json.slice(to)), names };
};

/** What is read in a marked event with this text and these counts; null where that is not a plain frame. */
const readMarked = ({ around, names }: Marked, text: string, counts: ArrayLike<number>): Frame | null => {
  let event = around.replace(textHere, text);
  for (const [at, name] of names.entries()) if (name !== null) event = event.replace(countHere, String(counts[at]));
  const [, data = ''] = soleEvent.exec(Buffer.from(event, 'latin1').toString('utf8')) ?? [];
  const parsed = parsedJson(data);
  return parsed === null || readSaid(parsed.value) === null ? null : readPlainFrame(parsed.value);
};

/** Whether reading it with another text and other counts than the frame's gives these, and all else as it was. */
const holds = (marked: Marked, frame: Frame): boolean => {
  const { usageMetadata } = frame;
  const text = plainTextOf(frame) === 'one' ? 'other' : 'one';
  // Each of them another one: a name may stand there twice.
  const counts = marked.names.map((name, at) => (name === null ? 0 : (usageMetadata?.[name] ?? 0) + at + 1));
  const usage = usageMetadata === undefined ? undefined : usageWith(frame, marked.names, counts);
  const read = readMarked(marked, text, counts);
  return read !== null && JSON.stringify(read) === JSON.stringify(frameWith(frame, text, usage));
};

const endsOf = (around: string): Uint16Array => {
  const ends: number[] = [];
  for (let at = 0; at < around.length; at += 1) if (around.charCodeAt(at) <= textMark) ends.push(at);
  return Uint16Array.from([...ends, around.length]);
};

/**
 * The template of an event that was read as this frame, a plain one: one text of the first candidate, maybe usage, and
 * nothing else that is read. Null for any other. That its text and its counts stand where they seem to is found out by
 * reading it with others in their places: what stands elsewhere would be read as it was.
 */
export const frameTemplate = (event: Buffer, frame: Frame): FrameTemplate | null => {
  const marked = plainTextOf(frame) === null ? null : markPlaces(event);
  if (marked === null || !holds(marked, frame)) return null;
  const { around, names } = marked;
  const ends = endsOf(around);
  const counts = new Float64Array(ends.length);
  return {
    bytes: Buffer.from(around, 'latin1'),
    ends,
    names,
    frame: frameWith(frame, '', frame.usageMetadata),
    usage: frame.usageMetadata === undefined ? undefined : () => usageWith(frame, names, counts),
    counts,
    found: new Float64Array(ends.length),
    seen: { from: 0, to: 0, kinds: 0, count: 1 },
  };
};
