import { createRequire } from 'node:module';
import type { Ajv2020 as Ajv2020Type } from 'ajv/dist/2020.js';
import t from 'tap';
import { publishedSchema, skipWithoutRecordings } from '../recordings.ts';
import { checkFields, checkRequest, readRequest } from './check-request.ts';
import { isObject, objectAt, objectsAt, parsed, textAt, textsAt, type JsonObject } from './json.ts';
import { acceptedCases, refusalCases } from './refusal-cases.ts';
import { requestEnums } from './request-enums.ts';
import { partData, requestMessages, requiredFields } from './request-messages.ts';

const require = createRequire(import.meta.url);
const { Ajv2020 } = require('ajv/dist/2020.js') as { readonly Ajv2020: typeof Ajv2020Type };

const usual = 'gemini-3.8-flash';
const skip = skipWithoutRecordings();

t.test('what Google refuses is refused, in its words', (t) => {
  for (const { why, model = usual, body, says } of refusalCases) {
    const error = checkRequest(model, body);
    t.match(error, { code: 400, status: 'INVALID_ARGUMENT' }, why);
    t.ok(error?.message.includes(says), `${why}: ${error?.message ?? 'taken'}`);
  }
  t.end();
});

t.test('what comes near it is taken', (t) => {
  for (const { why, model = usual, body } of acceptedCases) t.equal(checkRequest(model, body)?.message, undefined, why);
  t.end();
});

t.test('an unknown name comes with a violation for each field at fault', (t) => {
  const error = checkFields({ contents: [{ parts: [{ text: 'a', colour: 1 }] }], generationConfig: { topP: 'high' }, extra: true });
  t.same(error?.details, [
    {
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: [
        { field: 'contents[0].parts[0]', description: `Invalid JSON payload received. Unknown name "colour" at 'contents[0].parts[0]': Cannot find field.` },
        { field: 'generation_config.top_p', description: `Invalid value at 'generation_config.top_p' (TYPE_DOUBLE), "high"` },
        { description: 'Invalid JSON payload received. Unknown name "extra": Cannot find field.' },
      ],
    },
  ]);
  t.end();
});

t.test('a signature that is not known is corrupted, where that is looked at', (t) => {
  const signedBy = (thoughtSignature: string): JsonObject => ({
    contents: [
      { role: 'user', parts: [{ text: 'Hello' }] },
      { role: 'model', parts: [{ functionCall: { name: 'f', args: {} }, thoughtSignature }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: {} } }] },
    ],
    tools: [{ functionDeclarations: [{ name: 'f' }] }],
  });
  const knows = (signature: string): boolean => signature === 'b3Vycw==';
  const cases = [
    ['b3Vycw==', undefined],
    ['Zm9yZWlnbg==', 'Corrupted thought signature.'],
    ['skip_thought_signature_validator', undefined],
  ] as const;
  for (const [signature, message] of cases) t.equal(checkRequest(usual, signedBy(signature), { knows })?.message, message, signature);
  t.equal(checkRequest(usual, signedBy('Zm9yZWlnbg==')), undefined);
  t.equal(checkRequest('gemini-2.5-flash', signedBy('Zm9yZWlnbg=='), { knows }), undefined, 'no model before 3 looks at them');
  t.end();
});

const schemaUrl = 'gemini.schema.json';

t.test("every accepted request fits Google's published schema", { skip }, (t) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  ajv.addSchema(publishedSchema(schemaUrl), schemaUrl);
  const validate = ajv.getSchema(`${schemaUrl}#/$defs/GenerateContentRequest`);
  for (const { why, body } of acceptedCases) {
    const { value } = readRequest('GenerateContentRequest', body);
    t.equal(validate?.(parsed(JSON.stringify(value))), true, `${why} ${JSON.stringify(validate?.errors)}`);
  }
  t.equal(validate?.({ contents: [{ parts: [{}] }] }), false, 'the schema is strict');
  t.end();
});

/** Messages whose name in the document differs. */
const otherNames: Readonly<Record<string, string>> = { PartMediaResolution: 'V1mainMediaResolution' };

/** The type of a published field in the words of our table; enums by their values. */
const published = (schema: JsonObject): string => {
  const values = textsAt(schema, 'enum');
  if (values.length > 0) return `enum ${values.toSorted().join()}`;
  if (schema['type'] === 'array') return `${published(objectAt(schema, 'items'))}[]`;
  if (typeof schema['$ref'] === 'string') return schema['$ref'].replace('#/$defs/', 'message ');
  const inMap = schema['additionalProperties'];
  if (isObject(inMap)) return Object.keys(inMap).length === 0 ? 'struct' : `map:${published(inMap)}`;
  if (schema['contentEncoding'] === 'base64') return 'bytes';
  return textAt(schema, 'type') ?? (textsAt(schema, 'type').join() || 'value');
};

const plainTypes: Readonly<Record<string, string>> = {
  bool: 'boolean', int32: 'integer', int64: 'string,integer', double: 'number', duration: 'string', timestamp: 'string', signature: 'bytes',
};

/** The type of a field of ours in the same words. */
const ours = (type: string): string => {
  if (type.endsWith('[]')) return `${ours(type.slice(0, -2))}[]`;
  if (type.startsWith('map:')) return `map:${ours(type.slice(4))}`;
  const values = requestEnums[type];
  if (values !== undefined) return `enum ${values.toSorted().join()}`;
  return requestMessages[type] === undefined ? (plainTypes[type] ?? type) : `message ${otherNames[type] ?? type}`;
};

/** A blob by another name, a role that is checked with words of its own. */
const samePlaces: Readonly<Record<string, string>> = {
  'FunctionResponsePart.inlineData': 'message FunctionResponseBlob',
  'Content.role': 'enum function,model,user',
};

const definitions = skip === false ? objectAt(publishedSchema(schemaUrl), '$defs') : {};
const definition = (name: string): JsonObject => objectAt(definitions, otherNames[name] ?? name);

t.test("the table of messages, fields and enums agrees with Google's published schema", { skip }, (t) => {
  for (const [message, fields] of Object.entries(requestMessages)) {
    const theirs = objectAt(definition(message), 'properties');
    const expected = Object.fromEntries(Object.keys(theirs).map((name) => [name, published(objectAt(theirs, name))]));
    const found = Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, samePlaces[`${message}.${name}`] ?? ours(type)]));
    t.same(found, expected, message);
  }
  t.end();
});

t.test("the table of what must be there agrees with Google's published schema", { skip }, (t) => {
  t.same(objectsAt(definition('Part'), 'oneOf').flatMap((one) => textsAt(one, 'required')).toSorted(), partData.toSorted());
  for (const [message, fields] of Object.entries(requiredFields)) t.same(textsAt(definition(message), 'required'), fields, message);
  t.end();
});
