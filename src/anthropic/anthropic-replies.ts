import type { Replies } from '../ports/dialect.ts';
import { eventStreamHeaders } from '../wire/event-stream.ts';

/** How Anthropic's endpoints answer. Its `anthropic-ratelimit-` headers speak of quotas that this service hasn't. */
export const anthropicReplies: Replies = { streamHeaders: eventStreamHeaders, limitHeaders: () => ({}) };
