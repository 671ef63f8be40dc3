import { isBase64 } from './base64.ts';
import { atOnce, paceWork } from './breathe.ts';
import { sizeOf, type PiecedBytes } from './pieced-bytes.ts';
import { isInPieces, type TextInPieces } from './text-in-pieces.ts';
import { isUnread } from './unread-text.ts';
import { jsonText } from './well-formed.ts';

/** Levels at which texts can be long and lists can have many items: what lies deeper is written in one go. */
const deepest = 10;

const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;

/** Where a piece of a long text ends: no character is cut. */
const endOfPiece = (text: string, from: number): number => {
  const end = Math.min(from + atOnce, text.length);
  return isHigh(text.charCodeAt(end - 1)) && end < text.length ? end + 1 : end;
};

/** Text, or bytes that stand in the JSON as they are: each step through the generators that stand in each other counts. */
type Piece = string | PiecedBytes;
type Pieces = Generator<Piece, void, undefined>;

/** Shorter texts are written without a look at what they are. */
const leastLong = 16_384;

/** What stands between the quotes of a text in JSON: base64 as it is, which is found out in a quarter of the time. */
function* innerPieces(text: string): Pieces {
  for (let from = 0; from < text.length; from = endOfPiece(text, from)) {
    const piece = text.slice(from, endOfPiece(text, from));
    const isPlain = piece.length >= leastLong && isBase64(piece);
    yield isPlain ? [Buffer.from(piece, 'latin1')] : jsonText(piece).slice(1, -1);
  }
}

/** A long text as JSON. */
function* textPieces(text: string): Pieces {
  yield '"';
  yield* innerPieces(text);
  yield '"';
}

/** A text in pieces as JSON; a pair may be cut between two of them. */
function* joinedPieces({ pieces }: TextInPieces): Pieces {
  yield '"';
  let half = '';
  for (const piece of pieces) {
    if (isUnread(piece)) {
      if (half !== '') yield* innerPieces(half);
      half = '';
      yield piece.pieces();
      continue;
    }
    const text = half === '' ? piece : half + piece;
    const end = isHigh(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
    half = text.slice(end);
    yield* innerPieces(text.slice(0, end));
  }
  if (half !== '') yield* innerPieces(half);
  yield '"';
}

function* listPieces(list: readonly unknown[], levels: number, writtenText: WrittenText): Pieces {
  let before = '[';
  for (const item of list) {
    yield before;
    yield* piecesOf(item === undefined ? null : item, levels - 1, writtenText);
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}

function* objectPieces(value: object, levels: number, writtenText: WrittenText): Pieces {
  let before = '{';
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    yield `${before}${jsonText(name)}:`;
    yield* piecesOf(field, levels - 1, writtenText);
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}

/** How an object was written, where that is to be kept. */
type WrittenText = (value: object) => string | undefined;

function* longPieces(text: string): Pieces {
  for (let from = 0; from < text.length; from = endOfPiece(text, from)) yield text.slice(from, endOfPiece(text, from));
}

/** Characters and values of what is written in one go: piece by piece each number would take some microseconds. */
const mostSmall = 4096;

/** What is left of so many characters and values when a value's are taken off; below zero where it is no plain one. */
const roomAfter = (value: unknown, room: number, writtenText: WrittenText): number => {
  if (typeof value === 'string') return room - value.length;
  let left = room - 1;
  if (typeof value !== 'object' || value === null) return left;
  if (isUnread(value) || isInPieces(value) || writtenText(value) !== undefined) return -1;
  for (const one of Array.isArray(value) ? value : Object.values(value)) {
    if (left < 0) return left;
    left = roomAfter(one, left, writtenText);
  }
  return left;
};

function* piecesOf(value: unknown, levels: number, writtenText: WrittenText): Pieces {
  const kept = typeof value === 'object' && value !== null ? writtenText(value) : undefined;
  if (kept !== undefined) yield* longPieces(kept);
  else if (roomAfter(value, mostSmall, writtenText) >= 0) yield jsonText(value);
  else if (typeof value === 'string' && value.length > atOnce) yield* textPieces(value);
  else if (typeof value !== 'object' || value === null || levels === 0) yield jsonText(value);
  else if (isUnread(value)) {
    yield '"';
    yield value.pieces();
    yield '"';
  } else if (isInPieces(value)) yield* joinedPieces(value);
  else if (Array.isArray(value)) yield* listPieces(value, levels, writtenText);
  else yield* objectPieces(value, levels, writtenText);
}

/** Gathers pieces: texts in a row are encoded together. */
const pieceGatherer = () => {
  const encoded: Uint8Array[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') encoded.push(Buffer.from(text));
    text = '';
  };
  return {
    add: (piece: Piece): void => {
      if (typeof piece === 'string') text += piece;
      else {
        flush();
        for (const bytes of piece) encoded.push(bytes);
      }
    },
    flush,
    whole: (): readonly Uint8Array[] => {
      flush();
      return encoded;
    },
  };
};

/**
 * The JSON of plain data as UTF-8, in pieces, halves of characters that stand alone mended; texts that nobody has read
 * are pieces of their own, as they came. None is empty.
 */
export const jsonPiecesAtOnce = (value: unknown, writtenText: WrittenText): readonly Uint8Array[] => {
  const gathered = pieceGatherer();
  for (const piece of piecesOf(value, deepest, writtenText)) gathered.add(piece);
  return gathered.whole();
};

/** What a piece costs beside its text: 90,000 short texts in a list took 70 ms. */
const charactersAPiece = 24;

/**
 * The same with pieces between which the event loop breathes, of so many characters and bytes at most; null where it
 * would be more, of which no more is written.
 */
export const jsonPiecesWithin = async (
  most: number,
  value: unknown,
  writtenText: WrittenText,
): Promise<readonly Uint8Array[] | null> => {
  const gathered = pieceGatherer();
  const pace = paceWork(atOnce);
  let size = 0;
  for (const piece of piecesOf(value, deepest, writtenText)) {
    size += typeof piece === 'string' ? piece.length : sizeOf(piece);
    if (size > most) return null;
    gathered.add(piece);
    const rest = pace(typeof piece === 'string' ? piece.length + charactersAPiece : charactersAPiece);
    if (rest === null) continue;
    gathered.flush();
    await rest;
  }
  return gathered.whole();
};

/** The same, however much it is. To write and encode 60 MiB in one go would take half a second. */
export const jsonPieces = async (
  value: unknown,
  writtenText: WrittenText = () => undefined,
): Promise<readonly Uint8Array[]> => (await jsonPiecesWithin(Infinity, value, writtenText)) ?? [];
