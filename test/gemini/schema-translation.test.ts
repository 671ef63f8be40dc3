import fc from 'fast-check';
import t, { type Test } from 'tap';
import { E } from '../../src/kernel/fp.ts';
import type { JsonObject } from '../../src/gemini/request.ts';
import { newSchemaBudget, schemaBounds } from '../../src/gemini/schema/schema-budget.ts';
import { toGeminiSchema } from '../../src/gemini/schema/to-gemini-schema.ts';
import { requiredLoops } from '../support/gemini-emulator/check-schemas.ts';
import { schemaFaults } from '../support/schema-faults.ts';

const told = (schema: unknown, budget = newSchemaBudget()): JsonObject => {
  const made = toGeminiSchema(schema as JsonObject, budget);
  if (E.isLeft(made)) throw new Error(`refused: ${made.left.bound}`);
  return made.right;
};

type Rows = readonly (readonly [what: string, given: object, made: object])[];

const check = (t: Test, rows: Rows): void => {
  for (const [what, given, made] of rows) {
    t.same(told(given), made, what);
    t.same(schemaFaults(told(given)), [], what);
  }
  t.end();
};

const open = { type: 'object', additionalProperties: true };
const text = { type: 'string' };
const whole = { type: 'integer' };

t.test('objects stay as open and as closed as they were', (t) => check(t, [
  ['free-form', { type: 'object', additionalProperties: true }, open],
  ['free-form by an empty schema', { type: 'object', additionalProperties: {} }, open],
  ['nothing said: Gemini would take it for empty', { type: 'object', properties: { meta: { type: 'object' } } }, { type: 'object', properties: { meta: open } }],
  ['no property said', { type: 'object', properties: { meta: { type: 'object', properties: {} } } }, { type: 'object', properties: { meta: { ...open, properties: {} } } }],
  ['zod\'s record', { type: 'object', propertyNames: { type: 'string' }, additionalProperties: whole }, { type: 'object', additionalProperties: whole }],
  ['closed', { type: 'object', properties: { a: text }, additionalProperties: false }, { type: 'object', properties: { a: text }, additionalProperties: false }],
  ['a closed map by pattern', { type: 'object', patternProperties: { '^x-': text }, additionalProperties: false }, { type: 'object', additionalProperties: text }],
  ['a closed map by two patterns', { type: 'object', patternProperties: { '^x-': text, '^y-': whole }, additionalProperties: false }, { type: 'object', additionalProperties: { anyOf: [text, whole] } }],
  ['a map by pattern, anything else besides', { type: 'object', patternProperties: { '^x-': text } }, open],
  ['patterns beside properties', { type: 'object', properties: { a: whole }, patternProperties: { '^x-': text }, additionalProperties: false }, { type: 'object', properties: { a: whole }, additionalProperties: text }],
  ['patterns beside a schema for the rest', { type: 'object', patternProperties: { '^x-': text }, additionalProperties: whole }, { type: 'object', additionalProperties: { anyOf: [text, whole] } }],
  ['a pattern that must not be', { type: 'object', patternProperties: { '^x-': false }, additionalProperties: false }, { type: 'object', additionalProperties: false }],
  ['unevaluatedProperties alone closes', { type: 'object', properties: { a: text }, unevaluatedProperties: false }, { type: 'object', properties: { a: text }, additionalProperties: false }],
  ['beside parts it does not', { type: 'object', allOf: [{ properties: { a: text } }], unevaluatedProperties: false }, { type: 'object', properties: { a: text } }],
  ['parts: the closed one closes what is not told elsewhere', { allOf: [{ type: 'object' }, { properties: { a: text }, additionalProperties: false }] }, { type: 'object', properties: { a: text }, additionalProperties: false }],
]));

