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

const isDense = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/** The gap between two stretches: none where one has it already, before punctuation, and in scripts without gaps. */
export const gapBetween = (before: string, after: string): string => {
  const [last, first] = [before.slice(-1), after.slice(0, 1)];
  if (last === '' || first === '' || /\s/.test(last) || /[\s,.;:!?…)\]}、。，！？]/.test(first)) return '';
  return isDense.test(last) || isDense.test(first) || /[、。，！？]/.test(last) ? '' : ' ';
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

const secondsOf = (offset: string | undefined): number | null => {
  const [, value] = /^(\d+(?:\.\d+)?)s$/.exec(offset ?? '') ?? [];
  return value === undefined ? null : Number(value);
};

/** Reads one of Gemini's stretches. An offset of zero may be left out, so a first word without one begins at 0. */
export const stretchOf = ({
  text = '',
  speakerLabel,
  words = [],
  startOffset,
  endOffset,
}: AudioTranscription): Stretch => {
  const timed = words.flatMap(({ word, startOffset: from, endOffset: to }): readonly TimedWord[] => {
    const end = secondsOf(to);
    return word === undefined || end === null ? [] : [{ word, start: secondsOf(from) ?? 0, end }];
  });
  const end = secondsOf(endOffset) ?? timed.at(-1)?.end ?? null;
  return {
    text:
      text === ''
        ? timed.map(({ word }, at) => `${gapBetween(timed[at - 1]?.word ?? '', word)}${word}`).join('')
        : text,
    start: secondsOf(startOffset) ?? timed[0]?.start ?? (end === null ? null : 0),
    end,
    speaker: speakerLabel ?? null,
    words: timed,
  };
};
