import { E } from '../kernel/fp.ts';
import { hollowText, piecesIn, wholeText, type HollowText } from '../kernel/hollow-text.ts';
import { isObject } from '../kernel/is-object.ts';
import { endOfString } from '../kernel/json-fault.ts';
import type { Span } from '../kernel/json-outline.ts';
import type { CutFault } from '../kernel/list-cuts.ts';
import { parseCutLists } from '../kernel/parse-cut-lists.ts';
import type { PiecedBytes } from '../kernel/pieced-bytes.ts';
import { isAllBase64, leaveUnread, type UnreadText } from '../kernel/unread-text.ts';

/** A value and the JSON text that it was read from, of so many bytes, which may lack the media of parts. */
export type ParsedLong = { readonly json: () => string; readonly value: unknown; readonly read: number };

/** Literals of at least so many bytes are left out. */
const leastAside = 65_536;
/** A text of more literals is no picture with words around it. */
const mostLiterals = 2000;

const quote = 0x22;
const mark = 'media-aside-';

type Aside = { readonly from: number; readonly to: number; readonly data: UnreadText };

/** Where long literals stand between their quotes, and those of which something is left out; null for too many in all. */
const longLiterals = ({ bytes, holes }: HollowText): readonly Span[] | null => {
  const found: Span[] = [];
  let hole = 0;
  let from = bytes.indexOf(quote) + 1;
  for (let count = 0; from > 0; count += 1) {
    const to = endOfString(bytes, from);
    if (count === mostLiterals) return null;
    const first = hole;
    while ((holes[hole]?.at ?? Infinity) <= to) hole += 1;
    if (hole > first || to - from >= leastAside) found.push([from, to]);
    from = bytes.indexOf(quote, to + 1) + 1;
  }
  return found;
};

/** The long base64 literals; null where something is left out of the text that is none, so that it must be read whole. */
const findMedia = (text: HollowText): readonly Aside[] | null => {
  const spans = text.bytes.includes(mark) ? null : longLiterals(text);
  const literals = spans === null ? null : piecesIn(text, spans);
  if (spans === null || literals === null) return text.holes.length === 0 ? [] : null;
  const media = spans.flatMap(([from, to], at): readonly Aside[] => {
    const data = leaveUnread(literals[at] ?? []);
    return data !== null && isAllBase64(data) ? [{ from, to, data }] : [];
  });
  return media.length === spans.length || text.holes.length === 0 ? media : null;
};

const withoutMedia = (bytes: Buffer, media: readonly Aside[]): Buffer => {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const [index, aside] of media.entries()) {
    pieces.push(bytes.subarray(from, aside.from), Buffer.from(`${mark}${index}`));
    from = aside.to;
  }
  return Buffer.concat([...pieces, bytes.subarray(from)]);
};

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => isObject(value);

/** The media of the parts of all candidates. */
function* mediaIn(value: unknown): Generator<Fields, void, undefined> {
  const candidates: unknown = isObject(value) ? value['candidates'] : undefined;
  for (const candidate of Array.isArray(candidates) ? candidates : []) {
    const content: unknown = isObject(candidate) ? candidate['content'] : undefined;
    const parts: unknown = isObject(content) ? content['parts'] : undefined;
    for (const part of Array.isArray(parts) ? parts : []) {
      const media: unknown = isObject(part) ? part['inlineData'] : undefined;
      if (isFields(media)) yield media;
    }
  }
}

const isMark = (data: unknown): data is string => typeof data === 'string' && data.startsWith(mark);

/** Puts media back where they belong; false where one of them stands anywhere else. */
const putBack = (value: unknown, media: readonly Aside[]): boolean => {
  let placed = 0;
  for (const holder of mediaIn(value)) {
    const { data } = holder;
    const aside = isMark(data) ? media[Number(data.slice(mark.length))] : undefined;
    if (aside === undefined) continue;
    holder['data'] = aside.data;
    placed += 1;
  }
  return placed === media.length;
};

/**
 * No answer of Gemini's is over these. The names of an object of so many fields alone would take seconds; an item of a
 * list takes a token at least, and 65,536 tokens are the most that a model answers with.
 */
const bounds = { depth: 1000, objectFields: 10_000, listItems: 262_144 };

/** What is left of a long text when its media are out of it is mostly short, and parsed as short answers are. */
const mostAtOnce = 65_536;

const parsedFrom = (bytes: Buffer, value: unknown): ParsedLong => ({
  json: () => bytes.toString('utf8'),
  value,
  read: bytes.length,
});

/** What is left of a text when its media are out of it, and the value that it is with them, where that is short. */
const parseAround = ({ bytes }: HollowText, media: readonly Aside[]): ParsedLong | null => {
  const rest = media.length === 0 ? bytes : withoutMedia(bytes, media);
  if (rest.length > mostAtOnce) return null;
  try {
    const value: unknown = JSON.parse(rest.toString('utf8'));
    return putBack(value, media) ? parsedFrom(rest, value) : null;
  } catch {
    return null;
  }
};

/** Parses a long answer that is short but for its media; null where it is not. */
export const parseAroundMedia = (pieces: PiecedBytes): ParsedLong | null => {
  const text = hollowText(pieces);
  const media = findMedia(text);
  return media === null ? null : parseAround(text, media);
};

/**
 * Parses a long answer in pieces, with the event loop breathing in between. Long pictures or sounds in it are found in
 * the pieces that came, and are neither put together nor decoded as UTF-8 nor parsed, but for those that stand
 * elsewhere than where they belong.
 */
export const parseLong = async (pieces: PiecedBytes): Promise<E.Either<CutFault, ParsedLong>> => {
  const text = hollowText(pieces);
  const media = findMedia(text);
  if (media === null) return parseLong([wholeText(text)]);
  const short = parseAround(text, media);
  if (short !== null) return E.right(short);
  const rest = media.length === 0 ? text.bytes : withoutMedia(text.bytes, media);
  const parsed = await parseCutLists(rest, bounds);
  if (E.isLeft(parsed) && (media.length === 0 || parsed.left === 'unfit')) return parsed;
  if (E.isRight(parsed) && putBack(parsed.right, media)) return E.right(parsedFrom(rest, parsed.right));
  const bytes = wholeText(text);
  const whole = await parseCutLists(bytes, bounds);
  return E.map((value: unknown) => parsedFrom(bytes, value))(whole);
};