t.test('a boolean schema is said another way or left out, in every place', (t) => check(t, [
  ['a tuple that ends (zod 4)', { type: 'array', prefixItems: [text, whole], items: false }, { type: 'array', prefixItems: [text, whole], maxItems: 2 }],
  ['a tuple that ends, as draft 7 says it', { type: 'array', items: [text], additionalItems: false, maxItems: 9 }, { type: 'array', prefixItems: [text], maxItems: 1 }],
  ['a tuple that goes on', { type: 'array', prefixItems: [text], items: true }, { type: 'array', prefixItems: [text] }],
  ['a tuple that goes on with others', { type: 'array', items: [text], additionalItems: whole }, { type: 'array', prefixItems: [text], items: whole }],
  ['unevaluatedItems', { type: 'array', prefixItems: [text], unevaluatedItems: false }, { type: 'array', prefixItems: [text], maxItems: 1 }],
  ['an empty list', { type: 'array', items: false }, { type: 'array', maxItems: 0 }],
  ['an item that can\'t be ends the list', { type: 'array', prefixItems: [text, false, text], items: whole }, { type: 'array', prefixItems: [text], maxItems: 1 }],
  ['items never', { type: 'array', items: { not: {} } }, { type: 'array', maxItems: 0 }],
  ['a property that may be anything', { type: 'object', properties: { a: true } }, { type: 'object', properties: { a: {} } }],
  ['a property that must not be', { type: 'object', properties: { a: false, b: text }, required: ['a', 'b'] }, { type: 'object', properties: { b: text }, required: ['b'] }],
  ['one of closed objects', { type: 'object', properties: { a: { not: {} }, b: text }, additionalProperties: false }, { type: 'object', properties: { b: text }, additionalProperties: false }],
  ['a choice that never is', { anyOf: [text, false] }, { anyOf: [text] }],
  ['a choice that always is', { anyOf: [text, true] }, {}],
  ['a part that always is', { allOf: [true, text] }, text],
  ['tuples that both hold', { allOf: [{ prefixItems: [text] }, { prefixItems: [text, whole], items: { type: 'boolean' } }] }, { prefixItems: [text] }],
  ['a definition', { $defs: { A: true, B: false }, type: 'object', properties: { a: { $ref: '#/$defs/A' }, b: { $ref: '#/$defs/B' } } }, { type: 'object', properties: { a: {} } }],
]));

t.test('keywords of another type and branches that say nothing are left out', (t) => check(t, [
  ['properties of a string', { type: 'string', properties: { a: text }, required: ['a'], items: text, minimum: 1 }, text],
  ['items of an object', { type: 'object', properties: { a: text }, items: text, minLength: 1 }, { type: 'object', properties: { a: text } }],
  ['bounds of a string', { type: 'integer', minLength: 1, pattern: 'a', minimum: 1 }, { type: 'integer', minimum: 1 }],
  ['an enum of numbers on a list', { type: 'array', items: whole, enum: [1, 2] }, { type: 'array', items: whole }],
  ['an enum of whole numbers', { type: 'integer', enum: [1, 2, 2] }, { type: 'integer', enum: [1, 2] }],
  ['values of another type in an enum', { type: 'string', enum: ['a', 1, true] }, { type: 'string', enum: ['a'] }],
  ['an enum of another type altogether', { type: 'integer', enum: ['1', '2'] }, whole],
  ['nullable objects keep theirs', { type: ['object', 'null'], properties: { a: text }, items: text }, { type: ['object', 'null'], properties: { a: text } }],
  ['required alone', { type: 'object', properties: { a: text, b: text }, anyOf: [{ required: ['a'] }, { required: ['b'] }] }, { type: 'object', properties: { a: text, b: text } }],
  ['one branch that says nothing', { anyOf: [{ required: ['a'] }, text] }, {}],
  ['notes are nothing to go by', { description: 'd', anyOf: [{ description: 'anything' }, text] }, { description: 'd' }],
  ['oneOf beside an anyOf that says nothing', { anyOf: [{ minProperties: 1 }, {}], oneOf: [text, whole] }, { anyOf: [text, whole] }],
  ['parts of which one has the type', { allOf: [{ type: 'string' }, { properties: { a: text }, minLength: 1 }] }, { type: 'string', minLength: 1 }],
]));

