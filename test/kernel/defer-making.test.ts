import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import { deferMaking } from '../../src/kernel/defer-making.ts';

t.test('it is made once: behind this turn, or when it is asked for before that', async (t) => {
  const made: string[] = [];
  const make = (name: string) => deferMaking(() => `${name}${made.push(name)}`);
  const [first, second] = [make('first'), make('second')];
  t.same(made, []);
  t.equal(second(), 'second1');
  await nextTurn();
  t.same(made, ['second', 'first']);
  t.same([first(), first(), second()], ['first2', 'first2', 'second1']);
  t.equal(made.length, 2);
});

t.test('what fails is told to who asks, and to nobody else', async (t) => {
  let tries = 0;
  const failing = deferMaking(() => {
    tries += 1;
    throw new Error('not now');
  });
  await nextTurn();
  t.equal(tries, 1);
  t.throws(failing, new Error('not now'));
  t.equal(tries, 2, 'it is tried again');
});
