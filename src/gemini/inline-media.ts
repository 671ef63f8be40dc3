import { isBase64 } from '../kernel/base64.ts';
import { E } from '../kernel/fp.ts';
import { joinPieces } from '../kernel/pieced-bytes.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import { readBase64 } from '../kernel/read-base64.ts';
import {
  beginningOf,
  behindComma,
  holdsPercent,
  isAllBase64,
  isUnread,
  textOf,
  unreadBase64,
  type LongText,
} from '../kernel/unread-text.ts';
import { viewOfBase64, viewOfBytes, type ByteView } from './byte-view.ts';
import { mediaKind, type Said } from './media-kind.ts';
import type { RequestBlob } from './request.ts';

/** Without the equals signs at its end. */
const bare = (text: string): string => (text.endsWith('=') ? text.slice(0, text.endsWith('==') ? -2 : -1) : text);

/** Node reads the URL-safe alphabet too. */
const isLetters = (text: string): boolean =>
  text !== '' && isBase64(text) && !text.includes('-') && !text.includes('_');

/** Base64 of the plain alphabet without blanks, as it came where it was so; null where it is none. */
const plainBase64 = (text: LongText): LongText | null => {
  if (isUnread(text) ? isAllBase64(text) : isLetters(bare(text))) return text;
  const read = readBase64(isUnread(text) ? joinPieces(text.pieces()) : Buffer.from(text), isUnread(text));
  if (read === null || read.isPlain) return read === null ? null : text;
  return isUnread(text) ? unreadBase64(read.letters) : Buffer.from(read.letters).toString('latin1');
};

const emptyFault = (path: string): ProxyError => invalid(`'${path}' is empty.`, path, 'invalid_value');

/** What was meant by text that is no base64: an address of a kind that is not read (`file:`, `blob:`), or nothing. */
const noBase64 = (text: LongText, path: string): ProxyError =>
  /^\s*[a-z][\w+.-]*:/i.test(beginningOf(text, 40))
    ? invalid(`'${path}' must be an http or https address, a data: URL, or base64.`, path, 'unsupported_value')
    : invalid(`'${path}' is not valid base64.`, path, 'invalid_value');

const blobOf = (mimeType: string | null, data: LongText, path: string): E.Either<ProxyError, RequestBlob> => {
  if (data === '') return E.left(emptyFault(path));
  return mimeType === null
    ? E.left(
        invalid(`'${path}' is of an unknown kind: send it as a data: URL with its media type.`, path, 'invalid_value'),
      )
    : E.right({ mimeType, data });
};

const fromText = (
  given: LongText,
  kindOf: (view: ByteView) => string | null,
  path: string,
): E.Either<ProxyError, RequestBlob> => {
  if (given === '') return E.left(emptyFault(path));
  const data = plainBase64(given);
  return data === null ? E.left(noBase64(given, path)) : blobOf(kindOf(viewOfBase64(data)), data, path);
};

/** Base64 and what is said of it: a media type ('' = find out), a file's name. The path names the field in an error. */
export const fromBase64 = (text: LongText, said: Said, path: string): E.Either<ProxyError, RequestBlob> =>
  fromText(text, (view) => mediaKind(view, said), path);

/** Characters before the comma; what is longer is no media type. */
const mostHead = 1000;

const percent = 0x25;

/** What a hexadecimal digit stands for; 16 for any other byte. */
const digitValues = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase());
  return digit < 0 ? 16 : digit;
});

const digitAt = (bytes: Uint8Array, at: number): number => digitValues[bytes[at] ?? 0] ?? 16;

/** What escapes stand for, byte by byte; null where one is broken. */
const unescapeBytes = (text: string): Buffer | null => {
  const bytes = Buffer.from(text, 'utf8');
  let size = 0;
  for (let at = 0; at < bytes.length; at += 1, size += 1) {
    if (bytes[at] !== percent) {
      bytes[size] = bytes[at] ?? 0;
      continue;
    }
    const [high, low] = [digitAt(bytes, at + 1), digitAt(bytes, at + 2)];
    if (high > 15 || low > 15) return null;
    bytes[size] = 16 * high + low;
    at += 2;
  }
  return bytes.subarray(0, size);
};

const unescapeText = (data: LongText): E.Either<null, LongText> =>
  holdsPercent(data)
    ? E.tryCatch(
        () => decodeURIComponent(textOf(data)),
        () => null,
      )
    : E.right(data);

/** Data of a data: URL that is not base64: its escapes are text as a rule, and else any bytes. */
const escapedBytes = (data: LongText): Buffer | null => {
  const text = unescapeText(data);
  return E.isRight(text) ? Buffer.from(textOf(text.right), 'utf8') : unescapeBytes(textOf(data));
};

/**
 * `data:[type][;parameters][;base64],data` (RFC 2397): without a type it is text, unless its bytes or its name say
 * more.
 */
export const fromDataUrl = (url: LongText, path: string, name?: string): E.Either<ProxyError, RequestBlob> => {
  const beginning = beginningOf(url, mostHead + 1);
  const comma = beginning.indexOf(',');
  const broken = invalid(`'${path}' is not a valid data: URL.`, path, 'invalid_value');
  if (comma < 0) return E.left(broken);
  const [type = '', ...parameters] = beginning.slice(beginning.indexOf(':') + 1, comma).split(';');
  const kindOf = (view: ByteView): string | null =>
    mediaKind(view, { declared: type, name }) ?? (type.trim() === '' ? 'text/plain' : null);
  const isEncoded = parameters.at(-1)?.trim().toLowerCase() === 'base64';
  const data = isUnread(url) ? behindComma(url) : url.slice(comma + 1);
  if (isEncoded) {
    const letters = unescapeText(data);
    return E.isLeft(letters) ? E.left(broken) : fromText(letters.right, kindOf, path);
  }
  const bytes = escapedBytes(data);
  return bytes === null ? E.left(broken) : blobOf(kindOf(viewOfBytes(bytes)), bytes.toString('base64'), path);
};

/** Characters of blanks, which addresses that were copied have before them, and of `https://`. */
const longestScheme = 40;

/** True for an http or https address. */
export const isWebAddress = (url: LongText): boolean => /^\s*https?:\/\//i.test(beginningOf(url, longestScheme));

const googleAddresses = [
  /^https:\/\/(?:www\.|m\.)?youtube\.com\/(?:watch\?|shorts\/|live\/)/i,
  /^https:\/\/youtu\.be\/[\w-]+/i,
  /^https:\/\/generativelanguage\.googleapis\.com\/v1beta\/files\/[\w-]+$/,
];

/** True for what Gemini reads itself by its address: YouTube's videos, and files of its own Files API. */
export const isReadByGemini = (url: string): boolean => googleAddresses.some((pattern) => pattern.test(url));

/** True for `data:` in any case. */
export const isDataUrl = (url: LongText): boolean => /^\s*data:/i.test(beginningOf(url, longestScheme));
