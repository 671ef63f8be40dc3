import { E, pipe } from '../../../kernel/fp.ts';
import type { ProxyError } from '../../../kernel/proxy-error.ts';
import { isJsonObject } from '../../../gemini/is-json-object.ts';
import type { JsonObject } from '../../../gemini/request.ts';
import { exactSchema } from '../../../gemini/schema/long-numbers.ts';
import { newSchemaBudget } from '../../../gemini/schema/schema-budget.ts';
import { toGeminiSchema } from '../../../gemini/schema/to-gemini-schema.ts';
import { schemaRefused } from '../../../gemini/conversation/function-parameters.ts';
import type { ChatRequest } from './request.ts';

const path = 'response_format.json_schema.schema';

/** The schema that an answer is to keep to, in Gemini's words; undefined when none was given. */
export const answerSchema = (asked: ChatRequest): E.Either<ProxyError, JsonObject | undefined> => {
  const schema = asked.response_format?.json_schema?.schema;
  if (!isJsonObject(schema)) return E.right(undefined);
  return pipe(
    toGeminiSchema(schema, newSchemaBudget()),
    E.bimap(schemaRefused(path), (made) => exactSchema(made, schema)),
  );
};
