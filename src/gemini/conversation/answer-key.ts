import {
  countedText,
  digestOf,
  emptyFingerprint,
  longestEnd,
  withBorder,
  withEnd,
  withText,
  type Fingerprint,
} from '../../kernel/fingerprint.ts';
import { perText } from '../../kernel/remember.ts';
import { textOf, type LongText } from '../../kernel/unread-text.ts';
import { ofAnswers } from '../answer-id.ts';
import { callsIn, type ModelTurn, type Turn } from './turns.ts';

/** The same value for the same JSON, whatever escapes it is written with. */
const plainJson = (text: string): string => {
  if (!text.includes('\\u')) return text;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
};

/** An answer as far as it is known again by: what it says, and the calls that it makes. */
export type AnswerPrint<End = string> = {
  readonly said: Fingerprint;
  readonly end: End;
  readonly called: Fingerprint;
};

/** Of an answer that has not begun. */
export const emptyPrint: AnswerPrint = { said: emptyFingerprint, end: '', called: emptyFingerprint };

/** The same with more words. */
export const withWords = (print: AnswerPrint, text: string): AnswerPrint => ({
  called: print.called,
  said: withText(print.said, text),
  end: text.length >= longestEnd ? text.slice(-longestEnd) : (print.end + text).slice(-longestEnd),
});

/** The same with a call; ids don't count, since some clients write their own. */
export const withCall = (called: Fingerprint, name: string, args: string): Fingerprint =>
  withBorder(withText(withBorder(withText(called, name)), plainJson(args)));

/** What a model's turn says, its calls aside; undefined where something else than text is in it. */
const spokenWords = ({ parts, words: said }: ModelTurn): LongText | undefined => {
  if (said !== undefined) return said;
  let words: LongText = '';
  for (const part of parts) {
    if ('call' in part) continue;
    if ('link' in part || part.text === undefined || part.thought === true || part.thoughtSignature !== undefined)
      return undefined;
    words = words === '' ? part.text : textOf(words) + textOf(part.text);
  }
  return words;
};

/** The same as a string. */
export const plainWords = (turn: ModelTurn): string | undefined => {
  const words = spokenWords(turn);
  return words === undefined ? undefined : textOf(words);
};

/** A turn's words; pictures beside them don't count. */
const wordsOf = (turn: Turn | undefined): LongText => {
  if (turn === undefined) return '';
  if (turn.role === 'result') return 'text' in turn.value ? turn.value.text : '';
  let words: LongText = '';
  for (const part of turn.parts) {
    if (!('text' in part) || part.thought === true) continue;
    const text = part.text ?? '';
    words = words === '' ? text : countedText(words) + countedText(text);
  }
  return words;
};

const printOf = perText((model) => withBorder(withText(emptyFingerprint, model)));

/**
 * What an answer is an answer to: the words before it, by model. Prompts that move through a conversation don't count.
 * Another model's signatures are refused.
 */
export const questionBefore = (turns: readonly Turn[], index: number, model: string): string => {
  let at = index - 1;
  while (turns[at]?.role === 'system') at -= 1;
  const words = wordsOf(turns[at]);
  return digestOf(withEnd(withText(printOf(model), words), words));
};

/** What a signed answer is remembered by, since many clients keep nothing but its words. */
export const answerKey = (question: string, { said, end, called }: AnswerPrint<LongText>): string =>
  `${ofAnswers}${question}${digestOf(withEnd(said, end, longestEnd))}${digestOf(called)}`;

const argumentsText = (given: unknown): string =>
  typeof given === 'string' ? given : given === undefined ? '' : JSON.stringify(given);

/** What the model's turn at an index may be remembered by; undefined for any other turn, and one that says nothing. */
export const turnKey = (turns: readonly Turn[], index: number, model: string): string | undefined => {
  const turn = turns[index];
  const words = turn?.role === 'model' ? spokenWords(turn) : undefined;
  if (turn === undefined || words === undefined) return undefined;
  const calls = callsIn(turn);
  if (words === '' && calls.length === 0) return undefined;
  let { called } = emptyPrint;
  for (const call of calls) called = withCall(called, call.name, call.written ?? argumentsText(call.arguments));
  const said = withText(emptyFingerprint, words);
  return answerKey(questionBefore(turns, index, model), { said, end: words, called });
};
