import type { ModelTraits } from './model-traits.ts';
import type { SafetySetting } from './request.ts';

/** The categories that are off by default. */
const categories = [
  'HARM_CATEGORY_HARASSMENT',
  'HARM_CATEGORY_HATE_SPEECH',
  'HARM_CATEGORY_SEXUALLY_EXPLICIT',
  'HARM_CATEGORY_DANGEROUS_CONTENT',
  'HARM_CATEGORY_CIVIC_INTEGRITY',
] as const;

/** The categories that this API takes; the older PaLM ones and Vertex's image ones are refused here. */
export const harmCategories = [...categories, 'HARM_CATEGORY_JAILBREAK'] as const;

/** How much is blocked, from most to nothing. */
export const blockThresholds = [
  'BLOCK_LOW_AND_ABOVE',
  'BLOCK_MEDIUM_AND_ABOVE',
  'BLOCK_ONLY_HIGH',
  'BLOCK_NONE',
  'OFF',
  'HARM_BLOCK_THRESHOLD_UNSPECIFIED',
] as const;

/** Every adjustable filter off: the default, which a request may override. */
export const filtersOff: readonly SafetySetting[] = categories.map((category) => ({ category, threshold: 'OFF' }));

/** The filters for a model: as asked, else off; speech models take no such settings. */
export const safetySettings = (
  wanted: readonly SafetySetting[] | undefined,
  { output }: Pick<ModelTraits, 'output'>,
): readonly SafetySetting[] | undefined => wanted ?? (output === 'audio' ? undefined : filtersOff);
