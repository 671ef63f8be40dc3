import type { TokensTold } from '../ports/passing-on.ts';

/** A field's name as it stands in an answer. */
const fields = {
  prompt: '"promptTokenCount"',
  tools: '"toolUsePromptTokenCount"',
  candidates: '"candidatesTokenCount"',
  thoughts: '"thoughtsTokenCount"',
} as const;

const usage = Buffer.from('"usageMetadata"');

const mostDigits = 12;
const zero = 0x30;
const isDigit = (code: number): boolean => code >= zero && code <= 0x39;
/** Blanks and the colon between a field and its value. */
const isBetween = (code: number): boolean => code === 0x3a || code === 0x20 || (code >= 0x09 && code <= 0x0d);

const numberIn = (text: string, field: string): number | null => {
  const found = text.indexOf(field);
  if (found < 0) return null;
  let from = found + field.length;
  while (isBetween(text.charCodeAt(from))) from += 1;
  let value = 0;
  let to = from;
  for (let code = text.charCodeAt(to); to - from < mostDigits && isDigit(code); code = text.charCodeAt(to)) {
    value = value * 10 + code - zero;
    to += 1;
  }
  return to === from ? null : value;
};

/** Where usage stands in an answer: near its end. */
const usageBytes = 4096;

/** What the end of an answer says of its cost (`usageMetadata`); null where it says nothing. */
export const tokensIn = (answer: Uint8Array): TokensTold | null => {
  const from = Math.max(0, answer.length - usageBytes);
  const end = Buffer.from(answer.buffer, answer.byteOffset + from, answer.length - from);
  const at = end.lastIndexOf(usage);
  if (at < 0) return null;
  const told = end.toString('latin1', at);
  const prompt = numberIn(told, fields.prompt);
  if (prompt === null) return null;
  return {
    promptTokens: prompt + (numberIn(told, fields.tools) ?? 0),
    completionTokens: (numberIn(told, fields.candidates) ?? 0) + (numberIn(told, fields.thoughts) ?? 0),
  };
};
