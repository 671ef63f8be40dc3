import t from 'tap';
import { partialArgs } from '../../src/gemini/partial-args.ts';
import type { PartialArg } from '../../src/gemini/response.ts';
import type { JsonObject } from '../../src/gemini/request.ts';

const together = (pieces: readonly PartialArg[], given: JsonObject = {}): unknown => {
  const args = partialArgs(given);
  args.add(pieces);
  return JSON.parse(JSON.stringify(args.whole()));
};

const rows: readonly (readonly [why: string, pieces: readonly PartialArg[], whole: unknown])[] = [
  ['a number', [{ jsonPath: '$.a', numberValue: 1 }], { a: 1 }],
  ['false and null', [{ jsonPath: '$.a', boolValue: false }, { jsonPath: '$.b', nullValue: 'NULL_VALUE' }], { a: false, b: null }],
  ['a text in pieces', [{ jsonPath: '$.a', stringValue: 'x' }, { jsonPath: '$.b', numberValue: 1 }, { jsonPath: '$.a', stringValue: 'y' }], { a: 'xy', b: 1 }],
  ['lists and objects', [{ jsonPath: '$.a[0].b', numberValue: 1 }, { jsonPath: "$['a'][1].c d", stringValue: 'x' }], { a: [{ b: 1 }, { 'c d': 'x' }] }],
  ['an element that came in no piece', [{ jsonPath: '$.a[1]', numberValue: 1 }], { a: [null, 1] }],
  ['a place that changes its kind', [{ jsonPath: '$.a', numberValue: 1 }, { jsonPath: '$.a.b', numberValue: 2 }], { a: { b: 2 } }],
  ['a place far behind the end of a list', [{ jsonPath: '$.a[4294967294]', numberValue: 1 }, { jsonPath: '$.b[100000000]', numberValue: 1 }, { jsonPath: '$.c[99999999999999999999]', numberValue: 1 }], { a: [], b: [], c: [] }],
  ['a path of thousands of steps', [{ jsonPath: `$${'.a'.repeat(500)}`, numberValue: 1 }, { jsonPath: `$${'.a'.repeat(5_000_000)}`, numberValue: 1 }], {}],
  ["a path over the prototype's name", [{ jsonPath: '$.__proto__.polluted', numberValue: 1 }, { jsonPath: '$.constructor.prototype.polluted', numberValue: 1 }], { constructor: { prototype: { polluted: 1 } } }],
  ['a path to nothing', [{ jsonPath: '$', numberValue: 1 }, { numberValue: 1 }, { jsonPath: '[0]', numberValue: 1 }], {}],
];

for (const [why, pieces, whole] of rows) {
  t.test(`${why}: ${JSON.stringify(whole)}`, async (t) => {
    t.equal(JSON.stringify(together(pieces)), JSON.stringify(whole));
    t.notOk('polluted' in {});
  });
}

t.test('what came whole stays, and the frame that it came in is not changed', async (t) => {
  const given: JsonObject = { a: { b: 1 } };
  t.strictSame(together([{ jsonPath: '$.a.c', numberValue: 2 }], given), { a: { b: 1, c: 2 } });
  t.strictSame(given, { a: { b: 1 } });
});

t.test('a list of 200,000 elements in as many pieces is put together', async (t) => {
  const pieces = Array.from({ length: 200_000 }, (_, at) => ({ jsonPath: `$.a[${at}]`, numberValue: at }));
  t.equal((together(pieces) as { readonly a: readonly number[] }).a.length, 200_000);
});
