import { gapBetween, type Stretch, type TimedWord } from './transcript.ts';

/** A line of subtitles: a few words with their times in seconds. */
export type Segment = { readonly text: string; readonly start: number; readonly end: number };

/** A line that can be read while it is shown: seconds, characters, and the silence that ends it. */
const longest = { seconds: 7, characters: 84, silence: 1 };

const endsSentence = (word: string): boolean => /[.!?…。！？]["'”’)\]]?$/.test(word);

type Cut = { readonly words: readonly TimedWord[]; readonly text: string };

/**
 * The text of each word as it stands in the stretch, with what follows it up to the next one; null where a word is not
 * in it.
 */
const inText = ({ text, words }: Stretch): readonly string[] | null => {
  const starts: number[] = [];
  let from = 0;
  for (const { word } of words) {
    const own = word.trim();
    const at = text.indexOf(own, from);
    if (at < 0) return null;
    starts.push(at);
    from = at + own.length;
  }
  return starts.map((at, index) => text.slice(index === 0 ? 0 : at, starts[index + 1] ?? text.length));
};

const isFull = ({ words, text }: Cut, next: TimedWord, nextText: string): boolean => {
  const [first, last] = [words[0], words.at(-1)];
  if (first === undefined || last === undefined) return false;
  return (
    endsSentence(text.trimEnd().slice(-2)) ||
    next.start - last.end > longest.silence ||
    next.end - first.start > longest.seconds ||
    text.length + nextText.trimEnd().length > longest.characters
  );
};

const segmentOf = ({ words, text }: Cut): readonly Segment[] => {
  const [first, last] = [words[0], words.at(-1)];
  return first === undefined || last === undefined
    ? []
    : [{ text: text.trim(), start: first.start, end: Math.max(first.start, last.end) }];
};

const cutStretch = (stretch: Stretch): readonly Segment[] => {
  const texts = inText(stretch);
  const segments: Segment[] = [];
  let words: TimedWord[] = [];
  let text = '';
  for (const [index, word] of stretch.words.entries()) {
    const own = texts?.[index] ?? word.word;
    if (isFull({ words, text }, word, own)) {
      segments.push(...segmentOf({ words, text }));
      [words, text] = [[], ''];
    }
    words.push(word);
    text = texts === null ? `${text}${gapBetween(text, own)}${own}` : `${text}${own}`;
  }
  return [...segments, ...segmentOf({ words, text })];
};

/**
 * Cuts stretches into lines by sentence, silence and length. A stretch without timed words is one line; without times,
 * none.
 */
export const segmentsOf = (stretches: readonly Stretch[]): readonly Segment[] =>
  stretches.flatMap((stretch) => {
    if (stretch.words.length > 0) return cutStretch(stretch);
    const { text, start, end } = stretch;
    return start === null || end === null || text.trim() === '' ? [] : [{ text: text.trim(), start, end }];
  });
