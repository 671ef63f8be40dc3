/** Bytes between two places that are remembered. */
const stride = 128;

const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

/** Bytes of UTF-8 that the character here takes, and its UTF-16 units; half a pair is a replacement of three bytes. */
const widthAt = (text: string, at: number): readonly [bytes: number, units: number] => {
  const code = text.charCodeAt(at);
  if (code < 0x80) return [1, 1];
  if (code < 0x800) return [2, 1];
  return isHigh(code) && isLow(text.charCodeAt(at + 1)) ? [4, 2] : [3, 1];
};

type Mark = { readonly bytes: number; readonly at: number };

/** Every so many bytes, a place where a character begins. */
const marksOf = (text: string): readonly Mark[] => {
  const marks: Mark[] = [];
  let bytes = 0;
  for (let at = 0; at < text.length; ) {
    if (bytes >= marks.length * stride) marks.push({ bytes, at });
    const [width, units] = widthAt(text, at);
    bytes += width;
    at += units;
  }
  return marks;
};

/**
 * Character indices of byte offsets: Gemini counts UTF-8 bytes, OpenAI characters (UTF-16 units, as JavaScript does).
 * The text is walked through once, then a hundred bytes for each question; a text of bytes alone needs neither.
 */
export const characterIndex = (text: string): ((offset: number) => number) => {
  if (Buffer.byteLength(text) === text.length) return (offset) => Math.min(offset, text.length);
  const marks = marksOf(text);
  return (offset) => {
    const first = Math.min(Math.floor(offset / stride), marks.length - 1);
    const mark = (marks[first]?.bytes ?? 0) > offset ? marks[first - 1] : marks[first];
    let { bytes, at } = mark ?? { bytes: 0, at: 0 };
    while (at < text.length && bytes < offset) {
      const [width, units] = widthAt(text, at);
      bytes += width;
      at += units;
    }
    return at;
  };
};

/** How far from the place that was told words are looked for, characters; and how many places are compared. */
const reach = 32_768;
const mostPlaces = 50;
/** Characters that tell a place worth comparing: searching for more at once can take the square of it. */
const probeLength = 32;
/** Characters looked at for one answer: then what was told is believed. */
const mostLookedAt = 6_000_000;

/** Finds words after a place, else before it; -1 where they are not near, or too much has been looked at. */
export const wordFinder = (text: string): ((words: string, from: number) => number) => {
  let left = mostLookedAt;
  return (words, from) => {
    const probe = words.slice(0, probeLength);
    const base = Math.max(0, from - reach);
    const near = text.slice(base, from + reach + words.length);
    const search = (begin: number, next: (at: number) => number): number => {
      let at = next(begin);
      for (let places = 0; at >= 0 && places < mostPlaces && left > 0; places += 1) {
        left -= words.length;
        if (near.startsWith(words, at)) return base + at;
        at = next(at);
      }
      return -1;
    };
    if (left <= 0) return -1;
    left -= near.length;
    const after = search(from - base - 1, (at) => near.indexOf(probe, at + 1));
    return after >= 0 ? after : search(from - base, (at) => (at === 0 ? -1 : near.lastIndexOf(probe, at - 1)));
  };
};
