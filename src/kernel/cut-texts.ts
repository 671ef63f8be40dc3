import { mayHoldMark, ofThisBody } from './body-marks.ts';
import type { Span } from './json-outline.ts';
import { sizeOf, type PiecedBytes } from './pieced-bytes.ts';
import { leaveUnread, readJsonString } from './unread-text.ts';

/** Strings of at least so many bytes are cut out of a JSON text before it is parsed. */
export const leastCut = 32_768;

const stem = `longText${ofThisBody}`;

const mark = (index: number): string => `${stem}${index}`;

/**
 * A JSON text with a short mark in place of each of these strings, which are given without their quotes; null where a
 * mark may stand in it already.
 */
export const cutTexts = (bytes: Uint8Array, texts: readonly Span[]): Buffer | null => {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const [index, [start, end]] of texts.entries()) {
    pieces.push(bytes.subarray(from, start), Buffer.from(mark(index)));
    from = end;
  }
  pieces.push(bytes.subarray(from));
  return pieces.some((piece, at) => at % 2 === 0 && mayHoldMark(stem, piece)) ? null : Buffer.concat(pieces);
};

/** The names and places that lead from the outermost value to another one. */
export type Path = readonly (string | number)[];

/** Whether what stands at a path of a body may be left unread. */
export type UnreadAt = (body: unknown, path: Path) => boolean;

/** Where a mark stands in a value, and how something else is put there. */
type Place = { readonly path: Path; readonly put: (value: unknown) => void };

type Search = { readonly numbers: ReadonlyMap<string, number>; readonly places: Map<number, Place> };

const isRecord = (value: object): value is Record<string, unknown> => !Array.isArray(value);

const findMarks = (value: unknown, path: (string | number)[], search: Search): void => {
  if (typeof value !== 'object' || value === null) return;
  const visit = (name: string | number, inner: unknown, put: Place['put']): void => {
    const index = typeof inner === 'string' ? search.numbers.get(inner) : undefined;
    path.push(name);
    if (index === undefined) findMarks(inner, path, search);
    else search.places.set(index, { path: [...path], put });
    path.pop();
  };
  if (Array.isArray(value)) {
    const list: unknown[] = value;
    for (let at = 0; at < list.length; at += 1) visit(at, list[at], (put) => (list[at] = put));
  } else if (isRecord(value)) for (const name in value) visit(name, value[name], (put) => (value[name] = put));
};

/**
 * The places of these marks, in their order; null where not each stands in the value: one was the name of a field, or
 * gave way to another field of its name.
 */
export const placesOf = (value: unknown, marks: readonly string[]): readonly Place[] | null => {
  const numbers = new Map(marks.map((text, index) => [text, index]));
  const search: Search = { numbers, places: new Map() };
  findMarks(value, [], search);
  if (search.places.size < marks.length) return null;
  return [...search.places].toSorted(([a], [b]) => a - b).map(([, place]) => place);
};

/** Puts one text back in place; gives the bytes that had to be read for it. Throws where they are no JSON string. */
export type PutBack = () => number;

/**
 * How the cut texts get back into the value that was parsed without them, one after the other; null where it can't be
 * told where they belong. The value must be nobody else's. Texts are left unread where they may be.
 */
export const restoreTexts = (
  value: unknown,
  texts: readonly PiecedBytes[],
  unreadAt: UnreadAt,
): readonly PutBack[] | null => {
  const places = placesOf(
    value,
    texts.map((_, index) => mark(index)),
  );
  if (places === null) return null;
  return texts.map((pieces, index) => () => {
    const place = places[index];
    const left = place !== undefined && unreadAt(value, place.path) ? leaveUnread(pieces) : null;
    place?.put(left ?? readJsonString(pieces));
    return left === null ? sizeOf(pieces) : 0;
  });
};
