import { E } from '../../kernel/fp.ts';
import type { LimitName, ProxyError } from '../../kernel/proxy-error.ts';
import type { Permit, TakePermit } from '../../ports/capabilities.ts';
import type { ServiceStatus } from '../../ports/status.ts';
import { dayCounts, type DayCountsNeeds } from './day-counts.ts';
import { minuteWindow } from './minute-window.ts';

/** The limits in force. */
export type LimiterSettings = {
  /** MAX_REQUESTS_PER_MINUTE, for all callers together; 0 = no limit. */
  readonly perMinute: number;
  /** MAX_REQUESTS_PER_DAY_PER_IP; 0 = no limit. */
  readonly perDayPerAddress: number;
};

/** Takes permits, and tells for the status page how much of the limits is used. */
export type Limiter = { readonly takePermit: TakePermit; readonly use: (address: string) => ServiceStatus['use'] };

/** One limit as a request finds it; `waitMs` until a place is free, `resetMs` until all are. */
type Standing = {
  readonly limit: LimitName;
  readonly most: number;
  readonly used: number;
  readonly waitMs: number;
  readonly resetMs: number;
};

const wholeSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

const limitReached = ({ limit, most, waitMs }: Standing): ProxyError => ({
  tag: 'LimitReached',
  limit,
  most,
  retryAfterSeconds: wholeSeconds(waitMs),
});

const permitOf = (standings: readonly Standing[], calls: number): Permit =>
  standings
    .map(({ most, used, resetMs }) => ({
      limit: most,
      remaining: most - used - calls,
      resetSeconds: wholeSeconds(resetMs),
    }))
    .reduce<Permit>(
      (tightest, next) => (tightest === null || next.remaining < tightest.remaining ? next : tightest),
      null,
    );

/**
 * The service's limits in memory: a sliding minute for all callers together, a UTC day for each address. Calls are
 * counted, several at once all or none; what is refused counts nowhere. The permit tells of the limit with the fewest
 * places left; when both limits refuse, the day is told, whose wait is the longer.
 */
export const limiter = ({ perMinute, perDayPerAddress }: LimiterSettings, needs: DayCountsNeeds): Limiter => {
  const minute = minuteWindow();
  const day = dayCounts(perDayPerAddress, needs);

  const isLimited = perMinute > 0 || perDayPerAddress > 0;

  const dayStanding = (address: string): Standing => {
    const { used, resetMs } = day.look(address);
    return { limit: 'day', most: perDayPerAddress, used, waitMs: resetMs, resetMs };
  };
  const minuteStanding = (calls: number): Standing => {
    const at = needs.monotonic();
    const { used, allLeaveMs } = minute.look(at);
    return {
      limit: 'minute',
      most: perMinute,
      used,
      waitMs: minute.waitMs(at, Math.max(0, perMinute - calls)),
      resetMs: allLeaveMs,
    };
  };
  const takePermit: TakePermit = (address, calls = 1) => {
    if (!isLimited) return E.right(null);
    const standings = [
      ...(perDayPerAddress > 0 ? [dayStanding(address)] : []),
      ...(perMinute > 0 ? [minuteStanding(calls)] : []),
    ];
    const spent = standings.find(({ used, most }) => used + calls > most);
    if (spent !== undefined) return E.left(limitReached(spent));
    if (perDayPerAddress > 0) day.count(address, calls);
    if (perMinute > 0) minute.count(needs.monotonic(), calls);
    return E.right(permitOf(standings, calls));
  };
  return {
    takePermit,
    use: (address) => ({
      minute: perMinute > 0 ? minute.look(needs.monotonic()).used : null,
      todayOfThisAddress: perDayPerAddress > 0 ? day.look(address).used : null,
    }),
  };
};
