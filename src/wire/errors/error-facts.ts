import type { ProxyError } from '../../kernel/proxy-error.ts';
import { answerErrors } from './answer-errors.ts';
import { callerErrors } from './caller-errors.ts';
import { factsOf, retryAfter, type ErrorFacts, type ErrorsByTag, type FactsTable } from './error-kinds.ts';
import { geminiErrors } from './gemini-errors.ts';
import { keyErrors } from './key-errors.ts';

const serviceErrors: FactsTable<'Busy' | 'ShuttingDown' | 'ClientGone' | 'Defect'> = {
  Busy: ({ message }) => factsOf({ status: 503, kind: 'overloaded', message, code: 'busy', headers: retryAfter(1) }),
  ShuttingDown: () => factsOf({
    status: 503,
    kind: 'overloaded',
    message: 'The service is restarting: try again in a few seconds.',
    code: 'restarting',
    headers: retryAfter(5),
  }),
  ClientGone: () => factsOf({ status: 499, kind: 'cancelled', message: 'The client closed the request.' }),
  Defect: () => factsOf({
    status: 500,
    kind: 'defect',
    message: 'The service has a defect: try again; if it stays so, its log tells more under this request id.',
  }),
};

/** Every error of the service: an error that is missing here does not compile. */
const table: FactsTable<ProxyError['tag']> = {
  ...callerErrors,
  ...keyErrors,
  ...geminiErrors,
  ...answerErrors,
  ...serviceErrors,
};

const factsFor = <Tag extends ProxyError['tag']>(tag: Tag, error: ErrorsByTag[Tag]): ErrorFacts => table[tag](error);

/** What a caller is told of an error, once for all dialects: each of them only gives it its shape (docs/errors.md). */
export const errorFacts = (error: ProxyError): ErrorFacts => factsFor(error.tag, error);
