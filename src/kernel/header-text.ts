const plain: ReadonlyMap<string, string> = new Map([
  ...['‘', '’', '‚', '′'].map((mark) => [mark, "'"] as const),
  ...['“', '”', '„', '″'].map((mark) => [mark, '"'] as const),
  ...['–', '—', '−', '‑'].map((mark) => [mark, '-'] as const),
  ['…', '...'],
  ['\u00a0', ' '],
]);

const isPrintable = (character: string): boolean => character >= ' ' && character <= '~';

/** Longer texts are cut before anything is done with them. */
const mostRead = 2000;

const cutAtWord = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const kept = text.slice(0, most - 3);
  const blank = kept.lastIndexOf(' ');
  return `${blank > most / 2 ? kept.slice(0, blank) : kept}...`;
};

/**
 * A text as it may stand in an HTTP head, in a header or as the reason phrase (RFC 9112 §4, RFC 9110 §5.5): printable
 * ASCII on one line, so many characters at most. Other characters become a question mark.
 */
export const headerText = (text: string, most: number): string => {
  const characters = Array.from(
    text.slice(0, mostRead),
    (character) => plain.get(character) ?? (/\s/.test(character) ? ' ' : character),
  );
  const ascii = Array.from(characters.join(''), (character) => (isPrintable(character) ? character : '?')).join('');
  return cutAtWord(ascii.split(' ').filter((word) => word !== '').join(' '), most);
};
