import { jsonText } from '../../kernel/well-formed.ts';
import type { Json, JsonObject } from '../../gemini/request.ts';
import { isJsonObject } from '../../gemini/is-json-object.ts';
import { toGeminiSchema } from '../json-schema.ts';
import type { ChatRequest, FunctionTool } from './request.ts';

/**
 * How an answer in JSON is got from a model that gives none beside functions (2.5 and older): by one more function
 * that takes the answer. `whole`: its arguments are the answer; `value`: the argument of that name is; `text`: that
 * argument is the answer as JSON text.
 */
export type JsonAnswer = { readonly name: string; readonly holds: 'whole' | 'value' | 'text'; readonly tool: FunctionTool };

const parameter = 'answer';
const description = 'Gives the final answer to the user. Call this, once and alone, when no other function needs to be called.';

const unused = (taken: readonly string[]): string => {
  let name = 'final_answer';
  while (taken.includes(name)) name = `${name}_`;
  return name;
};

const inside = (schema: JsonObject): JsonObject => {
  const { $defs, ...rest } = schema;
  return { type: 'object', properties: { [parameter]: rest }, required: [parameter], ...($defs === undefined ? {} : { $defs }) };
};

const shape = (asked: ChatRequest): Pick<JsonAnswer, 'holds'> & { readonly parameters: JsonObject } => {
  const schema = asked.response_format?.json_schema?.schema;
  if (!isJsonObject(schema)) {
    const text = { type: 'string', description: 'The answer: one JSON object, as text.' };
    return { holds: 'text', parameters: inside(text) };
  }
  const read = toGeminiSchema(schema);
  const isPlain = read['type'] === 'object' && isJsonObject(read['properties']) && Object.keys(read['properties']).length > 0;
  return isPlain ? { holds: 'whole', parameters: read } : { holds: 'value', parameters: inside(read) };
};

/** The function that takes the answer to this request. */
export const jsonAnswer = (asked: ChatRequest, taken: readonly string[]): JsonAnswer => {
  const name = unused(taken);
  const { holds, parameters } = shape(asked);
  return { name, holds, tool: { name, description, parameters, strict: undefined } };
};

/** The answer's text from the arguments of that function. */
export const jsonAnswerText = ({ holds }: JsonAnswer, args: JsonObject | undefined): string => {
  const value: Json | undefined = holds === 'whole' ? args : args?.[parameter];
  return holds === 'text' && typeof value === 'string' ? value : jsonText(value ?? args ?? {});
};
