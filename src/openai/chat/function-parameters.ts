import { isObject } from '../../kernel/is-object.ts';
import { isJsonObject } from '../../gemini/is-json-object.ts';
import type { JsonObject } from '../../gemini/request.ts';
import { toGeminiSchema, type Growth } from '../json-schema.ts';
import { isSchema } from '../schema-keywords.ts';

/** Some MCP servers send the properties without the object around them. */
const whole = (schema: JsonObject): JsonObject => {
  const values = Object.values(schema);
  return !isSchema(schema) && values.length > 0 && values.every(isObject) ? { type: 'object', properties: schema } : schema;
};

/** A function's parameters; undefined for one without any: an empty object type is refused by older models. */
export const functionParameters = (schema: object | undefined, growth: Growth): JsonObject | undefined => {
  if (schema === undefined || !isJsonObject(schema)) return undefined;
  const read = toGeminiSchema(whole(schema), growth);
  const properties = read['properties'];
  const empty = !isObject(properties) || Object.keys(properties).length === 0;
  const open = Object.hasOwn(read, '$ref') || Object.hasOwn(read, 'anyOf') || isObject(read['additionalProperties']);
  if (empty && !open) return undefined;
  return Object.hasOwn(read, '$ref') ? read : { ...read, type: 'object' };
};
