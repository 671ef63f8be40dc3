import { E } from '../../kernel/fp.ts';
import { viewOfBytes } from '../../gemini/byte-view.ts';
import { isMarkup, isText, mediaKind, type Said } from '../../gemini/media-kind.ts';
import { sniffKind } from '../../gemini/media-signatures.ts';
import { reasons, type Reason } from './reasons.ts';

/** Kinds that have a picture, sound, moving picture or document in them, and that Gemini does not read all the same. */
const unread: ReadonlySet<string> = new Set([
  'image/bmp',
  'image/tiff',
  'image/jxl',
  'image/x-canon-cr3',
  'audio/amr',
  'audio/midi',
  'audio/x-caf',
  'video/x-matroska',
  'video/ogg',
]);

const isRead = (type: string): boolean =>
  /^(?:image|audio|video|text)\//.test(type) ? !unread.has(type) : type === 'application/pdf';

/** Texts that are told apart by what is said of them; a page is none of them, whatever it is called. */
const isPlainText = (kind: string): boolean =>
  (kind.startsWith('text/') && kind !== 'text/html') || kind === 'application/json';

const unsaid: Said = { declared: '' };

/**
 * What content is by its own bytes, whatever its server calls it; what is said decides only among texts, and whether a
 * container holds sound alone. Left for what Gemini can't take.
 */
export const mediaTypeOf = (bytes: Uint8Array, said = unsaid): E.Either<Reason, string> => {
  const view = viewOfBytes(bytes);
  const kind = mediaKind(view, said);
  const type = sniffKind(view) === null ? undefined : (kind ?? undefined);
  if (type === 'image/avif') return E.left(reasons.avif);
  if (type !== undefined) return isRead(type) ? E.right(type) : E.left(reasons.kind);
  if (!isText(view)) return E.left(reasons.kind);
  if (isMarkup(view)) return E.left(reasons.markup);
  return E.right(kind !== null && isPlainText(kind) ? kind : 'text/plain');
};
