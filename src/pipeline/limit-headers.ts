import type { Permit } from '../ports/capabilities.ts';
import type { Headers, Whole } from '../ports/reply.ts';

/** What the limits tell on every answer; nothing when there is no limit. */
export const limitHeaders = (permit: Permit): Headers =>
  permit === null
    ? {}
    : {
        'x-ratelimit-limit-requests': String(permit.limit),
        'x-ratelimit-remaining-requests': String(permit.remaining),
        'x-ratelimit-reset-requests': `${permit.resetSeconds}s`,
      };

/** A whole answer that tells the limits too. */
export const withLimits =
  (permit: Permit) =>
  (whole: Whole): Whole => ({ ...whole, headers: { ...whole.headers, ...limitHeaders(permit) } });
