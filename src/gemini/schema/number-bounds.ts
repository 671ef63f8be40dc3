import type { Json, JsonObject } from '../request.ts';
import type { Draft } from './draft.ts';
import { kinds } from './kinds.ts';

const isFinite = (value: Json | undefined): value is number => typeof value === 'number' && Number.isFinite(value);

/** The next whole number beyond a bound that is not in itself. Where numbers are too big to step, the bound stays. */
const leastAbove = (open: number, whole: boolean): number => (whole ? Math.floor(open) + 1 : open);
const mostBelow = (open: number, whole: boolean): number => (whole ? Math.ceil(open) - 1 : open);

/**
 * `minimum` and `maximum`: exclusive bounds, which Gemini does not know, are the next whole number for integers and
 * the bound itself for other numbers. Draft 4 wrote them as flags beside the others.
 */
export const boundNumbers = (draft: Draft, schema: JsonObject): void => {
  const whole = (draft.kinds & kinds.number) === kinds.integer;
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  if (isFinite(minimum)) draft.words['minimum'] = above === true ? leastAbove(minimum, whole) : minimum;
  if (isFinite(maximum)) draft.words['maximum'] = below === true ? mostBelow(maximum, whole) : maximum;
  const { minimum: lowest, maximum: highest } = draft.words;
  if (isFinite(above))
    draft.words['minimum'] = isFinite(lowest) ? Math.max(lowest, leastAbove(above, whole)) : leastAbove(above, whole);
  if (isFinite(below))
    draft.words['maximum'] = isFinite(highest) ? Math.min(highest, mostBelow(below, whole)) : mostBelow(below, whole);
};
