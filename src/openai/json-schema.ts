import type { Json, JsonObject } from '../gemini/request.ts';
import { isJsonObject } from '../gemini/is-json-object.ts';
import { plainKeyword, numericBounds, typeAndEnum } from './schema-keywords.ts';

/** How many values merged definitions may still add: one definition can be merged in a thousand places. */
export type Growth = { left: number };

const mostMergedValues = 50_000;

/** What the schemas of one request may grow by together. */
export const newGrowth = (): Growth => ({ left: mostMergedValues });

/** What the whole schema defines, which definitions are being merged right now, and how many more may be. */
type Scope = {
  readonly definitions: JsonObject;
  readonly merging: ReadonlySet<string>;
  readonly budget: { left: number };
  readonly growth: Growth;
};

/** A chain of definitions that merge each other could grow without end. */
const mostMerges = 200;

/** Definitions merged inside each other: each may nest 100 levels, and what walks the result must not overflow. */
const mostNestedMerges = 16;

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const asObject = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
const asList = (value: Json | undefined): readonly Json[] => (isList(value) ? value : []);

const local = '#/$defs/';

/** `definitions` is the older name of `$defs`. */
const pointer = (ref: string): string => (ref.startsWith('#/definitions/') ? `${local}${ref.slice('#/definitions/'.length)}` : ref);

const nameIn = (ref: string): string => ref.slice(local.length).replaceAll('~1', '/').replaceAll('~0', '~');

const definitionOf = (ref: string, { definitions }: Scope): JsonObject | undefined => {
  const name = nameIn(ref);
  return ref.startsWith(local) && Object.hasOwn(definitions, name) ? asObject(definitions[name]) : undefined;
};

/** A boolean schema has no counterpart: `true` is no constraint at all. */
const sub = (value: Json, scope: Scope): JsonObject => (isJsonObject(value) ? normal(value, scope) : {});

const mapped = (value: Json | undefined, scope: Scope): JsonObject =>
  Object.fromEntries(Object.entries(asObject(value)).map(([name, schema]) => [name, sub(schema, scope)]));

type Entries = readonly (readonly [string, Json])[];

const listed = (keyword: string, values: readonly Json[], scope: Scope): Entries =>
  values.length === 0 ? [] : [[keyword, values.map((value) => sub(value, scope))]];

/** A list of `items` is the older form of `prefixItems`. */
const ofItems = ({ items, prefixItems }: JsonObject, scope: Scope): Entries => [
  ...listed('prefixItems', isList(items) ? items : asList(prefixItems), scope),
  ...(items === undefined || isList(items) ? [] : ([['items', sub(items, scope)]] as const)),
];

const ofProperties = (schema: JsonObject, scope: Scope): Entries => {
  const { properties, additionalProperties: more } = schema;
  return [
    ...(isJsonObject(properties) ? ([['properties', mapped(properties, scope)]] as const) : []),
    ...(more === undefined ? [] : ([['additionalProperties', typeof more === 'boolean' ? more : sub(more, scope)]] as const)),
  ];
};

/** What must be there: by name, or by a `required: true` inside the property, as some servers write it. */
const required = (schema: JsonObject, properties: JsonObject): readonly string[] => {
  const marked = Object.entries(asObject(schema['properties'])).flatMap(([name, one]) => (asObject(one)['required'] === true ? [name] : []));
  const named = asList(schema['required']).filter((name) => typeof name === 'string');
  return [...new Set([...named, ...marked])].filter((name) => Object.hasOwn(properties, name));
};

const own = (schema: JsonObject, scope: Scope): JsonObject =>
  Object.fromEntries([
    ...Object.entries(schema).flatMap(([keyword, value]) => plainKeyword(keyword, value)),
    ...typeAndEnum(schema),
    ...numericBounds(schema),
    ...ofProperties(schema, scope),
    ...ofItems(schema, scope),
    ...listed('anyOf', [...asList(schema['anyOf']), ...asList(schema['oneOf'])], scope),
  ]);

