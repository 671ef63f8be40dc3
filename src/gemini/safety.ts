import type { SafetySetting } from './request.ts';

/** The categories that this API takes; the older PaLM ones and Vertex's image ones are refused here. */
const categories = [
  'HARM_CATEGORY_HARASSMENT',
  'HARM_CATEGORY_HATE_SPEECH',
  'HARM_CATEGORY_SEXUALLY_EXPLICIT',
  'HARM_CATEGORY_DANGEROUS_CONTENT',
  'HARM_CATEGORY_CIVIC_INTEGRITY',
] as const;

/** Every adjustable filter off: the default, which a request may override. */
export const filtersOff: readonly SafetySetting[] = categories.map((category) => ({ category, threshold: 'OFF' }));
