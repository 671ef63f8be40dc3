import fc from 'fast-check';
import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import { followedBy } from '../../src/kernel/followed-by.ts';
import { passStream } from '../../src/kernel/pass-stream.ts';
import { primeStream } from '../../src/kernel/prime-stream.ts';
import type { Items } from '../../src/kernel/ready-stream.ts';

type Source = { readonly items: AsyncGenerator<number, void, undefined>; readonly given: () => number; readonly isClosed: () => boolean };

const counting = (most: number): Source => {
  const state = { given: 0, isClosed: false };
  async function* items(): AsyncGenerator<number, void, undefined> {
    try {
      while (state.given < most) yield (state.given += 1);
    } finally {
      state.isClosed = true;
    }
  }
  return { items: items(), given: () => state.given, isClosed: () => state.isClosed };
};

t.test('no more is read ahead than is needed, and all comes in order', async (t) => {
  const source = counting(5);
  const read = await primeStream<number>((item) => item === 2)(source.items)();
  t.equal(source.given(), 2);
  if (E.isLeft(read)) return t.fail();
  const all: number[] = [];
  for await (const item of read.right.all) all.push(item);
  t.same(all, [1, 2, 3, 4, 5]);
});

t.test('a stream that says nothing and has no end is given up and closed', async (t) => {
  const source = counting(Infinity);
  t.same(await primeStream<number>(() => false)(source.items)(), E.left({ tag: 'BadAnswer', reason: 'an answer without end' }));
  t.equal(source.given(), 200_001);
  t.ok(source.isClosed());
});

const allIn = async (items: AsyncIterable<number>): Promise<readonly number[]> => {
  const all: number[] = [];
  for await (const item of items) all.push(item);
  return all;
};

const passing = () => null;

t.test('a stream whose items are only looked at is the same, and its end is told once', async (t) => {
  const seen: number[] = [];
  let ends = 0;
  const over = (): number => (ends += 1);
  const look = (item: number): null => {
    seen.push(item);
    return null;
  };
  const stream = passStream(counting(3).items, { divert: look, over });
  t.same(await allIn(stream), [1, 2, 3]);
  t.same(seen, [1, 2, 3]);
  t.same(await stream.next(), { done: true, value: undefined });
  await stream.return();
  t.equal(ends, 1);
});

t.test('another stream takes over from the item that needs it, with all behind it, and closes the first', async (t) => {
  for (const most of [3, 5, 9]) {
    const source = counting(most);
    async function* doubled(items: AsyncIterable<number>): AsyncGenerator<number, void, undefined> {
      for await (const item of items) yield item * 2;
    }
    let ends = 0;
    const divert = (item: number) => (item === 3 ? doubled(followedBy(item, source.items)) : null);
    const all = await allIn(passStream(source.items, { divert, over: () => (ends += 1) }));
    t.same(all, Array.from({ length: most }, (_, at) => (at < 2 ? at + 1 : (at + 1) * 2)));
    t.ok(source.isClosed());
    t.equal(ends, 1);
  }
});

t.test('a stream that is left closes its source and tells its end, wherever it stands', async (t) => {
  const leave = async (taken: number, divertAt: number): Promise<void> => {
    const source = counting(Infinity);
    let ends = 0;
    const divert = (item: number) => (item === divertAt ? followedBy(item, source.items) : null);
    const stream = passStream(source.items, { divert, over: () => (ends += 1) });
    for (let count = 0; count < taken; count += 1) await stream.next();
    await stream.return();
    t.equal(source.isClosed(), taken > 0, `${taken} taken, ${divertAt} diverted`);
    t.equal(ends, 1);
    t.same(await source.items.next(), { done: true, value: undefined });
  };
  for (const taken of [0, 1, 2, 3]) for (const divertAt of [1, 2, 9]) await leave(taken, divertAt);
});

t.test('what is thrown into a stream, by its source or its reader, comes out of it and ends it once', async (t) => {
  async function* broken(): AsyncGenerator<number, void, undefined> {
    yield 1;
    throw new Error('broken');
  }
  let ends = 0;
  const over = (): number => (ends += 1);
  await t.rejects(allIn(passStream(broken(), { divert: passing, over })), { message: 'broken' });
  t.equal(ends, 1);
  const source = counting(3);
  const stream = passStream(source.items, { divert: passing, over });
  await stream.next();
  await t.rejects(stream.throw(new Error('enough')), { message: 'enough' });
  t.ok(source.isClosed());
  t.equal(ends, 2);
});

type Layer = { readonly divertsAt: number; readonly leavesOut: number; readonly last: number | null };

async function* apart(items: AsyncGenerator<number, void, undefined>): AsyncGenerator<number, void, undefined> {
  yield* items;
}

/** The same stream, which can be poured, so many items at a time. */
const pourable = (items: AsyncGenerator<number, void, undefined>, atOnce: number): Items<number> =>
  Object.assign(items, {
    pour: async (take: (item: number) => boolean) => {
      for (let left = atOnce; left > 0; left -= 1) {
        const next = await items.next();
        if (next.done === true || !take(next.value)) return;
      }
    },
  });