t.test('values that are listed stay takeable', (t) => check(t, [
  ['null among them', { type: ['string', 'null'], enum: ['a', null] }, { anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }] }],
  ['null among them, without a type', { enum: ['a', 1, null] }, { anyOf: [{ enum: ['a', 1] }, { type: 'null' }] }],
  ['OpenAPI\'s nullable', { type: 'string', nullable: true, enum: ['a', null], description: 'd' }, { description: 'd', anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }] }],
  ['the empty text', { type: 'string', enum: ['', 'a'], description: 'd' }, { description: 'd', anyOf: [{ type: 'string', enum: ['a'] }, { type: 'string', maxLength: 0 }] }],
  ['the empty text alone', { const: '' }, { anyOf: [{ type: 'string', maxLength: 0 }] }],
  ['the empty text and null', { type: ['string', 'null'], enum: ['a', '', null] }, { anyOf: [{ type: 'string', enum: ['a'] }, { type: 'string', maxLength: 0 }, { type: 'null' }] }],
  ['flags and texts', { enum: ['a', true] }, { type: ['string', 'boolean'] }],
  ['lists', { enum: [[1], [2]] }, { type: 'array' }],
  ['objects and null', { enum: [{ a: 1 }, null] }, { type: ['object', 'null'], additionalProperties: true }],
  ['numbers beyond JSON', JSON.parse('{"enum":[1e400,1],"minimum":1e400}'), { type: ['number'][0] }],
  ['a fraction below a whole number', { type: 'integer', exclusiveMinimum: 0.5, exclusiveMaximum: 9.5 }, { type: 'integer', minimum: 1, maximum: 9 }],
  ['a bound that numbers can\'t step over', { type: 'integer', exclusiveMinimum: 2 ** 60 }, { type: 'integer', minimum: 2 ** 60 }],
]));

const list = { type: 'array', items: { $ref: '#/$defs/N' } };

