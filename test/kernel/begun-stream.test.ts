import t from 'tap';
import { begunStream, together, withRest } from '../../src/kernel/begun-stream.ts';
import { readyStream, type Items } from '../../src/kernel/ready-stream.ts';

async function* each<A>(...items: readonly A[]): AsyncGenerator<A, void, undefined> {
  yield* items;
}

const readAll = async <A>(stream: Items<A>): Promise<readonly A[]> => {
  const all: A[] = [];
  for await (const item of stream) all.push(item);
  return all;
};

const counted = (rest: () => Items<readonly number[]>) => {
  const seen = { asked: 0 };
  const stream = begunStream({
    first: [1],
    rest: () => {
      seen.asked += 1;
      return rest();
    },
  });
  return { seen, stream };
};

t.test('who knows nothing of its beginning reads it as any other stream, and the rest once', async (t) => {
  for (const rest of [() => readyStream([2, 3]), () => each([2], [3])]) {
    const { seen, stream } = counted(rest);
    t.same((await readAll(stream)).flat(), [1, 2, 3]);
    t.same(await stream.next(), { done: true, value: undefined });
    t.equal(seen.asked, 1);
  }
});

t.test('the rest is not read before it is asked for, nor where nobody does', async (t) => {
  const { seen, stream } = counted(() => readyStream([2]));
  t.same(await stream.next(), { done: false, value: [1] });
  t.equal(seen.asked, 0);
  await stream.return();
  t.same(await stream.next(), { done: true, value: undefined });
  t.equal(seen.asked, 0);
});

t.test('a rest that is being read is closed with it, also by an error', async (t) => {
  for (const end of ['return', 'throw'] as const) {
    const closed: string[] = [];
    async function* rest(): AsyncGenerator<readonly number[], void, undefined> {
      try {
        yield [2];
        yield [3];
      } finally {
        closed.push(end);
      }
    }
    const { stream } = counted(rest);
    await stream.next();
    await stream.next();
    if (end === 'return') await stream.return();
    else await t.rejects(stream.throw(new Error('broken')), { message: 'broken' });
    t.same(closed, [end]);
    t.same(await stream.next(), { done: true, value: undefined });
  }
});

t.test('an error of the rest is told behind the first item', async (t) => {
  async function* broken(): AsyncGenerator<readonly number[], void, undefined> {
    yield* [];
    throw new Error('broken');
  }
  const { stream } = counted(broken);
  t.same(await stream.next(), { done: false, value: [1] });
  await t.rejects(stream.next(), { message: 'broken' });
});

t.test('something can be done to the rest, when it is asked for', async (t) => {
  const changed: string[] = [];
  const stream = withRest({ first: [1], rest: () => readyStream([2]) }, (rest) => {
    changed.push('rest');
    return readyStream([...(rest.ready ?? []), 3]);
  });
  t.same(stream.begun?.first, [1]);
  t.same(changed, []);
  t.same(stream.begun?.rest().ready, [2, 3]);
  t.same(changed, ['rest']);
});

t.test('it is one list again where all of it is there, and is read where it is not', async (t) => {
  t.same(together(counted(() => readyStream([2, 3])).stream).ready, [1, 2, 3]);
  const stream = together(counted(() => each([2], [3])).stream);
  t.equal(stream.ready, undefined);
  t.same((await readAll(stream)).flat(), [1, 2, 3]);
  const other = readyStream([7]);
  t.equal(together(other), other);
});