/** All items of a stream that is poured wherever that may be done. */
const pouredFrom = async (items: Items<number>): Promise<readonly number[]> => {
  const all: number[] = [];
  for (let next = await items.next(); next.done !== true; next = await items.next()) {
    all.push(next.value);
    await items.pour?.((item) => all.push(item) % 3 > 0);
  }
  return all;
};

type Between = (items: Items<number>) => Items<number>;

/** What comes out of streams that stand upon each other, and how often the end of each was told. */
const throughLayers = async (most: number, layers: readonly Layer[], between: Between, read: (items: Items<number>) => Promise<readonly number[]> = allIn) => {
  async function* negative(items: AsyncGenerator<number, void, undefined>): AsyncGenerator<number, void, undefined> {
    for await (const item of items) yield -item;
  }
  const source = counting(most);
  const ends = layers.map(() => 0);
  const stream = layers.reduce((items: Items<number>, { divertsAt, leavesOut, last }, at) => {
    const passed = passStream(items, {
      divert: (item, rest) => (item === divertsAt ? negative(followedBy(item, rest)) : null),
      change: (item) => (item === leavesOut ? null : item + 10),
      end: () => last,
      over: () => {
        ends[at] = (ends[at] ?? 0) + 1;
      },
    });
    return between(passed);
  }, between(source.items));
  const primed = await primeStream<number>((item) => item > 12)(stream)();
  return { all: E.isRight(primed) ? await read(primed.right.all) : primed.left, ends, isClosed: source.isClosed() };
};

t.test('what a look throws while a stream is poured comes out of it where it is asked again', async (t) => {
  let ends = 0;
  const source = counting(9);
  const stream = passStream(pourable(source.items, 9), {
    divert: (item) => {
      if (item === 4) throw new Error('four');
      return null;
    },
    over: () => (ends += 1),
  });
  const seen: number[] = [];
  await stream.next();
  await stream.pour?.((item) => seen.push(item) > 0);
  t.same(seen, [2, 3]);
  await t.rejects(stream.next(), { message: 'four' });
  t.same([ends, source.isClosed()], [1, true]);
});

/** A stream that is poured to its end, and tells even numbers in short. */
const telling = (items: AsyncGenerator<number, void, undefined>): Items<number, number> =>
  Object.assign(items, {
    pour: async (take: (item: number) => boolean, say?: (said: number) => boolean | null) => {
      for (let next = await items.next(); next.done !== true; next = await items.next()) {
        const goesOn = next.value % 2 === 0 ? (say?.(next.value) ?? null) : null;
        if (!(goesOn ?? take(next.value))) return;
      }
    },
  });

t.test('what is told in short is seen once by every stream that it passes, and told to none where one must see all of it', async (t) => {
  const layer = fc.record({ divertsAt: fc.integer({ min: 1, max: 40 }), tells: fc.constantFrom('look', 'look', 'nothing', 'in full') });
  await fc.assert(
    fc.asyncProperty(fc.nat(12), fc.array(layer, { minLength: 1, maxLength: 3 }), fc.integer({ min: 2, max: 7 }), async (most, layers, refused) => {
      const seen = layers.map((): number[] => []);
      const stream = layers.reduce<Items<number, number>>((items, { divertsAt, tells }, at) => {
        const look = (item: number): void => void seen[at]?.push(item);
        return passStream(items, {
          divert: (item, rest) => {
            if (tells !== 'nothing') look(item);
            return item === divertsAt && item % 2 > 0 ? followedBy(item, rest) : null;
          },
          ...(tells === 'in full' ? {} : { said: tells === 'look' ? look : null }),
        });
      }, telling(counting(most).items));
      const [all, short]: readonly number[][] = [[], []];
      for (let next = await stream.next(); next.done !== true; next = await stream.next()) {
        all?.push(next.value);
        const take = (item: number): boolean => (all?.push(item) ?? 0) % 5 > 0;
        await stream.pour?.(take, (item) => (item % refused === 0 || short?.push(item) === undefined ? null : take(item)));
      }
      const numbers = Array.from({ length: most }, (_, at) => at + 1);
      t.same(all, numbers);
      if (layers.some(({ tells }) => tells === 'in full')) t.same(short, []);
      for (const [at, { tells, divertsAt }] of layers.entries())
        if (tells !== 'nothing') t.same(seen[at], numbers.filter((item) => divertsAt % 2 === 0 || item <= divertsAt), `seen by ${at}`);
    }),
    { numRuns: 300 },
  );
});

t.test('streams upon streams do in one go what they do one by one, poured too', async (t) => {
  const layer = fc.record({ divertsAt: fc.integer({ min: -3, max: 40 }), leavesOut: fc.integer({ min: 1, max: 40 }), last: fc.option(fc.integer({ min: 1, max: 40 })) });
  await fc.assert(
    fc.asyncProperty(fc.nat(5), fc.array(layer, { minLength: 1, maxLength: 3 }), async (most, layers) => {
      const inOne = await throughLayers(most, layers, (items) => items);
      t.same(inOne, await throughLayers(most, layers, apart));
      for (const atOnce of [1, 2, 9]) t.same(inOne, await throughLayers(most, layers, (items) => (items.pour === undefined ? pourable(items, atOnce) : items), pouredFrom), 'poured');
      t.same(inOne.ends, layers.map(() => 1));
    }),
    { numRuns: 300 },
  );
});
