import fc from 'fast-check';
import t from 'tap';
import { exactJson, withExactText } from '../../src/gemini/exact-json.ts';
import { jsonPieces } from '../../src/kernel/json-pieces.ts';
import { writeLarge } from '../../src/pipeline/write-large.ts';
import { exactAnswer, textInSteps } from '../../src/ports/reply.ts';
import { isBase64 } from '../../src/kernel/base64.ts';
import { textInPieces } from '../../src/kernel/text-in-pieces.ts';
import { jsonText } from '../../src/kernel/well-formed.ts';
import { asName } from '../support/as-name.ts';

const written = async (value: unknown): Promise<string> => Buffer.concat(await jsonPieces(value)).toString('utf8');

/** Each list and object of a value made too large to be written in one go. */
const enlarged = (value: unknown): unknown => {
  if (Array.isArray(value)) return [...value.map(enlarged), 'x'.repeat(5000)];
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries([...Object.entries(value).map(([name, one]) => [name, enlarged(one)]), ['more', 'x'.repeat(5000)]]);
};

t.test('JSON in pieces is the JSON that is written in one go', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 12, stringUnit: 'binary' }), async (value) => {
      t.equal(await written(value), jsonText(value));
      const beside = enlarged(value);
      t.ok((await written(beside)) === jsonText(beside), 'and so are large lists and objects');
    }),
    { numRuns: 300 },
  );
  for (const text of ['🙂', 'a🙂', '\ud800', '"\n', '天', '\ud800a\udc00']) {
    const long = text.repeat(300_000);
    t.ok((await written({ a: [long, undefined], b: undefined })) === jsonText({ a: [long, undefined], b: undefined }), asName(text));
  }
});

t.test('a long text comes in several pieces, and an object as it was written where that is kept', async (t) => {
  t.ok((await jsonPieces({ a: 'x'.repeat(1_000_000) })).length > 3);
  const kept = { b: 1 };
  t.equal(Buffer.concat(await jsonPieces({ a: kept, c: [kept] }, (value) => (value === kept ? '{"b":1.0}' : undefined))).toString(), '{"a":{"b":1.0},"c":[{"b":1.0}]}');
});

t.test('what is kept as it was written stands so in JSON, wherever it is, in one go and in pieces', async (t) => {
  const kept = withExactText({ b: 1 }, '{"b":1.0e0}');
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 5 }, fc.constantFrom(kept, 'KEPT', undefined, null, '\ud800é', 0), fc.array(tie('any'), { maxLength: 4 }), fc.dictionary(fc.string({ unit: 'binary', maxLength: 3 }), tie('any'), { maxKeys: 4 }))
  })).any;
  // A mark that nothing in the value says, in place of what is kept.
  const expected = (from: unknown): string => jsonText(JSON.parse(JSON.stringify(from, (_, held: unknown) => (held === kept ? '%' : held)))).replaceAll('"%"', '{"b":1.0e0}');
  await fc.assert(
    fc.asyncProperty(value, async (made) => {
      const whole = { made, all: [made, 'x'.repeat(5000)] };
      t.ok(exactJson(whole) === expected(whole));
      const large = await writeLarge(exactAnswer({ ...whole, long: 'x'.repeat(70_000) }));
      t.ok(Buffer.concat(large.pieces ?? []).toString() === expected({ ...whole, long: 'x'.repeat(70_000) }));
    }),
    { numRuns: 100 },
  );
  t.equal((await writeLarge(exactAnswer({ a: kept }))).body, '{"a":{"b":1.0e0}}');
});

t.test('a text in pieces is the same text, wherever it was cut', async (t) => {
  const piece = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String({ minLength: 20_000, maxLength: 40_000 }), fc.constantFrom('\ud83d', '\ude42', '"'));
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      const a = textInPieces([...pieces, 'x'.repeat(70_000)]);
      const expected = jsonText({ a: `${pieces.join('')}${'x'.repeat(70_000)}` });
      t.ok(JSON.parse(await written({ a })).a === JSON.parse(expected).a);
      t.ok(jsonText({ a }) === expected);
    }),
    { numRuns: 20 },
  );
  t.equal(textInPieces(['a', 'b']), 'ab');
});

t.test('what is told to be base64 holds its letters alone, wherever another stands', (t) => {
  for (const length of [3, 4, 6, 7, 8, 65_536, 65_538, 131_075]) {
    const letters = 'Az09+/'.repeat(length).slice(0, length);
    t.ok(isBase64(letters), `${length}`);
    for (const odd of ['"', '\\', '\n', '=', '\0', 'é', '\u0141', '🙂', ' '])
      for (const at of [0, 1, length - 1, length >> 1]) t.notOk(isBase64(letters.slice(0, at) + odd + letters.slice(at + 1)), `${odd} at ${at} of ${length}`);
  }
  t.end();
});

t.test('a text that is made in steps is the same text in pieces, none of them large or empty', async (t) => {
  for (const count of [0, 1, 2000, 50_000]) {
    const texts = Array.from({ length: count }, (_, at) => `${at}\nAll is wéll 🙂\n\n`);
    const whole = textInSteps({ 'content-type': 'text/plain' }, () => texts);
    const { body, pieces = [Buffer.from(body)], headers, status } = await writeLarge(whole);
    t.ok(Buffer.concat(pieces).toString() === texts.join('') && whole.body === texts.join(''), `${count} steps`);
    t.same([status, headers], [200, { 'content-type': 'text/plain' }]);
    t.ok(count === 0 || pieces.every(({ length }) => length > 0 && length < 140_000), `${pieces.length} pieces`);
  }
});
