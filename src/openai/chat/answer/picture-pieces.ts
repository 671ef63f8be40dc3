import type { ImageReplyFormat } from '../../../wire/image-reply.ts';
import type { Delta } from './chunk.ts';

/** Characters of one delta. Open WebUI gives up on lines of more than 128 KiB (its #12951, #17626). */
export const longestDelta = 65_536;

/**
 * A picture that no store took, in several deltas of its markdown; asked for as `data-url` it stays in one (LobeChat).
 */
export const picturePieces = (delta: Delta, format: ImageReplyFormat): readonly Delta[] => {
  const { content } = delta;
  if (format !== 'markdown' || content == null || content.length <= longestDelta || !content.startsWith('![](data:'))
    return [delta];
  return Array.from({ length: Math.ceil(content.length / longestDelta) }, (_, at) => ({
    content: content.slice(at * longestDelta, (at + 1) * longestDelta),
  }));
};
