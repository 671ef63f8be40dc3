/** How all marks end that stand for what was cut out of a body: a client has no cause to write it. */
export const ofThisBody = 'OfThisBody';

/** Letters as escapes: `\u004a`. */
const escapedLetters = ['4', '5', '6', '7'].map((row) => `\\u00${row}`);

/**
 * Whether a mark of letters, which stands for what was cut out of a JSON text, may be a text in these bytes of it
 * already: written out, or with a letter as an escape.
 */
export const mayHoldMark = (mark: string, bytes: Uint8Array): boolean => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.includes(mark) || escapedLetters.some((text) => buffer.includes(text));
};
