import { isJsonObject } from '../is-json-object.ts';
import type { Json, JsonObject } from '../request.ts';
import { kindsOf, kinds } from './kinds.ts';
import { keywords } from './keywords.ts';

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined ||
  (Array.isArray(value) && value.length === 0) ||
  (isJsonObject(value) && Object.keys(value).length === 0);

/** Words that are as good as absent when they are empty, or say that nothing more may be there. */
const silentWhenEmpty: ReadonlySet<string> = new Set([
  'properties',
  'required',
  'patternProperties',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'anyOf',
  'oneOf',
  'allOf',
]);
const silentWhenFalse: ReadonlySet<string> = new Set(['additionalProperties', 'unevaluatedProperties']);
const silent: ReadonlySet<string> = new Set([
  'type',
  'nullable',
  'title',
  'description',
  'default',
  '$defs',
  'definitions',
]);
const counts: ReadonlySet<string> = new Set(['minProperties', 'maxProperties']);

const letsIn = (name: string, value: Json): boolean => {
  if (silentWhenEmpty.has(name)) return !isEmpty(value);
  if (silentWhenFalse.has(name)) return value !== false;
  if (counts.has(name)) return typeof value === 'number' && value > 0;
  const keyword = keywords.get(name);
  return keyword !== undefined && !silent.has(name) && (keyword.kinds & kinds.object) !== 0;
};

/** True for a schema of arguments that says nothing about any: an object without a property, or no object at all. */
export const isBareSchema = (schema: JsonObject): boolean => {
  if ((kindsOf(schema['type']) & kinds.object) === 0) return true;
  for (const name in schema) if (letsIn(name, schema[name] ?? null)) return false;
  return true;
};

const isText = (value: Json): boolean => typeof value === 'string';
const isList = (value: Json): boolean => Array.isArray(value);

/** What keywords hold that are often names of properties, too. */
const held: Readonly<Record<string, (value: Json) => boolean>> = {
  $schema: isText,
  $ref: isText,
  $id: isText,
  type: (value) => isText(value) || isList(value),
  enum: isList,
  required: isList,
  anyOf: isList,
  oneOf: isList,
  allOf: isList,
  additionalProperties: () => true,
};

const isKeyword = (name: string, value: Json): boolean => {
  const holds = Object.hasOwn(held, name) ? held[name] : undefined;
  if (holds !== undefined) return holds(value);
  const keyword = keywords.get(name);
  return keyword !== undefined && (keyword.kinds & kinds.object) !== 0 && keyword.holds(value);
};

const telling: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'additionalProperties',
  '$defs',
  'definitions',
]);

/** True for properties without the object around them, as some MCP servers send them. */
export const isBareMap = (schema: JsonObject): boolean => {
  let stranger = false;
  for (const name in schema) {
    const value = schema[name] ?? null;
    if (!isJsonObject(value) || telling.has(name)) return false;
    stranger ||= !isKeyword(name, value) && !name.startsWith('x-');
  }
  return stranger;
};
