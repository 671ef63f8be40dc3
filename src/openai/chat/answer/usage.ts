import { tokenCounts } from '../../../gemini/usage.ts';
import type { ModalityCount, UsageMetadata } from '../../../gemini/response.ts';

/** OpenAI's CompletionUsage. */
export type Usage = {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: Readonly<Record<string, number>>;
  readonly completion_tokens_details: Readonly<Record<string, number>>;
};

const countOf = (details: readonly ModalityCount[] | undefined, modality: string): number | undefined =>
  details?.find((detail) => detail.modality === modality)?.tokenCount;

const presentCounts = (counts: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

/** Gemini's counts as OpenAI's. */
export const toUsage = (usage: UsageMetadata): Usage => {
  const { input, output } = tokenCounts(usage);
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: presentCounts({
      cached_tokens: usage.cachedContentTokenCount ?? 0,
      audio_tokens: countOf(usage.promptTokensDetails, 'AUDIO') ?? 0,
      text_tokens: countOf(usage.promptTokensDetails, 'TEXT'),
      image_tokens: countOf(usage.promptTokensDetails, 'IMAGE'),
    }),
    completion_tokens_details: presentCounts({
      reasoning_tokens: usage.thoughtsTokenCount ?? 0,
      audio_tokens: countOf(usage.candidatesTokensDetails, 'AUDIO') ?? 0,
      text_tokens: countOf(usage.candidatesTokensDetails, 'TEXT'),
      image_tokens: countOf(usage.candidatesTokensDetails, 'IMAGE'),
    }),
  };
};
