import { latinAt, type ByteView } from './byte-view.ts';
import { mp4Kind } from './mp4-kind.ts';

/**
 * What bytes are. `asSound`: the container's name where its sound alone is meant. `isOpen`: the bytes don't tell
 * whether there are pictures in it. `isWeak`: only some bits speak for it, as they may in bare samples.
 */
export type Sniffed = {
  readonly type: string;
  readonly asSound?: string;
  readonly isOpen?: boolean;
  readonly isWeak?: boolean;
};

/**
 * First bytes of well-known kinds, as Latin-1 text; `?` stands for any byte (WHATWG MIME Sniffing; Gary Kessler's
 * table).
 */
const beginnings: readonly (readonly [start: string, type: string])[] = [
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['GIF87a', 'image/gif'],
  ['GIF89a', 'image/gif'],
  ['RIFF????WEBP', 'image/webp'],
  ['RIFF????WAVE', 'audio/wav'],
  ['RF64????WAVE', 'audio/wav'],
  ['RIFF????AVI ', 'video/avi'],
  ['FORM????AIFF', 'audio/aiff'],
  ['FORM????AIFC', 'audio/aiff'],
  ['%PDF-', 'application/pdf'],
  ['{\\rtf', 'text/rtf'],
  ['fLaC', 'audio/flac'],
  ['#!AMR', 'audio/amr'],
  ['MThd\x00\x00\x00\x06', 'audio/midi'],
  ['caff\x00\x01\x00\x00', 'audio/x-caf'],
  ['FLV\x01', 'video/x-flv'],
  ['\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'video/wmv'],
  ['\x00\x00\x01\xba', 'video/mpeg'],
  ['\x00\x00\x01\xb3', 'video/mpeg'],
  ['????moov', 'video/mov'],
  ['II*\x00', 'image/tiff'],
  ['MM\x00*', 'image/tiff'],
  ['\x00\x00\x00\x0cJXL \r\n\x87\n', 'image/jxl'],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'application/x-ole-storage'],
  ['\x1f\x8b\x08', 'application/gzip'],
  ['Rar!\x1a\x07', 'application/vnd.rar'],
  ['7z\xbc\xaf\x27\x1c', 'application/x-7z-compressed'],
  ['\x7fELF', 'application/x-executable'],
];

const startsWith = (text: string, start: string): boolean => {
  if (text.length < start.length) return false;
  for (let at = 0; at < start.length; at += 1) if (start[at] !== '?' && start[at] !== text[at]) return false;
  return true;
};

/** A bitmap says its own size, lowest byte first. */
const isBitmap = (view: ByteView, head: string): boolean =>
  head.startsWith('BM') &&
  view.size >= 26 &&
  view.bytes(2, 6).reduceRight((value, byte) => value * 256 + byte, 0) === view.size;

const ofOgg = (head: string): Sniffed =>
  head.includes('theora') ? { type: 'video/ogg', asSound: 'audio/ogg' } : { type: 'audio/ogg' };

/** EBML names its document type; the codecs of the tracks stand near the beginning, before the first cluster. */
const ofEbml = (view: ByteView): Sniffed => {
  const head = latinAt(view, 0, 4096);
  if (head.slice(0, 64).includes('matroska')) return { type: 'video/x-matroska' };
  if (/V_(?:VP|AV)/.test(head)) return { type: 'video/webm', asSound: 'audio/webm' };
  return /A_(?:OPUS|VORBIS)/.test(head)
    ? { type: 'audio/webm' }
    : { type: 'video/webm', asSound: 'audio/webm', isOpen: true };
};

const officeFolders: readonly (readonly [folder: string, type: string])[] = [
  ['word/', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xl/', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['ppt/', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
];

/**
 * OpenDocument and EPUB say what they are in a first file `mimetype`; Office's folders stand in the list at the end.
 */
const ofZip = (view: ByteView): Sniffed => {
  const [, type] = /^mimetype(application\/[\w.+-]{1,80}?)(?:PK|[^\w.+-]|$)/.exec(latinAt(view, 30, 140)) ?? [];
  if (type !== undefined) return { type };
  const list = latinAt(view, Math.max(0, view.size - 65_536), view.size);
  const office = list.includes('[Content_Types].xml')
    ? officeFolders.find(([folder]) => list.includes(folder))
    : undefined;
  return { type: office?.[1] ?? 'application/zip' };
};

/**
 * MPEG audio: eleven bits of sync, then version and layer, a bit rate and a sample rate that exist. Layer 0 is AAC in
 * ADTS (ISO/IEC 11172-3, 13818-7).
 */
const ofAudioFrame = (head: string): Sniffed | null => {
  const [first, second, third] = [head.charCodeAt(0), head.charCodeAt(1), head.charCodeAt(2)];
  if (head.length < 3 || first !== 0xff || (second & 0xe0) !== 0xe0) return null;
  if ((second & 0xf6) === 0xf0) return { type: 'audio/aac', isWeak: true };
  const isFrame =
    (second & 0x18) !== 0x08 && (second & 0x06) !== 0 && (third & 0xf0) !== 0xf0 && (third & 0x0c) !== 0x0c;
  return isFrame && (second & 0x06) !== 0x06 ? { type: 'audio/mp3', isWeak: true } : null;
};

/** An ID3 tag stands before MP3, and by some programs before FLAC and AAC too: its size tells where it ends. */
const ofTag = (view: ByteView, head: string): Sniffed | null => {
  const [version, ...size] = [3, 6, 7, 8, 9].map((at) => head.charCodeAt(at));
  if (version === undefined || ![2, 3, 4].includes(version) || size.some((byte) => byte > 127)) return null;
  const end = 10 + size.reduce((sum, byte) => sum * 128 + byte, 0);
  const behind = latinAt(view, end, end + 4);
  if (behind === 'fLaC') return { type: 'audio/flac' };
  return { type: ofAudioFrame(behind)?.type ?? 'audio/mp3' };
};

const headBytes = 128;

/** The kind that bytes tell, looked at as far in as needed; null for text and everything unknown. */
export const sniffKind = (view: ByteView): Sniffed | null => {
  const head = latinAt(view, 0, headBytes);
  if (head.slice(4, 8) === 'ftyp') return mp4Kind(view);
  if (head.startsWith('\x1aE\xdf\xa3')) return ofEbml(view);
  if (head.startsWith('OggS')) return ofOgg(head);
  if (head.startsWith('PK\x03\x04')) return ofZip(view);
  if (head.startsWith('ID3')) return ofTag(view, head);
  const type = beginnings.find(([start]) => startsWith(head, start))?.[1];
  if (type !== undefined) return type === 'video/mov' ? { type, asSound: 'audio/mp4' } : { type };
  return isBitmap(view, head) ? { type: 'image/bmp' } : ofAudioFrame(head);
};
