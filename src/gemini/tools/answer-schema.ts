import { E, pipe } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { isJsonObject } from '../is-json-object.ts';
import type { JsonObject } from '../request.ts';
import { exactSchema } from '../schema/long-numbers.ts';
import { newSchemaBudget } from '../schema/schema-budget.ts';
import { toGeminiSchema } from '../schema/to-gemini-schema.ts';
import type { JsonWish } from './asked-tools.ts';
import { schemaRefused } from './function-parameters.ts';

/** The schema that an answer is to keep to, in Gemini's words; undefined when none was given. */
export const answerSchema = ({ schema, schemaPath }: JsonWish): E.Either<ProxyError, JsonObject | undefined> => {
  if (!isJsonObject(schema)) return E.right(undefined);
  return pipe(
    toGeminiSchema(schema, newSchemaBudget()),
    E.bimap(schemaRefused(schemaPath), (made) => exactSchema(made, schema)),
  );
};
