import type { Test } from 'tap';
import { daySpent, exhausted, hostFault, keyRefused, madeUpKeys, minuteSpent, tokensSpent, type Start } from './started-key-pool.ts';

const hour = 3_600_000;

/** What a pool learns from a 429, and what it says when all keys rest. */
export const keyQuotaContract = (t: Test, start: Start): void => {
  const delays: readonly (readonly [string, number | null, number])[] = [
    ['as long as Google says', 34, 34],
    ['60 seconds when Google does not say', null, 60],
    ['a second at least', 0, 1],
    ['two minutes at most', 600.5, 120],
  ];
  for (const [words, asked, seconds] of delays) {
    t.test(`a key whose minute is spent rests ${words}`, async (t) => {
      const { clock, lease, refusal, report, number } = await start({ keys: madeUpKeys('key-1') });
      await report(await lease(), minuteSpent(asked));
      t.same(await refusal(), exhausted(seconds, false));
      clock.advance(seconds * 1000 - 1);
      t.same(await refusal(), exhausted(1, false));
      clock.advance(1);
      t.equal(await number(), 1);
    });
  }

  t.test('a key whose day is spent rests until midnight in California, whatever delay Google sends', async (t) => {
    const { clock, lease, refusal, report, number } = await start({ keys: madeUpKeys('key-1') });
    await report(await lease(), daySpent);
    t.same(await refusal(), exhausted(12 * 3600, true));
    clock.advance(12 * hour - 1);
    t.same(await refusal(), exhausted(1, true));
    clock.advance(1);
    t.equal(await number(), 1);
  });

  t.test('a minute of tokens that is spent for a large request is not spent for a smaller one', async (t) => {
    const { clock, lease, refusal, report, number } = await start({ keys: madeUpKeys('key-1') });
    await report(await lease({ size: 5000 }), tokensSpent);
    t.same([await refusal({ size: 5000 }), await refusal({ size: 9000 })], [exhausted(30, false), exhausted(30, false)]);
    t.equal(await number({ size: 4999 }), 1, 'one caller with a giant request takes the model from nobody');
    await report(await lease({ size: 100 }), tokensSpent);
    t.same(await refusal({ size: 100 }), exhausted(30, false));
    t.equal(await number({ size: 99 }), 1);
    clock.advance(30_000);
    t.equal(await number({ size: 9000 }), 1);
  });

  t.test('a key that is spent again as soon as it is back rests twice as long each time, until it works', async (t) => {
    const { clock, lease, refusal, report } = await start({ keys: madeUpKeys('key-1') });
    const waits: number[] = [];
    const spend = async (): Promise<void> => {
      await report(await lease(), minuteSpent(0.2));
      const told = await refusal();
      const seconds = told?.tag === 'KeysExhausted' ? told.retryAfterSeconds : 0;
      waits.push(seconds);
      clock.advance(seconds * 1000);
    };
    for (let each = 0; each < 9; each += 1) await spend();
    await report(await lease(), null);
    await spend();
    clock.advance(60_000);
    await spend();
    t.same(waits, [1, 2, 4, 8, 16, 32, 64, 120, 120, 1, 1]);
  });

  t.test('a rest is for one model', async (t) => {
    const { lease, refusal, report, number } = await start({ keys: madeUpKeys('key-1') });
    await report(await lease(), daySpent);
    t.equal((await refusal())?.tag, 'KeysExhausted');
    t.equal(await number({ model: 'other' }), 1);
  });

  t.test('keys of one project rest together; their health is their own', async (t) => {
    const { lease, report, number, refusal } = await start({ keys: madeUpKeys('key-1@a', 'key-2@a', 'key-3') });
    const [first, second] = [await lease(), await lease()];
    await report(second, minuteSpent(30));
    t.equal(await number(), 3);
    t.equal(await number(), 3);
    await report(first, keyRefused('not valid'), 'other');
    t.equal(await number({ model: 'other' }), 2);
    t.equal(await refusal({ model: 'other' }), null);
  });

  t.test('a minute spent after the day was spent does not wake the key sooner', async (t) => {
    const { clock, lease, report, refusal } = await start({ keys: madeUpKeys('key-1') });
    const [early, late] = [await lease(), await lease()];
    await report(early, daySpent);
    await report(late, minuteSpent(5));
    clock.advance(120_000);
    t.match(await refusal(), { tag: 'KeysExhausted', forToday: true });
  });

  t.test('a success never ends a rest', async (t) => {
    const { lease, report, refusal } = await start({ keys: madeUpKeys('key-1') });
    const [early, late] = [await lease(), await lease()];
    await report(early, daySpent);
    await report(late, null);
    t.match(await refusal(), { tag: 'KeysExhausted', forToday: true });
  });

  t.test('a day that was spent before midnight, but told after it, costs a minute of the new day', async (t) => {
    const { clock, lease, report, refusal } = await start({ keys: madeUpKeys('key-1') }, '2026-11-25T07:59:58Z');
    const late = await lease();
    clock.advance(4000);
    await report(late, daySpent);
    t.same(await refusal(), exhausted(60, false));
  });

  t.test('all out: the soonest wake is told at once; for today only when every healthy key is out for the day', async (t) => {
    const { lease, report, refusal } = await start({});
    const [one, two, three] = [await lease(), await lease(), await lease()];
    await report(one, daySpent);
    await report(two, minuteSpent(40));
    await report(three, minuteSpent(20));
    t.same(await refusal(), exhausted(20, false));
    await report(three, keyRefused('not valid'));
    t.same(await refusal(), exhausted(40, false));
    await report(two, keyRefused('not valid'));
    t.same(await refusal(), exhausted(12 * 3600, true));
  });

  t.test('the quota of a key that may not have the model is not waited for', async (t) => {
    const { lease, report, refusal } = await start({ keys: madeUpKeys('key-1', 'key-2') });
    const [one, two] = [await lease(), await lease()];
    await report(one, minuteSpent(40));
    const tried = new Set([two.id]);
    t.same(await refusal({ tried, unsuited: tried }), exhausted(40, false));
    const all = new Set([one.id, two.id]);
    t.same(await refusal({ tried: all, unsuited: all }), { ...exhausted(1, false), isTriedOut: true });
  });

  t.test('when every key was tried and the host was at fault, one second is told and no key is blamed', async (t) => {
    const { lease, report, refusal } = await start({ keys: madeUpKeys('key-1', 'key-2') });
    const [one, two] = [await lease(), await lease()];
    await report(one, hostFault);
    await report(two, daySpent);
    t.same(await refusal({ tried: new Set([one.id, two.id]) }), { ...exhausted(1, false), isTriedOut: true });
    t.equal(await refusal(), null);
  });
};
