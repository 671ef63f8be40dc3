import { latinAt, type ByteView } from './byte-view.ts';
import { declaredKind, kindByName } from './media-names.ts';
import { sniffKind, type Sniffed } from './media-signatures.ts';

/** What is said of bytes: the declared type ('' for none), and the file's name. */
export type Said = { readonly declared: string; readonly name?: string | undefined };

/** Tab, line feed, form feed, carriage return and escape are the control characters that texts have. */
const isTextCode = (code: number): boolean =>
  code >= 32 || code === 9 || code === 10 || code === 12 || code === 13 || code === 27;

const pieceBytes = 65_536;

const isCleanText = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) if (!isTextCode(text.charCodeAt(at))) return false;
  return true;
};

/** True for what decodes as UTF-8 and has no control characters that texts don't have. Read piece by piece. */
export const isText = (view: ByteView): boolean => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let from = 0; from < view.size; from += pieceBytes) {
      if (!isCleanText(decoder.decode(view.bytes(from, from + pieceBytes), { stream: from + pieceBytes < view.size })))
        return false;
    }
    return view.size > 0;
  } catch {
    return false;
  }
};

/** The first words of a text, in lower case, past a byte order mark and blanks. */
const firstWords = (view: ByteView): string => {
  const start = latinAt(view, 0, 1024);
  return (start.startsWith('\xef\xbb\xbf') ? start.slice(3) : start).trimStart().slice(0, 20).toLowerCase();
};

/** True for text that begins as HTML, SVG or other XML does. */
export const isMarkup = (view: ByteView): boolean => /^<[a-z!?]/.test(firstWords(view));

/** The kind of text by its first words; a page and an XML file have kinds of their own. */
const textKind = (view: ByteView): string => {
  const start = firstWords(view);
  if (start.startsWith('<!doctype html') || start.startsWith('<html')) return 'text/html';
  return start.startsWith('<?xml') || start.startsWith('<svg') ? 'text/xml' : 'text/plain';
};

/** A container that may hold sound alone does so where the declared type or the name says it. */
const closeKind = ({ type, asSound, isOpen }: Sniffed, hint: string | null): string =>
  isOpen === true && asSound !== undefined && hint?.startsWith('audio/') === true ? asSound : type;

/**
 * The kind of bytes, by the name that Google documents: what they tell themselves, then the declared type if it says
 * something, then the name, then text that decodes as UTF-8. Null when nothing tells.
 */
export const mediaKind = (view: ByteView, { declared, name = '' }: Said): string | null => {
  const hint = declaredKind(declared) ?? kindByName(name);
  const told = sniffKind(view);
  if (told !== null) return closeKind(told, hint);
  return hint ?? (isText(view) ? textKind(view) : null);
};

/** Sound that Gemini reads. */
const sounds: ReadonlySet<string> = new Set(
  ['wav', 'mp3', 'aiff', 'aac', 'ogg', 'flac', 'm4a', 'mp4', 'webm'].map((name) => `audio/${name}`),
);

const soundNames: ReadonlyMap<string, string> = new Map([
  ['video/mp4', 'audio/mp4'],
  ['video/3gpp', 'audio/mp4'],
  ['video/mov', 'audio/mp4'],
  ['video/webm', 'audio/webm'],
  ['video/mpeg', 'audio/mp3'],
  ['video/ogg', 'audio/ogg'],
]);

const soundName = (kind: string | null): string | null => {
  if (kind === null) return null;
  return sounds.has(kind) ? kind : (soundNames.get(kind) ?? null);
};

/** The same for sound: a container's name is that of its sound alone. Null for what is no sound. */
export const soundKind = (view: ByteView, { declared, name = '' }: Said): string | null => {
  const told = sniffKind(view);
  return told === null
    ? (soundName(declaredKind(declared)) ?? soundName(kindByName(name)))
    : soundName(told.asSound ?? told.type);
};

/** What a picture or sound of an answer is: its bytes say it where they can; bare samples are what they are called. */
export const answeredKind = (view: ByteView, declared: string): string => {
  const told = sniffKind(view);
  if (told === null || told.isWeak === true) return declared;
  return declared.startsWith('audio/') && !told.type.startsWith('audio/') ? declared : told.type;
};

/** Why Gemini reads no such picture, as the end of a sentence; null where nothing speaks against it. */
export const pictureFault = (kind: string): string | null => {
  if (kind === 'image/avif') return 'is an AVIF picture, which Gemini does not read: send it as PNG, JPEG or WebP';
  return ['image/svg+xml', 'text/html', 'text/xml'].includes(kind)
    ? 'is markup (HTML, SVG, XML), not a picture: send it as PNG, JPEG or WebP'
    : null;
};
