import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { Log } from '../../../src/ports/capabilities.ts';
import { keyPool, type KeyPool, type KeyPoolSettings } from '../../../src/adapters/keys/key-pool.ts';
import { decodeKeySnapshot, type KeySnapshot } from '../../../src/adapters/keys/key-snapshot.ts';
import { healthAfter, restAfter, restNow } from '../../../src/adapters/keys/key-state.ts';
import { modelBreaker } from '../../../src/adapters/limits/model-breaker.ts';
import { pacificMidnightAfter } from '../../../src/adapters/keys/pacific-midnight.ts';
import { poolKeys } from '../../../src/adapters/keys/pool-key.ts';
import type { StateFile } from '../../../src/adapters/state/state-file.ts';
import { fakeClock, type FakeClock } from '../../support/contracts/fake-clock.ts';
import { keyPoolContract } from '../../support/contracts/key-pool-contract.ts';
import { modelBreakerContract } from '../../support/contracts/model-breaker-contract.ts';
import { daySpent, keyRefused, madeUpKeys, minuteSpent, wish } from '../../support/contracts/started-key-pool.ts';

const silent: Log = () => undefined;
const noon = '2026-11-24T20:00:00Z';
const hour = 3_600_000;

/** A store in memory that passes through JSON, as the disk does. */
const fakeStore = (): StateFile<KeySnapshot> & { readonly text: () => string } => {
  const held: { take: () => KeySnapshot | null } = { take: () => null };
  const text = (): string => JSON.stringify(held.take());
  return {
    text,
    load: () => {
      const decoded = decodeKeySnapshot(JSON.parse(text()));
      return E.isRight(decoded) ? decoded.right : null;
    },
    save: (snapshot) => {
      held.take = snapshot;
    },
    flush: async () => undefined,
  };
};

type Started = { readonly pool: KeyPool; readonly clock: FakeClock };

const started = (settings: Partial<KeyPoolSettings> = {}, start = noon): Started => {
  const clock = fakeClock(start);
  const given: KeyPoolSettings = { keys: madeUpKeys('key-1'), strategy: 'round-robin', ...settings };
  return { clock, pool: keyPool(given, { now: clock.now, log: silent }) };
};

const lend = async (pool: KeyPool, model = 'gemini-flash') => {
  const got = pool.leaseKey(wish({ model }));
  if (E.isLeft(got)) throw new Error(got.left.tag);
  return got.right;
};

const tagOf = async (pool: KeyPool, model = 'gemini-flash'): Promise<string> => {
  const got = pool.leaseKey(wish({ model }));
  return E.isLeft(got) ? got.left.tag : `#${got.right.number}`;
};

t.test('a key pool in memory', async (t) => {
  keyPoolContract(t, async (settings, clock) => ({
    ...keyPool(settings, { now: clock.now, log: silent }),
    settled: async () => undefined,
  }));
});

t.test('a model breaker in memory', async (t) => {
  modelBreakerContract(t, async ({ monotonic }) => modelBreaker({ monotonic }));

  t.test('remembers so many models only', async (t) => {
    const enter = modelBreaker(fakeClock(noon));
    for (let each = 0; each < 201; each += 1) {
      const entered = enter(`m${each}`, '203.0.113.1');
      if (E.isRight(entered)) entered.right.leave({ tag: 'Unreachable', reason: 'x' });
    }
    t.match([enter('m0', '203.0.113.1'), enter('m200', '203.0.113.1')], [{ right: { isTrial: false } }, { right: { isTrial: true } }]);
  });
});

