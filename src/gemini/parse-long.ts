import { isBase64 } from '../kernel/base64.ts';
import { isObject } from '../kernel/is-object.ts';

/** A JSON text that was parsed without its media, which were put back where they belong; `json` is what was parsed. */
export type ParsedLong = { readonly json: string; readonly value: unknown };

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

const withoutMedia = (bytes: Buffer, media: readonly Aside[]): string => {
  let text = '';
  let from = 0;
  for (const [index, aside] of media.entries()) {
    text += `${bytes.toString('utf8', from, aside.from)}${mark}${index}`;
    from = aside.to;
  }
  return text + bytes.toString('utf8', from);
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

/**
 * Parses an answer with long pictures or sounds in it: what stands between the quotes is found in the bytes, and is
 * neither decoded as UTF-8 nor parsed. Null where there are none, or where they stand anywhere else: such a text is
 * parsed like any other. Throws where it is no JSON.
 */
export const parseLong = (bytes: Buffer): ParsedLong | null => {
  const media = findMedia(bytes);
  if (media.length === 0 || bytes.includes(mark)) return null;
  const json = withoutMedia(bytes, media);
  const value: unknown = JSON.parse(json);
  let placed = 0;
  for (const holder of mediaIn(value)) {
    const { data } = holder;
    const isAside = typeof data === 'string' && data.startsWith(mark);
    const aside = isAside ? media[Number(data.slice(mark.length))] : undefined;
    if (aside === undefined) continue;
    holder['data'] = aside.data;
    placed += 1;
  }
  return placed === media.length ? { json, value } : null;
};
