import fc from 'fast-check';
import t from 'tap';
import { E, t as io } from '../../src/kernel/fp.ts';
import { chatBounds, embeddingBounds } from '../../src/openai/field-bounds.ts';
import { withinBounds } from '../../src/wire/bounds.ts';
import { decodeWith, lenient, listOf, oneOf, optional, record, stringOr, unless, unlessEmpty, within } from '../../src/wire/codec.ts';
import { misfit, readerOf } from '../../src/wire/reader.ts';

const names = ['a', 'b', 'c', 'd'] as const;

/** Any codec that is made of what this file's neighbour offers. */
const codecs = fc.letrec<{ readonly codec: io.Type<unknown, unknown> }>((tie) => ({
  codec: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<io.Type<unknown, unknown>>(io.string as never, io.number as never, io.boolean as never, io.unknown as never, io.UnknownRecord as never, within(0, 2) as never, oneOf(['x', 'y']) as never),
    tie('codec').map((codec) => optional(codec) as never),
    tie('codec').map((codec) => unlessEmpty(codec) as never),
    tie('codec').map((codec) => lenient(codec) as never),
    tie('codec').map((codec) => listOf(codec) as never),
    tie('codec').map((codec) => stringOr(codec) as never),
    tie('codec').map((codec) => unless((value) => value === 'x', codec) as never),
    fc.dictionary(fc.constantFrom(...names), tie('codec')).map((props) => record(props as never) as never),
    fc.dictionary(fc.constantFrom(...names), tie('codec')).map((props) => io.type(props as never) as never),
  ),
})).codec;

const values = fc.letrec<{ readonly value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(null, undefined, true, false, 0, 1, 3, -1, '', 'x', 'y', 'z', [], {}),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names, 'e'), tie('value')),
  ),
})).value;

/** Absent and undefined are the same to those who read. */
const plain = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

t.test('what a codec reads at once is what io-ts makes of it, and the same is refused', (t) => {
  let [fitting, refused] = [0, 0];
  fc.assert(
    fc.property(codecs, values, (codec, value) => {
      const [fast, slow] = [readerOf(codec)(value), codec.decode(value)];
      if (E.isLeft(slow)) refused += 1;
      else fitting += 1;
      return E.isLeft(slow) ? fast === misfit : fast !== misfit && plain(fast) === plain(slow.right);
    }),
    { numRuns: 4000 },
  );
  t.ok(fitting > 300 && refused > 300, `${fitting} fit, ${refused} do not`);
  t.end();
});

t.test('reading changes nothing in the body', (t) => {
  fc.assert(
    fc.property(codecs, values, (codec, value) => {
      const before = plain(value);
      readerOf(codec)(value);
      return plain(value) === before;
    }),
  );
  t.pass();
  t.end();
});

t.test('a record keeps fields that nobody named, and tells of a fault by its path', async (t) => {
  const codec = record({ model: io.string, list: optional(listOf(record({ name: io.string }))) });
  const decode = decodeWith(codec);
  t.same(decode({ model: 'm', extra: 1, list: null }), E.right({ model: 'm', extra: 1, list: undefined }));
  t.match(decode({ model: 'm', list: [{ name: 'a' }, { name: 1 }] }), E.left({ param: 'list.1.name', message: "Invalid value for 'list.1.name': expected a string." }));
  t.match(decode({ list: [] }), E.left({ param: 'model', code: 'missing_required_parameter' }));
  t.match(decode({ model: null }), E.left({ param: 'model', code: 'missing_required_parameter' }), 'null is as good as nothing');
  t.match(decode({ model: 'm', list: [null] }), E.left({ param: 'list.0', code: 'invalid_value' }));
  t.match(decode([]), E.left({ param: null, code: 'invalid_type' }));
});

const filled = (size: number): fc.Arbitrary<unknown> =>
  fc.oneof(fc.nat(size).map((length) => 'a'.repeat(length)), fc.nat(size).map((length) => Array.from({ length }, () => 1)), fc.nat(size).map((length) => Object.fromEntries(Array.from({ length }, (_, at) => [`k${at}`, 1]))), fc.constantFrom(null, 1));

const nested = fc.dictionary(fc.constantFrom('messages', 'content', 'name', 'input', 'tools'), fc.oneof(filled(6), fc.array(fc.oneof(filled(6), fc.dictionary(fc.constantFrom('content', 'name', 'tools'), filled(6))), { maxLength: 4 })));

t.test('all bounds looked at in one walk refuse what each of them refuses, the first of the table first', (t) => {
  const bounds = [
    { path: 'messages', most: 3, of: 'items' as const },
    { path: 'messages.*.content', most: 5, of: 'items' as const, inAll: true as const },
    { path: 'messages.*.name', most: 4, of: 'characters' as const },
    { path: 'input.*', most: 3, of: 'items' as const },
    { path: 'input.*', most: 5, of: 'items' as const, inAll: true as const },
    { path: 'tools', most: 4, of: 'fields' as const },
  ];
  let over = 0;
  fc.assert(
    fc.property(nested, (body) => {
      const each = bounds.map((bound) => withinBounds([bound])(body)).find(E.isLeft);
      if (each !== undefined) over += 1;
      return JSON.stringify(withinBounds(bounds)(body)) === JSON.stringify(each ?? E.right(body));
    }),
    { numRuns: 2000 },
  );
  t.ok(over > 100, `${over} over their bounds`);
  t.ok(E.isRight(withinBounds([...chatBounds, ...embeddingBounds])({ __proto__: null })));
  t.end();
});
