import type { ProxyError } from '../kernel/proxy-error.ts';
import type { ErrorReplies } from '../ports/dialect.ts';
import { json } from '../ports/reply.ts';
import { errorFacts } from '../wire/errors/error-facts.ts';
import type { ErrorFacts } from '../wire/errors/error-kinds.ts';
import { reasonPhrase } from '../wire/errors/reason-phrase.ts';
import { dataEvent } from '../wire/event-stream.ts';

/** Google's words for HTTP's statuses (google.rpc.Code). */
const words: ReadonlyMap<number, string> = new Map([
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [405, 'UNIMPLEMENTED'],
  [408, 'DEADLINE_EXCEEDED'],
  [429, 'RESOURCE_EXHAUSTED'],
  [499, 'CANCELLED'],
  [500, 'INTERNAL'],
  [501, 'UNIMPLEMENTED'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
]);

const wordOf = (error: ProxyError, status: number): string =>
  error.tag === 'BelongsApart' ? 'FAILED_PRECONDITION' : (words.get(status) ?? 'INVALID_ARGUMENT');

const type = 'type.googleapis.com/google.rpc.';

/** By which gemini-cli knows that no waiting helps today. */
const dayQuota = 'GenerateRequestsPerDayPerProjectPerModel-FreeTier';

const spentForDay = (error: ProxyError): string | null => {
  if (error.tag === 'QuotaSpent') return error.period === 'day' ? (error.quotaId ?? dayQuota) : null;
  return error.tag === 'KeysExhausted' && error.forToday ? dayQuota : null;
};

/** Google's details, by which its SDKs and gemini-cli wait, or give up. */
const detailsOf = (error: ProxyError, { headers }: ErrorFacts): readonly object[] => {
  const quotaId = spentForDay(error);
  const seconds = headers['retry-after'];
  return [
    ...(quotaId === null ? [] : [{ '@type': `${type}QuotaFailure`, violations: [{ quotaId }] }]),
    ...(seconds === undefined ? [] : [{ '@type': `${type}RetryInfo`, retryDelay: `${seconds}s` }]),
  ];
};

/** Callers of this door send the password as they send Google's key. */
const messageOf = (error: ProxyError, { message }: ErrorFacts): string =>
  error.tag === 'NoPassword'
    ? 'No API key given: send the PASSWORD of this service as the API key (x-goog-api-key, or ?key=).'
    : message;

const bodyOf = (error: ProxyError, facts: ErrorFacts): object => {
  const details = detailsOf(error, facts);
  return {
    error: {
      code: facts.status,
      message: messageOf(error, facts),
      status: wordOf(error, facts.status),
      ...(details.length === 0 ? {} : { details }),
    },
  };
};

/** An error of Google's, as text, in a stream of events: on one line. */
export const errorFrame = (text: string): string => {
  const value: unknown = JSON.parse(text);
  return dataEvent(Array.isArray(value) ? Object(value[0]) : Object(value));
};

/** Errors in Google's shape (google.rpc.Status). */
export const nativeErrors: ErrorReplies = {
  whole: (error) => {
    const facts = errorFacts(error);
    return {
      ...json(facts.status, bodyOf(error, facts), facts.headers),
      reason: reasonPhrase(error, messageOf(error, facts)),
    };
  },
  inStream: (error) => dataEvent(bodyOf(error, errorFacts(error))),
};
