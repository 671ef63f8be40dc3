import fc from 'fast-check';
import type { JsonObject } from '../../src/gemini/request.ts';

/** Names that properties have here: few, so that instances meet them, and some that are words or traps. */
export const propertyNames = ['a', 'b', 'x-1', 'x-2', 'title', 'const', '$ref', 'required', '__proto__', 'constructor'] as const;

const name = fc.constantFrom(...propertyNames);
const text = fc.constantFrom('a', 'b', 'ab', '', '1');
const number = fc.constantFrom(-1, 0, 1, 2, 3, 0.5, 1.5, -0.5, 2 ** 53);
const count = fc.nat(3);
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));

/** Values that schemas here are about. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

const types = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const;
const type = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<string | string[]>(...types) },
  fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 3 }),
);

/** What definitions and anchors are called. */
export const definitionNames = ['A', 'B', 'a/b c', 'm~n', '%25', '__proto__', 'Foo<Bar>'] as const;

const escaped = (given: string): string => encodeURIComponent(given.replaceAll('~', '~0').replaceAll('/', '~1'));

const reference = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...definitionNames).map((one) => `#/$defs/${escaped(one)}`) },
  fc.constantFrom('#', '#anchor', '#/properties/a', '#/items', '#/anyOf/0', '#/$defs/A/properties/a', 'https://example.com/inner', 'https://example.com/inner#/$defs/A', 'inner'),
);

const patterns = fc.constantFrom('^x-', '.', '^a$', '1$');
const few = <A>(of: fc.Arbitrary<A>): fc.Arbitrary<A[]> => fc.array(of, { minLength: 1, maxLength: 3 });
const named = <A>(names: fc.Arbitrary<string>, of: fc.Arbitrary<A>) => fc.dictionary(names, of, { maxKeys: 3, noNullPrototype: true });

type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;

const applicators = (inner: fc.Arbitrary<unknown>): Fields => ({
  properties: named(name, inner),
  patternProperties: named(patterns, inner),
  additionalProperties: inner,
  propertyNames: fc.constantFrom({ maxLength: 3 }, { pattern: '^[ab]' }, true, {}),
  items: inner,
  prefixItems: few(inner),
  contains: inner,
  anyOf: few(inner),
  oneOf: few(inner),
  allOf: few(inner),
  not: inner,
  ...Object.fromEntries(['if', 'then', 'else'].map((word) => [word, inner])),
  dependentSchemas: named(name, inner),
  unevaluatedProperties: inner,
  unevaluatedItems: inner,
});

const plain: Fields = {
  required: fc.uniqueArray(name, { maxLength: 3 }),
  enum: fc.uniqueArray(fc.oneof({ weight: 4, arbitrary: scalar }, anyValue), { minLength: 1, maxLength: 4, selector: (value) => JSON.stringify(value) }),
  const: fc.oneof(scalar, anyValue),
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  multipleOf: fc.constantFrom(1, 0.5, 2),
  minLength: count,
  maxLength: count,
  pattern: fc.constantFrom('a', '^$', '^[ab]*$'),
  format: fc.constantFrom('date-time', 'int32', 'uuid'),
  minItems: count,
  maxItems: count,
  uniqueItems: fc.boolean(),
  minContains: count,
  minProperties: count,
  maxProperties: count,
  dependentRequired: named(name, fc.uniqueArray(name, { maxLength: 2 })),
  title: text,
  description: text,
  default: scalar,
  examples: fc.array(scalar, { maxLength: 1 }),
  $comment: text,
  propertyOrdering: fc.uniqueArray(name, { maxLength: 3 }),
  'x-vendor': anyValue,
};

const groups: Readonly<Record<string, readonly string[]>> = {
  string: ['minLength', 'maxLength', 'pattern', 'format', 'enum', 'const'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'enum', 'const'],
  array: ['items', 'items', 'prefixItems', 'prefixItems', 'contains', 'minItems', 'maxItems', 'uniqueItems', 'unevaluatedItems'],
  object: ['properties', 'properties', 'required', 'patternProperties', 'additionalProperties', 'additionalProperties', 'propertyNames', 'unevaluatedProperties', 'dependentSchemas', 'dependentRequired', 'maxProperties'],
  any: ['anyOf', 'oneOf', 'allOf', 'not', 'if', 'then', 'description', 'const', 'enum', 'default'],
};

const ownGroup = (kind: string | string[] | null): fc.Arbitrary<readonly string[]> => {
  const [name = 'any'] = (Array.isArray(kind) ? kind : [kind ?? 'any']).flatMap((one) => (one === 'integer' ? 'number' : one in groups ? one : []));
  return kind === null ? fc.constantFrom(...Object.values(groups)) : fc.constant(groups[name] ?? []);
};

const some = (names: readonly string[], maxLength: number): fc.Arbitrary<readonly string[]> => fc.uniqueArray(fc.constantFrom(...names), { maxLength });

