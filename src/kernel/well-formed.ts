/**
 * A text with U+FFFD for every half of a surrogate pair that stands alone: no such text has UTF-8 (Unicode 3.9, D92).
 */
export const wellFormed = (text: string): string => (text.isWellFormed() ? text : text.toWellFormed());

/** Escapes of JSON, one after the other: both halves of a pair, a half, anything else. */
const escapes = /\\(?:(u[dD][89abAB]..\\u[dD][c-fC-F]..)|(u[dD][89a-fA-F]..)|[^])/g;

const mendEscapes = (json: string): string =>
  json.replace(escapes, (escape, _pair: string | undefined, half: string | undefined) =>
    half === undefined ? escape : '\\ufffd',
  );

/** JSON with U+FFFD for halves that stand alone in its strings and names, written out or escaped; else as it is. */
export const wellFormedJson = (json: string): string => {
  const text = wellFormed(json);
  return text.includes('\\ud') || text.includes('\\uD') ? mendEscapes(text) : text;
};

/**
 * A value as JSON without halves that stand alone. JSON.stringify escapes those, in small letters, and nothing else so.
 */
export const jsonText = (value: unknown): string => {
  const json = JSON.stringify(value);
  return json.includes('\\ud') ? mendEscapes(json) : json;
};
