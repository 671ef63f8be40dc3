import { digestOf, emptyFingerprint, longestEnd, withBorder, withEnd, withText, type Fingerprint } from '../../../kernel/fingerprint.ts';
import type { ChatMessage } from './request.ts';

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
export type AnswerPrint = { readonly said: Fingerprint; readonly end: string; readonly called: Fingerprint };

/** Of an answer that has not begun. */
export const emptyPrint: AnswerPrint = { said: emptyFingerprint, end: '', called: emptyFingerprint };

/** The same with more words. */
export const withWords = (print: AnswerPrint, text: string): AnswerPrint => ({
  ...print,
  said: withText(print.said, text),
  end: text.length >= longestEnd ? text.slice(-longestEnd) : (print.end + text).slice(-longestEnd),
});

/** The same with a call; ids don't count, since some clients write their own. */
export const withCall = (called: Fingerprint, name: string, args: string): Fingerprint =>
  withBorder(withText(withBorder(withText(called, name)), plainJson(args)));

/** A message's text, whatever form it has; undefined where something else is in it. */
export const textOf = (content: unknown): string | undefined => {
  if (content == null) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part: { readonly text?: unknown } | null) => part?.text);
  return texts.every((text) => typeof text === 'string') ? texts.join('') : undefined;
};

/** A question's words; pictures beside them don't count. */
const wordsOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { readonly text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : '')).join('');
};

const isSystem = ({ role }: ChatMessage): boolean => role === 'system' || role === 'developer';

/**
 * What an answer is an answer to: the words before it, by model. Prompts that move through a conversation don't count.
 * Another model's signatures are refused.
 */
export const questionBefore = (messages: readonly ChatMessage[], index: number, model: string): string => {
  let at = index - 1;
  for (let message = messages[at]; message !== undefined && isSystem(message); message = messages[at]) at -= 1;
  const words = wordsOf(messages[at]?.content);
  return digestOf(withEnd(withText(withBorder(withText(emptyFingerprint, model)), words), words));
};

/** What a signed answer is remembered by, since many clients keep nothing but its words. */
export const answerKey = (question: string, { said, end, called }: AnswerPrint): string =>
  `answer:${question}${digestOf(withEnd(said, end))}${digestOf(called)}`;
