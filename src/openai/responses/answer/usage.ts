import type { UsageMetadata } from '../../../gemini/response.ts';
import { tokenCounts } from '../../../gemini/usage.ts';

/** OpenAI's ResponseUsage. */
export type ResponseUsage = {
  readonly input_tokens: number;
  readonly input_tokens_details: { readonly cached_tokens: number; readonly cache_write_tokens: number };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly reasoning_tokens: number };
  readonly total_tokens: number;
};

/** Gemini's counts as the Responses API has them: all of them, since Codex can't read a usage that lacks one. */
export const responseUsage = (usage: UsageMetadata): ResponseUsage => {
  const { input, output } = tokenCounts(usage);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cachedContentTokenCount ?? 0, cache_write_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.thoughtsTokenCount ?? 0 },
    total_tokens: input + output,
  };
};
