import { viewOfBytes } from '../../gemini/byte-view.ts';
import { sniffKind } from '../../gemini/media-signatures.ts';

/** A kind of picture that is kept: its media type, and the ending of its file. */
export type ImageType = { readonly mimeType: string; readonly extension: string };

/** So many first bytes tell the type. */
export const typeBytes = 12;

const kept: readonly ImageType[] = [
  { mimeType: 'image/png', extension: 'png' },
  { mimeType: 'image/jpeg', extension: 'jpg' },
  { mimeType: 'image/gif', extension: 'gif' },
  { mimeType: 'image/webp', extension: 'webp' },
];

/**
 * The type of a picture by its first bytes, whatever anybody says it is; null for all that browsers might run or guess
 * at, such as SVG and HTML.
 */
export const imageTypeOf = (bytes: Uint8Array): ImageType | null => {
  const told = sniffKind(viewOfBytes(bytes.subarray(0, typeBytes)))?.type;
  return kept.find(({ mimeType }) => mimeType === told) ?? null;
};
