import { endOfString } from './json-fault.ts';
import type { Span } from './json-outline.ts';

/** A large list of a JSON text with its brackets, its items in pieces, and the large lists that are in these. */
export type CutList = { readonly whole: Span; readonly pieces: readonly Span[]; readonly inner: readonly CutList[] };

/** What a JSON text may hold: levels, fields of one object, items of one list. */
export type CutBounds = { readonly depth: number; readonly objectFields: number; readonly listItems: number };

/** Why a text is not cut: it is over a bound, or a bracket is closed that was not opened. */
export type CutFault = 'unfit' | 'not JSON';

/** A look at the bytes up to a place at least; to be called until it reaches the end. */
export type ListCuts = {
  readonly readTo: (until: number) => CutFault | null;
  readonly isDone: () => boolean;
  /** The large lists that are in no other one. */
  readonly lists: () => readonly CutList[];
};

const [quote, comma] = [0x22, 0x2c];
const [openArray, openObject, closeArray, closeObject] = [0x5b, 0x7b, 0x5d, 0x7d];

/** Shorter lists are not cut, and pieces are not shorter. */
const leastPiece = 65_536;

type Reader = {
  readonly bytes: Uint8Array;
  readonly most: CutBounds;
  /** Of what is open at each depth: the byte that opened it, where, its commas, and where its last piece begins. */
  readonly kinds: Uint8Array;
  readonly froms: Float64Array;
  readonly commas: Uint32Array;
  readonly pieceFroms: Float64Array;
  readonly pieces: Map<number, Span[]>;
  /** Lists that are closed, and whose own list is not. */
  readonly closed: CutList[];
  at: number;
  depth: number;
};

const openLevel = (reader: Reader, byte: number): CutFault | null => {
  reader.depth += 1;
  const { depth, most, at } = reader;
  if (depth > most.depth) return 'unfit';
  reader.kinds[depth] = byte;
  reader.froms[depth] = at;
  reader.commas[depth] = 0;
  reader.pieceFroms[depth] = at + 1;
  return null;
};

const cutList = (reader: Reader): void => {
  const { closed, pieces, depth, at, froms, pieceFroms } = reader;
  const from = froms[depth] ?? 0;
  let first = closed.length;
  while (first > 0 && (closed[first - 1]?.whole[0] ?? 0) > from) first -= 1;
  const inner = closed.splice(first);
  const own: readonly Span[] = [...(pieces.get(depth) ?? []), [pieceFroms[depth] ?? 0, at]];
  closed.push({ whole: [from, at + 1], pieces: own, inner });
  pieces.delete(depth);
};

const closeLevel = (reader: Reader, byte: number): CutFault | null => {
  const { depth, kinds, froms, at } = reader;
  const opened = byte === closeArray ? openArray : openObject;
  if (depth === 0 || kinds[depth] !== opened) return 'not JSON';
  if (opened === openArray && at - (froms[depth] ?? 0) >= leastPiece) cutList(reader);
  reader.depth -= 1;
  return null;
};

const separate = (reader: Reader): CutFault | null => {
  const { depth, kinds, commas, most, pieceFroms, pieces, at } = reader;
  if (depth === 0) return 'not JSON';
  const count = (commas[depth] ?? 0) + 1;
  commas[depth] = count;
  if (kinds[depth] !== openArray) return count < most.objectFields ? null : 'unfit';
  const from = pieceFroms[depth] ?? 0;
  if (at - from >= leastPiece) {
    const own = pieces.get(depth);
    if (own === undefined) pieces.set(depth, [[from, at]]);
    else own.push([from, at]);
    pieceFroms[depth] = at + 1;
  }
  return count < most.listItems ? null : 'unfit';
};

/** Reads one byte, or a whole string. */
const readByte = (reader: Reader, byte: number): CutFault | null => {
  if (byte === quote) reader.at = endOfString(reader.bytes, reader.at + 1);
  else if (byte === comma) return separate(reader);
  else if (byte === openArray || byte === openObject) return openLevel(reader, byte);
  else if (byte === closeArray || byte === closeObject) return closeLevel(reader, byte);
  return null;
};

/**
 * Looks through a large JSON text before it is parsed, in steps: whether it is within its bounds, and where its large
 * lists, at whatever depth, can be cut to be parsed in pieces. Says nothing else about validity.
 */
export const listCuts = (bytes: Uint8Array, most: CutBounds): ListCuts => {
  const levels = most.depth + 1;
  const reader: Reader = {
    bytes,
    most,
    kinds: new Uint8Array(levels),
    froms: new Float64Array(levels),
    commas: new Uint32Array(levels),
    pieceFroms: new Float64Array(levels),
    pieces: new Map(),
    closed: [],
    at: 0,
    depth: 0,
  };
  return {
    readTo: (until) => {
      const end = Math.min(until, bytes.length);
      for (; reader.at < end; reader.at += 1) {
        const fault = readByte(reader, bytes[reader.at] ?? 0);
        if (fault !== null) return fault;
      }
      return null;
    },
    isDone: () => reader.at >= bytes.length,
    lists: () => reader.closed,
  };
};
