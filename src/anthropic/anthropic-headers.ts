import type { Headers } from '../ports/reply.ts';

/** The header of every answer: the only name by which the SDK reads it, and what Claude Code shows with an error. */
export const anthropicHeaders = (requestId: string): Headers => ({ 'request-id': requestId });

/** What pages of another origin have a use for. */
export const anthropicReadable: readonly string[] = ['request-id', 'retry-after', 'x-should-retry'];
