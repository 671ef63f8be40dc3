import { byteKinds, kindsIn } from './byte-kinds.ts';
import { joinPieces, placeOf, sizeOf, stretchOf, type PiecedBytes } from './pieced-bytes.ts';

const unread = Symbol('unread');

/**
 * A long text of a JSON body that nobody has read yet: its bytes as they stand between its quotes, in the pieces in
 * which they came, of which none cuts a character or an escape. They are as JSON.stringify would write them, so that
 * they can go into other JSON as they are. Whoever takes it for a string, or puts it into JSON, has the text.
 */
export type UnreadText = {
  /** Under a symbol: what walks through values finds nothing to walk through. */
  readonly [unread]: PiecedBytes;
  readonly pieces: (this: UnreadText) => PiecedBytes;
  readonly size: number;
  /** From where to its end it is base64 of the plain alphabet, in whole bytes; -1 where it is not, or is short. */
  readonly base64From: number;
  /** All kinds of bytes that may be in it. */
  readonly kinds: number;
  readonly toString: (this: UnreadText) => string;
  readonly toJSON: (this: UnreadText) => string;
};

/** A text that may be long enough to be left unread. */
export type LongText = string | UnreadText;

/** True for a text that was left unread. */
export const isUnread = (value: unknown): value is UnreadText =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, unread);

/** What a JSON string says of which these bytes stand between the quotes; throws where they are no JSON. */
export const readJsonString = (pieces: PiecedBytes): string => {
  const text: unknown = JSON.parse(`"${joinPieces(pieces).toString('utf8')}"`);
  return String(text);
};

/** The text itself. */
export const textOf = (text: LongText): string => (typeof text === 'string' ? text : text.toString());

const anyKind = 255;

/** What an unread text says: only escapes need to be parsed, and bytes of ASCII are its letters. */
function readText(this: UnreadText): string {
  const { [unread]: pieces, kinds, base64From } = this;
  const isBase64 = base64From === 0;
  if (!isBase64 && (kinds & byteKinds.backslash) !== 0) return readJsonString(pieces);
  return joinPieces(pieces).toString(isBase64 || (kinds & byteKinds.wide) === 0 ? 'latin1' : 'utf8');
}

function piecesOf(this: UnreadText): PiecedBytes {
  return this[unread];
}

/** Without its bytes. */
type Empty = Omit<UnreadText, typeof unread> & { [unread]?: PiecedBytes };

/** By itself: a computed name in a literal is put there by a call of V8's runtime, which takes 1.1 µs a text. */
function fillWith(text: Empty, pieces: PiecedBytes): asserts text is UnreadText {
  text[unread] = pieces;
}

/** An unread text of these bytes, of which is known what they are. It has no functions of its own: a history has many. */
const unreadOf = (pieces: PiecedBytes, base64From: number, kinds = anyKind): UnreadText => {
  const size = sizeOf(pieces);
  const text: Empty = { pieces: piecesOf, size, base64From, kinds, toString: readText, toJSON: readText };
  fillWith(text, pieces);
  return text;
};

const [backslash, comma, equals] = [0x5c, 0x2c, 0x3d];

/** Bytes between quotes that are no JSON, or that JSON.stringify would write otherwise. */
const notOwn = byteKinds.control | byteKinds.foreignEscape;

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/** Of a data: URL what stands before the comma; that of other texts may be anything. */
const longestHead = 1000;

const headOf = (pieces: PiecedBytes): number => joinPieces(stretchOf(pieces, 0, longestHead)).indexOf(comma) + 1;

/** Where the letters of base64 end, before at most two equals signs. */
const endOfLetters = (pieces: PiecedBytes, size: number): number => {
  const last = joinPieces(stretchOf(pieces, size - 2, size));
  let end = last.length;
  while (end > 0 && last[end - 1] === equals) end -= 1;
  return size - last.length + end;
};

const allKinds = (pieces: PiecedBytes): number => pieces.reduce((kinds, piece) => kinds | kindsIn(piece), 0);

const leaveLong = (pieces: PiecedBytes, size: number): UnreadText | null => {
  const [head, end] = [headOf(pieces), endOfLetters(pieces, size)];
  const body = end > head ? allKinds(stretchOf(pieces, head, end)) : byteKinds.otherThanBase64;
  const kinds = body | allKinds(stretchOf(pieces, 0, head));
  if ((kinds & notOwn) !== 0) return null;
  if ((kinds & byteKinds.wide) !== 0 && !pieces.every(isUtf8)) return null;
  const isBase64 = (body & byteKinds.otherThanBase64) === 0 && (end - head) % 4 !== 1;
  return unreadOf(pieces, isBase64 ? head : -1, kinds);
};

const leaveKinds = (bytes: Uint8Array, kinds: number): UnreadText | null =>
  (kinds & notOwn) === 0 ? unreadOf([bytes], -1, kinds) : null;

/** Shorter texts are taken for words: whether they are base64 is not looked for. */
const leastMedia = 32_768;

/**
 * Leaves a text unread, from the bytes between its quotes; null where it must be read: where they are no JSON string,
 * or one that JSON.stringify would write otherwise. Looks at each byte once, 5 MB in a millisecond.
 */
