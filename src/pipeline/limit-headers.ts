import type { Permit } from '../ports/capabilities.ts';
import type { Replies } from '../ports/dialect.ts';
import type { Whole } from '../ports/reply.ts';

/** A whole answer that tells the limits too, where there are any. */
export const withLimits = ({ limitHeaders }: Pick<Replies, 'limitHeaders'>, permit: Permit, whole: Whole): Whole =>
  permit === null ? whole : { ...whole, headers: { ...whole.headers, ...limitHeaders(permit) } };
