import { E, pipe } from '../../kernel/fp.ts';
import { invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import { isJsonObject } from '../is-json-object.ts';
import type { JsonObject } from '../request.ts';
import { isBareMap, isBareSchema } from '../schema/bare-schema.ts';
import { exactSchema } from '../schema/long-numbers.ts';
import { schemaFaultText, type SchemaBudget, type SchemaFault } from '../schema/schema-budget.ts';
import { toGeminiSchema } from '../schema/to-gemini-schema.ts';

/** The 400 for a schema that is beyond a bound: it names the field and the bound. */
export const schemaRefused =
  (path: string) =>
  (fault: SchemaFault): ProxyError =>
    invalid(`'${path}' is too large: this request's schemas have ${schemaFaultText(fault)}.`, path, 'invalid_value');

/**
 * A function's parameters; undefined for one without any: an empty object type is refused by older models. Some MCP
 * servers send the properties without the object around them.
 */
export const functionParameters = (
  schema: object | undefined,
  budget: SchemaBudget,
  path: string,
): E.Either<ProxyError, JsonObject | undefined> => {
  if (schema === undefined || !isJsonObject(schema)) return E.right(undefined);
  const whole: JsonObject = isBareMap(schema) ? { type: 'object', properties: schema } : schema;
  if (isBareSchema(whole)) return E.right(undefined);
  return pipe(
    toGeminiSchema(whole, budget, 'arguments'),
    E.bimap(schemaRefused(path), (made) => exactSchema(made, schema)),
  );
};
