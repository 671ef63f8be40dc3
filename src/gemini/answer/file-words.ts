import { lengthOf, textOf } from '../../kernel/unread-text.ts';
import type { MediaEvent } from './answer-event.ts';

/** Base64 that a link may hold: clients send what is in an answer back with each question. */
const longestLinked = 65_536;

const kindOf = (mimeType: string): string => (/^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(mimeType) ? mimeType : 'file');

/** An address within a markdown link. */
const inLink = (address: string): string =>
  address.replace(/[\s<>[\]\\]/g, (sign) => encodeURIComponent(sign)).replaceAll('(', '%28').replaceAll(')', '%29');

const sizeWords = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

/**
 * What is shown of a file, or of sound, where a dialect has no other place for it: a link to where it is, or that holds
 * it; of a large one that it was there.
 */
export const fileWords = ({ mimeType, url, data }: Omit<MediaEvent, 'kind' | 'candidate'>): string => {
  const kind = kindOf(mimeType);
  if (url !== undefined) return `[${kind}](${inLink(textOf(url))})`;
  const length = lengthOf(data);
  if (length <= longestLinked && kind !== 'file') return `[${kind}](data:${kind};base64,${inLink(textOf(data))})`;
  return `[${kind}, ${sizeWords((length * 3) / 4)}: too large to be shown here]`;
};
