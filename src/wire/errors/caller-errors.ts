import type { LimitName } from '../../kernel/proxy-error.ts';
import type { Headers } from '../../ports/reply.ts';
import type { ErrorFacts, ErrorsByTag, FactsTable } from './error-kinds.ts';
import { factsOf, hopeless, retryAfter, waitWords } from './error-kinds.ts';

/** RFC 9110 §15.5.2: a 401 says how to ask. */
const challenge: Headers = { 'www-authenticate': 'Bearer realm="Pollux"' };

const refusedPassword = (message: string): ErrorFacts => factsOf({
  status: 401,
  kind: 'authentication',
  message,
  code: 'invalid_api_key',
  headers: challenge,
});

const limitFacts = (message: string, headers: Headers): ErrorFacts => factsOf({
  status: 429,
  kind: 'rate limit',
  message,
  code: 'rate_limit_exceeded',
  headers,
});

const tooManyCalls = (limit: LimitName, most: number, calls: number): ErrorFacts => {
  const setting = {
    minute: 'a minute (MAX_REQUESTS_PER_MINUTE)',
    day: 'a day from one address (MAX_REQUESTS_PER_DAY_PER_IP)',
  }[limit];
  const what = `This request makes ${calls} calls of Gemini, and this service takes ${most} ${setting}`;
  return limitFacts(`${what}: ask for less at once.`, hopeless);
};

const limitReached = ({ limit, most, retryAfterSeconds, calls = 1 }: ErrorsByTag['LimitReached']): ErrorFacts => {
  if (calls > most) return tooManyCalls(limit, most, calls);
  const wait = retryAfter(retryAfterSeconds);
  return limit === 'minute'
    ? limitFacts(
        `This service takes ${most} requests a minute (MAX_REQUESTS_PER_MINUTE): ` +
          `${waitWords(retryAfterSeconds)}, then send it again.`,
        wait,
      )
    : limitFacts(
        `This service takes ${most} requests a day from one address (MAX_REQUESTS_PER_DAY_PER_IP): try again tomorrow.`,
        { ...wait, ...hopeless },
      );
};

const bytesPerMiB = 1_048_576;

/** What the caller did. */
export const callerErrors: FactsTable<
  | 'NoPassword'
  | 'WrongPassword'
  | 'DefaultPasswordRefused'
  | 'TooManyGuesses'
  | 'LimitReached'
  | 'InvalidRequest'
  | 'NotKept'
  | 'NoSuchRoute'
  | 'MethodNotAllowed'
  | 'Forbidden'
  | 'NotOffered'
  | 'NoSuchThing'
  | 'BelongsApart'
  | 'BodyTooLarge'
  | 'TooMuchHeld'
  | 'TooMuchSent'
  | 'UnsupportedMedia'
  | 'UnknownExpectation'
  | 'BodyTimeout'
> = {
  NoPassword: () =>
    refusedPassword('No API key given: send the PASSWORD of this service as the API key (Authorization: Bearer …).'),
  WrongPassword: () =>
    refusedPassword('Incorrect API key provided: it must be the PASSWORD of this service, no key of Google or OpenAI.'),
  DefaultPasswordRefused: () =>
    factsOf({
      status: 403,
      kind: 'permission',
      message: "The default password works from the service's own network only: its owner must set PASSWORD.",
      code: 'default_password',
    }),
  TooManyGuesses: ({ retryAfterSeconds }) =>
    limitFacts(
      `Too many wrong API keys from this address: ${waitWords(retryAfterSeconds)}, then use the right one.`,
      retryAfter(retryAfterSeconds),
    ),
  LimitReached: limitReached,
  InvalidRequest: ({ message, param, code }) => factsOf({ status: 400, kind: 'invalid request', message, param, code }),
  NotKept: ({ message, param }) => factsOf({ status: 404, kind: 'not found', message, param }),
  NoSuchRoute: ({ method, path }) =>
    factsOf({
      status: 404,
      kind: 'not found',
      message: `Unknown request URL: ${method} ${path}.`,
      code: 'unknown_url',
    }),
  MethodNotAllowed: ({ method, allowed }) =>
    factsOf({
      status: 405,
      kind: 'invalid request',
      message: `${method} is not allowed here: use ${allowed.join(' or ')}.`,
      code: 'method_not_allowed',
      headers: { allow: allowed.join(', ') },
    }),
  Forbidden: ({ message }) => factsOf({ status: 403, kind: 'permission', message, code: 'not_allowed' }),
  NotOffered: ({ message }) => factsOf({ status: 501, kind: 'invalid request', message, code: 'not_offered' }),
  NoSuchThing: ({ message }) => factsOf({ status: 404, kind: 'not found', message, code: 'not_found' }),
  BelongsApart: ({ message }) => factsOf({ status: 400, kind: 'invalid request', message, code: 'belongs_apart' }),
  BodyTooLarge: ({ mostBytes }) =>
    factsOf({
      status: 413,
      kind: 'too large',
      message:
        `The request body is larger than ${Math.floor(mostBytes / bytesPerMiB)} MiB (MAX_BODY_MB): ` +
        'send fewer or smaller pictures and files.',
      code: 'request_too_large',
    }),
  TooMuchHeld: ({ mostBytes }) =>
    factsOf({
      status: 413,
      kind: 'too large',
      message:
        `This request, with what is read and answered for it, takes more than the ${Math.floor(mostBytes / bytesPerMiB)} ` +
        'MiB of memory that one may have here (MEMORY_BUDGET_MB): ask for less at once.',
      code: 'request_too_large',
    }),
  TooMuchSent: ({ mostBytes, param }) =>
    factsOf({
      status: 413,
      kind: 'too large',
      message:
        `With all that it refers to, in all its copies, this request would send Gemini more than the ` +
        `${Math.floor(mostBytes / bytesPerMiB)} MiB that one may (MAX_BODY_MB and 32): refer to less, or ask for fewer.`,
      param,
      code: 'request_too_large',
    }),
  UnsupportedMedia: ({ message }) => factsOf({ status: 415, kind: 'invalid request', message }),
  UnknownExpectation: () =>
    factsOf({
      status: 417,
      kind: 'invalid request',
      message: 'This Expect header is not understood: send the request without it.',
      code: 'invalid_value',
    }),
  BodyTimeout: () =>
    factsOf({
      status: 408,
      kind: 'invalid request',
      message: 'The request body came too slowly: send it again, or send less.',
    }),
};
