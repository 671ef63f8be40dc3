import { emptyList } from './empty-list.ts';
import type { Span } from './json-outline.ts';
import { joinPieces, type PiecedBytes } from './pieced-bytes.ts';

/** A stretch of bytes that was left out of a text, and where in what is left it stood. */
export type Hole = { readonly at: number; readonly bytes: Uint8Array };

/**
 * A JSON text that came in pieces, without the long stretches in which there is no quote: these are inside of long
 * strings, or of no string at all. What is left stands in one block.
 */
export type HollowText = { readonly bytes: Buffer; readonly holes: readonly Hole[] };

/** Shorter stretches stay where they are. */
const leastHole = 16_384;

const [quote, backslash] = [0x22, 0x5c];

const isInside = (byte: number | undefined): boolean => ((byte ?? 0) & 0xc0) === 0x80;

/** Where a stretch can begin, so that no escape and no character is cut; `before` is the byte before the piece. */
const beginOf = (piece: Uint8Array, [from, to]: Span, before: number): number => {
  let begin = from;
  let last = begin === 0 ? before : piece[begin - 1];
  while (begin < to && (last === backslash || isInside(piece[begin]))) {
    last = piece[begin];
    begin += 1;
  }
  return begin;
};

const endOf = (piece: Uint8Array, [from, to]: Span): number => {
  let end = to;
  while (end > from && isInside(piece[end - 1])) end -= 1;
  if (end > from && (piece[end - 1] ?? 0) >= 0xc0) end -= 1;
  while (end > from && piece[end - 1] === backslash) end -= 1;
  return end;
};

/** What stands before the first quote of a piece, and behind its last one. */
const unquotedIn = (piece: Uint8Array): readonly Span[] => {
  const first = piece.indexOf(quote);
  if (first < 0) return [[0, piece.length]];
  return [
    [0, first],
    [piece.lastIndexOf(quote) + 1, piece.length],
  ];
};

const noHoles: readonly Hole[] = emptyList();

/** A text of which nothing is left out. */
export const fullText = (bytes: Uint8Array): HollowText => ({ bytes: joinPieces([bytes]), holes: noHoles });

/**
 * Leaves out what it can of a text in pieces. Nothing of it is copied or looked at but by the engine's own search:
 * to put 5 MB together takes 2 ms.
 */
export const hollowText = (pieces: PiecedBytes): HollowText => {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return fullText(only);
  const kept: Uint8Array[] = [];
  const holes = emptyList<Hole>();
  let size = 0;
  const keep = (bytes: Uint8Array): void => {
    kept.push(bytes);
    size += bytes.length;
  };
  for (const [index, piece] of pieces.entries()) {
    let from = 0;
    for (const span of piece.length < leastHole ? [] : unquotedIn(piece)) {
      const begin = beginOf(piece, span, pieces[index - 1]?.at(-1) ?? 0);
      const end = endOf(piece, [begin, span[1]]);
      if (end - begin < leastHole) continue;
      keep(piece.subarray(from, begin));
      holes.push({ at: size, bytes: piece.subarray(begin, end) });
      from = end;
    }
    keep(piece.subarray(from));
  }
  return { bytes: Buffer.concat(kept, size), holes };
};

/**
 * The bytes of these spans of a text with what was left out of them, in pieces that cut no escape and no character;
 * null where not all that was left out stood in one of them.
 */
export const piecesIn = ({ bytes, holes }: HollowText, spans: readonly Span[]): readonly PiecedBytes[] | null => {
  if (holes.length === 0) return spans.map(([from, to]) => [bytes.subarray(from, to)]);
  let next = 0;
  const all = spans.map(([from, to]) => {
    const pieces: Uint8Array[] = [];
    let at = from;
    for (let hole = holes[next]; hole !== undefined && hole.at >= from && hole.at <= to; hole = holes[next]) {
      if (hole.at > at) pieces.push(bytes.subarray(at, hole.at));
      pieces.push(hole.bytes);
      at = hole.at;
      next += 1;
    }
    if (at < to || pieces.length === 0) pieces.push(bytes.subarray(at, to));
    return pieces;
  });
  return next === holes.length ? all : null;
};

/** All of a text. */
export const wholeText = (text: HollowText): Buffer => {
  const [pieces] = piecesIn(text, [[0, text.bytes.length]]) ?? [];
  return joinPieces(pieces ?? []);
};
