import { isObject } from '../kernel/is-object.ts';

type Details = readonly Readonly<Record<string, unknown>>[];

/** Google's error as far as we read it (google.rpc.Status). */
export type GoogleError = {
  /** Google's word, `INVALID_ARGUMENT`; empty when there is none. */
  readonly status: string;
  readonly code: number | null;
  readonly message: string;
  readonly details: Details;
};

/** HTTP status by Google's word, for errors inside a stream that carry no code (@ai-sdk/google). */
const statuses: ReadonlyMap<string, number> = new Map([
  ['CANCELLED', 499],
  ['INVALID_ARGUMENT', 400],
  ['FAILED_PRECONDITION', 400],
  ['OUT_OF_RANGE', 400],
  ['UNAUTHENTICATED', 401],
  ['PERMISSION_DENIED', 403],
  ['NOT_FOUND', 404],
  ['ABORTED', 409],
  ['ALREADY_EXISTS', 409],
  ['RESOURCE_EXHAUSTED', 429],
  ['UNKNOWN', 500],
  ['INTERNAL', 500],
  ['DATA_LOSS', 500],
  ['UNIMPLEMENTED', 501],
  ['UNAVAILABLE', 503],
  ['DEADLINE_EXCEEDED', 504],
]);

/** Reads an error object, whatever of it is there. */
export const googleError = (error: Readonly<Record<string, unknown>>): GoogleError => ({
  status: typeof error['status'] === 'string' ? error['status'] : '',
  code: typeof error['code'] === 'number' ? error['code'] : null,
  message: typeof error['message'] === 'string' ? error['message'] : '',
  details: Array.isArray(error['details']) ? error['details'].filter(isObject) : [],
});

/** The HTTP status that an error object itself tells: its code, else its word. */
export const statusOf = ({ code, status }: GoogleError): number | null => code ?? statuses.get(status) ?? null;

/** Google writes a code and a word of its own (google.rpc.Code); other services' objects of that name have neither. */
const isGoogles = (error: Readonly<Record<string, unknown>>): boolean =>
  typeof error['code'] === 'number' || (typeof error['status'] === 'string' && statuses.has(error['status']));

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Google's error object in a value, alone or first in a list; null for anything else, and for what others write. */
export const googleErrorOf = (value: unknown): Readonly<Record<string, unknown>> | null => {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return isObject(first) && isObject(first['error']) && isGoogles(first['error']) ? first['error'] : null;
};

/** The same in a body; null for a page and for nothing. */
export const googleErrorIn = (text: string): Readonly<Record<string, unknown>> | null =>
  googleErrorOf(parseJson(text));

/** A word that a machine wrote for machines: nothing a caller sends fits here. */
const isWord = (value: unknown): value is string => typeof value === 'string' && /^\w[\w-]{0,199}$/.test(value);

/** The reason in words for machines (google.rpc.ErrorInfo), of Google's own domain unless another is named. */
export const reasonOf = ({ details }: GoogleError, domain = 'googleapis.com'): string | null => {
  const reason = details.find((detail) => detail['domain'] === domain && isWord(detail['reason']))?.['reason'];
  return isWord(reason) ? reason : null;
};

const longestDelay = 86_400;

/** google.rpc.RetryInfo: "34s", "34.4s" → seconds, a day at most; null when nothing sensible is said. */
export const retryDelayOf = ({ details }: GoogleError): number | null => {
  const delay = details.find((detail) => detail['retryDelay'] !== undefined)?.['retryDelay'];
  const seconds = typeof delay === 'string' && /^\d{1,12}(\.\d{1,9})?s$/.test(delay) ? Number.parseFloat(delay) : null;
  return seconds === null ? null : Math.min(seconds, longestDelay);
};

const mostViolations = 100;

const violationsIn = (violations: unknown): Details =>
  Array.isArray(violations) ? violations.slice(0, mostViolations).filter(isObject) : [];

/** Whether a quota that was overrun is one of nothing: the project's plan has none of it (`quotaValue: "0"`). */
export const hasNoQuota = ({ details }: GoogleError): boolean =>
  details.some(({ violations }) => violationsIn(violations).some(({ quotaValue }) => quotaValue === '0'));

/** The quotas that were overrun (google.rpc.QuotaFailure, and the metadata of ErrorInfo). */
export const quotaIdsOf = ({ details }: GoogleError): readonly string[] =>
  details
    .flatMap(({ violations, metadata }): readonly unknown[] => [
      ...violationsIn(violations).map(({ quotaId }) => quotaId),
      ...(isObject(metadata) ? [metadata['quota_limit']] : []),
    ])
    .filter(isWord);
