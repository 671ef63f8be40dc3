import fc from 'fast-check';
import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import { parseLargeJson } from '../../src/kernel/parse-json.ts';

const bounds = { depth: 100, values: 1_000_000, itemValues: 400_000, itemTexts: 100_000, objectFields: 10_000 };

const parsed = (text: string, most = bounds) => parseLargeJson(Buffer.from(text), most);

const inOneGo = (text: string): E.Either<string, unknown> =>
  E.tryCatch(
    (): unknown => JSON.parse(text),
    () => 'not JSON',
  );

const row = (count: number, item: string): string => Array.from({ length: count }, () => item).join(',');

const long = row(5000, '{"role":"user","content":"All is well, [and] {so on}, \\"quoted\\" \\\\"}');

t.test('what is parsed in pieces is what JSON.parse makes of it, or is refused as there', async (t) => {
  const texts = [
    `{"a":[${long}],"b":[1,[2]],"c":{"d":[3]},"e":[]}`,
    `{"a":[${long}],"a":[2]}`,
    `{"a":[2],"a":[${long}]}`,
    `{"__proto__":[${long}],"constructor":[1]}`,
    `{ "a" : [ ${long} ] , "b" : [ ] }`,
    `{"a":[${row(200_000, '1')}]}`,
    `[[${long}]]`,
    `[${long}]`,
    `"${'a'.repeat(300_000)}"`,
    `{"a":[${long},]}`, `{"a":[,${long}]}`, `{"a":[${long},,${long}]}`, `{"a":[${long}}`, `{"a":[${long}]]`, `{"a":[${long}]`, `{"a":[${long}],}`, `{"a"[${long}]}`, `{"a":[${long}]}]`, `{[${long}]}`, `{"a":[${long} ${long}]}`, `{"a":[${long},${' '.repeat(100_000)},${long}]}`,
  ];
  for (const text of texts) t.same(await parsed(text), inOneGo(text), `${text.slice(0, 12)} … ${text.slice(-6)}`);
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.array(fc.jsonValue())), fc.integer({ min: 0, max: 200 }), async (value, cut) => {
      const text = JSON.stringify(value);
      const broken = text.slice(0, Math.max(0, text.length - (cut > 100 ? 0 : cut)));
      t.same(await parsed(broken), inOneGo(broken));
    }),
    { numRuns: 300 },
  );
});

t.test('what is over a bound is told before it is parsed', async (t) => {
  const fields = (count: number): string => `{${Array.from({ length: count }, (_, at) => `"k${at}":1`).join(',')}}`;
  const cases: readonly (readonly [string, string])[] = [
    [`{"a":[${'['.repeat(100)}`, 'too deep'],
    [`{"a":${fields(10_001)}}`, 'too many fields'],
    [`{"a":[${row(1_000_001, '1')}]}`, 'too many values'],
    [`{"a":[[${row(400_001, '1')}]]}`, 'too large an item'],
    [`{"a":{"b":[${row(100_001, '"c"')}]}}`, 'too large an item'],
  ];
  for (const [text, fault] of cases) t.same(await parsed(text), E.left(fault), fault);
  t.ok(E.isRight(await parsed(`{"a":[${row(900_000, '1')}],"b":${fields(10_000)}}`)), 'items are counted one by one');
});
