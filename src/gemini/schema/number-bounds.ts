import type { Json, JsonObject } from '../request.ts';
import type { Draft } from './draft.ts';
import { kinds } from './kinds.ts';

const finite = (value: Json | undefined): value is number => typeof value === 'number' && Number.isFinite(value);

/** The next whole number beyond a bound that is not in itself. Where numbers are too big to step, the bound stays. */
const least = (open: number, whole: boolean): number => (whole ? Math.floor(open) + 1 : open);
const most = (open: number, whole: boolean): number => (whole ? Math.ceil(open) - 1 : open);

/**
 * `minimum` and `maximum`: exclusive bounds, which Gemini does not know, are the next whole number for integers and
 * the bound itself for other numbers. Draft 4 wrote them as flags beside the others.
 */
export const boundNumbers = (draft: Draft, schema: JsonObject): void => {
  const whole = (draft.kinds & kinds.number) === kinds.integer;
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  if (finite(minimum)) draft.words['minimum'] = above === true ? least(minimum, whole) : minimum;
  if (finite(maximum)) draft.words['maximum'] = below === true ? most(maximum, whole) : maximum;
  const { minimum: lowest, maximum: highest } = draft.words;
  if (finite(above)) draft.words['minimum'] = finite(lowest) ? Math.max(lowest, least(above, whole)) : least(above, whole);
  if (finite(below)) draft.words['maximum'] = finite(highest) ? Math.min(highest, most(below, whole)) : most(below, whole);
};
