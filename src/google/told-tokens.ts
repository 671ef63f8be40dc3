import type { TokensTold } from '../ports/passing-on.ts';

const numberIn = (text: string, field: string): number | null => {
  const at = text.lastIndexOf(`"${field}"`);
  const digits = at < 0 ? null : /^\s*:\s*(\d{1,12})/.exec(text.slice(at + field.length + 2, at + field.length + 40));
  return digits === null ? null : Number(digits[1]);
};

/** What the end of an answer says of its cost (`usageMetadata`); null where it says nothing. */
export const tokensIn = (end: string): TokensTold | null => {
  const at = end.lastIndexOf('"usageMetadata"');
  const told = at < 0 ? '' : end.slice(at);
  const prompt = numberIn(told, 'promptTokenCount');
  if (prompt === null) return null;
  const written = (numberIn(told, 'candidatesTokenCount') ?? 0) + (numberIn(told, 'thoughtsTokenCount') ?? 0);
  return { promptTokens: prompt + (numberIn(told, 'toolUsePromptTokenCount') ?? 0), completionTokens: written };
};
