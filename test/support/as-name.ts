const mostCharacters = 300;

/** Any character that TAP, or what reads its lines, may take for more than a letter. */
const unsafe = /[^ !"$-[\]-z|}~]/gu;

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** Of what is no JSON, JSON.stringify gives undefined, whatever its type says. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : [JSON.stringify(value)].join());

/**
 * A text, or another value's JSON, as the name of a check: one line of plain letters. A name with `#`, a brace at its
 * end, or odd characters that are cut between two reads of a pipe would make another check of it, or none.
 */
export const asName = (value: unknown): string => {
  const name = textOf(value).slice(0, mostCharacters).replaceAll(unsafe, escaped);
  return `'${name}'`;
};
