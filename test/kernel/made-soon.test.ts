import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import { madeSoon } from '../../src/kernel/made-soon.ts';

t.test('it is made once: behind this turn, or when it is asked for before that', async (t) => {
  const made: string[] = [];
  const make = (name: string) => madeSoon(() => `${name}${made.push(name)}`);
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
  const failing = madeSoon(() => {
    tries += 1;
    throw new Error('not now');
  });
  await nextTurn();
  t.equal(tries, 1);
  t.throws(failing, new Error('not now'));
});
