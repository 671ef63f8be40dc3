import { array, assert, constantFrom, dictionary, integer, letrec, oneof, property, string as anyString } from 'fast-check';
import t from 'tap';
import { jsonFault } from '../../src/kernel/json-fault.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const isTooDeep = (bytes: Uint8Array, depth: number): boolean => jsonFault(bytes, { depth, values: Infinity }) === 'too deep';

const depthOf = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
};

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

const cases: readonly (readonly [text: string, most: number, tooDeep: boolean])[] = [
  ['1', 0, false],
  ['[]', 0, true],
  [nested(100), 100, false],
  [nested(101), 100, true],
  ['[{"a":[{}]}]', 4, false],
  ['[{"a":[{}]}]', 3, true],
  ['[[],[],[],{}]', 2, false],
  ['["[[[["]', 1, false],
  ['["\\"[[[["]', 1, false],
  [String.raw`["\\",[[]]]`, 2, true],
  [String.raw`["\\\"[[[",[]]`, 2, false],
  [`["${'x'.repeat(100)}\\"[[[[${'x'.repeat(100)}",[]]`, 2, false],
  [`["${'x'.repeat(100)}\\\\",[[]]]`, 2, true],
  ['["never closed [[[[', 1, false],
  ['{"data":"', 1, false],
];

for (const [text, most, tooDeep] of cases) {
  t.test(`${text.slice(0, 30)} is ${tooDeep ? '' : 'not '}deeper than ${most}`, async (t) => {
    t.equal(isTooDeep(bytesOf(text), most), tooDeep);
  });
}

t.test('tells the depth of any JSON value, whatever its strings hold', async (t) => {
  const string = anyString({ unit: constantFrom('"', '\\', '[', '}', 'x', 'ä', 'xxxxxxxxxxxxxxxxxxxxxxxxxx') });
  const { value } = letrec((tie) => ({
    value: oneof({ maxDepth: 4 }, string, integer(), array(tie('value'), { maxLength: 3 }), dictionary(string, tie('value'), { maxKeys: 3 })),
  }));
  assert(
    property(value, (any) => {
      const [bytes, depth] = [bytesOf(JSON.stringify(any)), depthOf(any)];
      return !isTooDeep(bytes, depth) && (depth === 0 || isTooDeep(bytes, depth - 1));
    }),
    { numRuns: 500 },
  );
  t.pass();
});

t.test('a million open brackets are told at the first one too many', async (t) => {
  t.equal(isTooDeep(bytesOf('['.repeat(1_000_000)), 100), true);
});

const amounts: readonly (readonly [text: string, values: number])[] = [
  ['[0,0,0]', 4],
  ['{"a":0,"b":{}}', 4],
  ['[{},{},{}]', 7],
  ['",,,[[["', 1],
];

for (const [text, values] of amounts) {
  t.test(`${text} holds ${values} values at most`, async (t) => {
    t.equal(jsonFault(bytesOf(text), { depth: 10, values }), null);
    t.equal(jsonFault(bytesOf(text), { depth: 10, values: values - 1 }), 'too many values');
  });
}
