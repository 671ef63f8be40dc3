import { E, pipe } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { rawMember } from '../../kernel/raw-json.ts';
import { jsonText } from '../../kernel/well-formed.ts';
import { exactText } from '../exact-json.ts';
import type { Json, JsonObject } from '../request.ts';
import { exactSchema } from '../schema/long-numbers.ts';
import { jsonOf } from '../json-text.ts';
import { isJsonObject } from '../is-json-object.ts';
import { answerSchema } from './answer-schema.ts';
import type { JsonWish } from './asked-tools.ts';
import type { DeclaredFunction } from './declare-functions.ts';

/**
 * How an answer in JSON is got from a model that gives none beside functions (2.5 and older): by one more function
 * that takes the answer. `whole`: its arguments are the answer; `value`: the argument of that name is; `text`: that
 * argument is the answer as JSON text.
 */
export type JsonAnswer = {
  readonly name: string;
  readonly holds: 'whole' | 'value' | 'text';
  readonly tool: DeclaredFunction;
};

const parameter = 'answer';
const description =
  'Gives the final answer to the user. Call this, once and alone, when no other function needs to be called.';

const unusedName = (taken: readonly string[]): string => {
  let name = 'final_answer';
  while (taken.includes(name)) name = `${name}_`;
  return name;
};

/** Definitions stand at the root of what goes up, so that references to them hold. */
const insideSchema = (schema: JsonObject): JsonObject => {
  const { $defs, ...rest } = schema;
  return {
    type: 'object',
    properties: { [parameter]: rest },
    required: [parameter],
    ...($defs === undefined ? {} : { $defs }),
  };
};

type Shape = Pick<JsonAnswer, 'holds'> & { readonly parameters: JsonObject };

const asText: Shape = {
  holds: 'text',
  parameters: insideSchema({ type: 'string', description: 'The answer: one JSON object, as text.' }),
};

const shapeOf = (schema: JsonObject): Shape => {
  const isPlain =
    schema['type'] === 'object' && isJsonObject(schema['properties']) && Object.keys(schema['properties']).length > 0;
  return isPlain ? { holds: 'whole', parameters: schema } : { holds: 'value', parameters: insideSchema(schema) };
};

/** The function that takes the answer; its name is none of those that are taken. */
export const jsonAnswer = (wish: JsonWish, taken: readonly string[]): E.Either<ProxyError, JsonAnswer> =>
  pipe(
    answerSchema(wish),
    E.map((schema) => (schema === undefined ? asText : shapeOf(schema))),
    E.map(({ holds, parameters }) => {
      const name = unusedName(taken);
      const exact = exactSchema(parameters, wish.schema);
      return { name, holds, tool: { name, description, parameters: exact, strict: undefined } };
    }),
  );

/** The answer's text from the arguments of that function. */
export const jsonAnswerText = ({ holds }: JsonAnswer, args: JsonObject | undefined): string => {
  const value: Json | undefined = holds === 'whole' ? args : args?.[parameter];
  if (holds === 'text' && typeof value === 'string') return value;
  const exact = exactText(args);
  const written = holds === 'whole' || value === undefined ? exact : rawMember(exact, parameter);
  return written ?? jsonText(value ?? args ?? {});
};

const isJsonText = (text: string): boolean => E.isRight(jsonOf(text));

const fenceIn = (text: string): string => {
  const opening = /```(?:json)?[^\S\n]*\n/i.exec(text);
  const from = opening === null ? text.length : opening.index + opening[0].length;
  return text.slice(from, Math.max(from, text.indexOf('```', from))).trim();
};

/** From the first bracket that opens to the last of its kind that closes. */
const bracketsIn = (text: string): string => {
  const from = text.search(/[[{]/);
  return from < 0 ? '' : text.slice(from, text.lastIndexOf(text[from] === '{' ? '}' : ']') + 1);
};

/** The JSON in a text: all of it, in the fence that models like to put around it, or between words; else as it is. */
export const jsonInText = (text: string): string => {
  if (isJsonText(text)) return text;
  return [fenceIn(text), bracketsIn(text)].find(isJsonText) ?? text;
};
