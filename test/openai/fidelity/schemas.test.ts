import fc from 'fast-check';
import t from 'tap';
import type { JsonObject } from '../../../src/gemini/request.ts';
import { E } from '../../../src/kernel/fp.ts';
import { newSchemaBudget } from '../../../src/gemini/schema/schema-budget.ts';
import { toGeminiSchema as translate } from '../../../src/gemini/schema/to-gemini-schema.ts';
import { schemaFaults } from '../../support/schema-faults.ts';
import { answer, body, callPart, frame, stop, tool } from '../../support/chat.ts';

const toGeminiSchema = (schema: JsonObject): JsonObject => E.getOrElse((): JsonObject => ({ refused: true }))(translate(schema, newSchemaBudget()));

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const table: readonly (readonly [string, JsonObject, JsonObject])[] = [
  ['what Gemini does not know goes', { $schema: 's', $comment: 'c', type: 'string', uniqueItems: true, propertyNames: {}, multipleOf: 2, not: {}, examples: [1], deprecated: true, 'x-a': 1 }, { type: 'string' }],
  ['exclusive bounds', { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 10 }, { type: 'integer', minimum: 1, maximum: 9 }],
  ['exclusive bounds of other numbers', { type: 'number', exclusiveMinimum: 0 }, { type: 'number', minimum: 0 }],
  ['exclusive bounds as flags', { type: 'integer', minimum: 0, exclusiveMinimum: true }, { type: 'integer', minimum: 1 }],
  ['the tighter of two bounds', { type: 'integer', minimum: 5, exclusiveMinimum: 0 }, { type: 'integer', minimum: 5 }],
  ['const', { const: 'a' }, { enum: ['a'] }],
  ['enums of numbers', { enum: [1, 2, 3] }, { enum: [1, 2, 3] }],
  ['enums with null', { type: 'string', enum: ['a', null] }, { type: ['string', 'null'], enum: ['a'] }],
  ['enums of flags', { enum: [true, false] }, { type: 'boolean' }],
  ['const true', { type: 'boolean', const: true }, { type: 'boolean' }],
  ['const null', { const: null }, { type: 'null' }],
  ['nullable', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
  ['types in a list', { type: ['string', 'null'] }, { type: ['string', 'null'] }],
  ['types in capitals', { type: 'OBJECT', properties: { a: { type: 'STRING' } } }, { type: 'object', properties: { a: { type: 'string' } } }],
  ['oneOf', { oneOf: [{ type: 'string' }, { type: 'integer' }] }, { anyOf: [{ type: 'string' }, { type: 'integer' }] }],
  ['a tuple', { type: 'array', items: [{ type: 'string' }, { const: 1 }] }, { type: 'array', prefixItems: [{ type: 'string' }, { enum: [1] }] }],
  ['an array of anything', { type: 'array', items: true }, { type: 'array', items: {} }],
  ['an array without items', { type: 'array' }, { type: 'array' }],
  ['definitions', { definitions: { A: { type: 'string' } }, type: 'object', properties: { a: { $ref: '#/definitions/A' } } }, { $defs: { A: { type: 'string' } }, type: 'object', properties: { a: { $ref: '#/$defs/A' } } }],
  ['a recursive schema', { $defs: { N: { type: 'object', properties: { next: { $ref: '#/$defs/N' } } } }, type: 'object', properties: { n: { $ref: '#/$defs/N' } } }, { $defs: { N: { type: 'object', properties: { next: { $ref: '#/$defs/N' } } } }, type: 'object', properties: { n: { $ref: '#/$defs/N' } } }],
  ['a reference at the root', { $ref: '#/$defs/N', $defs: { N: { type: 'object', properties: { next: { $ref: '#/$defs/N' } } } } }, { type: 'object', properties: { next: { $ref: '#/$defs/N' } }, $defs: { N: { type: 'object', properties: { next: { $ref: '#/$defs/N' } } } } }],
  ['a reference to nothing', { type: 'object', properties: { a: { $ref: '#/$defs/None' } } }, { type: 'object', properties: { a: {} } }],
  ['a reference that is too long to be read', { $defs: { ['N'.repeat(2048)]: { type: 'string' } }, type: 'object', properties: { a: { $ref: `#/$defs/${'N'.repeat(2048)}` } } }, { $defs: { ['N'.repeat(2048)]: { type: 'string' } }, type: 'object', properties: { a: {} } }],
  ['a reference with words beside it', { $defs: { A: { type: 'string' } }, type: 'object', properties: { a: { $ref: '#/$defs/A', description: 'd' } } }, { $defs: { A: { type: 'string' } }, type: 'object', properties: { a: { $ref: '#/$defs/A' } } }],
  ['a described reference (Pydantic 1)', { $defs: { A: { type: 'string' } }, type: 'object', properties: { a: { allOf: [{ $ref: '#/$defs/A' }], description: 'd' } } }, { $defs: { A: { type: 'string' } }, type: 'object', properties: { a: { $ref: '#/$defs/A' } } }],
  ['allOf', { allOf: [{ type: 'object', properties: { a: {} }, required: ['a'] }, { properties: { b: {} }, required: ['b'] }] }, { type: 'object', properties: { a: {}, b: {} }, required: ['a', 'b'] }],
  ['allOf with a reference', { $defs: { A: { type: 'object', properties: { a: {} }, required: ['a'] } }, allOf: [{ $ref: '#/$defs/A' }, { properties: { b: {} } }] }, { $defs: { A: { type: 'object', properties: { a: {} }, required: ['a'] } }, type: 'object', properties: { a: {}, b: {} }, required: ['a'] }],
  ['required names what is there', { type: 'object', properties: { a: {} }, required: ['a', 'gone'] }, { type: 'object', properties: { a: {} }, required: ['a'] }],
  ['required as a flag', { type: 'object', properties: { a: { type: 'string', required: true }, b: { type: 'string', required: false } } }, { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['a'] }],
];

t.test('schemas are told in the words that Gemini knows', (t) => {
  for (const [name, schema, expected] of table) {
    t.same(toGeminiSchema(schema), expected, name);
    t.same(schemaFaults(toGeminiSchema(schema)), [], name);
  }
  t.end();
});

t.test('enums of numbers stay numbers, in JSON Schema fields only', (t) => {
  const made = body({ tools: [tool('f', { parameters: { type: 'object', properties: { n: { enum: [7, 8] } } } })] });
  t.same(made.tools?.[0]?.functionDeclarations?.[0], { name: 'f', parametersJsonSchema: { type: 'object', properties: { n: { enum: [7, 8] } } } });
  t.end();
});

t.test('names of properties are data: title, const, $ref and the like stay', (t) => {
  const names = ['title', 'default', 'const', 'type', 'properties', 'required', '$ref', 'not', 'oneOf', 'x-a', '__proto__', 'constructor', 'ключ'];
  const properties = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:{"type":"string"}`).join()}}`);
  const made = body({ tools: [tool('f', { parameters: { type: 'object', properties, required: names } })] });
  const sent = made.tools?.[0]?.functionDeclarations?.[0]?.parametersJsonSchema;
  t.same(Object.keys(Object(sent?.['properties'])), names);
  t.same(sent?.['required'], names);
  const args = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:{"const":1,"$schema":"x"}`).join()}}`);
  t.equal(answer({}, [frame([{ functionCall: { id: 'x', name: 'f', args } }], stop)]).message.tool_calls?.[0]?.function?.arguments, JSON.stringify(args), 'arguments are not looked at');
  t.end();
});

