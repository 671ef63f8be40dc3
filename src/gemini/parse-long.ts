import { isBase64 } from '../kernel/base64.ts';
import { E } from '../kernel/fp.ts';
import { isObject } from '../kernel/is-object.ts';
import type { CutFault } from '../kernel/list-cuts.ts';
import { parseCutLists } from '../kernel/parse-cut-lists.ts';

/** A value and the JSON text that it was read from, which may lack the media of parts. */
export type ParsedLong = { readonly json: () => string; readonly value: unknown };

/** Literals of at least so many bytes are left out. */
const leastAside = 65_536;
/** A text of more literals is no picture with words around it. */
const mostLiterals = 2000;

const [quote, backslash, equals] = [0x22, 0x5c, 0x3d];
const mark = 'media-aside-';

type Aside = { readonly from: number; readonly to: number; readonly data: string };

/** Base64 between these places, as a string; null where it is something else. Its bytes are copied once. */
const mediaAt = (bytes: Buffer, from: number, to: number): Aside | null => {
  let end = to;
  while (end > to - 2 && bytes[end - 1] === equals) end -= 1;
  const data = bytes.toString('latin1', from, to);
  return isBase64(data.slice(0, end - from)) ? { from, to, data } : null;
};

const isEscaped = (bytes: Buffer, at: number): boolean => {
  let before = at - 1;
  while (bytes[before] === backslash) before -= 1;
  return (at - before) % 2 === 0;
};

/** The long base64 literals; none where there is something that must be looked at more closely. */
const findMedia = (bytes: Buffer): readonly Aside[] => {
  const found: Aside[] = [];
  let from = bytes.indexOf(quote) + 1;
  for (let count = 0; from > 0; count += 1) {
    let to = bytes.indexOf(quote, from);
    while (to >= 0 && isEscaped(bytes, to)) to = bytes.indexOf(quote, to + 1);
    if (to < 0 || count === mostLiterals) return [];
    const media = to - from >= leastAside ? mediaAt(bytes, from, to) : null;
    if (media !== null) found.push(media);
    from = bytes.indexOf(quote, to + 1) + 1;
  }
  return found;
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

/**
 * Parses a long answer in pieces, with the event loop breathing in between. Long pictures or sounds in it are found in
 * the bytes, and are neither decoded as UTF-8 nor parsed, but for those that stand elsewhere than where they belong.
 */
export const parseLong = async (bytes: Buffer): Promise<E.Either<CutFault, ParsedLong>> => {
  const media = bytes.includes(mark) ? [] : findMedia(bytes);
  const rest = media.length === 0 ? bytes : withoutMedia(bytes, media);
  const parsed = await parseCutLists(rest, bounds);
  if (E.isLeft(parsed) && (media.length === 0 || parsed.left === 'unfit')) return parsed;
  if (E.isRight(parsed) && putBack(parsed.right, media))
    return E.right({ json: () => rest.toString('utf8'), value: parsed.right });
  const whole = await parseCutLists(bytes, bounds);
  return E.map((value: unknown) => ({ json: () => bytes.toString('utf8'), value }))(whole);
};
