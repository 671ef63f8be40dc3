import { t } from '../kernel/fp.ts';
import { optional } from './codec.ts';
import { readerOf, withReader, type ReadingCodec } from './reader.ts';

type Schema = Readonly<Record<string, unknown>> | undefined;

/** A schema may be a flag (JSON Schema 2020-12 §4.3.2): `true` takes anything, `false` has nothing to say it with. */
export const schemaOr = (anything: Schema): ReadingCodec<Schema> => {
  const codec = optional(t.UnknownRecord);
  const read = readerOf(codec);
  const ofFlag = (flag: boolean): Schema => (flag ? anything : undefined);
  return withReader(
    new t.Type<Schema, unknown>(
      t.UnknownRecord.name,
      codec.is,
      (value, context) => (typeof value === 'boolean' ? t.success(ofFlag(value)) : codec.validate(value, context)),
      t.identity,
    ),
    (value) => (typeof value === 'boolean' ? ofFlag(value) : read(value)),
  );
};
