import type { TokensTold } from '../ports/passing-on.ts';

/** A field's name as it stands in an answer. */
const fields = {
  usage: '"usageMetadata"',
  prompt: '"promptTokenCount"',
  tools: '"toolUsePromptTokenCount"',
  candidates: '"candidatesTokenCount"',
  thoughts: '"thoughtsTokenCount"',
} as const;

const mostDigits = 12;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
/** Blanks and the colon between a field and its value. */
const isBetween = (code: number): boolean => code === 0x3a || code === 0x20 || (code >= 0x09 && code <= 0x0d);

const numberIn = (text: string, field: string, at: number): number | null => {
  const found = text.indexOf(field, at);
  if (found < 0) return null;
  let from = found + field.length;
  while (isBetween(text.charCodeAt(from))) from += 1;
  let to = from;
  while (to - from < mostDigits && isDigit(text.charCodeAt(to))) to += 1;
  return to === from ? null : Number(text.slice(from, to));
};

/** Where usage stands in an answer: near its end, and mostly very near. */
const [fewBytes, usageBytes] = [1024, 4096];

const endOf = (answer: Uint8Array, most: number): string => {
  const from = Math.max(0, answer.length - most);
  return Buffer.from(answer.buffer, answer.byteOffset + from, answer.length - from).toString('latin1');
};

const usageIn = (end: string): TokensTold | null => {
  const at = end.lastIndexOf(fields.usage);
  if (at < 0) return null;
  const prompt = numberIn(end, fields.prompt, at);
  if (prompt === null) return null;
  return {
    promptTokens: prompt + (numberIn(end, fields.tools, at) ?? 0),
    completionTokens: (numberIn(end, fields.candidates, at) ?? 0) + (numberIn(end, fields.thoughts, at) ?? 0),
  };
};

/** What the end of an answer says of its cost (`usageMetadata`); null where it says nothing. */
export const tokensIn = (answer: Uint8Array): TokensTold | null =>
  usageIn(endOf(answer, fewBytes)) ?? (answer.length > fewBytes ? usageIn(endOf(answer, usageBytes)) : null);
