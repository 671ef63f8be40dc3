import type { ProxyError } from '../kernel/proxy-error.ts';
import type { ErrorReplies } from '../ports/dialect.ts';
import { json } from '../ports/reply.ts';
import { errorFacts } from '../wire/errors/error-facts.ts';
import type { ErrorFacts, ErrorKind } from '../wire/errors/error-kinds.ts';
import { reasonPhrase } from '../wire/errors/reason-phrase.ts';
import { dataEvent } from '../wire/event-stream.ts';
import { refusedField } from './refused-field.ts';

const invalid = 'invalid_request_error';
const fault = 'server_error';

/** OpenAI's types (reference: its error guide). */
const types: Readonly<Record<ErrorKind, string>> = {
  'invalid request': invalid,
  authentication: invalid,
  permission: invalid,
  'not found': invalid,
  'too large': invalid,
  cancelled: invalid,
  'rate limit': 'requests',
  quota: 'insufficient_quota',
  'no key': fault,
  overloaded: fault,
  upstream: fault,
  timeout: fault,
  defect: fault,
};

/** People paste whole addresses where a base address belongs. */
const baseAddress =
  'The base address of this service is its own address followed by /v1, like https://pollux.example.com/v1; ' +
  'clients add the rest, such as /chat/completions.';

const shortBaseAddress = 'the base address of this service ends in /v1';

/** Codex reads from these words how long to wait where a stream has begun (openai/codex: `try again in 9s`). */
const waitWords = ({ kind, headers }: ErrorFacts): string => {
  const seconds = headers['retry-after'];
  const isHopeless = headers['x-should-retry'] === 'false';
  return kind !== 'rate limit' || seconds === undefined || isHopeless ? '' : ` Please try again in ${seconds}s.`;
};

const tellError = (error: ProxyError): ErrorFacts & { readonly reason: string } => {
  const facts = errorFacts(error);
  const reason = reasonPhrase(error, facts.message);
  if (error.tag === 'NoSuchRoute') {
    return { ...facts, message: `${facts.message} ${baseAddress}`, reason: `${reason}: ${shortBaseAddress}` };
  }
  const message = facts.message + waitWords(facts);
  const param = error.tag === 'GeminiInvalid' ? refusedField(error.message) : facts.param;
  return { ...facts, message, param, reason };
};

/** What an error says in OpenAI's words. */
export type ErrorBody = {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
};

const bodyOf = ({ kind, message, param, code }: ErrorFacts): { readonly error: ErrorBody } => ({
  error: { message, type: types[kind], param, code: code ?? (kind === 'overloaded' ? 'server_is_overloaded' : null) },
});

/** An error in OpenAI's words, for places that have a shape of their own for it. */
export const errorBody = (error: ProxyError): ErrorBody => bodyOf(tellError(error)).error;

/** Errors in OpenAI's shape (reference: its ErrorResponse schema, all four keys required). */
export const openaiErrors: ErrorReplies = {
  whole: (error) => {
    const { reason, ...facts } = tellError(error);
    return { ...json(facts.status, bodyOf(facts), facts.headers), reason };
  },
  inStream: (error) => dataEvent(bodyOf(tellError(error))),
};
