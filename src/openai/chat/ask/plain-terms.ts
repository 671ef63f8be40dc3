import { keptTerms } from '../../../kernel/kept-terms.ts';

/** Fields of a chat request that hold nobody's words: numbers, flags, and words of the API. */
const fields: ReadonlySet<string> = new Set([
  'model',
  'temperature',
  'top_p',
  'top_k',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'presence_penalty',
  'frequency_penalty',
  'logprobs',
  'top_logprobs',
  'parallel_tool_calls',
  'reasoning_effort',
  'verbosity',
  'stream',
  'stream_options',
  'service_tier',
  'modalities',
  'store',
]);

/** The terms of chat requests that come again: a client sends the same ones with each of its messages. */
export const plainTerms = keptTerms('messages', fields);
