import type { Headers } from '../ports/reply.ts';

/** The headers of every answer, whichever door it leaves by; a reply's own win. */
export const houseHeaders: Headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
