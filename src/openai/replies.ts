import type { Permit } from '../ports/capabilities.ts';
import type { Replies } from '../ports/dialect.ts';
import type { Headers } from '../ports/reply.ts';
import { eventStreamHeaders } from '../wire/event-stream.ts';

/** OpenAI's names (reference: its guide to rate limits); nothing when there is no limit. */
const limitHeaders = (permit: Permit): Headers =>
  permit === null
    ? {}
    : {
        'x-ratelimit-limit-requests': String(permit.limit),
        'x-ratelimit-remaining-requests': String(permit.remaining),
        'x-ratelimit-reset-requests': `${permit.resetSeconds}s`,
      };

/** How OpenAI's endpoints answer. */
export const openaiReplies: Replies = { streamHeaders: eventStreamHeaders, limitHeaders };
