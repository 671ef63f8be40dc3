import { TE, pipe } from '../kernel/fp.ts';
import type { Handler } from '../http/route.ts';
import { withFieldName } from '../openai/named-error.ts';
import type { FieldNames } from '../openai/refused-field.ts';

/** A handler whose refusals by Google name the field as its endpoint calls it. */
export const namingFields =
  (names: FieldNames) =>
  (handle: Handler): Handler =>
  (received, target) =>
    pipe(handle(received, target), TE.mapLeft(withFieldName(names)));
