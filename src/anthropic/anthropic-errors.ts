import type { ProxyError } from '../kernel/proxy-error.ts';
import { jsonText } from '../kernel/well-formed.ts';
import type { ErrorReplies } from '../ports/dialect.ts';
import { json } from '../ports/reply.ts';
import { errorFacts } from '../wire/errors/error-facts.ts';
import { hopeless, type ErrorFacts, type ErrorKind } from '../wire/errors/error-kinds.ts';
import { reasonPhrase } from '../wire/errors/reason-phrase.ts';

/** A type of Anthropic's, and its status where that is not the error's own. */
type Word = { readonly type: string; readonly status?: number };

/** Anthropic's types (reference: its error guide). A fault of our keys is never 401 or 403: clients ask to log in. */
const words: Readonly<Record<ErrorKind, Word>> = {
  'invalid request': { type: 'invalid_request_error' },
  authentication: { type: 'authentication_error' },
  permission: { type: 'permission_error' },
  'not found': { type: 'not_found_error' },
  'too large': { type: 'request_too_large' },
  cancelled: { type: 'api_error' },
  'rate limit': { type: 'rate_limit_error' },
  quota: { type: 'rate_limit_error' },
  'no key': { type: 'api_error', status: 502 },
  overloaded: { type: 'overloaded_error', status: 529 },
  upstream: { type: 'api_error' },
  timeout: { type: 'timeout_error' },
  defect: { type: 'api_error' },
};

const baseAddress =
  'The base address for clients of Anthropic is that of this service itself, like https://pollux.example.com; ' +
  'they add /v1/messages.';

/** Google's words for it (recorded), in which it calls the limit "the maximum number of tokens allowed". */
const tooLong = /input token count \((\d+)\) exceeds the maximum number of tokens allowed \((\d+)\)/i;

/** Claude Code reads these numbers, and shortens the conversation by them. */
const promptTooLong = (message: string): string => {
  const [, count, most] = tooLong.exec(message) ?? [];
  return count === undefined
    ? `prompt is too long. ${message}`
    : `prompt is too long: ${count} tokens > ${most} maximum`;
};

const messageOf = (error: ProxyError, { message, code }: ErrorFacts): string => {
  if (error.tag === 'NoSuchRoute') return `${message} ${baseAddress}`;
  return error.tag === 'GeminiInvalid' && code === 'context_length_exceeded' ? promptTooLong(error.message) : message;
};

type Told = { readonly facts: ErrorFacts; readonly word: Word; readonly message: string };

const tellError = (error: ProxyError): Told => {
  const facts = errorFacts(error);
  return { facts, word: words[facts.kind], message: messageOf(error, facts) };
};

/** Errors in Anthropic's shape (@anthropic-ai/sdk 1.14: ErrorResponse), in an answer that bears this request id. */
export const anthropicErrors = (requestId: string): ErrorReplies => {
  const bodyOf = ({ word, message }: Told): object => ({
    type: 'error',
    error: { type: word.type, message },
    request_id: requestId,
  });
  return {
    whole: (error) => {
      const told = tellError(error);
      const { facts, word } = told;
      // Its clients try a wrong password again unless they are told that it is of no use.
      const headers = facts.kind === 'authentication' ? { ...facts.headers, ...hopeless } : facts.headers;
      return {
        ...json(word.status ?? facts.status, bodyOf(told), headers),
        reason: reasonPhrase(error, facts.message),
      };
    },
    inStream: (error) => `event: error\ndata: ${jsonText(bodyOf(tellError(error)))}\n\n`,
  };
};
