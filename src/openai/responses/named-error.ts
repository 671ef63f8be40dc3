import type { ProxyError } from '../../kernel/proxy-error.ts';
import { invalid } from '../../kernel/proxy-error.ts';
import { errorFacts } from '../../wire/errors/error-facts.ts';
import { refusedField, responseField } from '../refused-field.ts';

/** Google's refusal of a request, told of the field by its name in this API; any other error as it is. */
export const withFieldName = (error: ProxyError): ProxyError =>
  error.tag === 'GeminiInvalid'
    ? invalid(errorFacts(error).message, responseField(refusedField(error.message)), error.code)
    : error;
