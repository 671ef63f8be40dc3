import fc from 'fast-check';
import t from 'tap';
import { emptyLine, placeOf } from '../../src/kernel/line.ts';

t.test('a line holds who a Set holds, in the order of joining, whoever leaves', (t) => {
  const steps = fc.array(fc.tuple(fc.nat(5), fc.boolean()), { maxLength: 40 });
  fc.assert(
    fc.property(steps, (all) => {
      const line = emptyLine<number>();
      const places = Array.from({ length: 6 }, (_, each) => placeOf(each));
      const model = new Set<number>();
      for (const [each, joins] of all) {
        const place = places[each];
        if (place === undefined) continue;
        if (joins && !model.has(each)) line.join(place);
        if (!joins) line.leave(place);
        if (joins) model.add(each);
        else model.delete(each);
        t.same(line.all(), [...model]);
        t.equal(line.first(), [...model][0]);
        t.equal(line.length(), model.size);
      }
    }),
  );
  t.end();
});