export const leaveUnread = (pieces: PiecedBytes): UnreadText | null => {
  const only = pieces[0];
  const size = sizeOf(pieces);
  if (only === undefined || pieces.length > 1 || size >= leastMedia) return leaveLong(pieces, size);
  const kinds = kindsIn(only);
  return (kinds & byteKinds.wide) === 0 || isUtf8(only) ? leaveKinds(only, kinds) : null;
};

/**
 * The same of words that are known to be UTF-8: a look at each byte for what JSON.stringify would not write, 0.4 µs for
 * 1 KB.
 */
export const leaveWords = (bytes: Uint8Array): UnreadText | null => leaveKinds(bytes, kindsIn(bytes));

const pictureStart = '![';
const [exclamation, bracket] = [0x21, 0x5b];

const holdsPictureStart = (pieces: PiecedBytes): boolean =>
  pieces.some(
    (piece, at) =>
      joinPieces([piece]).includes(pictureStart) || (piece.at(-1) === exclamation && pieces[at + 1]?.[0] === bracket),
  );

/** Whether a text may show a picture of markdown: `![` stands in it. */
export const mayShowPicture = (text: LongText): boolean =>
  typeof text === 'string'
    ? text.includes(pictureStart)
    : (text.kinds & byteKinds.bracket) !== 0 && holdsPictureStart(text.pieces());

const piecesInJson = (text: string): PiecedBytes =>
  text === '' ? [] : [Buffer.from(JSON.stringify(text).slice(1, -1))];

/** A short text, an unread one, and another short one as one unread text. */
export const encloseText = (before: string, text: UnreadText, after: string): UnreadText =>
  unreadOf([...piecesInJson(before), ...text.pieces(), ...piecesInJson(after)], -1);

/** Stretches of so many bytes of an unread text of ASCII without escapes; each is one by itself. */
export const evenStretches = ({ [unread]: pieces, size }: UnreadText, bytes: number): readonly UnreadText[] =>
  Array.from({ length: Math.ceil(size / bytes) }, (_, at) =>
    unreadOf(stretchOf(pieces, at * bytes, (at + 1) * bytes), -1),
  );

/** How long a text is: characters, or the bytes of one that nobody has read. */
export const lengthOf = (text: LongText): number => (typeof text === 'string' ? text.length : text.size);

/** Whether all bytes of an unread text are ASCII. */
export const isAscii = ({ kinds }: UnreadText): boolean => (kinds & byteKinds.wide) === 0;

/** Whether all of an unread text is base64 of the plain alphabet. */
export const isAllBase64 = ({ base64From }: UnreadText): boolean => base64From === 0;

/** Base64 of the plain alphabet as an unread text. */
export const unreadBase64 = (letters: Uint8Array): UnreadText => unreadOf([letters], 0);

/** What of an unread text stands behind the first comma. */
export const behindComma = ({ [unread]: pieces, size, base64From }: UnreadText): UnreadText => {
  const from = placeOf(pieces, comma) + 1;
  return unreadOf(stretchOf(pieces, from, size), base64From === from ? 0 : -1);
};

const percent = 0x25;

/** Whether a percent sign stands in a text. */
export const holdsPercent = (text: LongText): boolean =>
  typeof text === 'string' ? text.includes('%') : text.pieces().some((piece) => piece.includes(percent));

/** How many backslashes stand right before a place. */
export const backslashesBefore = (bytes: Uint8Array, end: number): number => {
  let slashes = 0;
  while (bytes[end - 1 - slashes] === backslash) slashes += 1;
  return slashes;
};

const isInside = (byte: number | undefined): boolean => ((byte ?? 0) & 0xc0) === 0x80;

/** So many bytes of the beginning, in which no character and no escape is cut. */
const wholeBeginning = ({ [unread]: pieces }: UnreadText, most: number): Uint8Array => {
  const bytes = joinPieces(stretchOf(pieces, 0, most + 1));
  let end = Math.min(most, bytes.length);
  while (end < bytes.length && isInside(bytes[end])) end -= 1;
  return bytes.subarray(0, end - (backslashesBefore(bytes, end) % 2));
};

/** The same of the end: no escape begins in a piece before. */
const wholeEnd = (text: UnreadText, most: number): Uint8Array => {
  const { size } = text;
  const pieces = text.pieces();
  let from = Math.max(0, size - most);
  let first = 0;
  for (let length = pieces[0]?.length ?? 0; from > length; length = pieces[first]?.length ?? 0) {
    from -= length;
    first += 1;
  }
  const bytes = joinPieces(pieces.slice(first));
  while (isInside(bytes[from])) from += 1;
  return bytes.subarray(from + (backslashesBefore(bytes, from) % 2));
};

/** So many characters of the beginning of a text, as `slice` gives them. A unit takes three bytes at most, the last one four. */
export const beginningOf = (text: LongText, characters: number): string =>
  typeof text === 'string'
    ? text.slice(0, characters)
    : readJsonString([wholeBeginning(text, characters * 3 + 1)]).slice(0, characters);

/** About so many bytes' worth of the end of an unread text. */
export const endOf = (text: UnreadText, most: number): string => readJsonString([wholeEnd(text, most)]);
