import { t } from '../kernel/fp.ts';
import { optional } from './codec.ts';

/** A schema may be a flag (JSON Schema 2020-12 §4.3.2): `true` takes anything, `false` has nothing to say it with. */
export const schemaOr = (
  anything: Readonly<Record<string, unknown>> | undefined,
): t.Type<Readonly<Record<string, unknown>> | undefined, unknown> => {
  const codec = optional(t.UnknownRecord);
  return new t.Type(
    t.UnknownRecord.name,
    codec.is,
    (value, context) =>
      typeof value === 'boolean' ? t.success(value ? anything : undefined) : codec.validate(value, context),
    t.identity,
  );
};
