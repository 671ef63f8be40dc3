import type { Headers } from '../ports/reply.ts';

/** The headers of every answer. Clients log the `openai-` ones, and their bug reports quote `x-request-id`. */
export const commonHeaders = (requestId: string, milliseconds: number): Headers => ({
  'x-request-id': requestId,
  'openai-processing-ms': String(Math.round(milliseconds)),
  'openai-version': '2020-10-01',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
});
