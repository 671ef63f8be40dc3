import type { StreamFilter } from '../ports/passing-on.ts';
import { objectEnd } from './object-end.ts';
import { cleanTold, longestTold } from './told-errors.ts';

const field = Buffer.from('"error"');
const lineEnd = 10;
const none = Buffer.alloc(0);
/** An error's field with nothing behind it that tells whether it holds an object. */
const undecided = /^"error"\s*:?\s*$/;
const opening = /^"error"\s*:\s*\{/;

/** Where the piece may end within the field's name; its length where it can't. */
const beginsAt = (bytes: Buffer): number => {
  for (let length = Math.min(field.length - 1, bytes.length); length > 0; length -= 1)
    if (field.subarray(0, length).equals(bytes.subarray(bytes.length - length))) return bytes.length - length;
  return bytes.length;
};

/** Up to where bytes may go down: before an error that is not whole yet, or before what may become one. */
const cutAt = (bytes: Buffer): number => {
  let at = bytes.indexOf(field);
  while (at >= 0) {
    const text = bytes.toString('latin1', at, at + longestTold);
    const isObject = opening.test(text);
    const end = isObject ? objectEnd(text, text.indexOf('{')) : -1;
    if (end < 0 && text.length < longestTold && (isObject || undecided.test(text))) return at;
    at = bytes.indexOf(field, at + Math.max(end, field.length));
  }
  return beginsAt(bytes);
};

/**
 * Cleans errors that stand within the events of a stream, as an interaction's that has failed: they name keys and
 * projects as those among the events do. What may be one is held until it is whole, or longer than any of Google's.
 */
export const nestedErrorFilter = (secret: string): StreamFilter => {
  let held = none;
  return {
    take: (piece) => {
      const bytes = Buffer.concat([held, piece]);
      const cut = cutAt(bytes);
      held = bytes.subarray(cut);
      return cleanTold(bytes.subarray(0, cut), secret);
    },
    end: () => held,
    isAtRest: () => held.length === 0,
    passes: (piece) => {
      const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
      return bytes[bytes.length - 1] === lineEnd && !bytes.includes(field);
    },
  };
};

/** Two filters, one behind the other. */
export const joinFilters = (first: StreamFilter, second: StreamFilter): StreamFilter => ({
  take: (piece) => second.take(first.take(piece)),
  end: () => Buffer.concat([second.take(first.end()), second.end()]),
  isAtRest: () => first.isAtRest() && second.isAtRest(),
  passes: (piece) => first.passes(piece) && second.passes(piece),
});
