import { E } from '../kernel/fp.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import { base64In, beginningOf, isUnread, textOf, type LongText } from '../kernel/unread-text.ts';
import { viewOfBase64, viewOfBytes, type ByteView } from './byte-view.ts';
import { mediaKind, type Said } from './media-kind.ts';
import type { RequestBlob } from './request.ts';

const [slash, nine, plus, minus, underscore, equals] = [47, 57, 43, 45, 95, 61];

const isPlainCode = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= slash && code <= nine) || code === plus;

const isBlankCode = (code: number): boolean =>
  code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff || code === 0x2028 || code === 0x2029;

/** What a text is made of, when it is base64: `other` are blanks, or the two letters of the URL-safe alphabet. */
type Base64 = { readonly isBase64: boolean; readonly hasOther: boolean };

/** Where its letters end: behind them stand at most two equals signs, and blanks. */
const endOfLetters = (text: string): number => {
  let end = text.length;
  for (let signs = 0; end > 0; end -= 1) {
    const code = text.charCodeAt(end - 1);
    if (code === equals && signs < 2) signs += 1;
    else if (!isBlankCode(code)) break;
  }
  return end;
};

/** One look at each character; 60 MiB take 0.1 s. */
const readBase64 = (text: string): Base64 => {
  const end = endOfLetters(text);
  let [letters, others] = [0, 0];
  for (let at = 0; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (isPlainCode(code)) letters += 1;
    else if (code === minus || code === underscore) others += 1;
    else if (!isBlankCode(code)) return { isBase64: false, hasOther: false };
  }
  const all = letters + others;
  return {
    isBase64: all > 0 && all % 4 !== 1,
    hasOther: letters < end || isBlankCode(text.charCodeAt(text.length - 1)),
  };
};

/** Node reads both alphabets and passes over blanks: what it writes is the plain form. */
const plainBase64 = (text: string): string => Buffer.from(text, 'base64').toString('base64');

/** What was meant by text that is no base64: an address of a kind that is not read (`file:`, `gs:`), or nothing. */
const noBase64 = (text: string, path: string): ProxyError =>
  /^\s*[a-z][\w+.-]*:\/\//i.test(text.slice(0, 40))
    ? invalid(`'${path}' must be an http or https address, a data: URL, or base64.`, path, 'unsupported_value')
    : invalid(`'${path}' is not valid base64.`, path, 'invalid_value');

const blobOf = (mimeType: string | null, data: LongText, path: string): E.Either<ProxyError, RequestBlob> => {
  if (data === '') return E.left(invalid(`'${path}' is empty.`, path, 'invalid_value'));
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
  const unread = isUnread(given) ? base64In(given, 0) : null;
  if (unread !== null) return blobOf(kindOf(viewOfBase64(unread)), unread, path);
  const text = textOf(given);
  const { isBase64, hasOther } = readBase64(text);
  if (!isBase64) return E.left(noBase64(text, path));
  const data = hasOther ? plainBase64(text) : text;
  return blobOf(kindOf(viewOfBase64(data)), data, path);
};

/** Base64 and what is said of it: a media type ('' = find out), a file's name. The path names the field in an error. */
export const fromBase64 = (text: LongText, said: Said, path: string): E.Either<ProxyError, RequestBlob> =>
  fromText(text, (view) => mediaKind(view, said), path);

/** Characters before the comma; what is longer is no media type. */
const mostHead = 1000;

const unescapeData = (data: string, broken: ProxyError): E.Either<ProxyError, string> =>
  data.includes('%')
    ? E.tryCatch(
        () => decodeURIComponent(data),
        () => broken,
      )
    : E.right(data);

/**
 * `data:[type][;parameters][;base64],data` (RFC 2397): without a type it is text, unless its bytes or its name say
 * more.
 */
export const fromDataUrl = (url: LongText, path: string, name?: string): E.Either<ProxyError, RequestBlob> => {
  const beginning = beginningOf(url, mostHead + 1);
  const comma = beginning.indexOf(',');
  const broken = invalid(`'${path}' is not a valid data: URL.`, path, 'invalid_value');
  if (comma < 0) return E.left(broken);
  const [type = '', ...parameters] = beginning.slice('data:'.length, comma).split(';');
  const kindOf = (view: ByteView): string | null =>
    mediaKind(view, { declared: type, name }) ?? (type.trim() === '' ? 'text/plain' : null);
  const isBase64 = parameters.at(-1)?.trim().toLowerCase() === 'base64';
  const unread = isBase64 && isUnread(url) ? base64In(url, comma + 1) : null;
  if (unread !== null) return fromText(unread, kindOf, path);
  const data = textOf(url).slice(comma + 1);
  if (isBase64) {
    return E.flatMap((text: string) => fromText(text, kindOf, path))(unescapeData(data, broken));
  }
  return E.flatMap((text: string): E.Either<ProxyError, RequestBlob> => {
    const bytes = Buffer.from(text, 'utf8');
    return blobOf(kindOf(viewOfBytes(bytes)), bytes.toString('base64'), path);
  })(unescapeData(data, broken));
};

/** Characters of `https://`. */
const longestScheme = 8;

/** True for an http or https address. */
export const isWebAddress = (url: LongText): boolean => /^https?:\/\//i.test(beginningOf(url, longestScheme));

const googleAddresses = [
  /^https:\/\/(?:www\.|m\.)?youtube\.com\/(?:watch\?|shorts\/|live\/)/i,
  /^https:\/\/youtu\.be\/[\w-]+/i,
  /^https:\/\/generativelanguage\.googleapis\.com\/v1beta\/files\/[\w-]+$/,
];

/** True for what Gemini reads itself by its address: YouTube's videos, and files of its own Files API. */
export const isReadByGemini = (url: string): boolean => googleAddresses.some((pattern) => pattern.test(url));

/** True for `data:` in any case. */
export const isDataUrl = (url: LongText): boolean => beginningOf(url, 5).toLowerCase() === 'data:';
