import { beginningOf, lengthOf, evenStretches } from '../../../kernel/unread-text.ts';
import type { ImageReplyFormat } from '../../../wire/image-reply.ts';
import type { Delta } from './chunk.ts';

const opening = '![](data:';

/** Characters of one delta. Open WebUI gives up on lines of more than 128 KiB (its #12951, #17626). */
export const longestDelta = 65_536;

/**
 * A picture that no store took, in several deltas of its markdown; asked for as `data-url` it stays in one (LobeChat).
 */
export const picturePieces = (delta: Delta, format: ImageReplyFormat): readonly Delta[] => {
  const { content } = delta;
  if (format !== 'markdown' || content == null || lengthOf(content) <= longestDelta) return [delta];
  if (beginningOf(content, opening.length) !== opening) return [delta];
  if (typeof content !== 'string') return evenStretches(content, longestDelta).map((piece) => ({ content: piece }));
  return Array.from({ length: Math.ceil(content.length / longestDelta) }, (_, at) => ({
    content: content.slice(at * longestDelta, (at + 1) * longestDelta),
  }));
};
