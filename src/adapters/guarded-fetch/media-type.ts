import { E } from '../../kernel/fp.ts';
import { viewOfBytes } from '../../gemini/byte-view.ts';
import { isMarkup, isText } from '../../gemini/media-kind.ts';
import { sniffed } from '../../gemini/media-signatures.ts';
import { reasons, type Reason } from './reason.ts';

/** Kinds that have a picture, sound, moving picture or document in them, and that Gemini does not read all the same. */
const unread: ReadonlySet<string> = new Set([
  'image/bmp', 'image/tiff', 'image/jxl', 'image/x-canon-cr3', 'audio/amr', 'audio/midi', 'audio/x-caf', 'video/x-matroska', 'video/ogg',
]);

const isRead = (type: string): boolean => /^(?:image|audio|video|text)\//.test(type) ? !unread.has(type) : type === 'application/pdf';

/** What content is by its own bytes, whatever its server calls it; Left for what Gemini can't take. */
export const mediaTypeOf = (bytes: Uint8Array): E.Either<Reason, string> => {
  const view = viewOfBytes(bytes);
  const type = sniffed(view)?.type;
  if (type === 'image/avif') return E.left(reasons.avif);
  if (type !== undefined) return isRead(type) ? E.right(type) : E.left(reasons.kind);
  if (!isText(view)) return E.left(reasons.kind);
  return isMarkup(view) ? E.left(reasons.markup) : E.right('text/plain');
};
