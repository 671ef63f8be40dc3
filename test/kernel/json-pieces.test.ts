import fc from 'fast-check';
import t from 'tap';
import { jsonPieces } from '../../src/kernel/json-pieces.ts';
import { jsonText } from '../../src/kernel/well-formed.ts';

const written = async (value: unknown): Promise<string> => Buffer.concat(await jsonPieces(value)).toString('utf8');

t.test('JSON in pieces is the JSON that is written in one go', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 12, stringUnit: 'binary' }), async (value) => {
      t.equal(await written(value), jsonText(value));
    }),
    { numRuns: 300 },
  );
  for (const text of ['🙂', 'a🙂', '\ud800', '"\n', '天', '\ud800a\udc00']) {
    const long = text.repeat(300_000);
    t.ok((await written({ a: [long, undefined], b: undefined })) === jsonText({ a: [long, undefined], b: undefined }), JSON.stringify(text));
  }
});

t.test('a long text comes in several pieces, and an object as it was written where that is kept', async (t) => {
  t.ok((await jsonPieces({ a: 'x'.repeat(1_000_000) })).length > 3);
  const kept = { b: 1 };
  t.equal(Buffer.concat(await jsonPieces({ a: kept, c: [kept] }, (value) => (value === kept ? '{"b":1.0}' : undefined))).toString(), '{"a":{"b":1.0},"c":[{"b":1.0}]}');
});
