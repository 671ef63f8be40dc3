import type { InvalidCode, ProxyError } from '../kernel/proxy-error.ts';
import { isObject } from '../kernel/is-object.ts';
import { keyPattern } from './key-pattern.ts';

type Details = readonly Readonly<Record<string, unknown>>[];

/** Google's error as far as we read it (google.rpc.Status). */
type GoogleError = { readonly status: string; readonly message: string; readonly details: Details };

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

/** What in a text of Google's belongs to the owner: keys, projects, addresses with either in them. */
const owned: readonly (readonly [RegExp, string])[] = [
  [keyPattern, '[key]'],
  [/api_key:[^\s'"]+/gi, '[key]'],
  [/project(?:_number:|s\/|\s+)[\w-]*\d[\w-]*/gi, 'the project'],
  [/https?:\/\/\S+/g, '[link]'],
];

const mostMessage = 1000;

/** Google's text without keys, project numbers and links, and not too long. */
export const cleaned = (message: string): string =>
  owned.reduce((text, [pattern, instead]) => text.replaceAll(pattern, instead), message.slice(0, mostMessage));

const read = (error: Readonly<Record<string, unknown>>): GoogleError => ({
  status: typeof error['status'] === 'string' ? error['status'] : '',
  message: typeof error['message'] === 'string' ? error['message'] : '',
  details: Array.isArray(error['details']) ? error['details'].filter(isObject) : [],
});

const field = (details: Details, name: string): unknown => details.find((detail) => detail[name] !== undefined)?.[name];

const reasonOf = ({ details }: GoogleError): string => {
  const reason = field(details, 'reason');
  return typeof reason === 'string' ? reason : '';
};

/** "34s", "34.4s" → seconds. */
const delayOf = ({ details }: GoogleError): number | null => {
  const delay = field(details, 'retryDelay');
  const seconds = typeof delay === 'string' ? Number.parseFloat(delay) : Number.NaN;
  return Number.isFinite(seconds) ? seconds : null;
};

const quotaIds = ({ details }: GoogleError): readonly string[] => {
  const violations = field(details, 'violations');
  const metadata = field(details, 'metadata');
  return [
    ...(Array.isArray(violations) ? violations.filter(isObject).map((violation) => violation['quotaId']) : []),
    ...(isObject(metadata) ? [metadata['quota_limit']] : []),
  ].filter((id) => typeof id === 'string');
};

/** The worst violation wins: a day's quota may come with a short, misleading delay. */
const quotaSpent = (error: GoogleError): ProxyError => {
  const ids = quotaIds(error);
  const daily = ids.find((id) => /per_?day/i.test(id));
  return daily === undefined
    ? { tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: delayOf(error), quotaId: ids[0] ?? null }
    : { tag: 'QuotaSpent', period: 'day', retryAfterSeconds: null, quotaId: daily };
};

type Row = readonly [matches: (error: GoogleError, status: number) => boolean, told: (error: GoogleError, model: string) => ProxyError];

const says =
  (pattern: RegExp) =>
  (error: GoogleError): boolean =>
    pattern.test(error.message) || pattern.test(reasonOf(error));

const refusedKey =
  (fault: 'invalid' | 'leaked' | 'suspended' | 'denied', reason: string) => (): ProxyError => ({ tag: 'KeyRefused', fault, reason });

const refusedRequest =
  (code: InvalidCode | null) =>
  ({ message }: GoogleError): ProxyError => ({ tag: 'GeminiInvalid', message: message === '' ? 'no reason given.' : cleaned(message), code });

const fault = (status: 500 | 502 | 503 | 504, message: string) => (): ProxyError => ({ tag: 'GeminiFault', status, message });

/** Rows in order; the first that matches tells. Texts and reasons as recorded and as quoted in public issues. */
const rows: readonly Row[] = [
  [says(/^API_KEY_INVALID$|API key not valid|API key expired|API_KEY_EXPIRED/), refusedKey('invalid', 'Google says that the key is not valid')],
  [says(/reported as leaked/i), refusedKey('leaked', 'Google has found the key in public and disabled it')],
  [says(/CONSUMER_SUSPENDED|has been suspended/), refusedKey('suspended', "Google has suspended the key's project")],
  [says(/SERVICE_DISABLED|has not been used in project/), refusedKey('denied', "the Gemini API is not enabled for the key's project")],
  [says(/location is not supported|not available in your country/i), () => ({ tag: 'LocationRefused' })],
  [(_, status) => status === 401, refusedKey('invalid', 'Google does not accept the key')],
  [(_, status) => status === 403, refusedKey('denied', 'Google denies the key access')],
  [(_, status) => status === 404, ({ message }, model) => ({ tag: 'ModelNotFound', model, message: message === '' ? null : cleaned(message) })],
  [(_, status) => status === 429, quotaSpent],
  [says(/thought[_ ]signature/i), (error) => (/missing/i.test(error.message) ? refusedRequest(null)(error) : { tag: 'BadSignature' })],
  [says(/exceeds the maximum number of tokens|input token count/i), refusedRequest('context_length_exceeded')],
  [says(/is not enabled for|is not supported for|is unsupported/i), refusedRequest('unsupported_parameter')],
  [(_, status) => status >= 400 && status < 500 && status !== 408 && status !== 409 && status !== 499, refusedRequest(null)],
  [(_, status) => status === 503, fault(503, 'Gemini is overloaded. Please try again later.')],
  [(_, status) => status === 504 || status === 408, fault(504, 'Gemini took too long.')],
  [(_, status) => status >= 500, fault(500, 'Gemini has met an internal error. Please try again.')],
];

/** Tells an error object that Google sent, whole or inside a stream (then without a status of its own). */
export const failureOf = (error: Readonly<Record<string, unknown>>, status: number | null, model: string): ProxyError => {
  const google = read(error);
  const code = typeof error['code'] === 'number' ? error['code'] : null;
  const known = status ?? code ?? statuses.get(google.status) ?? 500;
  const row = rows.find(([matches]) => matches(google, known));
  return row === undefined ? { tag: 'GeminiFault', status: 502, message: `Gemini answered with status ${known}.` } : row[1](google, model);
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Tells a refusal by its HTTP status and body: an error object, one in an array, HTML, or nothing. */
export const failure = (status: number, text: string, model: string): ProxyError => {
  if (status >= 300 && status < 400) return { tag: 'BadAnswer', reason: 'a redirect' };
  const body = parsed(text);
  const first: unknown = Array.isArray(body) ? body[0] : body;
  const error = isObject(first) && isObject(first['error']) ? first['error'] : {};
  return failureOf(error, status, model);
};