/** A few keywords of all, most of them of the type: schemas that say everything at once take nothing. */
const keywordsOf = (inner: fc.Arbitrary<unknown>): fc.Arbitrary<JsonObject> => {
  const fields: Fields = { ...plain, ...applicators(inner) };
  const all = Object.keys(fields);
  return fc.option(type, { freq: 4 }).chain((kind) =>
    ownGroup(kind)
      .chain((own) => fc.tuple(some(own, 3), some(groups['any'] ?? [], 2), fc.boolean().chain((odd) => some(all, odd ? 1 : 0)), fc.nat(4)))
      .chain(([own, general, odd, nullable]) =>
        fc
          .record(Object.fromEntries([...own, ...general, ...odd].map((one) => [one, fields[one] ?? fc.constant(true)])))
          .map((rest) => ({ ...(kind === null ? {} : { type: kind }), ...(kind !== null && nullable === 0 ? { nullable: true } : {}), ...rest })),
      ),
  );
};

const schemaIn = (depth: number): fc.Arbitrary<unknown> => {
  const smaller = depth === 0 ? fc.boolean() : schemaIn(depth - 1);
  return fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom<unknown>(true, false, {}, { not: {} }, { description: 'd' }) },
    { weight: 2, arbitrary: reference.map(($ref) => ({ $ref })) },
    { weight: 1, arbitrary: fc.tuple(reference, keywordsOf(smaller)).map(([$ref, rest]) => ({ ...rest, $ref })) },
    { weight: 1, arbitrary: reference.map(($ref) => ({ allOf: [{ $ref }], description: 'd' })) },
    { weight: 6, arbitrary: keywordsOf(smaller) },
  );
};

/** Schemas of 2020-12 with every keyword, references and definitions, booleans anywhere, anchors and inner documents. */
export const anySchema: fc.Arbitrary<JsonObject> = fc
  .tuple(schemaIn(3), named(fc.constantFrom(...definitionNames), schemaIn(2)), schemaIn(1), schemaIn(1))
  .map(([root, definitions, anchored, inner]) => {
    const known = Object.fromEntries(definitionNames.map((one) => [one, true]));
    const $defs = {
      ...known,
      ...definitions,
      Anchored: { ...Object(anchored), $anchor: 'anchor' },
      Inner: { ...Object(inner), $id: 'https://example.com/inner', $defs: { A: { type: 'string' }, ['__proto__']: true } },
    };
    return JSON.parse(JSON.stringify({ ...Object(root), $id: 'https://example.com/root', $defs })) as JsonObject;
  });

const maps = ['properties', 'patternProperties', 'dependentSchemas', '$defs'];
const lists = ['prefixItems', 'anyOf', 'oneOf', 'allOf'];
const single = ['additionalProperties', 'items', 'contains', 'not', 'if', 'then', 'else', 'unevaluatedProperties', 'unevaluatedItems'];

const mapped = (value: unknown, word: string): unknown => {
  if (maps.includes(word)) return Object.fromEntries(Object.entries(Object(value)).map(([one, inner]) => [one, legacy(inner)]));
  if (lists.includes(word) && Array.isArray(value)) return value.map(legacy);
  return single.includes(word) ? legacy(value) : value;
};

const older: Readonly<Record<string, string>> = { $id: 'id', $defs: 'definitions', prefixItems: 'items' };

const bounds = (schema: JsonObject): readonly (readonly [string, unknown])[] =>
  [['exclusiveMinimum', 'minimum'], ['exclusiveMaximum', 'maximum']].flatMap(([open = '', closed = '']) => {
    if (schema[open] === undefined) return schema[closed] === undefined ? [] : [[closed, schema[closed]]];
    return schema[closed] === undefined ? [[closed, schema[open]], [open, true]] : [[open, schema[open]], [closed, schema[closed]]];
  });

const entry = (schema: JsonObject, word: string, value: unknown): readonly (readonly [string, unknown])[] => {
  if (/^(?:exclusive)?(?:minimum|maximum)$/i.test(word)) return [];
  if (word === 'const') return [['enum', [value]]];
  if (word === '$ref') return [[word, String(value).replace('/$defs/', '/definitions/')]];
  if (word === 'items' && schema['prefixItems'] !== undefined) return [['additionalItems', legacy(value)]];
  return [[older[word] ?? word, mapped(value, word)]];
};

const legacy = (schema: unknown): unknown =>
  typeof schema === 'object' && schema !== null
    ? Object.fromEntries([...Object.entries(schema).flatMap(([word, value]) => entry(schema as JsonObject, word, value)), ...bounds(schema as JsonObject)])
    : schema;

/** The same schema in the words of draft 4 where it had others: `id`, `definitions`, lists of `items`, flags for bounds. */
export const inDraft4 = (schema: JsonObject): JsonObject => legacy(schema) as JsonObject;