t.test('a function without parameters is declared without a schema', (t) => {
  for (const parameters of [undefined, null, false, {}, { type: 'object' }, { type: 'object', properties: {} }, { type: 'object', properties: {}, additionalProperties: false }]) {
    t.same(body({ tools: [tool('f', { parameters })] }).tools?.[0]?.functionDeclarations, [{ name: 'f' }], JSON.stringify(parameters));
  }
  t.end();
});

t.test('a function whose arguments are free is declared with an open schema', (t) => {
  const open = { type: 'object', additionalProperties: true };
  const made = (parameters: unknown) => body({ tools: [tool('f', { parameters })] }).tools?.[0]?.functionDeclarations?.[0]?.parametersJsonSchema;
  for (const parameters of [
    { type: 'object', additionalProperties: true },
    { type: 'object', additionalProperties: {} },
    { additionalProperties: true },
    true,
    { type: 'object', patternProperties: { '^x-': { type: 'string' } } },
    { type: 'object', minProperties: 1 },
    { type: 'object', propertyNames: { pattern: '^a' } },
    { type: ['object', 'null'], required: ['a'] },
    { type: 'object', unevaluatedProperties: true },
    { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', allOf: [{ minProperties: 1 }] },
  ]) t.same(made(parameters), open, JSON.stringify(parameters));
  t.same(made({ type: 'object', properties: {}, additionalProperties: true }), { ...open, properties: {} });
  t.same(made({ type: 'object', patternProperties: { '^x-': { type: 'string' } }, additionalProperties: false }), { type: 'object', additionalProperties: { type: 'string' } });
  t.same(made({ type: 'object', additionalProperties: { type: 'string' } }), { type: 'object', additionalProperties: { type: 'string' } });
  t.same(made({ anyOf: [{ properties: { a: { type: 'string' } } }, { properties: { b: { type: 'string' } } }] }), { type: 'object', anyOf: [{ properties: { a: { type: 'string' } } }, { properties: { b: { type: 'string' } } }] });
  t.same(made({ properties: { a: { type: 'string' } }, items: {}, minLength: 1 }), { type: 'object', properties: { a: { type: 'string' } } }, 'arguments are an object');
  t.end();
});

t.test('a flag as the whole schema of an answer says nothing of it, but that it is JSON', (t) => {
  for (const schema of [true, false]) {
    t.same(body({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } }).generationConfig, { responseMimeType: 'application/json', thinkingConfig: { includeThoughts: true } });
    t.same(body({ functions: [{ name: 'f', parameters: schema }] }).tools?.[0]?.functionDeclarations?.[0], schema ? { name: 'f', parametersJsonSchema: { type: 'object', additionalProperties: true } } : { name: 'f' });
  }
  t.end();
});

