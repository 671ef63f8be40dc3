import { isJsonObject } from '../is-json-object.ts';
import type { Json, JsonObject } from '../request.ts';
import { finishDraft, isSilent, newDraft, putWord, type Draft, type Said, type Words } from './draft.ts';
import { isResource } from './find-reference.ts';
import { keywords, ways } from './keywords.ts';
import { kinds, kindsOf } from './kinds.ts';
import { listedValues, listValues } from './listed-values.ts';
import { mergeDraft } from './merge-drafts.ts';
import { boundNumbers } from './number-bounds.ts';
import { fitsBudget, schemaBounds, spendBudget, type SchemaBudget } from './schema-budget.ts';

/** What the places of one document share while they are translated. */
export type Scope = {
  readonly budget: SchemaBudget;
  /** The document, or the nearest schema around with an `$id`: where references begin. */
  resource: JsonObject;
  /** How many schemas are around this one, and how many there were at most. */
  level: number;
  deepest: number;
  /** A reference in a place of its own: to a definition that goes up, or anything for what is not there. */
  readonly refer: (ref: string, scope: Scope) => Said;
  /** The definition that a reference stands for, to be merged; undefined where it can't be. */
  readonly define: (ref: string, scope: Scope) => Draft | undefined;
};

const listIn = (schema: JsonObject, keyword: string): readonly Json[] => {
  const value = schema[keyword];
  return Array.isArray(value) ? value : [];
};

/** Keywords that hold for the same value as those beside them: `unevaluated…` depends on what they looked at. */
const inPlace = [
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'not',
  'contains',
  'dependentSchemas',
  'dependencies',
  '$dynamicRef',
  '$recursiveRef',
] as const;

const restSchema = (schema: JsonObject, keyword: string, unevaluated: string): Json | undefined =>
  schema[keyword] ?? (inPlace.some((name) => schema[name] !== undefined) ? undefined : schema[unevaluated]);

/** Schemas that each hold for some value: one that says nothing takes every value, one that takes none is left out. */
const translateChoice = (schemas: readonly Json[], scope: Scope): readonly Words[] | boolean => {
  const told: Words[] = [];
  for (const schema of schemas) {
    const said = translatePlace(schema, scope);
    if (said === true) return true;
    if (said === false) continue;
    if (isSilent(said)) return true;
    told.push(said);
  }
  return told.length === 0 ? schemas.length === 0 : told;
};

const wordsOf = (said: Said): Json => (said === true ? {} : said);

/**
 * What may stand beside the properties: with patterns, which Gemini has no word for, what any of them takes, or what
 * the schema takes besides. Without a word about the rest it may be anything, which is said.
 */
const additionalSchema = (schema: JsonObject, scope: Scope): Json | undefined => {
  const patterns = schema['patternProperties'];
  const given = restSchema(schema, 'additionalProperties', 'unevaluatedProperties');
  const schemas: Json[] = [];
  if (isJsonObject(patterns)) for (const name in patterns) schemas.push(patterns[name] ?? true);
  if (schemas.length === 0) {
    if (given === undefined) return undefined;
    const said = translatePlace(given, scope);
    return said === true || said === false ? said : isSilent(said) || said;
  }
  const told = translateChoice([...schemas, given ?? true], scope);
  if (told === true || told === false) return told;
  const [first, second] = told;
  return first !== undefined && second === undefined ? first : { anyOf: told };
};

const writeObject = (draft: Draft, schema: JsonObject, scope: Scope): void => {
  const given = schema['properties'];
  const required = listIn(schema, 'required');
  if (!spendBudget(scope.budget, 'values', required.length)) return;
  for (const name of required) if (typeof name === 'string') draft.required.push(name);
  if (isJsonObject(given)) {
    const properties: Words = {};
    const names = Object.keys(given);
    if (!fitsBudget(scope.budget, 'places', names.length)) return;
    for (const name of names) {
      const value = given[name] ?? true;
      const said = translatePlace(value, scope);
      if (scope.budget.fault !== null) return;
      if (said === false) continue;
      putWord(properties, name, wordsOf(said));
      if (isJsonObject(value) && value['required'] === true) draft.required.push(name);
    }
    draft.words['properties'] = properties;
  }
  const more = additionalSchema(schema, scope);
  if (more !== undefined) draft.words['additionalProperties'] = more;
};

/** A list of `items` is the older form of `prefixItems`. What must not be there ends the list: `maxItems` says it. */
const writeList = (draft: Draft, schema: JsonObject, scope: Scope): void => {
  const older = Array.isArray(schema['items']);
  const prefix: Json[] = [];
  let most = Number.POSITIVE_INFINITY;
  for (const one of listIn(schema, older ? 'items' : 'prefixItems')) {
    const said = translatePlace(one, scope);
    if (said === false) {
      most = prefix.length;
      break;
    }
    prefix.push(wordsOf(said));
  }
  if (prefix.length > 0) draft.words['prefixItems'] = prefix;
  const more = restSchema(schema, older ? 'additionalItems' : 'items', 'unevaluatedItems');
  const said = more === undefined || Number.isFinite(most) ? undefined : translatePlace(more, scope);
  if (said === false) most = prefix.length;
  else if (said !== undefined && (said !== true || prefix.length === 0)) draft.words['items'] = wordsOf(said);
  const { maxItems } = draft.words;
  if (Number.isFinite(most)) draft.words['maxItems'] = typeof maxItems === 'number' ? Math.min(maxItems, most) : most;
};

