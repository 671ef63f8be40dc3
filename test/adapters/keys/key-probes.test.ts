import t from 'tap';
import { E, TE } from '../../../src/kernel/fp.ts';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import { keyPool } from '../../../src/adapters/keys/key-pool.ts';
import { keyProbes, type KeyProbes } from '../../../src/adapters/keys/key-probes.ts';
import type { Lease } from '../../../src/ports/capabilities.ts';
import { fakeClock } from '../../support/contracts/fake-clock.ts';
import { hostFault, keyRefused, madeUpKeys, minuteSpent, unpaid, wish } from '../../support/contracts/started-key-pool.ts';

const hour = 3_600_000;
const works = E.right([]);

/** Two keys, probes that answer what they are told, and a clock. */
const started = (signal = new AbortController().signal) => {
  const clock = fakeClock('2026-11-24T20:00:00Z');
  const log = (): void => undefined;
  const pool = keyPool({ keys: madeUpKeys('key-1', 'key-2'), strategy: 'round-robin' }, { now: clock.now, log });
  const [one, two] = pool.allKeys();
  if (one === undefined || two === undefined) throw new Error('two keys');
  const probed: number[] = [];
  const answers = { now: E.left(hostFault) as E.Either<ProxyError, unknown> };
  const probes: KeyProbes = keyProbes(
    {
      pool,
      now: clock.now,
      monotonic: clock.monotonic,
      log,
      probe: ({ number }: Lease) => {
        probed.push(number);
        return TE.fromEither(answers.now);
      },
    },
    signal,
  );
  const refuse = async (lease: Lease, error = keyRefused('not valid')): Promise<void> => {
    probes.reportKey(lease, 'gemini-flash', error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const states = (): readonly string[] => pool.describe().keys.map(({ state }) => state);
  const lent = async (): Promise<number> => E.getOrElse<ProxyError, Lease>(() => ({ ...one, number: 0 }))(pool.leaseKey(wish())).number;
  return { clock, pool, probes, one, two, probed, answers, refuse, states, lent };
};

t.test('a key goes out only when it is refused by itself too', async (t) => {
  const table: readonly (readonly [string, E.Either<ProxyError, unknown>, string])[] = [
    ['works', works, 'ready'],
    ['host fault', E.left(hostFault), 'ready'],
    ['spent', E.left(minuteSpent(3)), 'ready'],
    ['refused', E.left(keyRefused('not valid')), 'invalid'],
  ];
  for (const [words, answer, state] of table) {
    const { answers, one, probed, refuse, states, lent } = started();
    answers.now = answer;
    await refuse(one);
    t.same([probed, states()], [[1], [state, 'ready']], words);
    t.same([await lent(), await lent()], [2, 2], `${words}: the suspect is not asked first`);
  }
});

t.test('a key that is refused again and again is asked about once in ten seconds', async (t) => {
  const { clock, answers, one, two, probed, refuse, states } = started();
  answers.now = works;
  for (let each = 0; each < 5; each += 1) await refuse(one);
  await refuse(two);
  t.same(probed, [1, 2]);
  clock.advance(10_000);
  answers.now = E.left(keyRefused('not valid'));
  await refuse(one);
  t.same([probed, states()], [[1, 2, 1], ['invalid', 'ready']]);
});

t.test('what is no refusal is passed on without a question', async (t) => {
  const { one, probed, probes, pool } = started();
  for (const error of [null, hostFault, minuteSpent(30)]) probes.reportKey(one, 'gemini-flash', error);
  t.same(probed, []);
  t.match(pool.describe().keys[0], { state: 'ready', models: [{ state: 'cooling' }] });
});

t.test('a key that is out is asked about after an hour, then after twice as long each time, a day at most', async (t) => {
  const { clock, answers, one, probed, probes, refuse, states } = started();
  answers.now = E.left(keyRefused('not valid'));
  await refuse(one);
  probed.length = 0;
  const hours: number[] = [];
  for (let each = 0; each < 120; each += 1) {
    const before = probed.length;
    await probes.askDue();
    if (probed.length > before) hours.push(each);
    clock.advance(hour);
  }
  t.same(hours, [1, 3, 7, 15, 31, 55, 79, 103]);
  t.same(states(), ['invalid', 'ready']);
  answers.now = works;
  for (let each = 0; each < 24; each += 1) {
    await probes.askDue();
    clock.advance(hour);
  }
  t.same(states(), ['ready', 'ready'], 'and is back when it works');
});

t.test('a question that the network did not answer says nothing and is asked again after as long', async (t) => {
  const { clock, answers, one, probed, probes, refuse } = started();
  answers.now = E.left(keyRefused('not valid'));
  await refuse(one);
  probed.length = 0;
  answers.now = E.left(hostFault);
  for (let each = 0; each < 5; each += 1) {
    await probes.askDue();
    clock.advance(hour);
  }
  t.equal(probed.length, 4);
});

t.test('a key without credit goes out at once, and each time for longer', async (t) => {
  const { clock, answers, one, probed, probes, refuse, states } = started();
  answers.now = works;
  const waits: number[] = [];
  for (let outage = 0; outage < 3; outage += 1) {
    await refuse(one, unpaid);
    t.same([probed.length, states()], [outage, ['unpaid', 'ready']]);
    let hours = 0;
    for (; states()[0] !== 'ready'; hours += 1) {
      await probes.askDue();
      clock.advance(hour);
    }
    waits.push(hours - 1);
  }
  t.same(waits, [1, 2, 4]);
});

t.test('a service that stops asks about no key, and its timer is gone', async (t) => {
  const stop = new AbortController();
  const { one, probed, probes, refuse } = started(stop.signal);
  probes.start();
  stop.abort();
  await refuse(one);
  t.same(probed, []);
});
