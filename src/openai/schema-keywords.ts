import type { Json, JsonObject } from '../gemini/request.ts';

type Entries = readonly (readonly [string, Json])[];
type Kind = (value: Json) => boolean;

const text: Kind = (value) => typeof value === 'string';
const number: Kind = (value) => typeof value === 'number';
const names: Kind = (value) => Array.isArray(value) && value.every((one) => typeof one === 'string');
const anything: Kind = () => true;

/** Keywords that go through as they are, and what they must hold (SDK 3.1 field documentation). */
const plain: Readonly<Record<string, Kind>> = {
  $id: text,
  $anchor: text,
  title: text,
  description: text,
  format: text,
  pattern: text,
  minItems: number,
  maxItems: number,
  minLength: number,
  maxLength: number,
  propertyOrdering: names,
  default: anything,
};

/** A keyword that Gemini honours as it is; nothing for any other. */
export const plainKeyword = (keyword: string, value: Json): Entries =>
  Object.hasOwn(plain, keyword) && plain[keyword]?.(value) === true ? [[keyword, value]] : [];

const types: ReadonlySet<string> = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);

/** The names of types, in Google's capitals too. */
const typesOf = (value: Json | undefined): readonly string[] => {
  const given = Array.isArray(value) ? value : [value];
  return [...new Set(given.flatMap((one) => (typeof one === 'string' ? [one.toLowerCase()] : [])).filter((one) => types.has(one)))];
};

const withNull = (given: readonly string[]): readonly string[] => (given.length === 0 || given.includes('null') ? given : [...given, 'null']);

const kindOf = (value: Json): string => (value === null ? 'null' : typeof value);

/** An enum holds strings and numbers; what else it lists is told by the type. */
const ofEnum = (values: readonly Json[]): { readonly kept: readonly Json[]; readonly kinds: readonly string[] } => {
  const kept = values.filter((value) => typeof value === 'string' || typeof value === 'number');
  const kinds = [...new Set(values.map(kindOf))];
  return { kept: kept.length === values.filter((value) => value !== null).length ? kept : [], kinds };
};

const asType = (given: readonly string[]): Entries => {
  const [first] = given;
  if (first === undefined) return [];
  return [['type', given.length === 1 ? first : given]];
};

/** `type`, `enum`, `const` and `nullable` together: `enum` takes no null and no booleans, `const` is unknown. */
export const typeAndEnum = (schema: JsonObject): Entries => {
  const given = typesOf(schema['type']);
  const constant = schema['const'];
  const listed = constant === undefined ? schema['enum'] : [constant];
  const values: readonly Json[] = Array.isArray(listed) ? listed : [];
  const { kept, kinds } = ofEnum(values);
  const told = given.length > 0 ? given : kinds.filter((kind) => types.has(kind) && (kept.length === 0 || kinds.includes('null')));
  const simple = kept.length === 0 && kinds.includes('object') && given.length === 0 ? [] : told;
  const nullable = schema['nullable'] === true || (kinds.includes('null') && given.length > 0);
  return [...asType(nullable ? withNull(simple) : simple), ...(kept.length === 0 ? [] : ([['enum', kept]] as const))];
};

type Bound = { readonly name: string; readonly exclusive: string; readonly step: 1 | -1; readonly tighter: (a: number, b: number) => number };

const bounds: readonly Bound[] = [
  { name: 'minimum', exclusive: 'exclusiveMinimum', step: 1, tighter: Math.max },
  { name: 'maximum', exclusive: 'exclusiveMaximum', step: -1, tighter: Math.min },
];

/** `minimum` and `maximum`; the exclusive ones are one further for integers, and the bound itself for other numbers. */
export const numericBounds = (schema: JsonObject): Entries =>
  bounds.flatMap(({ name, exclusive, step, tighter }): Entries => {
    const further = schema['type'] === 'integer' ? step : 0;
    const closed = schema[name];
    const open = schema[exclusive];
    const given = [
      ...(typeof closed === 'number' ? [open === true ? closed + further : closed] : []),
      ...(typeof open === 'number' ? [open + further] : []),
    ];
    return given.length === 0 ? [] : [[name, given.reduce((a, b) => tighter(a, b))]];
  });

const structural: Readonly<Record<string, Kind>> = {
  ...plain,
  default: () => false,
  type: (value) => text(value) || Array.isArray(value),
  $ref: text,
  $schema: text,
  enum: Array.isArray,
  required: Array.isArray,
  anyOf: Array.isArray,
  oneOf: Array.isArray,
  allOf: Array.isArray,
  properties: (value) => typeof value === 'object',
  additionalProperties: anything,
};

/** True when an object has any keyword of JSON Schema: otherwise it may be a bare map of properties. */
export const isSchema = (schema: JsonObject): boolean =>
  Object.entries(schema).some(([keyword, value]) => Object.hasOwn(structural, keyword) && structural[keyword]?.(value) === true);
