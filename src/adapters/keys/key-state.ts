import type { KeyFault, ProxyError } from '../../kernel/proxy-error.ts';
import { pacificMidnightAfter } from './pacific-midnight.ts';

/**
 * A key's (or project's) rest from one model after a 429; `since` and `until` in milliseconds since the epoch. It rests
 * from calls of so many bytes and more: a quota of tokens that is spent for a large request may do for a small one.
 */
export type Rest = {
  readonly period: 'minute' | 'day';
  readonly since: number;
  readonly until: number;
  readonly fromSize: number;
};

/** Why Google turned a key away, for all models; `since` and `until` in milliseconds since the epoch. */
export type HealthFault = {
  readonly fault: KeyFault;
  readonly reason: string;
  readonly since: number;
  readonly until: number;
};

/** When an attempt began and when its end was reported, in milliseconds since the epoch; the bytes that it sent. */
export type Attempt = { readonly began: number; readonly now: number; readonly size?: number };

const second = 1000;
const unsaidRest = 60 * second;
const longestRest = 120 * second;
const longestDay = 25 * 60 * 60 * second;
const longestFault = 7 * 24 * 60 * 60 * second;

const minuteRest = (seconds: number | null, now: number): Rest => {
  const asked = seconds === null ? unsaidRest : seconds * second;
  return { period: 'minute', since: now, until: now + Math.min(Math.max(asked, second), longestRest), fromSize: 0 };
};

/** A rest that ended this short a time ago without any success since was too short. */
const relapseMs = 60 * second;

/** What is spent again as soon as it was given back rests twice as long, two minutes at most. */
const prolongRest = (rest: Rest, next: Rest): Rest => {
  const isSoon =
    rest.period === 'minute' &&
    next.period === 'minute' &&
    next.since >= rest.until &&
    next.since - rest.until < relapseMs;
  if (!isSoon || next.fromSize < rest.fromSize) return next;
  return { ...next, until: Math.max(next.until, next.since + Math.min(2 * (rest.until - rest.since), longestRest)) };
};

const joinRests = (rest: Rest, next: Rest): Rest => {
  const longer = rest.until > next.until ? rest : next;
  return { ...longer, fromSize: Math.min(rest.fromSize, next.fromSize) };
};

const dayRest = ({ began, now }: Attempt): Rest => {
  const until = pacificMidnightAfter(Math.min(began, now));
  return until > now ? { period: 'day', since: now, until, fromSize: 0 } : minuteRest(null, now);
};

/**
 * The rest after the attempt ended in `error`; only QuotaSpent changes it, and never to an earlier end. The delay
 * that Google sends with a daily 429 is short and ignored. A daily 429 of a day that has ended meanwhile rests 60 s.
 */
export const restAfter = (rest: Rest | null, error: ProxyError | null, attempt: Attempt): Rest | null => {
  if (error?.tag !== 'QuotaSpent') return rest;
  const spent = error.period === 'day' ? dayRest(attempt) : minuteRest(error.retryAfterSeconds, attempt.now);
  const next = error.isOfTokens === true ? { ...spent, fromSize: attempt.size ?? 0 } : spent;
  if (rest === null) return next;
  return attempt.now >= rest.until ? prolongRest(rest, next) : joinRests(rest, next);
};

/** The rest as it stands now: null when over. A clock that jumped back begins the period anew, never a longer one. */
export const restNow = (rest: Rest | null, now: number): Rest | null => {
  if (rest === null || now >= rest.until) return null;
  if (rest.period === 'day') {
    if (now >= rest.since && rest.until - now <= longestDay) return rest;
    return { ...rest, since: now, until: pacificMidnightAfter(now) };
  }
  if (now >= rest.since && rest.until - now <= longestRest) return rest;
  return { ...rest, since: now, until: now + Math.min(rest.until - rest.since, longestRest) };
};

/**
 * A key's health after an attempt (error null = it worked). KeyRefused is a fault for seven days; a success ends it
 * only when it began after the fault, for an answer already under way proves nothing about the key now.
 */
export const healthAfter = (
  known: HealthFault | null,
  error: ProxyError | null,
  { began, now }: Attempt,
): HealthFault | null => {
  if (error === null) return known !== null && began > known.since ? null : known;
  if (error.tag !== 'KeyRefused') return known;
  return { fault: error.fault, reason: error.reason, since: now, until: now + longestFault };
};

/**
 * The fault as it stands now: null when over. Neither a clock that jumped back nor a file makes it last over a week.
 */
export const healthNow = (known: HealthFault | null, now: number): HealthFault | null => {
  if (known === null || now >= known.until) return null;
  return now >= known.since && known.until - now <= longestFault
    ? known
    : { ...known, since: now, until: now + longestFault };
};
