import type { Headers } from '../ports/reply.ts';

/** The headers of every answer. Clients log the `openai-` ones, and their bug reports quote `x-request-id`. */
export const answerHeaders = (requestId: string, milliseconds: number): Headers => ({
  'x-request-id': requestId,
  'openai-processing-ms': String(Math.round(milliseconds)),
  'openai-version': '2020-10-01',
});

/** Those that pages of another origin have a use for. */
export const readableHeaders: readonly string[] = [
  'x-request-id',
  'retry-after',
  'x-should-retry',
  'openai-processing-ms',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
];
