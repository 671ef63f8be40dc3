import type { UsageMetadata } from '../../../gemini/response.ts';
import { tokenCounts } from '../../../gemini/usage.ts';

/** Anthropic counts what was read from its cache apart: with it the three inputs are all that was asked. */
const inputOf = (usage: UsageMetadata): { readonly fresh: number; readonly cached: number } => {
  const { input } = tokenCounts(usage);
  const cached = Math.min(usage.cachedContentTokenCount ?? 0, input);
  return { fresh: input - cached, cached };
};

/** The counts that a stream tells at its end; totals, as all of Anthropic's. */
export const finalUsage = (usage: UsageMetadata, searches: number): object => {
  const { fresh, cached } = inputOf(usage);
  return {
    input_tokens: fresh,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: tokenCounts(usage).output,
    output_tokens_details: { thinking_tokens: usage.thoughtsTokenCount ?? 0 },
    server_tool_use: searches === 0 ? null : { web_search_requests: searches, web_fetch_requests: 0 },
  };
};

const besides = { cache_creation: null, service_tier: 'standard', inference_geo: null, speed: null };

/** A whole message's counts. */
export const messageUsage = (usage: UsageMetadata, searches: number): object => ({
  ...finalUsage(usage, searches),
  ...besides,
});

/** What is known as a stream begins. */
export const firstUsage = (usage: UsageMetadata): object => {
  const { fresh, cached } = inputOf(usage);
  return {
    input_tokens: fresh,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: 1,
    output_tokens_details: null,
    server_tool_use: null,
    ...besides,
  };
};