t.test('the next midnight in California', async (t) => {
  const table: readonly (readonly [string, string, string])[] = [
    ['on a day of winter time', '2026-01-15T20:00:00Z', '2026-01-16T08:00:00Z'],
    ['on a day of summer time', '2026-07-15T20:00:00Z', '2026-07-16T07:00:00Z'],
    ['a second before it', '2026-01-16T07:59:59Z', '2026-01-16T08:00:00Z'],
    ['a millisecond before it', '2026-01-16T07:59:59.999Z', '2026-01-16T08:00:00Z'],
    ['at it is the next one', '2026-01-16T08:00:00Z', '2026-01-17T08:00:00Z'],
    ['on the eve of summer time', '2026-03-08T07:59:59Z', '2026-03-08T08:00:00Z'],
    ['as the day of 23 hours begins', '2026-03-08T08:00:00Z', '2026-03-09T07:00:00Z'],
    ['just before the clock goes forward', '2026-03-08T09:59:59Z', '2026-03-09T07:00:00Z'],
    ['just after the clock has gone forward', '2026-03-08T10:00:00Z', '2026-03-09T07:00:00Z'],
    ['at the end of the day of 23 hours', '2026-03-09T06:59:59Z', '2026-03-09T07:00:00Z'],
    ['on the eve of winter time', '2026-11-01T06:59:59Z', '2026-11-01T07:00:00Z'],
    ['as the day of 25 hours begins', '2026-11-01T07:00:00Z', '2026-11-02T08:00:00Z'],
    ['in the hour that comes twice', '2026-11-01T08:30:00Z', '2026-11-02T08:00:00Z'],
    ['in that hour again', '2026-11-01T09:30:00Z', '2026-11-02T08:00:00Z'],
    ['at the end of the day of 25 hours', '2026-11-02T07:59:59Z', '2026-11-02T08:00:00Z'],
    ['as winter time goes on', '2026-11-02T08:00:00Z', '2026-11-03T08:00:00Z'],
    ['over the end of a month', '2026-06-30T12:00:00Z', '2026-07-01T07:00:00Z'],
    ['over the end of a year', '2026-12-31T23:00:00Z', '2027-01-01T08:00:00Z'],
    ['on a leap day', '2028-02-29T12:00:00Z', '2028-03-01T08:00:00Z'],
  ];
  for (const [words, at, expected] of table) {
    t.equal(new Date(pacificMidnightAfter(Date.parse(at))).toISOString().replace('.000', ''), expected, words);
  }
});

t.test('what is known of a key changes by pure steps', async (t) => {
  const at = { began: 1000, now: 2000 };
  const rest = restAfter(null, minuteSpent(10), at);
  t.same(rest, { period: 'minute', since: 2000, until: 12_000, fromSize: 0 });
  t.equal(restAfter(rest, null, at), rest, 'a success leaves a rest alone');
  t.same(restAfter(rest, minuteSpent(5), at), rest, 'a rest is never shortened');
  t.equal(restNow(rest, 12_000), null, 'a rest is over at its end');
  const fault = healthAfter(null, keyRefused('no'), at);
  t.equal(healthAfter(fault, null, { began: 2000, now: 3000 }), fault, 'an answer from before the fault proves nothing');
  t.equal(healthAfter(fault, null, { began: 2001, now: 3000 }), null, 'an answer begun after it does');
  t.equal(healthAfter(fault, minuteSpent(1), at), fault, 'a spent quota does not heal');
});

t.test('a clock that jumps back keeps no key out longer than its period', async (t) => {
  const cases = [
    ['a minute', minuteSpent(60), 60_000],
    ['a day', daySpent, 12 * hour],
    ['a fault', keyRefused('not valid'), 7 * 24 * hour],
  ] as const;
  for (const [words, error, period] of cases) {
    const { pool, clock } = started();
    pool.reportKey(await lend(pool), 'gemini-flash', error);
    clock.jump(-30 * 24 * hour);
    t.not(await tagOf(pool), '#1', `${words}: still out after the jump`);
    clock.advance(period);
    t.equal(await tagOf(pool), '#1', `${words}: back when the period has passed`);
  }
});

t.test('a clock that jumps forward wakes the keys', async (t) => {
  const { pool, clock } = started();
  pool.reportKey(await lend(pool), 'gemini-flash', daySpent);
  clock.jump(24 * hour);
  t.equal(await tagOf(pool), '#1');
});

t.test('callers cannot fill the memory with model names', async (t) => {
  const { pool } = started();
  for (let each = 0; each < 1000; each += 1) pool.reportKey(await lend(pool, `model-${each}`), `model-${each}`, daySpent);
  t.equal(pool.describe().keys[0]?.models.length, 200);
  t.equal(await tagOf(pool, 'model-999'), 'KeysExhausted');
  t.equal(await tagOf(pool, 'model-0'), '#1');
  pool.reportKey(await lend(pool, '__proto__'), '__proto__', daySpent);
  t.equal(await tagOf(pool, '__proto__'), 'KeysExhausted');
});

