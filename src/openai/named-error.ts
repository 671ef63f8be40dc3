import type { ProxyError } from '../kernel/proxy-error.ts';
import { invalid } from '../kernel/proxy-error.ts';
import { errorFacts } from '../wire/errors/error-facts.ts';
import { refusedField, type FieldNames } from './refused-field.ts';

/** Google's refusal of a request, told of the field by its name in this endpoint; any other error as it is. */
export const withFieldName =
  (names: FieldNames) =>
  (error: ProxyError): ProxyError => {
    if (error.tag !== 'GeminiInvalid') return error;
    const field = refusedField(error.message);
    return invalid(errorFacts(error).message, field === null ? null : names(field), error.code);
  };