/** `oneOf` is told as `anyOf`. Of two choices that both hold the first that says something stands. */
const writeChoice = (draft: Draft, schema: JsonObject, scope: Scope): void => {
  for (const keyword of ['anyOf', 'oneOf']) {
    const told = translateChoice(listIn(schema, keyword), scope);
    if (told === false) draft.kinds = 0;
    if (typeof told !== 'boolean' && draft.words['anyOf'] === undefined) draft.words['anyOf'] = told;
  }
};

const isAnything = (schema: Json | undefined): boolean =>
  schema === true || (isJsonObject(schema) && Object.keys(schema).length === 0);

/** `{not: {}}`, as zod writes what is never there; beside other words `not` is left out. */
const isNever = (schema: JsonObject): boolean => isAnything(schema['not']) && Object.keys(schema).length === 1;

const nothing: Draft = newDraft(0);

const translatePart = (part: Json, scope: Scope): Draft | undefined => {
  if (!isJsonObject(part)) return part === false ? nothing : undefined;
  if (!spendBudget(scope.budget, 'places', 1)) return undefined;
  const ref = part['$ref'];
  return typeof ref === 'string' ? scope.define(ref, scope) : translateDraft(part, scope);
};

/** Schemas that all hold at once become one. */
const writeParts = (draft: Draft, schema: JsonObject, scope: Scope): void => {
  for (const part of listIn(schema, 'allOf')) {
    const more = translatePart(part, scope);
    if (scope.budget.fault !== null) return;
    if (more !== undefined) mergeDraft(draft, more);
  }
};

/** Types, listed values and what is copied; gives how the other keywords go up. Those of other types are left out. */
const startDraft = (draft: Draft, schema: JsonObject, budget: SchemaBudget): number => {
  const values = listedValues(schema);
  const listed = values !== undefined && spendBudget(budget, 'values', values.length);
  const met = listed ? listValues(draft, values) : draft.kinds;
  let seen = 0;
  for (const name in schema) {
    const keyword = keywords.get(name);
    if (keyword === undefined || (keyword.kinds & met) === 0) continue;
    seen |= keyword.way;
    if ((keyword.way & (ways.copied | ways.noted)) === 0) continue;
    const value = schema[name];
    if (value !== undefined && keyword.holds(value)) draft.words[name] = value;
  }
  return seen;
};

const writeDraft = (schema: JsonObject, scope: Scope): Draft => {
  const { type } = schema;
  const isNullable = schema['nullable'] === true;
  const draft = newDraft(kindsOf(type) | (isNullable ? kinds.null : 0));
  draft.nullable = isNullable && type === undefined;
  const seen = startDraft(draft, schema, scope.budget);
  if ((seen & ways.numbers) !== 0) boundNumbers(draft, schema);
  if ((seen & ways.objects) !== 0) writeObject(draft, schema, scope);
  if ((seen & ways.lists) !== 0) writeList(draft, schema, scope);
  if ((seen & ways.choices) !== 0) writeChoice(draft, schema, scope);
  if ((seen & ways.parts) !== 0) writeParts(draft, schema, scope);
  return draft;
};

/** A schema without `$ref` as a draft, which others can still be merged into: one pass over its keywords. */
export const translateDraft = (schema: JsonObject, scope: Scope): Draft => {
  if (scope.level >= schemaBounds.levels) scope.budget.fault ??= { bound: 'levels', most: schemaBounds.levels };
  if (scope.budget.fault !== null) return newDraft(kinds.any);
  if (isNever(schema)) return nothing;
  const { resource } = scope;
  scope.level += 1;
  if (scope.level > scope.deepest) scope.deepest = scope.level;
  if (isResource(schema)) scope.resource = schema;
  const draft = writeDraft(schema, scope);
  scope.level -= 1;
  scope.resource = resource;
  return draft;
};

const beside: ReadonlySet<string> = new Set(['allOf', 'type', 'nullable', '$defs', 'definitions']);

/** A single reference with notes or a type beside it stays one (Pydantic 1); others are merged with what is there. */
export const loneReference = (schema: JsonObject): string | undefined => {
  const parts = schema['allOf'];
  const only = Array.isArray(parts) && parts.length === 1 ? parts[0] : undefined;
  const ref = isJsonObject(only) ? only['$ref'] : undefined;
  if (typeof ref !== 'string') return undefined;
  for (const name in schema)
    if (!beside.has(name) && (keywords.get(name)?.way ?? ways.noted) !== ways.noted) return undefined;
  return ref;
};

const orNull = (said: Said): Said => (typeof said === 'boolean' ? said : { anyOf: [said, { type: 'null' }] });

/** What a schema in a place says in Gemini's words. Beside `$ref` nothing else is taken but other words with `$`. */
export const translatePlace = (schema: Json, scope: Scope): Said => {
  if (!isJsonObject(schema)) return schema !== false;
  if (!spendBudget(scope.budget, 'places', 1)) return true;
  const ref = schema['$ref'] ?? loneReference(schema);
  if (typeof ref !== 'string') return finishDraft(translateDraft(schema, scope));
  const said = scope.refer(ref, scope);
  return schema['nullable'] === true ? orNull(said) : said;
};
