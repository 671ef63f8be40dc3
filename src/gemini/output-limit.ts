import { perText } from '../kernel/remember.ts';

/** Tokens that an answer may have, thoughts included, by family (Google's model pages); most others have 65,536. */
const limits: readonly (readonly [RegExp, number])[] = [
  [/^gemma-?[123](?!\d)|^learnlm|^gemini-(?:1\.|2\.0)/, 8192],
  [/gemma/, 32_768],
  [/^gemini-2\.5-flash-image|^gemini-3-pro-image/, 32_768],
];

/** The most that maxOutputTokens may say for a model that Google's list does not tell of. */
export const outputLimit = perText((model): number => limits.find(([pattern]) => pattern.test(model))?.[1] ?? 65_536);
