import type { InvalidCode, ProxyError } from '../kernel/proxy-error.ts';
import {
  googleError,
  googleErrorIn,
  hasNoQuota,
  quotaIdsOf,
  reasonOf,
  retryDelayOf,
  statusOf,
  type GoogleError,
} from './google-error.ts';
import { harmlessText } from './harmless-text.ts';
import { keyVerdict } from './key-verdict.ts';

/** The quota that no minute gives back: of a day or longer, or of nothing, since plans change at most by the day. */
const lastingQuota = (error: GoogleError, ids: readonly string[]): string | null | undefined =>
  ids.find((id) => /per_?(?:day|week|month)/i.test(id)) ?? (hasNoQuota(error) ? (ids[0] ?? null) : undefined);

/**
 * The worst violation wins: a day's quota may come with a short, misleading delay. A minute's quota of tokens alone may
 * be too small for this request and large enough for others.
 */
const quotaSpent = (error: GoogleError): ProxyError => {
  const ids = quotaIdsOf(error);
  const lasting = lastingQuota(error, ids);
  const isOfTokens = ids.length > 0 && ids.every((id) => /token/i.test(id));
  return lasting === undefined
    ? {
        tag: 'QuotaSpent',
        period: 'minute',
        retryAfterSeconds: retryDelayOf(error),
        quotaId: ids[0] ?? null,
        ...(isOfTokens ? { isOfTokens } : {}),
      }
    : { tag: 'QuotaSpent', period: 'day', retryAfterSeconds: null, quotaId: lasting };
};

type Row = readonly [
  matches: (error: GoogleError, status: number) => boolean,
  told: (error: GoogleError, model: string) => ProxyError,
];

const saysWords =
  (pattern: RegExp) =>
  (error: GoogleError): boolean =>
    pattern.test(error.message);

const hasStatus =
  (...statuses: readonly number[]) =>
  (_: GoogleError, status: number): boolean =>
    statuses.includes(status);

/** Google's reason as far as it may be shown. */
const reasonFor = (message: string, model: string): string => {
  if (message === '') return 'no reason given.';
  const text = harmlessText(message, model);
  return /[a-z]/i.test(text)
    ? text
    : 'its reason is not shown, since it may name what belongs to the owner of the key.';
};

const refusedRequest =
  (code: InvalidCode | null) =>
  ({ message }: GoogleError, model: string): ProxyError => ({
    tag: 'GeminiInvalid',
    message: reasonFor(message, model),
    code,
  });

const geminiFault = (status: 500 | 502 | 503 | 504, message: string) => (): ProxyError => ({
  tag: 'GeminiFault',
  status,
  message,
});

/** A file or a cached content belongs to the project of one key, and ends after a while: the request names it. */
const storedThing =
  /\b(?:the )?(file|cached ?content)s?\b(?: ((?:files\/|cachedContents\/)?[\w-]{1,64})(?= or | not |$))?/i;

const isStored = (error: GoogleError, status: number): boolean =>
  (status === 403 || status === 404) && !isNoModel(error) && storedThing.test(error.message);

const storedThingGone = ({ message }: GoogleError): ProxyError => {
  const [, kind = '', name] = storedThing.exec(message) ?? [];
  const what = kind.toLowerCase() === 'file' ? 'file' : 'cached content';
  const which = name === undefined ? '' : ` ${name}`;
  return {
    tag: 'GeminiInvalid',
    code: 'invalid_value',
    isThingLacking: true,
    message: `the ${what}${which} is not there for this service's keys: it does not exist, has ended, or belongs to another project.`,
  };
};

/** `models/x is not found for API version v1beta, …`, whatever the caller's x is. */
const isNoModel = saysWords(/^models\/.{0,300} is not found for API version \w{1,20}, or is not supported for /s);

const isRetired = saysWords(/^This model models\/[\w.-]{1,100} is no longer available to new users\. /);

const noModel = (message: string | null, maybeElsewhere: boolean) => (_: GoogleError, model: string): ProxyError => ({
  tag: 'ModelNotFound',
  model,
  message,
  ...(maybeElsewhere ? { maybeElsewhere: true } : {}),
});