t.test('references go along with what they lead to', (t) => check(t, [
  ['escapes of pointers and of addresses', { $defs: { 'a/b c': text }, properties: { x: { $ref: '#/$defs/a~1b%20c' } } }, { $defs: { a_b_c: text }, properties: { x: { $ref: '#/$defs/a_b_c' } } }],
  ['tildes', { $defs: { '~1': text }, properties: { x: { $ref: '#/$defs/~01' } } }, { $defs: { _1: text }, properties: { x: { $ref: '#/$defs/_1' } } }],
  ['one name in $defs and definitions', { $defs: { A: text }, definitions: { A: whole }, properties: { x: { $ref: '#/$defs/A' }, y: { $ref: '#/definitions/A' } } }, { $defs: { A: text, A_2: whole }, properties: { x: { $ref: '#/$defs/A' }, y: { $ref: '#/$defs/A_2' } } }],
  ['the other name of definitions', { $defs: { A: text }, properties: { a: { $ref: '#/definitions/A' } } }, { $defs: { A: text }, properties: { a: { $ref: '#/$defs/A' } } }],
  ['an address without one (TypeBox)', { $id: 'T', type: 'object', properties: { a: { type: 'array', items: { $ref: 'T' } } } }, { type: 'object', properties: { a: { type: 'array', items: { $ref: '#/$defs/root' } } }, $defs: { root: { type: 'object', properties: { a: { type: 'array', items: { $ref: '#/$defs/root' } } } } } }],
  ['a place in the schema', { properties: { a: { properties: { b: text } }, c: { $ref: '#/properties/a/properties/b' } } }, { properties: { a: { properties: { b: text } }, c: { $ref: '#/$defs/b' } }, $defs: { b: text } }],
  ['the whole schema', { type: 'array', items: { $ref: '#' } }, { type: 'array', items: { $ref: '#/$defs/root' }, $defs: { root: { type: 'array', items: { $ref: '#/$defs/root' } } } }],
  ['a place that oneOf becomes anyOf in', { properties: { a: { oneOf: [text, whole] }, b: { $ref: '#/properties/a/oneOf/1' } } }, { properties: { a: { anyOf: [text, whole] }, b: { $ref: '#/$defs/1' } }, $defs: { 1: whole } }],
  ['a part', { allOf: [{ properties: { a: { $ref: '#/allOf/1' } } }, { title: 't' }] }, { title: 't', properties: { a: { $ref: '#/$defs/1' } }, $defs: { 1: { title: 't' } } }],
  ['inner definitions', { properties: { a: { $defs: { N: text }, type: 'array', items: { $ref: '#/properties/a/$defs/N' } } } }, { properties: { a: list }, $defs: { N: text } }],
  ['an anchor', { $defs: { A: { $anchor: 'here', type: 'string' } }, properties: { a: { $ref: '#here' } } }, { $defs: { A: text }, properties: { a: { $ref: '#/$defs/A' } } }],
  ['an anchor of draft 7', { definitions: { A: { $id: '#here', type: 'string' } }, properties: { a: { $ref: '#here' } } }, { $defs: { A: text }, properties: { a: { $ref: '#/$defs/A' } } }],
  ['an address', { $id: 'https://example.com/s', $defs: { A: { $id: 'item.json', type: 'string' } }, properties: { a: { $ref: 'item.json' }, b: { $ref: 'https://example.com/s#/$defs/A' } } }, { $defs: { A: text }, properties: { a: { $ref: '#/$defs/A' }, b: { $ref: '#/$defs/A' } } }],
  ['from an inner document', { properties: { a: { $id: 'https://example.com/i', $defs: { N: text }, type: 'array', items: { $ref: '#/$defs/N' } } } }, { properties: { a: list }, $defs: { N: text } }],
  ['from a place in an inner document', { $defs: { A: { $id: 'https://example.com/a', properties: { x: { type: 'array', items: { $ref: '#/$defs/N' } } }, $defs: { N: text } }, N: whole }, properties: { a: { $ref: 'https://example.com/a#/properties/x' } } }, { $defs: { A: { properties: { x: { type: 'array', items: { $ref: '#/$defs/N_2' } } } }, N: whole, x: { type: 'array', items: { $ref: '#/$defs/N_2' } }, N_2: text }, properties: { a: { $ref: '#/$defs/x' } } }],
  ['a reference to a reference', { $defs: { A: { $ref: '#/$defs/B' }, B: text }, properties: { a: { $ref: '#/$defs/A' } } }, { $defs: { A: { $ref: '#/$defs/B' }, B: text }, properties: { a: { $ref: '#/$defs/B' } } }],
  ['references to each other only', { $defs: { A: { $ref: '#/$defs/B' }, B: { $ref: '#/$defs/A' } }, properties: { a: { $ref: '#/$defs/A' } } }, { $defs: { A: {}, B: {} }, properties: { a: {} } }],
  ['nothing there', { properties: { a: { $ref: '#/$defs/None' }, b: { $ref: 'https://example.com/other.json' }, c: { $ref: '#none' }, d: { $ref: '#/constructor' }, e: { $ref: '#/%zz' } } }, { properties: { a: {}, b: {}, c: {}, d: {}, e: {} } }],
  ['nullable', { $defs: { A: text }, properties: { a: { $ref: '#/$defs/A', nullable: true } } }, { $defs: { A: text }, properties: { a: { anyOf: [{ $ref: '#/$defs/A' }, { type: 'null' }] } } }],
]));

