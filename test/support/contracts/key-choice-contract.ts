import type { Test } from 'tap';
import type { KeyWish } from '../../../src/ports/capabilities.ts';
import { daySpent, madeUpKeys, minuteSpent, type Start, type StartedPool } from './started-key-pool.ts';

const numbers = async ({ number }: StartedPool, count: number, change?: Partial<KeyWish>): Promise<readonly number[]> => {
  const seen: number[] = [];
  for (let each = 0; each < count; each += 1) seen.push(await number(change));
  return seen;
};

/** Which key a pool lends. */
export const keyChoiceContract = (t: Test, start: Start): void => {
  t.test('no key at all is an error of its own', async (t) => {
    const { refusal } = await start({ keys: [] });
    t.same(await refusal(), { tag: 'NoKeysConfigured' });
  });

  t.test('a lease says the place of the key and a hash of it', async (t) => {
    const { lease } = await start({ keys: madeUpKeys('key-1') });
    const { number, id, secret: lent } = await lease();
    t.same([number, id, lent.reveal()], [1, 'be2974546978', 'key-1']);
  });

  t.test('the keys take turns, for each model on its own', async (t) => {
    const pool = await start({});
    t.same(await numbers(pool, 4), [1, 2, 3, 1]);
    t.same(await numbers(pool, 2, { model: 'other' }), [1, 2]);
    t.same(await numbers(pool, 2), [2, 3]);
  });

  t.test('a resting key leaves its turns to all the others alike', async (t) => {
    const pool = await start({});
    await pool.report(await pool.lease(), daySpent);
    t.same(await numbers(pool, 4), [2, 3, 2, 3]);
  });

  t.test('a key that was tried is not lent again for the same request', async (t) => {
    const { lease, number } = await start({});
    const first = await lease();
    t.equal(await number({ tried: new Set([first.id]) }), 2);
  });

  t.test('the preferred key goes first while it is ready', async (t) => {
    const { pool, report, number } = await start({});
    const third = pool.allKeys()[2];
    t.ok(third);
    if (third === undefined) return;
    t.equal(await number({ preferred: third.id }), 3);
    t.equal(await number({ preferred: third.id }), 3);
    t.equal(await number({ preferred: third.id, tried: new Set([third.id]) }), 1);
    await report(third, minuteSpent(null));
    t.equal(await number({ preferred: third.id }), 2);
  });

  t.test('sticky: a conversation stays on its key, and only those of a resting key move, until it is back', async (t) => {
    const pool = await start({ strategy: 'sticky', keys: madeUpKeys('key-1', 'key-2', 'key-3', 'key-4') });
    const names = Array.from({ length: 40 }, (_, each) => `conversation ${each}`);
    const keysOf = async (): Promise<readonly number[]> => {
      const seen: number[] = [];
      for (const conversation of names) seen.push(await pool.number({ conversation: () => conversation }));
      return seen;
    };
    const before = await keysOf();
    t.same(new Set(before), new Set([1, 2, 3, 4]), 'all keys have conversations');
    t.same(await keysOf(), before);
    const second = pool.pool.allKeys()[1];
    if (second !== undefined) await pool.report(second, minuteSpent(60));
    const during = await keysOf();
    t.notOk(during.includes(2));
    t.same(during.filter((_, each) => before[each] !== 2), before.filter((number) => number !== 2));
    pool.clock.advance(60_000);
    t.same(await keysOf(), before);
  });

  t.test('sticky without a conversation takes turns', async (t) => {
    t.same(await numbers(await start({ strategy: 'sticky' }), 4), [1, 2, 3, 1]);
  });
};
