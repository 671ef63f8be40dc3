import { E } from '../kernel/fp.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';

/** How pictures of an answer are shown: in the text by address or as data: URL, or beside it as OpenRouter does. */
export type ImageReplyFormat = 'markdown' | 'images' | 'data-url';

const formats: readonly ImageReplyFormat[] = ['markdown', 'images', 'data-url'];

/** Reads the name of a format; undefined for any other word. */
export const imageReplyFormat = (name: string): ImageReplyFormat | undefined =>
  formats.find((format) => format === name);

/**
 * The format for one request: the model's suffix, else the header, else as set. An unknown word in the header is a 400.
 */
export const chosenFormat = (
  suffix: ImageReplyFormat | null,
  header: string | null,
  setting: ImageReplyFormat,
): E.Either<ProxyError, ImageReplyFormat> => {
  if (suffix !== null || header === null) return E.right(suffix ?? setting);
  const wanted = imageReplyFormat(header.trim().toLowerCase());
  return wanted === undefined
    ? E.left(
        invalid(
          `The header 'x-image-reply-format' must be one of ${formats.join(', ')}.`,
          'x-image-reply-format',
          'invalid_value',
        ),
      )
    : E.right(wanted);
};