const retiredModel: Row[1] = (error, model) =>
  noModel(`The model '${model}' is no longer available to new users of Google's API.`, true)(error, model);

const deniedModel: Row[1] = (error, model) =>
  noModel(`Google lets none of this service's keys use the model '${model}' in this way.`, true)(error, model);

const lacksPermission = (error: GoogleError): boolean =>
  ['googleapis.com', 'aiplatform.googleapis.com'].some((domain) => reasonOf(error, domain) === 'IAM_PERMISSION_DENIED');

/** Set up by the owner in Google's console, so it is no word about the model; another key's project may have it. */
const noPermission = (): ProxyError => ({
  tag: 'NoUsableKey',
  reasons: ["the keys' project lacks a permission for this"],
  maybeElsewhere: true,
});

/**
 * Rows in order; the first that matches tells. What only the caller's own answer depends on may be told by the text;
 * what all callers share (keys, quotas) is told by `keyVerdict` and by Google's quota ids alone.
 */
const rows: readonly Row[] = [
  [saysWords(/^User location is not supported for the API use\.$/), () => ({ tag: 'LocationRefused' })],
  [
    saysWords(/^(?:The )?Gemini API free tier is not available in your country\./),
    () => ({ tag: 'LocationRefused', maybeElsewhere: true }),
  ],
  [hasStatus(429), quotaSpent],
  [(error, status) => status === 404 && isRetired(error), retiredModel],
  [isStored, storedThingGone],
  [(error, status) => status === 403 && lacksPermission(error), noPermission],
  [hasStatus(403), deniedModel],
  [hasStatus(404), noModel(null, false)],
  [
    saysWords(/thought[_ ]signature/i),
    (error, model) => (/missing/i.test(error.message) ? refusedRequest(null)(error, model) : { tag: 'BadSignature' }),
  ],
  [saysWords(/exceeds the maximum number of tokens|input token count/i), refusedRequest('context_length_exceeded')],
  [saysWords(/is not enabled for|is not supported for|is unsupported/i), refusedRequest('unsupported_parameter')],
  [(_, status) => status >= 400 && status < 500 && ![408, 409, 499].includes(status), refusedRequest(null)],
  [
    hasStatus(503),
    () => ({
      tag: 'GeminiFault',
      status: 503,
      message: 'Gemini is overloaded. Please try again later.',
      isOutage: true,
    }),
  ],
  [
    hasStatus(504, 408),
    geminiFault(504, 'Gemini took too long. Please try again, with a shorter request or less thinking.'),
  ],
  [(_, status) => status >= 500, geminiFault(500, 'Gemini has met an internal error. Please try again.')],
];

/** Tells an error object that Google sent, whole or inside a stream (then without a status of its own). */
export const failureOf = (
  error: Readonly<Record<string, unknown>>,
  status: number | null,
  model: string,
): ProxyError => {
  const google = googleError(error);
  const known = status ?? statusOf(google) ?? 500;
  const verdict = keyVerdict(google, known);
  if (verdict !== null) return { tag: 'KeyRefused', ...verdict };
  const row = rows.find(([matches]) => matches(google, known));
  return row === undefined
    ? { tag: 'GeminiFault', status: 502, message: `Gemini answered with status ${known}. Please try again later.` }
    : row[1](google, model);
};

/**
 * An answer that is not Google's: a page of a proxy or a firewall on the way says nothing of keys, models or quotas.
 */
const notGoogles = (status: number): ProxyError => {
  const busy = status === 429 || status === 503;
  return {
    tag: 'GeminiFault',
    status: busy ? 503 : 502,
    message: `Something between this service and Gemini answered with status ${status}. Please try again later.`,
  };
};

/** Tells a refusal by its HTTP status and body: an error object, one in an array, HTML, or nothing. */
export const errorFromAnswer = (status: number, text: string, model: string): ProxyError => {
  if (status >= 300 && status < 400) return { tag: 'BadAnswer', reason: 'a redirect' };
  const error = googleErrorIn(text);
  return error === null ? notGoogles(status) : failureOf(error, status, model);
};
