import { endOfString } from '../kernel/json-fault.ts';
import { readPlainFrame, readSaid } from './frame.ts';
import { frameWith } from './frame-template.ts';
import { parsedJson } from './parse-frames.ts';
import { endedTextOf, plainTextOf } from './plain-text.ts';
import type { Frame } from './response.ts';
import { marks, type FrameTemplate } from './template-match.ts';
import { isCountName, isListName, usageWith, withReadUsage, type Counted } from './template-usage.ts';

/** What templates are made of: how a text is marked there, and the frame that it says; null where none is plain. */
type Form = { readonly text: number; readonly read: (text: string) => Frame | null };

const soleEvent = /^data: ([^\r\n]*)(?:\r\n\r\n|\n\n)$/;

const events: Form = {
  text: marks.text,
  read: (event) => {
    const [, data = ''] = soleEvent.exec(event) ?? [];
    const parsed = parsedJson(data);
    return parsed === null || readSaid(parsed.value) === null ? null : readPlainFrame(parsed.value);
  },
};

const answers: Form = {
  text: marks.long,
  read: (body) => {
    const parsed = parsedJson(body);
    const frame = parsed === null ? null : readPlainFrame(parsed.value);
    return frame === null || endedTextOf(frame) === null ? null : frame;
  },
};

/** Of what stands around the text. */
const mostAround = 4096;

const textOpening = /"text" *: *"/;
const list = /(?<list>\w{1,40}TokensDetails)" *: *\[/;
const count = /(?<name>\w{0,40}okenCount)" *: *(?<count>\d{1,15})(?=\s*[,}])/;
const number = /avgLogprobs" *: *(?<number>-?\d[\d.eE+-]{0,40})(?=\s*[,}])/;
const word = /(?:responseId|createTime)" *: *"(?<word>[\w:.-]{1,100})(?=")/;
const changing = new RegExp(`"(?:${[list, count, number, word].map(({ source }) => source).join('|')})`, 'g');

/** What is marked: what stands in its place, the mark, and what is counted by it. */
type Place = { readonly value: string; readonly mark: number; readonly counted: Counted | null };

/** What is marked, with marks in the places. */
type Marked = { readonly around: string; readonly places: readonly Place[] };

type Found = Readonly<Record<string, string | undefined>>;

/** Finds what changes from one frame to the next in a text, in the order in which it stands there. */
const placeFinder = (text: string) => {
  let [open, from] = ['', 0];
  const countedBy = (name: string, at: number): Counted | null => {
    if (name !== 'tokenCount') return isCountName(name) ? name : null;
    const entries = text.slice(from, at).split('{').length - 1;
    return isListName(open) ? { list: open, entry: entries - 1 } : null;
  };
  return ({ list: opened, word: id, number: ignored, name = '', count: told }: Found, at: number): Place | null => {
    if (opened !== undefined) [open, from] = [opened, at];
    if (id !== undefined) return { value: id, mark: marks.word, counted: null };
    if (ignored !== undefined) return { value: ignored, mark: marks.number, counted: null };
    if (told === undefined || told.startsWith('0')) return null;
    const counted = countedBy(name, at);
    return { value: told, mark: counted === null ? marks.number : marks.count, counted };
  };
};

/** Puts marks into an event or a body; null where no text begins, or where too much stands around it. */
const markPlaces = (form: Form, bytes: Buffer): Marked | null => {
  const json = bytes.toString('latin1');
  const opening = textOpening.exec(json);
  if (opening === null) return null;
  const from = opening.index + opening[0].length;
  const to = endOfString(bytes, from);
  if (json.length - (to - from) > mostAround) return null;
  const places: Place[] = [];
  const mark = (text: string): string => {
    const placeIn = placeFinder(text);
    let [marked, done] = ['', 0];
    for (const { index, 0: field, groups = {} } of text.matchAll(changing)) {
      const place = placeIn(groups, index);
      if (place === null) continue;
      places.push(place);
      const end = index + field.length;
      marked += text.slice(done, end - place.value.length) + String.fromCharCode(place.mark);
      done = end;
    }
    return marked + text.slice(done);
  };
  const before = mark(json.slice(0, from)) + String.fromCharCode(form.text);
  places.push({ value: json.slice(from, to), mark: form.text, counted: null });
  return { around: before + mark(json.slice(to)), places };
};

const endsOf = (around: string): readonly number[] => {
  const ends: number[] = [];
  for (let at = 0; at < around.length; at += 1) if (around.charCodeAt(at) <= marks.long) ends.push(at);
  return [...ends, around.length];
};

/** What is read where these values stand in the places of the marks. */
const readMarked = (form: Form, around: string, values: readonly string[]): Frame | null => {
  let [text, from] = ['', 0];
  for (const [at, end] of endsOf(around).entries()) {
    text += around.slice(from, end) + (values[at] ?? '');
    from = end + 1;
  }
  return form.read(Buffer.from(text, 'latin1').toString('utf8'));
};

const otherThan = <A>(value: A, one: A, other: A): A => (value === one ? other : one);

/** Whether reading it with another text and other counts than the frame's gives these, and all else as it was. */
const holds = (form: Form, { around, places }: Marked, frame: Frame): boolean => {
  const text = otherThan(places.find(({ mark }) => mark === form.text)?.value ?? '', 'one', 'other');
  // Each of them another one: a name may stand there twice.
  const counts = places.map(({ value }, at) => otherThan(Number(value), 1_000_000 + at, 2_000_000 + at));
  const counted = places.map((place) => place.counted);
  const usage = frame.usageMetadata === undefined ? undefined : usageWith(withReadUsage(frame), counted, counts);
  const others = places.map(({ value, mark }, at) => {
    if (mark === form.text) return text;
    return mark === marks.count ? String(counts[at]) : otherThan(value, '7', '8');
  });
  const read = readMarked(form, around, others);
  return read !== null && JSON.stringify(withReadUsage(read)) === JSON.stringify(frameWith(frame, text, usage));
};

const templateOf = (form: Form, bytes: Buffer, frame: Frame): FrameTemplate | null => {
  const marked = markPlaces(form, bytes);
  if (marked === null || !holds(form, marked, frame)) return null;
  const { around, places } = marked;
  return {
    bytes: Buffer.from(around, 'latin1'),
    ends: Uint16Array.from(endsOf(around)),
    counted: places.map(({ counted }) => counted),
  };
};

/**
 * The template of an event that was read as this frame, a plain one: one text of the first candidate, maybe usage, and
 * nothing else that is read. Null for any other. That its text and its counts stand where they seem to is found out by
 * reading it with others in their places: what stands elsewhere would be read as it was.
 */
export const frameTemplate = (event: Buffer, frame: Frame): FrameTemplate | null =>
  plainTextOf(frame) === null ? null : templateOf(events, event, frame);

/** The same of the body of a whole answer, which tells how it ended as well. */
export const answerTemplate = (body: Buffer, frame: Frame): FrameTemplate | null => templateOf(answers, body, frame);