t.test('names of models that are not there push no turn of a real one out', async (t) => {
  const { pool } = started({ keys: madeUpKeys('key-1', 'key-2') });
  await lend(pool);
  for (let each = 0; each < 1000; each += 1) pool.reportKey(await lend(pool, `none-${each}`), `none-${each}`, { tag: 'ModelNotFound', model: 'none', message: null });
  t.equal(await tagOf(pool), '#2');
});

t.test('the status page is told everything but the keys', async (t) => {
  const { pool, clock } = started({ keys: madeUpKeys('key-1@home', 'key-2') });
  const [one, two, again] = [await lend(pool), await lend(pool), await lend(pool)];
  pool.reportKey(one, 'gemini-flash', null);
  pool.reportKey(again, 'gemini-flash', minuteSpent(30));
  pool.reportKey(one, 'gemini-pro', daySpent);
  pool.reportKey(two, 'gemini-flash', keyRefused('not valid'));
  const status = pool.describe();
  t.same(status, {
    strategy: 'round-robin',
    keys: [
      {
        number: 1,
        project: 'home',
        state: 'ready',
        reason: null,
        until: null,
        models: [
          { model: 'gemini-flash', state: 'cooling', until: '2026-11-24T20:00:30.000Z' },
          { model: 'gemini-pro', state: 'out for today', until: '2026-11-25T08:00:00.000Z' },
        ],
        today: { requests: 2, ok: 1, quotaSpent: 2 },
      },
      {
        number: 2,
        project: null,
        state: 'invalid',
        reason: 'not valid',
        until: '2026-12-01T20:00:00.000Z',
        models: [],
        today: { requests: 1, ok: 0, quotaSpent: 0 },
      },
    ],
  });
  t.notMatch(JSON.stringify(status), /key-[12]|be2974/);
  clock.advance(12 * hour);
  t.same(pool.describe().keys[0]?.today, { requests: 0, ok: 0, quotaSpent: 0 }, 'the counts are of the quota day');
  t.same(pool.describe().keys[0]?.models, []);
});

t.test('the log names a key by its number and tells a fault once', async (t) => {
  const lines: unknown[] = [];
  const clock = fakeClock(noon);
  const log: Log = (level, message, facts) => lines.push([level, message, facts]);
  const pool = keyPool({ keys: madeUpKeys('key-1'), strategy: 'round-robin' }, { now: clock.now, log });
  const lent = await lend(pool);
  for (let each = 0; each < 3; each += 1) pool.reportKey(lent, 'm', keyRefused('key-1 is not valid'));
  pool.learnHealth(lent.id, null);
  t.same(lines, [
    ['warn', 'A key was refused and is out', { key: 1, fault: 'invalid', reason: 'Google says that the key is not valid' }],
    ['info', 'A key works again', { key: 1 }],
  ]);
});

t.test('a check that was under way when a key was refused does not clear the fault', async (t) => {
  const clock = fakeClock(noon);
  const pool = keyPool({ keys: madeUpKeys('key-1'), strategy: 'round-robin' }, { now: clock.now, log: silent });
  const began = clock.now();
  clock.advance(1000);
  const lent = await lend(pool);
  pool.reportKey(lent, 'm', keyRefused('not valid'));
  pool.learnHealth(lent.id, null, began);
  t.equal(pool.describe().keys[0]?.state, 'invalid');
  clock.advance(1000);
  pool.learnHealth(lent.id, null, clock.now());
  t.equal(pool.describe().keys[0]?.state, 'ready');
});

const restarted = (store: StateFile<KeySnapshot>, clock: FakeClock, ...keys: readonly string[]): KeyPool =>
  keyPool({ keys: madeUpKeys(...keys), strategy: 'round-robin' }, { now: clock.now, log: silent, store });

t.test('a project has one home, whatever the order of its keys, and nobody guesses it from the name', (t) => {
  const homes = (...keys: readonly string[]): readonly string[] => poolKeys(madeUpKeys(...keys)).map(({ home }) => home);
  const [one, two, three] = homes('key-1@123456789012', 'key-2@123456789012', 'key-3');
  t.equal(one, two);
  t.not(one, three);
  t.same(homes('key-3', 'key-2@123456789012', 'key-1@123456789012'), [three, one, one]);
  t.not(homes('key-9@123456789012')[0], one);
  t.end();
});

