/**
 * What base addresses end in: OpenAI's own, Google's for its OpenAI-compatible API, Groq's and Azure's, OpenRouter's.
 */
export const baseAddresses: readonly string[] = [
  '/v1',
  '/v1beta/openai',
  '/v1alpha/openai',
  '/v1/openai',
  '/openai/v1',
  '/api/v1',
];
