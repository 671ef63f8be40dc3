import { endOfString } from '../kernel/json-fault.ts';
import { readPlainFrame, readSaid } from './frame.ts';
import { frameWith, marks, usageWith, type CountName, type FrameTemplate } from './frame-template.ts';
import { parsedJson } from './parse-frames.ts';
import { plainTextOf } from './plain-text.ts';
import type { Frame } from './response.ts';

/** Of what stands around the text. */
const mostAround = 4096;

const soleEvent = /^data: ([^\r\n]*)(?:\r\n\r\n|\n\n)$/;
const textOpening = /"text" *: *"/;
const changing = /"(?:(\w{1,40}okenCount)" *: *([1-9]\d{0,14})(?=[ ,}])|responseId" *: *"([\w-]{1,100})(?="))/g;

const countNames: ReadonlySet<string> = new Set<CountName>([
  'promptTokenCount',
  'cachedContentTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'toolUsePromptTokenCount',
  'totalTokenCount',
]);

const isCountName = (name: string): name is CountName => countNames.has(name);

/** An event with marks in it, what stands in their places, and the names of the counts among that. */
type Marked = {
  readonly around: string;
  readonly values: readonly string[];
  readonly names: FrameTemplate['names'];
  /** Which of the values the text is. */
  readonly ofText: number;
};

/** Puts marks into an event; null where no text begins, or where too much stands around it. */
const markPlaces = (event: Buffer): Marked | null => {
  const json = event.toString('latin1');
  const opening = textOpening.exec(json);
  if (opening === null) return null;
  const from = opening.index + opening[0].length;
  const to = endOfString(event, from);
  if (json.length - (to - from) > mostAround) return null;
  const names: (CountName | null)[] = [];
  const values: string[] = [];
  const mark = (text: string): string => {
    let [marked, done] = ['', 0];
    for (const { index, 0: field, 1: name = '', 2: count = '', 3: id = '' } of text.matchAll(changing)) {
      names.push(isCountName(name) ? name : null);
      values.push(count + id);
      const end = index + field.length;
      marked += text.slice(done, end - count.length - id.length);
      marked += String.fromCharCode(id === '' ? marks.count : marks.word);
      done = end;
    }
    return marked + text.slice(done);
  };
  const before = mark(json.slice(0, from));
  const ofText = values.length;
  names.push(null);
  values.push(json.slice(from, to));
  return { around: before + String.fromCharCode(marks.text) + mark(json.slice(to)), values, names, ofText };
};

const endsOf = (around: string): readonly number[] => {
  const ends: number[] = [];
  for (let at = 0; at < around.length; at += 1) if (around.charCodeAt(at) <= marks.word) ends.push(at);
  return [...ends, around.length];
};

/** What is read in a marked event with these values in their places; null where that is not a plain frame. */
const readMarked = (around: string, values: readonly string[]): Frame | null => {
  let [event, from] = ['', 0];
  for (const [at, end] of endsOf(around).entries()) {
    event += around.slice(from, end) + (values[at] ?? '');
    from = end + 1;
  }
  const [, data = ''] = soleEvent.exec(Buffer.from(event, 'latin1').toString('utf8')) ?? [];
  const parsed = parsedJson(data);
  return parsed === null || readSaid(parsed.value) === null ? null : readPlainFrame(parsed.value);
};

/** Whether reading it with another text and other counts than the frame's gives these, and all else as it was. */
const holds = ({ around, values, names, ofText }: Marked, frame: Frame): boolean => {
  const { usageMetadata } = frame;
  const text = plainTextOf(frame) === 'one' ? 'other' : 'one';
  // Each of them another one: a name may stand there twice.
  const counts = names.map((name, at) => (name === null ? 0 : (usageMetadata?.[name] ?? 0) + at + 1));
  const usage = usageMetadata === undefined ? undefined : usageWith(frame, names, counts);
  const others = values.map((value, at) => {
    if (at === ofText) return text;
    return names[at] === null ? value : String(counts[at]);
  });
  const read = readMarked(around, others);
  return read !== null && JSON.stringify(read) === JSON.stringify(frameWith(frame, text, usage));
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
  return { bytes: Buffer.from(around, 'latin1'), ends: Uint16Array.from(endsOf(around)), names };
};
