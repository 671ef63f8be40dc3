import { t } from '../kernel/fp.ts';
import { efforts, type Effort } from '../gemini/thinking.ts';
import { oneOf, optional } from '../wire/codec.ts';

/**
 * An effort; `auto` and `default`, which clients send for "as the model likes", are as good as nothing (Cherry Studio).
 */
export const effortWish: t.Type<Effort | undefined, unknown> = (() => {
  const codec = optional(oneOf(efforts));
  return new t.Type<Effort | undefined, unknown>(
    codec.name,
    codec.is,
    (value, context) =>
      value === 'auto' || value === 'default' ? t.success(undefined) : codec.validate(value, context),
    t.identity,
  );
})();