const and = { type: 'object', properties: { op: text, left: { $ref: '#/$defs/Filter' }, right: { $ref: '#/$defs/Filter' } }, required: ['op', 'left', 'right'] };
const filter = { $defs: { Filter: { anyOf: [{ $ref: '#/$defs/And' }, text] }, And: and }, type: 'object', properties: { where: { $ref: '#/$defs/Filter' } }, required: ['where'] };
const node = (fields: object, required: readonly string[] = []) => ({ $defs: { N: { type: 'object', properties: fields, ...(required.length === 0 ? {} : { required }) } }, type: 'object', properties: { n: { $ref: '#/$defs/N' } }, required: ['n'] });
const ring = (length: number) => Object.fromEntries(Array.from({ length }, (_, at) => [`R${at}`, { type: 'object', properties: { next: { $ref: `#/$defs/R${(at + 1) % length}` }, own: text }, required: ['next', 'own'] }]));

t.test('a loop that every value would go round is opened at one required name', (t) => {
  t.same(told(filter), { ...filter, $defs: { ...filter.$defs, And: { ...and, required: ['op'] } } }, 'a choice is no way out');
  t.same(told(node({ next: { $ref: '#/$defs/N' }, a: text }, ['next', 'a'])), node({ next: { $ref: '#/$defs/N' }, a: text }, ['a']));
  t.same(told(node({ next: { $ref: '#/$defs/N' } }, ['next'])), node({ next: { $ref: '#/$defs/N' } }), 'no list of names is empty');
  t.same(told(node({ next: { type: 'array', minItems: 1, items: { $ref: '#/$defs/N' } } }, ['next'])), node({ next: { type: 'array', minItems: 1, items: { $ref: '#/$defs/N' } } }), 'a list that can\'t be empty');
  t.same(told({ $defs: { L: { type: 'array', minItems: 1, items: { $ref: '#/$defs/L' } } }, $ref: '#/$defs/L' }), { $defs: { L: { type: 'array', items: { $ref: '#/$defs/L' } } }, type: 'array', minItems: 1, items: { $ref: '#/$defs/L' } });
  const made = told({ $defs: ring(5), properties: { a: { $ref: '#/$defs/R0' } } })['$defs'] as Record<string, { readonly required: readonly string[] }>;
  t.same(Object.values(made).map(({ required }) => required.length).toSorted((a, b) => a - b), [1, 2, 2, 2, 2], 'of five in a ring one is opened');
  t.end();
});

t.test('loops over null, optional fields and lists stay as they are', (t) => {
  for (const next of [
    { anyOf: [{ $ref: '#/$defs/N' }, { type: 'null' }] },
    { type: 'array', items: { $ref: '#/$defs/N' } },
    { type: ['object', 'null'], properties: { n: { $ref: '#/$defs/N' } }, required: ['n'] },
    { type: 'object', properties: { n: { $ref: '#/$defs/N' } } },
    { type: 'object', additionalProperties: { $ref: '#/$defs/N' } },
  ]) t.same(told(node({ next }, ['next'])), node({ next }, ['next']), JSON.stringify(next));
  t.same(told(node({ next: { $ref: '#/$defs/N' } })), node({ next: { $ref: '#/$defs/N' } }));
  t.end();
});

const names = ['A', 'B', 'C', 'D'] as const;
const link: fc.Arbitrary<object> = fc.letrec<{ readonly one: object }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...names).map(($ref) => ({ $ref: `#/$defs/${$ref}` })),
    fc.constant(text),
    fc.array(tie('one'), { minLength: 1, maxLength: 2 }).map((anyOf) => ({ anyOf })),
    fc.tuple(tie('one'), fc.nat(2)).map(([items, minItems]) => ({ type: 'array', items, minItems })),
    fc.tuple(tie('one'), tie('one'), fc.subarray(['a', 'b'])).map(([a, b, required]) => ({ type: 'object', properties: { a, b }, required })),
  ),
})).one;

