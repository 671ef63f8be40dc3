import fc from 'fast-check';
import t from 'tap';
import { fairMap } from '../../src/kernel/fair-map.ts';

type Held = { readonly key: string; readonly value: number; readonly holder: string };
type Bounds = { readonly most: number; readonly mostSize: number };

const partOf = (all: readonly Held[], holder: string, { most, mostSize }: Bounds): number => {
  const own = all.filter((one) => one.holder === holder);
  return Math.max(own.length / most, own.reduce((sum, { value }) => sum + value, 0) / mostSize);
};

const isOver = (all: readonly Held[], { most, mostSize }: Bounds): boolean =>
  all.length > most || all.reduce((sum, { value }) => sum + value, 0) > mostSize;

/** What the map must do, in the plainest way. The last one has just come. */
const within = (all: readonly Held[], bounds: Bounds): readonly Held[] => {
  if (!isOver(all, bounds) || all.length < 2) return all;
  const newest = all.at(-1);
  const mine = (holder: string): boolean => all.some((one) => one !== newest && one.holder === holder);
  const holders = [...new Set(all.map(({ holder }) => holder))].filter(mine);
  const heaviest = Math.max(...holders.map((holder) => partOf(all, holder, bounds)));
  const gone = all.find(({ holder }) => mine(holder) && partOf(all, holder, bounds) === heaviest);
  return within(all.filter((one) => one !== gone), bounds);
};

const holder = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const key = fc.integer({ min: 0, max: 25 }).map(String);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('set' as const), key, holder, value: fc.integer({ min: 0, max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), key }) },
);

t.test('law: whatever comes, the oldest entry of who holds most goes, and nothing else', (t) => {
  const bounds = fc.record({ most: fc.integer({ min: 1, max: 12 }), mostSize: fc.integer({ min: 12, max: 60 }) });
  fc.assert(
    fc.property(bounds, fc.array(step, { maxLength: 80 }), (bounds, steps) => {
      const left: number[] = [];
      const map = fairMap<number>({ ...bounds, sizeOf: (value) => value, left: (value) => left.push(value) });
      let [model, came]: [readonly Held[], number] = [[], 0];
      for (const one of steps) {
        const known = model.find((held) => held.key === one.key);
        const others = model.filter((held) => held !== known);
        if (one.do === 'get') {
          t.equal(map.get(one.key), known?.value);
          if (known !== undefined) model = [...others, known];
        } else if (one.do === 'remove') {
          map.remove(one.key);
          model = others;
        } else {
          map.set(one.key, one.value, one.holder);
          came += 1;
          const isLess = known === undefined || partOf(model, one.holder, bounds) < partOf(model, known.holder, bounds);
          model = within([...others, { key: one.key, value: one.value, holder: isLess ? one.holder : known.holder }], bounds);
        }
        t.same(map.entries(), model);
        t.equal(map.size(), model.length);
      }
      t.equal(left.length, came - model.length, 'each that leaves is told once');
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test('law: who keeps to an equal share loses nothing, whatever the others put in and in which order', (t) => {
  const [most, callers, size] = [20, 5, 4];
  const room = { most, mostSize: most * size };
  const fill = fc.array(fc.record({ who: fc.constantFrom('a', 'b', 'c', 'd'), key: fc.nat(999), value: fc.integer({ min: 0, max: size }) }), { maxLength: 200 });
  const own = fc.array(fc.record({ at: fc.nat(200), value: fc.integer({ min: 0, max: size }) }), { maxLength: most / callers });
  fc.assert(
    fc.property(fill, own, (fill, own) => {
      const map = fairMap<number>({ ...room, mostSize: room.mostSize + size, sizeOf: (value) => value });
      for (let at = 0; at <= fill.length; at += 1) {
        for (const [number, one] of own.entries()) if (Math.min(one.at, fill.length) === at) map.set(`own ${number}`, one.value, 'modest');
        const other = fill[at];
        if (other !== undefined) map.set(`${other.who} ${other.key}`, other.value, other.who);
      }
      for (const [number, { value }] of own.entries()) t.equal(map.get(`own ${number}`), value);
    }),
  );
  t.end();
});

t.test('one who holds nothing else keeps what has just come, and what is alone stays', (t) => {
  const map = fairMap<number>({ most: 10, mostSize: 100, sizeOf: (value) => value });
  map.set('small', 1, 'a');
  map.set('large', 100, 'b');
  t.same(map.entries(), [{ key: 'large', value: 100, holder: 'b' }]);
  map.set('small again', 1, 'a');
  t.same(map.entries().map(({ key }) => key), ['small again'], 'and goes for the next one');
  map.set('larger than all', 101, 'c');
  t.same(map.entries().map(({ key }) => key), ['larger than all']);
  t.end();
});

t.test('of many who hold one each the least recently used goes', (t) => {
  const map = fairMap<number>({ most: 1000 });
  for (let at = 0; at < 1000; at += 1) map.set(String(at), at, `holder ${at}`);
  t.equal(map.get('0'), 0);
  for (let at = 1000; at < 1500; at += 1) map.set(String(at), at, `holder ${at}`);
  t.equal(map.size(), 1000);
  t.equal(map.get('0'), 0);
  t.equal(map.get('500'), undefined);
  t.equal(map.get('501'), 501);
  t.end();
});
