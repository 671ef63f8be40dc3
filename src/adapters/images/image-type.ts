/** A kind of picture that is kept: its media type, and the ending of its file. */
export type ImageType = { readonly mimeType: string; readonly extension: string };

const png: ImageType = { mimeType: 'image/png', extension: 'png' };
const jpeg: ImageType = { mimeType: 'image/jpeg', extension: 'jpg' };
const gif: ImageType = { mimeType: 'image/gif', extension: 'gif' };
const webp: ImageType = { mimeType: 'image/webp', extension: 'webp' };

/** So many first bytes tell the type. */
export const typeBytes = 12;

const textAt = (bytes: Uint8Array, from: number, to: number): string => Buffer.from(bytes.subarray(from, to)).toString('latin1');

/**
 * The type of a picture by its first bytes (WHATWG MIME Sniffing, "image type pattern matching algorithm"), whatever
 * anybody says it is; null for all that browsers might run or guess at, such as SVG and HTML.
 */
export const imageTypeOf = (bytes: Uint8Array): ImageType | null => {
  if (textAt(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return png;
  if (textAt(bytes, 0, 3) === '\xff\xd8\xff') return jpeg;
  if (['GIF87a', 'GIF89a'].includes(textAt(bytes, 0, 6))) return gif;
  if (textAt(bytes, 0, 4) === 'RIFF' && textAt(bytes, 8, typeBytes) === 'WEBP') return webp;
  return null;
};