t.test('references hold where a function takes the answer', (t) => {
  const schemas: readonly JsonObject[] = [
    { type: 'array', items: { $ref: '#' } },
    { definitions: { 'a b': { type: 'string' } }, type: 'array', items: { $ref: '#/definitions/a%20b' } },
    { type: 'object', properties: { a: { type: 'object', properties: { n: { type: 'string' } } }, b: { $ref: '#/properties/a' } } },
    { $ref: '#/$defs/N', $defs: { N: { type: 'object', additionalProperties: { $ref: '#/$defs/N' } } } },
  ];
  for (const schema of schemas) {
    const made = body({ model: 'gemini-2.5-flash', tools: [tool('f')], response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } });
    const sent = made.tools?.[0]?.functionDeclarations?.find(({ name }) => name === 'final_answer')?.parametersJsonSchema;
    t.same(schemaFaults(sent ?? { refused: true }), [], JSON.stringify(schema));
  }
  t.end();
});

t.test('a bare map of properties is taken as such', (t) => {
  const made = body({ tools: [tool('f', { parameters: { city: { type: 'string', required: true }, days: { type: 'integer' } } })] });
  t.same(made.tools?.[0]?.functionDeclarations?.[0]?.parametersJsonSchema, { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } }, required: ['city'] });
  t.end();
});

const odd = fc.oneof(fc.boolean(), fc.jsonValue({ maxDepth: 1 }), fc.constant({ $ref: '#/$defs/A' }), fc.constant({ type: 'string' }));

/** Schemas over these smaller ones: every keyword, right and wrong. */
const schemaOf = (inner: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.record(
    {
      type: fc.oneof(fc.constantFrom('string', 'object', 'array', 'integer', 'STRING', 'any'), fc.array(fc.constantFrom('string', 'null'), { maxLength: 2 })),
      properties: fc.dictionary(fc.oneof(fc.constantFrom('title', 'const', '$ref', 'required', '__proto__'), fc.string({ maxLength: 3 })), inner, { maxKeys: 3 }),
      required: fc.oneof(fc.boolean(), fc.array(fc.constantFrom('title', 'const', 'gone'), { maxLength: 3 })),
      items: fc.oneof(inner, fc.array(inner, { maxLength: 2 })),
      anyOf: fc.array(inner, { maxLength: 2 }),
      allOf: fc.array(inner, { maxLength: 2 }),
      oneOf: fc.oneof(fc.array(inner, { maxLength: 2 }), odd),
      enum: fc.oneof(fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 3 }), odd),
      const: fc.jsonValue({ maxDepth: 1 }),
      additionalProperties: inner,
      $ref: fc.constantFrom('#/$defs/A', '#/definitions/A', '#/$defs/B', '#', '#/$defs/None', '#/properties/a', 7),
      $defs: fc.oneof(fc.record({ A: inner, B: inner }, { requiredKeys: [] }), odd),
      definitions: fc.record({ A: inner }, { requiredKeys: [] }),
      exclusiveMinimum: fc.oneof(fc.boolean(), fc.integer()),
      minimum: fc.oneof(fc.integer(), odd),
      nullable: fc.boolean(),
      not: inner,
      $schema: fc.string({ maxLength: 3 }),
      title: odd,
    },
    { requiredKeys: [] },
  );
const anySchema = schemaOf(fc.oneof(odd, schemaOf(fc.oneof(odd, schemaOf(odd)))));

t.test('any schema becomes one that Gemini knows all words of, and stays so', (t) => {
  fc.assert(
    fc.property(anySchema, (value) => {
      const schema: unknown = JSON.parse(JSON.stringify(value));
      if (!isObject(schema)) return;
      const made = toGeminiSchema(schema);
      const found = schemaFaults(made);
      if (found.length > 0) throw new Error(found.join('; '));
      const again = toGeminiSchema(made);
      if (JSON.stringify(schemaFaults(again)) !== '[]') throw new Error('not stable');
    }),
    { numRuns: 300 },
  );
  t.pass('over 300 schemas');
  t.end();
});

t.test('definitions that merge each other come to an end', (t) => {
  const chain: JsonObject = JSON.parse(JSON.stringify(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`D${index}`, { allOf: [{ $ref: `#/$defs/D${index + 1}` }, { $ref: `#/$defs/D${(index + 2) % 40}` }, { properties: { [`p${index}`]: {} } }] }]))));
  t.same(schemaFaults(toGeminiSchema({ $defs: chain, allOf: [{ $ref: '#/$defs/D0' }, { type: 'object' }] })), []);
  t.end();
});

t.test('arguments are never changed', (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (args) => {
      const text = JSON.stringify(args);
      const said = answer({ tools: [tool('f')] }, [frame([callPart('f', JSON.parse(text))], stop)]).message.tool_calls?.[0]?.function?.arguments;
      return said === JSON.stringify(JSON.parse(text));
    }),
  );
  t.pass('whatever they are');
  t.end();
});
