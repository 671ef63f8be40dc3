import type { ErrorFacts, FactsTable } from './error-kinds.ts';
import { factsOf, hopeless, retryAfter, waitWords, worthWaiting } from './error-kinds.ts';

const noQuota = (message: string, seconds: number | null = null): ErrorFacts => factsOf({
  status: 429,
  kind: 'quota',
  message,
  code: 'insufficient_quota',
  headers: { ...hopeless, ...(seconds === null ? {} : retryAfter(seconds)) },
});

const dayMessage =
  'The quota of all Gemini keys for this model is used up for today, or their plan has none for it: ' +
  'choose another model, or wait until midnight Pacific time.';

const rateLimit = (whose: string, wait: number): ErrorFacts => factsOf({
  status: 429,
  kind: 'rate limit',
  message: `${whose} rate limit for this model: ${waitWords(wait)}, or choose another model.`,
  code: 'rate_limit_exceeded',
  headers: worthWaiting(wait),
});

const spentByAll = (seconds: number, forToday: boolean): ErrorFacts =>
  forToday ? noQuota(dayMessage, seconds) : rateLimit('All Gemini keys have reached their', seconds);

/** Of one key: behind the first words of an answer, or where the request allows no other try. */
const spentByOne = (seconds: number | null, forToday: boolean): ErrorFacts =>
  forToday
    ? noQuota(dayMessage, seconds)
    : rateLimit('The Gemini key of this answer has reached its', seconds ?? 60);

const unpaidKeys = (reasons: readonly string[]): ErrorFacts =>
  noQuota(
    'The Gemini keys have nothing left to spend: ' +
      `their owner must add credit or raise the limit in Google AI Studio (${reasons.join('; ')}).`,
  );

const noKey = (message: string, code: string): ErrorFacts => factsOf({
  status: 503,
  kind: 'no key',
  message,
  code,
  headers: hopeless,
});

const refusedKeys = (reasons: readonly string[]): ErrorFacts =>
  noKey(
    `No Gemini key of this service can be used (${reasons.join('; ')}): ` +
      'its owner must put a working one into GEMINI_API_KEYS.',
    'no_usable_key',
  );

/** What the pool of keys has come to. */
export const keyErrors: FactsTable<
  'NoKeysConfigured' | 'NoUsableKey' | 'KeyRefused' | 'KeysExhausted' | 'QuotaSpent'
> = {
  NoKeysConfigured: () =>
    noKey('No Gemini key is set: the owner of this service must put at least one into GEMINI_API_KEYS.', 'no_keys'),
  NoUsableKey: ({ unpaid, reasons }) => (unpaid === true ? unpaidKeys(reasons) : refusedKeys(reasons)),
  KeyRefused: ({ fault, reason }) => (fault === 'unpaid' ? unpaidKeys([reason]) : refusedKeys([reason])),
  KeysExhausted: ({ retryAfterSeconds, forToday }) => spentByAll(retryAfterSeconds, forToday),
  QuotaSpent: ({ retryAfterSeconds, period }) => spentByOne(retryAfterSeconds, period === 'day'),
};
