import type { Json, JsonObject } from '../gemini/request.ts';

/** Keywords that Gemini honours in parametersJsonSchema and responseJsonSchema (SDK 3.1 field documentation). */
const kept: ReadonlySet<string> = new Set([
  '$id', '$ref', '$anchor', 'type', 'format', 'title', 'description', 'enum', 'minItems', 'maxItems', 'minimum', 'maximum',
  'required', 'propertyOrdering', 'default', 'nullable', 'minLength', 'maxLength', 'pattern',
]);

/** Keywords whose value is a map from names to schemas: the names are data, never keywords. */
const maps: Readonly<Record<string, string>> = { properties: 'properties', $defs: '$defs', definitions: '$defs' };

/** Keywords whose value is a list of schemas; `oneOf` is read as `anyOf` there. */
const lists: Readonly<Record<string, string>> = { anyOf: 'anyOf', oneOf: 'anyOf', prefixItems: 'prefixItems' };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** A boolean schema has no counterpart: `true` is no constraint at all. */
const sub = (value: Json): JsonObject => (isObject(value) ? toGeminiSchema(value) : {});

const mapped = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, sub(schema)]));

const reference = (value: Json): Json =>
  typeof value === 'string' && value.startsWith('#/definitions/') ? `#/$defs/${value.slice('#/definitions/'.length)}` : value;

const step = (schema: JsonObject): number => (schema['type'] === 'integer' ? 1 : 0);

type Entry = readonly (readonly [string, Json])[];

const ofKeyword = (keyword: string, value: Json, schema: JsonObject): Entry => {
  const map = maps[keyword];
  if (map !== undefined && Object.hasOwn(maps, keyword)) return isObject(value) ? [[map, mapped(value)]] : [];
  const list = lists[keyword];
  if (list !== undefined && Object.hasOwn(lists, keyword)) return isList(value) ? [[list, value.map(sub)]] : [];
  switch (keyword) {
    case 'const':
      return [['enum', [value]]];
    case 'items':
      return [['items', sub(value)]];
    case 'additionalProperties':
      return [[keyword, isObject(value) ? sub(value) : value]];
    case 'exclusiveMinimum':
      return typeof value === 'number' ? [['minimum', value + step(schema)]] : [];
    case 'exclusiveMaximum':
      return typeof value === 'number' ? [['maximum', value - step(schema)]] : [];
    case '$ref':
      return [['$ref', reference(value)]];
    default:
      return kept.has(keyword) ? [[keyword, value]] : [];
  }
};

const merged = (schema: JsonObject, parts: readonly JsonObject[]): JsonObject =>
  parts.reduce<JsonObject>((whole, part) => {
    const properties = { ...asObject(whole['properties']), ...asObject(part['properties']) };
    const required = [...new Set([...asList(whole['required']), ...asList(part['required'])])];
    return {
      ...whole,
      ...part,
      ...(Object.keys(properties).length === 0 ? {} : { properties }),
      ...(required.length === 0 ? {} : { required }),
    };
  }, schema);

const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
const asList = (value: Json | undefined): readonly Json[] => (isList(value) ? value : []);

/** `required` may only name what `properties` has. */
const tidied = (schema: JsonObject): JsonObject => {
  const { required, ...rest } = schema;
  const properties = rest['properties'];
  if (!isList(required)) return rest;
  const known = isObject(properties) ? required.filter((name) => typeof name === 'string' && Object.hasOwn(properties, name)) : required;
  return known.length === 0 ? rest : { ...rest, required: known };
};

/**
 * A JSON Schema in the words that Gemini honours: `const` → `enum`, exclusive bounds → bounds, `allOf` merged, `oneOf`
 * → `anyOf`, `definitions` → `$defs`; what it doesn't know is left out. Names of properties are never touched.
 */
export const toGeminiSchema = (schema: JsonObject): JsonObject => {
  const own = Object.fromEntries(Object.entries(schema).flatMap(([keyword, value]) => ofKeyword(keyword, value, schema)));
  if (Object.hasOwn(own, '$ref')) return Object.fromEntries(Object.entries(own).filter(([keyword]) => keyword.startsWith('$')));
  return tidied(merged(own, asList(schema['allOf']).map(sub)));
};
