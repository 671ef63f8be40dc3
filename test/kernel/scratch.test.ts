import t from 'tap';
import { scratch } from '../../src/kernel/scratch.ts';

t.test('bytes are given to one at a time, the largest that came back', (t) => {
  const room = scratch();
  const [one, other] = [room.take(10), room.take(20)];
  t.not(one, other);
  room.giveBack(other);
  room.giveBack(one);
  t.equal(room.take(15), other);
  t.not(room.take(15), other, 'nobody else has them meanwhile');
  room.giveBack(other);
  t.equal(room.take(21).length, 21, 'too small');
  room.giveBack(Buffer.alloc(2 * 1024 ** 2));
  t.equal(room.take(5), other, 'and no more than a megabyte is held');
  t.end();
});
