import type { Test } from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import type { Permit, TakePermit } from '../../../src/ports/capabilities.ts';
import type { LimiterSettings } from '../../../src/adapters/limits/limiter.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';

export type MakeLimiter = (settings: LimiterSettings, clock: FakeClock) => Promise<TakePermit>;

const noon = '2026-11-24T12:00:00Z';
const here = '203.0.113.7';

type Limited = {
  readonly clock: FakeClock;
  /** The permit or the refusal. */
  readonly take: (address?: string, calls?: number) => Promise<Permit | ProxyError>;
};

const started = (make: MakeLimiter) => async (settings: Partial<LimiterSettings>): Promise<Limited> => {
  const clock = fakeClock(noon);
  const takePermit = await make({ perMinute: 0, perDayPerAddress: 0, ...settings }, clock);
  return { clock, take: async (address = here, calls) => E.toUnion(takePermit(address, calls)) };
};

const reached = (limit: 'minute' | 'day', most: number, retryAfterSeconds: number): ProxyError => ({
  tag: 'LimitReached',
  limit,
  most,
  retryAfterSeconds,
});

/** What every limiter keeps to, wherever its counts live. */
export const limiterContract = (t: Test, make: MakeLimiter): void => {
  const start = started(make);

  t.test('zero means no limit, and there is nothing to tell', async (t) => {
    const { take } = await start({});
    for (let each = 0; each < 100; each += 1) t.equal(await take(), null);
  });

  t.test('the minute is shared by all callers and slides', async (t) => {
    const { clock, take } = await start({ perMinute: 3 });
    t.same(await take('203.0.113.1'), { limit: 3, remaining: 2, resetSeconds: 60 });
    clock.advance(20_000);
    t.match(await take('203.0.113.2'), { remaining: 1 });
    t.match(await take('203.0.113.3'), { remaining: 0 });
    t.same(await take('203.0.113.4'), reached('minute', 3, 40));
    clock.advance(39_000);
    t.same(await take(), reached('minute', 3, 1));
    clock.advance(1000);
    t.match(await take(), { remaining: 0 }, 'one place is free exactly then');
    t.same(await take(), reached('minute', 3, 20));
  });

  t.test('after a quiet minute all places are free', async (t) => {
    const { clock, take } = await start({ perMinute: 3 });
    for (let each = 0; each < 3; each += 1) {
      await take();
      clock.advance(1000);
    }
    clock.advance(90_000);
    t.same(await take(), { limit: 3, remaining: 2, resetSeconds: 60 });
  });

  t.test('a refused request counts nowhere', async (t) => {
    const { clock, take } = await start({ perMinute: 1, perDayPerAddress: 2 });
    t.match(await take(), { remaining: 0 });
    for (let each = 0; each < 10; each += 1) t.same(await take(), reached('minute', 1, 60));
    clock.advance(60_000);
    t.match(await take(), { remaining: 0 }, 'the day has a place left');
    clock.advance(60_000);
    t.same(await take(), reached('day', 2, 12 * 3600 - 120));
    t.match(await take('203.0.113.8'), { limit: 1 }, 'a refusal for the day took no place in the minute');
  });

  t.test('several calls at once are counted all or not at all, and wait until all of them have a place', async (t) => {
    const { clock, take } = await start({ perMinute: 8, perDayPerAddress: 20 });
    t.match(await take(here, 3), { limit: 8, remaining: 5 });
    clock.advance(10_000);
    t.match(await take(here, 4), { limit: 8, remaining: 1 });
    t.same(await take(here, 2), reached('minute', 8, 50), 'until the first three leave');
    t.same(await take(here, 5), reached('minute', 8, 60), 'until the next four leave too');
    t.match(await take(here, 1), { limit: 8, remaining: 0 }, 'a refusal took no place');
    clock.advance(60_000);
    t.match(await take(here, 8), { limit: 8, remaining: 0 });
    clock.advance(60_000);
    t.same(await take(here, 5), reached('day', 20, 12 * 3600 - 130));
    t.match(await take(here, 4), { limit: 20, remaining: 0 });
  });

  t.test('the day is counted for each address and ends at midnight UTC', async (t) => {
    const { clock, take } = await start({ perDayPerAddress: 2 });
    t.same(await take(), { limit: 2, remaining: 1, resetSeconds: 12 * 3600 });
    t.match(await take(), { remaining: 0 });
    t.match(await take('203.0.113.8'), { remaining: 1 });
    t.same(await take(), reached('day', 2, 12 * 3600));
    clock.advance(12 * 3_600_000 - 1);
    t.same(await take(), reached('day', 2, 1));
    clock.advance(1);
    t.same(await take(), { limit: 2, remaining: 1, resetSeconds: 24 * 3600 });
  });

  t.test('the permit tells of the limit with the fewest places left', async (t) => {
    const { take } = await start({ perMinute: 3, perDayPerAddress: 2 });
    t.match(await take(), { limit: 2, remaining: 1 });
    t.match(await take('203.0.113.8'), { limit: 2, remaining: 1 }, 'of two alike the day, which takes longer');
    t.match(await take('203.0.113.9'), { limit: 3, remaining: 0 });
  });

  t.test('an IPv6 network of one owner counts as one address, however it is written', async (t) => {
    const { take } = await start({ perDayPerAddress: 3 });
    await take('2001:db8:1:2::1');
    await take('2001:0DB8:0001:0002:ffff::9');
    t.match(await take('2001:db8:1:2:a:b:c:d'), { remaining: 0 });
    t.match(await take('2001:db8:1:3::1'), { remaining: 2 });
    await take('198.51.100.1');
    t.match(await take('::ffff:198.51.100.1'), { remaining: 1 });
  });
};
