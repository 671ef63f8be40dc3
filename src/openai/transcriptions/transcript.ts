import type { AudioTranscription } from '../../gemini/response.ts';

/** What a model is told to answer where nobody speaks: no text at all is a failure of Gemini's. */
export const noSpeech = '[no speech]';

/**
 * Text on its way out: what was given so far and its last character, and what waits for its continuation. `given` is
 * only ever added to: looking into it would copy all of it each time.
 */
export type Flow = { readonly given: string; readonly last: string; readonly held: string };

/** Before the first text. */
export const emptyFlow: Flow = { given: '', last: '', held: '' };

/** The last character of all that came. */
export const lastOf = ({ last, held }: Flow): string => (held === '' ? last : held.slice(-1));

const isMarkSoFar = (text: string): boolean => noSpeech.startsWith(text.trim().toLowerCase());

/**
 * Adds a text. Blanks wait for what follows them, and the beginning waits while it could become the mark of silence.
 */
export const flowOn = (flow: Flow, text: string): readonly [Flow, string] => {
  const { given, last, held } = flow;
  if (text.trim() === '') return [given === '' && held === '' ? flow : { given, last, held: held + text }, ''];
  const all = given === '' ? `${held}${text}`.trimStart() : `${held}${text}`;
  if (given === '' && isMarkSoFar(all)) return [{ given, last, held: all }, ''];
  const delta = all.trimEnd();
  return [{ given: given + delta, last: delta.slice(-1), held: all.slice(delta.length) }, delta];
};

/** What is still to be given at the end. */
export const flowEnd = ({ given, held }: Flow): string =>
  given !== '' || held.trim().toLowerCase() === noSpeech ? '' : held.trimEnd();

const denseScripts =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/** ASCII is told apart first: a transcript of 50,000 words asks for each pair of them. */
const isDense = (character: string): boolean => character > '\u007f' && denseScripts.test(character);

/** The gap between two stretches: none where one has it already, before punctuation, and in scripts without gaps. */
export const gapBetween = (before: string, after: string): string => {
  const [last, first] = [before.slice(-1), after.slice(0, 1)];
  if (last === '' || first === '' || /\s/.test(last) || /[\s,.;:!?…)\]}、。，！？]/.test(first)) return '';
  return isDense(last) || isDense(first) || /[、。，！？]/.test(last) ? '' : ' ';
};

/** A word with its times in seconds. */
export type TimedWord = { readonly word: string; readonly start: number; readonly end: number };

/** A stretch of speech with its times in seconds, as Gemini cut it. */
export type Stretch = {
  readonly text: string;
  readonly start: number | null;
  readonly end: number | null;
  readonly speaker: string | null;
  readonly words: readonly TimedWord[];
};

const secondsOf = (offset = ''): number | null =>
  /^\d+(?:\.\d+)?s$/.test(offset) ? Number(offset.slice(0, -1)) : null;

/** What words make that come without the text they stand in. */
const textOfWords = (words: readonly TimedWord[]): string => {
  let [text, before] = ['', ''];
  for (const { word } of words) {
    text += `${gapBetween(before, word)}${word}`;
    before = word;
  }
  return text;
};

/** Reads one of Gemini's stretches. An offset of zero may be left out, so a first word without one begins at 0. */
export const stretchOf = ({
  text = '',
  speakerLabel,
  words = [],
  startOffset,
  endOffset,
}: AudioTranscription): Stretch => {
  const timed: TimedWord[] = [];
  for (const { word, startOffset: from, endOffset: to } of words) {
    const said = secondsOf(to);
    if (word !== undefined && said !== null) timed.push({ word, start: secondsOf(from) ?? 0, end: said });
  }
  const end = secondsOf(endOffset) ?? timed.at(-1)?.end ?? null;
  return {
    text: text === '' ? textOfWords(timed) : text,
    start: secondsOf(startOffset) ?? timed[0]?.start ?? (end === null ? null : 0),
    end,
    speaker: speakerLabel ?? null,
    words: timed,
  };
};
