import fc from 'fast-check';
import t from 'tap';
import { byteSink } from '../../src/kernel/byte-sink.ts';
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

t.test('whatever is written, once more too, stands one behind the other, however much it is', (t) => {
  const text = fc.tuple(fc.string({ unit: 'grapheme', maxLength: 9 }), fc.constantFrom(1, 1, 1, 20_000)).map(([words, times]) => words.repeat(times));
  const step = fc.oneof(fc.record({ text }), fc.record({ pieces: fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 3 }) }), fc.record({ from: fc.nat(), to: fc.nat() }));
  const room = scratch();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const sink = byteSink(room);
      let all = Buffer.alloc(0);
      for (const one of steps) {
        const [from, to] = 'from' in one ? [one.from % (all.length + 1), one.to % (all.length + 1)].toSorted((a, b) => a - b) : [0, 0];
        const more = 'text' in one ? Buffer.from(one.text) : 'pieces' in one ? Buffer.concat(one.pieces) : all.subarray(from, to);
        const end = 'text' in one ? sink.add(one.text) : 'pieces' in one ? sink.addBytes(one.pieces) : sink.again(from ?? 0, to ?? 0);
        all = Buffer.concat([all, more]);
        if (end !== all.length || sink.size() !== end) throw new Error('another end');
      }
      if (!sink.bytes(0, sink.size()).equals(all)) throw new Error('other bytes');
      sink.letGo();
    }),
    { numRuns: 100 },
  );
  const sink = byteSink(room);
  sink.letGo();
  const taken = room.take(1);
  sink.letGo();
  t.not(room.take(1), taken, 'and it is given back once');
  t.end();
});
