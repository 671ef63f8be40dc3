import { isUtf8 } from 'node:buffer';
import { E } from '../../kernel/fp.ts';
import { reasons, type Reason } from './reason.ts';

/** First bytes of well-known kinds, as Latin-1 text; `?` stands for any byte. */
const beginnings: readonly (readonly [start: string, type: string])[] = [
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['GIF87a', 'image/gif'],
  ['GIF89a', 'image/gif'],
  ['RIFF????WEBP', 'image/webp'],
  ['RIFF????WAVE', 'audio/wav'],
  ['RIFF????AVI ', 'video/avi'],
  ['FORM????AIFF', 'audio/aiff'],
  ['FORM????AIFC', 'audio/aiff'],
  ['%PDF-', 'application/pdf'],
  ['OggS\x00', 'audio/ogg'],
  ['fLaC', 'audio/flac'],
  ['ID3\x02', 'audio/mp3'],
  ['ID3\x03', 'audio/mp3'],
  ['ID3\x04', 'audio/mp3'],
  ['ADIF', 'audio/aac'],
  ['FLV\x01', 'video/x-flv'],
  ['\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'video/wmv'],
  ['\x00\x00\x01\xba', 'video/mpeg'],
  ['\x00\x00\x01\xb3', 'video/mpeg'],
  ['????moov', 'video/quicktime'],
];

/** Major brands of files that begin with an `ftyp` box (ISO/IEC 14496-12); all others are MP4. */
const brands: readonly (readonly [start: string, type: string])[] = [
  ['heic', 'image/heic'],
  ['heix', 'image/heic'],
  ['heim', 'image/heic'],
  ['heis', 'image/heic'],
  ['hevc', 'image/heic'],
  ['hevx', 'image/heic'],
  ['mif1', 'image/heif'],
  ['msf1', 'image/heif'],
  ['avif', 'image/avif'],
  ['avis', 'image/avif'],
  ['qt  ', 'video/quicktime'],
  ['3g', 'video/3gpp'],
  ['M4A', 'audio/m4a'],
  ['M4B', 'audio/m4a'],
];

const startsWith = (text: string, start: string): boolean =>
  text.length >= start.length && Array.from(start).every((character, at) => character === '?' || character === text[at]);

const typeIn = (table: typeof beginnings, text: string): string | undefined => table.find(([start]) => startsWith(text, start))?.[1];

/** A HEIF file may call itself `mif1` and say what it is only among the compatible brands. */
const ofBrand = (head: string): string => {
  const size = Math.min(head.charCodeAt(2) * 256 + head.charCodeAt(3), head.length);
  const type = typeIn(brands, head.slice(8)) ?? 'video/mp4';
  return type === 'image/heif' && head.slice(16, size).includes('avif') ? 'image/avif' : type;
};

/** Eleven bits of sync, then version and layer: layer III is MP3, layer 0 is AAC in ADTS. */
const ofAudioFrame = (head: string): string | undefined => {
  if (head.charCodeAt(0) !== 0xff) return undefined;
  const second = head.charCodeAt(1);
  if ((second & 0xf6) === 0xf0) return 'audio/aac';
  return (second & 0xe6) === 0xe2 ? 'audio/mp3' : undefined;
};

const headBytes = 128;

/** Kinds told by their first bytes; undefined for text and everything unknown. */
const ofBinary = (bytes: Buffer): string | undefined => {
  const head = bytes.toString('latin1', 0, headBytes);
  if (head.slice(4, 8) === 'ftyp') return ofBrand(head);
  if (head.startsWith('\x1aE\xdf\xa3')) return head.includes('webm') ? 'video/webm' : undefined;
  if (head.startsWith('OggS') && head.includes('theora')) return undefined;
  return typeIn(beginnings, head) ?? ofAudioFrame(head);
};

/** Tab, line feed, form feed, carriage return and escape are the control characters that texts have. */
const isTextByte = (byte: number): boolean => byte >= 32 || byte === 9 || byte === 10 || byte === 12 || byte === 13 || byte === 27;

const isText = (bytes: Buffer): boolean => isUtf8(bytes) && !bytes.includes(0) && bytes.subarray(0, 4096).every(isTextByte);

const isMarkup = (bytes: Buffer): boolean => /^\uFEFF?\s*<(?:[a-z]|!|\?)/i.test(bytes.toString('utf8', 0, 1024));

/** What content is by its own bytes, whatever its server calls it; Left for what Gemini can't take. */
export const mediaTypeOf = (bytes: Buffer): E.Either<Reason, string> => {
  const type = ofBinary(bytes);
  if (type === 'image/avif') return E.left(reasons.avif);
  if (type !== undefined) return E.right(type);
  if (!isText(bytes)) return E.left(reasons.kind);
  return isMarkup(bytes) ? E.left(reasons.markup) : E.right('text/plain');
};