const namesIn = (schema: object): number => (JSON.stringify(schema).match(/"required":\[[^\]]*\]/g) ?? []).join('').split('"').length;
const withoutEmpty = (schema: object): object => JSON.parse(JSON.stringify(schema).replaceAll(',"required":[]', '')) as object;

t.test('no loop of required references is left, and what is in none keeps its names', (t) => {
  fc.assert(
    fc.property(fc.tuple(link, link, link, link), ([A, B, C, D]) => {
      const given = { $defs: { A, B, C, D }, type: 'object', properties: { a: { $ref: '#/$defs/A' } }, required: ['a'] };
      const made = told(given);
      if (schemaFaults(made).length > 0) throw new Error(schemaFaults(made).join('; '));
      if (requiredLoops(made).length > 0) throw new Error(`a loop is left: ${JSON.stringify(made)}`);
      if (requiredLoops(given).length === 0 && namesIn(made) !== namesIn(withoutEmpty(given))) throw new Error('opened for nothing');
    }),
    { numRuns: 300 },
  );
  t.pass();
  t.end();
});

const many = <A>(count: number, make: (at: number) => A): Record<string, A> => Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, make(at)]));

t.test('what is beyond a bound is a fault that names it, of all schemas of a request together', (t) => {
  const fault = (...schemas: readonly object[]) => {
    const budget = newSchemaBudget();
    const made = schemas.map((schema) => toGeminiSchema(schema as JsonObject, budget)).find(E.isLeft);
    return made?.left;
  };
  const nested = (levels: number): object => (levels === 0 ? text : { items: nested(levels - 1) });
  t.same(fault({ properties: many(schemaBounds.places + 1, () => true) }), { bound: 'places', most: schemaBounds.places });
  t.same(fault(...Array.from({ length: 20 }, () => ({ properties: many(schemaBounds.places / 20 + 1, () => text) }))), { bound: 'places', most: schemaBounds.places });
  t.same(fault({ enum: Array.from({ length: schemaBounds.values + 1 }, (_, at) => at) }), { bound: 'values', most: schemaBounds.values });
  t.same(fault({ properties: {}, required: Array.from({ length: schemaBounds.values + 1 }, () => 'a') }), { bound: 'values', most: schemaBounds.values });
  t.same(fault(nested(schemaBounds.levels + 1)), { bound: 'levels', most: schemaBounds.levels });
  t.same(fault(...Array.from({ length: 500 }, () => ({ type: 'object', properties: many(40, () => text) }))), undefined, '500 tools of 40 properties fit');
  t.end();
});

t.test('definitions that hold each other do not grow without end', (t) => {
  const twice = (at: number) => ({ type: 'object', properties: { a: { allOf: [{ $ref: `#/$defs/p${at + 1}` }, { title: 'x' }] }, b: { allOf: [{ $ref: `#/$defs/p${at + 1}` }, { title: 'y' }] } } });
  const size = (schema: object) => JSON.stringify(told(schema)).length;
  t.ok(size({ $defs: many(60, twice), $ref: '#/$defs/p0' }) < 10_000_000, 'two of each at every level');
  t.ok(size({ $defs: many(3000, (at) => ({ allOf: [{ $ref: `#/$defs/p${(at + 1) % 3000}` }, { title: 'x' }] })), $ref: '#/$defs/p0' }) < 10_000_000, 'a ring of parts');
  t.ok(size({ $defs: many(3000, (at) => ({ $ref: `#/$defs/p${(at + 1) % 3000}` })), $ref: '#/$defs/p0' }) < 1_000_000, 'a ring of references');
  t.ok(size({ $defs: many(8000, (at) => ({ type: 'object', properties: { a: { $ref: `#/$defs/p${(at + 1) % 8000}` } }, required: ['a'] })), $ref: '#/$defs/p0' }) < 2_000_000, 'a long ring of required names');
  t.end();
});
