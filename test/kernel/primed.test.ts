import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import { primeStream } from '../../src/kernel/prime-stream.ts';

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
