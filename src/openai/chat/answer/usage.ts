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

const noDetails: readonly ModalityCount[] = [];

const countOf = (details = noDetails, modality: string): number | undefined => {
  for (const detail of details) if (detail.modality === modality) return detail.tokenCount;
  return undefined;
};

type Counts = Record<string, number>;

/** Adds how many text and image tokens there were, where that was said. */
const withModalities = (counts: Counts, details: readonly ModalityCount[] | undefined): Counts => {
  const [text, image] = [countOf(details, 'TEXT'), countOf(details, 'IMAGE')];
  if (text !== undefined) counts['text_tokens'] = text;
  if (image !== undefined) counts['image_tokens'] = image;
  return counts;
};

/** Gemini's counts as OpenAI's. */
export const toUsage = (usage: UsageMetadata): Usage => {
  const { input, output } = tokenCounts(usage);
  const { promptTokensDetails: asked, candidatesTokensDetails: answered } = usage;
  const [heard, spoken] = [countOf(asked, 'AUDIO') ?? 0, countOf(answered, 'AUDIO') ?? 0];
  const [cached_tokens, reasoning_tokens] = [usage.cachedContentTokenCount ?? 0, usage.thoughtsTokenCount ?? 0];
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: withModalities({ cached_tokens, audio_tokens: heard }, asked),
    completion_tokens_details: withModalities({ reasoning_tokens, audio_tokens: spoken }, answered),
  };
};