/** Schemas that all hold at once: properties and required names together, of other keywords the first. */
const joined = (schemas: readonly JsonObject[]): JsonObject => {
  const others = new Map<string, Json>();
  const properties = new Map<string, Json>();
  const names = new Set<Json>();
  for (const [keyword, value] of schemas.flatMap((schema) => Object.entries(schema))) {
    if (keyword === 'properties') for (const [name, one] of Object.entries(asObject(value))) properties.set(name, one);
    else if (keyword === 'required') for (const name of asList(value)) names.add(name);
    else if (!others.has(keyword)) others.set(keyword, value);
  }
  return {
    ...Object.fromEntries(others),
    ...(schemas.some((schema) => schema['properties'] !== undefined) ? { properties: Object.fromEntries(properties) } : {}),
    ...(names.size === 0 ? {} : { required: [...names] }),
  };
};

const valuesIn = (value: Json): number =>
  typeof value === 'object' && value !== null ? Object.values(value).reduce((sum: number, one) => sum + valuesIn(one), 1) : 1;

/** What is merged into another schema can't stay a reference: its definition is taken, unless it is on its way already. */
const mergeable = (value: Json, scope: Scope): JsonObject => {
  const schema = asObject(value);
  const ref = typeof schema['$ref'] === 'string' ? pointer(schema['$ref']) : undefined;
  if (ref === undefined) return normal(schema, scope);
  const definition = definitionOf(ref, scope);
  const isSpent = scope.budget.left <= 0 || scope.growth.left <= 0 || scope.merging.size >= mostNestedMerges;
  if (definition === undefined || scope.merging.has(ref) || isSpent) return {};
  scope.budget.left -= 1;
  scope.growth.left -= valuesIn(definition);
  return mergeable(definition, { ...scope, merging: new Set([...scope.merging, ref]) });
};

const notes: ReadonlySet<string> = new Set(['title', 'description', 'default']);

const isNote = (schema: JsonObject): boolean => Object.keys(schema).every((keyword) => notes.has(keyword));

/** Beside `$ref` only words that begin with `$` are taken; a definition that is not there is no constraint. */
const reference = (ref: string, scope: Scope): JsonObject => {
  const at = pointer(ref);
  return at.startsWith(local) && definitionOf(at, scope) === undefined ? {} : { $ref: at };
};

const normal = (schema: JsonObject, scope: Scope): JsonObject => {
  if (typeof schema['$ref'] === 'string') return reference(schema['$ref'], scope);
  const plain = own(schema, scope);
  const all = asList(schema['allOf']);
  const only = all.length === 1 ? asObject(all[0])['$ref'] : undefined;
  if (typeof only === 'string' && isNote(plain)) return reference(only, scope);
  const whole = joined([plain, ...all.map((part) => mergeable(part, scope))]);
  const { required: _, ...rest } = whole;
  const names = required({ ...schema, required: [...asList(schema['required']), ...asList(whole['required'])] }, asObject(rest['properties']));
  return names.length === 0 ? rest : { ...rest, required: names };
};

/**
 * A JSON Schema in the words that Gemini honours: `const` → `enum`, exclusive bounds → bounds, `allOf` merged, `oneOf`
 * → `anyOf`, `definitions` → `$defs`, `nullable` → a type; what it doesn't know is left out, so that the result takes
 * whatever the schema takes. Total, and names of properties are never touched. Schemas of one request share a `growth`.
 */
export const toGeminiSchema = (schema: JsonObject, growth: Growth = newGrowth()): JsonObject => {
  const definitions = { ...asObject(schema['definitions']), ...asObject(schema['$defs']) };
  const scope: Scope = { definitions, merging: new Set(), budget: { left: mostMerges }, growth };
  const read = normal(schema, scope);
  const ref = read['$ref'];
  const root = typeof ref === 'string' && ref.startsWith(local) ? mergeable(read, scope) : read;
  const $defs = mapped(definitions, scope);
  return Object.keys($defs).length === 0 ? root : { ...root, $defs };
};
