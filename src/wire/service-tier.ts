import type { GenerateContentRequest } from '../gemini/request.ts';
import type { UsageMetadata } from '../gemini/response.ts';

type Tier = GenerateContentRequest['serviceTier'];

const wanted: ReadonlyMap<string, Tier> = new Map([
  ['flex', 'flex'],
  ['priority', 'priority'],
  ['fast', 'priority'],
  ['ultrafast', 'priority'],
]);

/** The tier that a request's word stands for; undefined where Google's own choice is meant. */
export const serviceTier = (word: string | undefined): Tier => wanted.get(word ?? '');

/** The tier that serves such a word where Gemini does not say which it was: what it has no tier for is the default. */
export const likelyTier = (word: string | undefined): string => serviceTier(word) ?? 'default';

const served: ReadonlyMap<string, string> = new Map([
  ['standard', 'default'],
  ['flex', 'flex'],
  ['priority', 'priority'],
]);

/** The tier that served, in OpenAI's words; undefined when Gemini did not say. */
export const servedTier = (usage: UsageMetadata): string | undefined =>
  served.get(usage.serviceTier?.toLowerCase() ?? '');
