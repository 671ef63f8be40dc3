import type { ProxyError } from '../kernel/proxy-error.ts';

const longest = 86_400;

/**
 * A head's `Retry-After` in seconds, a day at most: a number, or a date as HTTP writes it (RFC 9110, 10.2.3). Null
 * where it says nothing of the kind; `now` in milliseconds since the epoch.
 */
export const retryAfterIn = (value: string | null | undefined, now: number): number | null => {
  if (value === null || value === undefined) return null;
  if (/^\d{1,12}$/.test(value)) return Math.min(Number(value), longest);
  const date = /^[A-Z][a-z]{2}, .{1,30} GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.min(Math.max(Math.ceil((date - now) / 1000), 0), longest);
};

/** A refusal with the wait that its head told, where its body told none: Google's RetryInfo goes before. */
export const withToldWait = (error: ProxyError, seconds: number | null): ProxyError => {
  if (seconds === null) return error;
  if (error.tag === 'QuotaSpent' && error.period === 'minute' && error.retryAfterSeconds === null)
    return { ...error, retryAfterSeconds: seconds };
  return error.tag === 'GeminiFault' && error.status === 503 ? { ...error, retryAfterSeconds: seconds } : error;
};