t.test('a restart', async (t) => {
  t.test('forgets nothing, though the keys have changed places', async (t) => {
    const [store, clock] = [fakeStore(), fakeClock(noon)];
    const before = restarted(store, clock, 'key-1', 'key-2', 'key-3@home');
    const [one, two, three] = [await lend(before), await lend(before), await lend(before)];
    before.reportKey(one, 'gemini-flash', keyRefused('not valid'));
    before.reportKey(two, 'gemini-flash', daySpent);
    before.reportKey(three, 'gemini-flash', minuteSpent(60));
    const after = restarted(store, clock, 'key-3@home', 'key-2', 'key-1');
    t.same(after.describe().keys, [...before.describe().keys].toReversed().map((key, place) => ({ ...key, number: place + 1 })));
    t.equal(await tagOf(after), 'KeysExhausted');
    t.notMatch(store.text(), /key-[123]/, 'no key is written');
  });

  t.test('drops what is over, and what belongs to keys no longer here', async (t) => {
    const [store, clock] = [fakeStore(), fakeClock(noon)];
    const before = restarted(store, clock, 'key-1', 'key-2', 'key-3');
    const [one, two, three] = [await lend(before), await lend(before), await lend(before)];
    before.reportKey(one, 'gemini-flash', minuteSpent(60));
    before.reportKey(two, 'gemini-flash', daySpent);
    before.reportKey(three, 'gemini-flash', keyRefused('not valid'));
    clock.advance(60_000);
    const after = restarted(store, clock, 'key-1');
    t.equal(await tagOf(after), '#1');
    const kept = decodeKeySnapshot(JSON.parse(store.text()));
    const { faults, rests, counts } = E.isRight(kept) ? kept.right : { faults: null, rests: null, counts: null };
    t.same([faults, rests, counts?.length], [[], [], 1]);
  });

  t.test('lets a success of the new process clear a fault of the old one only after a health check', async (t) => {
    const [store, clock] = [fakeStore(), fakeClock(noon)];
    const before = restarted(store, clock, 'key-1');
    const lent = await lend(before);
    before.reportKey(lent, 'gemini-flash', keyRefused('not valid'));
    const after = restarted(store, clock, 'key-1');
    t.equal(await tagOf(after), 'NoUsableKey');
    after.learnHealth(lent.id, null);
    t.equal(await tagOf(after), '#1');
  });

  t.test('takes no number from its file that would last for ever', async (t) => {
    const clock = fakeClock(noon);
    const store = fakeStore();
    const id = 'be2974546978';
    const last = 8.64e15;
    store.save(() => ({ faults: [{ id, fault: 'invalid', reason: 'no', since: 0, until: last }], rests: [{ group: `key ${id}`, model: 'gemini-flash', period: 'day', since: 0, until: last }], counts: [{ id, endsAt: last, requests: 1, ok: 1, quotaSpent: 1 }] }));
    const pool = restarted(store, clock, 'key-1');
    t.equal(await tagOf(pool), 'NoUsableKey');
    t.match(pool.describe().keys[0], { until: '2026-12-01T20:00:00.000Z', models: [{ until: '2026-11-25T08:00:00.000Z' }], today: { requests: 0 } });
    clock.advance(7 * 24 * hour);
    t.equal(await tagOf(pool), '#1');
    for (const until of ['1e400', '-1', '1e16', '"1"', 'null'])
      t.ok(E.isLeft(decodeKeySnapshot(JSON.parse(`{"faults":[{"id":"a","fault":"invalid","reason":"","since":0,"until":${until}}],"rests":[],"counts":[]}`))), until);
    for (const count of ['1e400', '-1', '0.5', '1e300'])
      t.ok(E.isLeft(decodeKeySnapshot(JSON.parse(`{"faults":[],"rests":[],"counts":[{"id":"a","endsAt":0,"requests":${count},"ok":0,"quotaSpent":0}]}`))), count);
  });

  t.test('refuses a snapshot of another shape', async (t) => {
    const nothing = { faults: [], rests: [], counts: [] };
    for (const damaged of [null, [], {}, { ...nothing, faults: [{ id: 1 }] }, { ...nothing, rests: [{ period: 'year' }] }]) {
      t.ok(E.isLeft(decodeKeySnapshot(damaged)));
    }
  });
});
