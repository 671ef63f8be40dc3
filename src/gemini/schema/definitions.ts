import { isJsonObject } from '../is-json-object.ts';
import type { Json, JsonObject } from '../request.ts';
import { definitionNames, definitionPrefix } from './definition-names.ts';
import { finishDraft, newDraft, putWord, type Draft, type Said, type Words } from './draft.ts';
import { referencesOf, type FindReference, type Place } from './find-reference.ts';
import { kinds } from './kinds.ts';
import { schemaBounds, spendBudget, type SchemaBudget } from './schema-budget.ts';
import { loneReference, translateDraft, translatePlace, type Scope } from './translate-schema.ts';

/** A definition as a draft to merge: how many places it adds, and how many levels it is high. */
type Merged = { readonly draft: Draft; readonly size: number; readonly height: number };

type Document = {
  readonly schema: JsonObject;
  readonly find: FindReference;
  /** Where references from the document itself lead, and where those end up that lead to references. */
  readonly places: Map<string, Place>;
  readonly ends: Map<JsonObject, Place | undefined>;
  /** What goes up as a definition, with its name there. */
  readonly named: Map<JsonObject, { readonly name: string; readonly place: Place }>;
  readonly nameDefinition: (wanted: string) => string;
  /** What was merged once; `open` while it is being translated. */
  readonly merged: Map<JsonObject, Merged | 'open'>;
};

/** References that lead to references; more in a row than this are taken for a loop. */
const mostSteps = 64;

const findPlace = (document: Document, ref: string, from: JsonObject): Place | undefined => {
  if (from !== document.schema) return document.find(ref, from);
  const known = document.places.get(ref);
  if (known !== undefined) return known;
  const place = document.find(ref, from);
  if (place !== undefined) document.places.set(ref, place);
  return place;
};

/** Where a reference ends up, past all that are references themselves; each of those is walked once. */
const resolveReference = (document: Document, ref: string, from: JsonObject): Place | undefined => {
  const passed: JsonObject[] = [];
  let place = findPlace(document, ref, from);
  while (place !== undefined && isJsonObject(place.schema)) {
    const { schema, resource } = place;
    const next = schema['$ref'];
    if (typeof next !== 'string') break;
    if (document.ends.has(schema)) {
      place = document.ends.get(schema);
      break;
    }
    passed.push(schema);
    place = passed.length < mostSteps ? findPlace(document, next, resource) : undefined;
  }
  for (const schema of passed) document.ends.set(schema, place);
  return place;
};

const nameFor = (document: Document, place: Place, schema: JsonObject): string => {
  const known = document.named.get(schema);
  if (known !== undefined) return known.name;
  const name = document.nameDefinition(place.name === '' ? 'root' : place.name);
  document.named.set(schema, { name, place });
  return name;
};

const referTo = (document: Document, ref: string, scope: Scope): Said => {
  const place = resolveReference(document, ref, scope.resource);
  if (place === undefined) return true;
  const { schema } = place;
  return isJsonObject(schema) ? { $ref: `${definitionPrefix}${nameFor(document, place, schema)}` } : schema !== false;
};

const translateMerged = (document: Document, { schema, resource }: Place, scope: Scope): Merged | undefined => {
  if (!isJsonObject(schema)) return schema === false ? { draft: newDraft(0), size: 0, height: 0 } : undefined;
  const known = document.merged.get(schema);
  if (known !== undefined) return known === 'open' ? undefined : known;
  const { budget, level, deepest, resource: around } = scope;
  const before = budget.places + budget.growth;
  document.merged.set(schema, 'open');
  scope.deepest = level;
  scope.resource = resource;
  const draft = translateDraft(schema, scope);
  const made = { draft, size: before - budget.places - budget.growth, height: scope.deepest - level };
  scope.resource = around;
  scope.deepest = deepest;
  document.merged.set(schema, made);
  return made;
};

/** What is merged must not go on growing: past the budget, or inside too much, a part of `allOf` is left out. */
const defineReference = (document: Document, ref: string, scope: Scope): Draft | undefined => {
  if (scope.budget.growth <= 0 || scope.level > schemaBounds.levels / 2) return undefined;
  const place = resolveReference(document, ref, scope.resource);
  const made = place === undefined ? undefined : translateMerged(document, place, scope);
  if (made === undefined || scope.level + made.height > schemaBounds.levels) return undefined;
  scope.budget.growth -= made.size;
  scope.deepest = Math.max(scope.deepest, scope.level + made.height);
  return made.draft;
};

const nameAll = (document: Document, definitions: Json | undefined): void => {
  if (!isJsonObject(definitions)) return;
  for (const name in definitions) {
    const schema = definitions[name];
    if (isJsonObject(schema)) nameFor(document, { schema, resource: document.schema, name }, schema);
  }
};

const translateDefinition = (document: Document, schema: JsonObject, scope: Scope): Said => {
  const known = document.merged.get(schema);
  const isReference = typeof schema['$ref'] === 'string' || loneReference(schema) !== undefined;
  return known === undefined || known === 'open' || isReference
    ? translatePlace(schema, scope)
    : finishDraft(known.draft);
};

const translateRoot = (document: Document, scope: Scope): Draft => {
  const { schema } = document;
  const ref = schema['$ref'];
  const place =
    typeof ref === 'string' ? resolveReference(document, ref, schema) : { schema, resource: schema, name: '' };
  return (place === undefined ? undefined : translateMerged(document, place, scope)?.draft) ?? newDraft(kinds.any);
};

/**
 * A whole document: its root as a draft, and all definitions that it has or refers to, by the names that they go up
 * under.
 */
export type TranslatedDocument = { readonly root: Draft; readonly definitions: Words };

/**
 * Translates a document. Its definitions go up under plain names, as does every other place that something refers to;
 * references go along with them. One to nothing is an open schema. What is referred to is translated once.
 */
export const translateDocument = (schema: JsonObject, budget: SchemaBudget): TranslatedDocument => {
  spendBudget(budget, 'places', 1);
  const document: Document = {
    schema,
    find: referencesOf(schema),
    places: new Map(),
    ends: new Map(),
    named: new Map(),
    nameDefinition: definitionNames(),
    merged: new Map(),
  };
  const scope: Scope = {
    budget,
    resource: schema,
    level: 0,
    deepest: 0,
    refer: (ref, from) => referTo(document, ref, from),
    define: (ref, from) => defineReference(document, ref, from),
  };
  nameAll(document, schema['$defs']);
  nameAll(document, schema['definitions']);
  const root = translateRoot(document, scope);
  const definitions: Words = {};
  for (const [one, { name, place }] of document.named) {
    if (budget.fault !== null) break;
    scope.resource = place.resource;
    const said = translateDefinition(document, one, scope);
    putWord(definitions, name, typeof said === 'boolean' ? {} : said);
  }
  return { root, definitions };
};
