import type { Json, JsonObject } from '../../src/gemini/request.ts';
import { keywords } from '../../src/gemini/schema/keywords.ts';
import { kinds, kindsOf } from '../../src/gemini/schema/kinds.ts';

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The words that Gemini honours in a JSON Schema (SDK 3.1, field documentation), and those of strings that it ignores. */
const words = new Set([
  '$ref', '$defs', 'type', 'format', 'title', 'description', 'enum', 'minItems', 'maxItems', 'minimum', 'maximum', 'minLength',
  'maxLength', 'pattern', 'required', 'propertyOrdering', 'default', 'properties', 'additionalProperties', 'items', 'prefixItems', 'anyOf',
]);

const notes = new Set(['title', 'description', 'default']);

type Where = { readonly at: string; readonly definitions: JsonObject };

const here = (schema: JsonObject, { at, definitions }: Where): readonly string[] => {
  const { $ref: ref, required, properties, enum: values, anyOf } = schema;
  const names = Object.keys(schema);
  const met = kindsOf(schema['type']);
  const faults = names.filter((word) => !words.has(word));
  if (ref !== undefined && names.some((word) => !word.startsWith('$'))) faults.push('words beside $ref');
  if (typeof ref === 'string' && !(ref.startsWith('#/$defs/') && Object.hasOwn(definitions, ref.slice('#/$defs/'.length)))) faults.push(`${ref} leads nowhere`);
  for (const name of Array.isArray(required) ? required : []) if (!isObject(properties) || !Object.hasOwn(properties, String(name))) faults.push(`required ${String(name)}`);
  if (Array.isArray(values) && (values.length === 0 || values.some((value) => typeof value !== 'string' && typeof value !== 'number'))) faults.push('enum');
  for (const word of names) if (((keywords.get(word)?.kinds ?? kinds.any) & met) === 0) faults.push(`${word} of another type`);
  if (Array.isArray(anyOf) && (anyOf.length === 0 || anyOf.some((one) => !isObject(one) || Object.keys(one).every((word) => notes.has(word))))) faults.push('a choice that says nothing');
  return faults.map((fault) => `${at}: ${fault}`);
};

const inside = (schema: JsonObject): readonly (readonly [string, Json])[] => [
  ...['properties', '$defs'].flatMap((word) => (isObject(schema[word]) ? Object.entries(schema[word]).map(([name, one]) => [`${word}/${name}`, one] as const) : [])),
  ...['anyOf', 'prefixItems'].flatMap((word) => (Array.isArray(schema[word]) ? schema[word].map((one: Json, at) => [`${word}/${at}`, one] as const) : [])),
  ...(schema['items'] === undefined ? [] : [['items', schema['items']] as const]),
  ...(isObject(schema['additionalProperties']) ? [['additionalProperties', schema['additionalProperties']] as const] : []),
];

const faultsIn = (schema: Json, where: Where): readonly string[] =>
  isObject(schema)
    ? [...here(schema, where), ...inside(schema).flatMap(([step, one]) => faultsIn(one, { ...where, at: `${where.at}/${step}` }))]
    : [`${where.at} is no schema`];

/** What is wrong with a schema that is sent: words that Gemini doesn't know or has no use for there, references to nothing. */
export const schemaFaults = (schema: JsonObject): readonly string[] =>
  faultsIn(schema, { at: '#', definitions: isObject(schema['$defs']) ? schema['$defs'] : {} });
