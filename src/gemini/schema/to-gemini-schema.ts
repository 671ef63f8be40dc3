import { E } from '../../kernel/fp.ts';
import type { Json, JsonObject } from '../request.ts';
import { translateDocument } from './definitions.ts';
import { finishDraft, isOpen, pruneWords, type Draft, type Words } from './draft.ts';
import { kinds } from './kinds.ts';
import { openLoops } from './open-loops.ts';
import { schemaBounds, type SchemaBudget, type SchemaFault } from './schema-budget.ts';

/** What a schema is for: any value, or the arguments of a function, which are an object. */
export type SchemaUse = 'any value' | 'arguments';

/** The root is a copy: a definition may be the same schema, for values of any type. */
const rootWords = (root: Draft, use: SchemaUse): Words => {
  const said = finishDraft(root);
  const words: Words = typeof said === 'boolean' ? {} : { ...said };
  if (use === 'any value') return words;
  if ((root.kinds & kinds.object) === 0) return { type: 'object', additionalProperties: true };
  if (root.kinds !== kinds.object) pruneWords(words, kinds.object);
  if (isOpen(words)) words['additionalProperties'] = true;
  words['type'] = 'object';
  return words;
};

/** What is left of so many characters when those of names, texts and values are taken off; no more are looked at. */
const roomAfter = (value: Json, room: number): number => {
  if (typeof value === 'string') return room - value.length;
  let left = room - 1;
  if (typeof value !== 'object' || value === null) return left;
  for (const [name, one] of Object.entries(value)) {
    if (left < 0) return left;
    left = roomAfter(one, left - name.length);
  }
  return left;
};

/** Takes off what schemas hold that may have grown: a definition's text stands wherever it is merged. */
const spendCharacters = (said: JsonObject, budget: SchemaBudget): E.Either<SchemaFault, JsonObject> => {
  budget.characters = roomAfter(said, budget.characters);
  if (budget.characters < 0) budget.fault = { bound: 'characters', most: schemaBounds.characters };
  return budget.fault === null ? E.right(said) : E.left(budget.fault);
};

/**
 * A JSON Schema (draft 4 to 2020-12, or OpenAPI's) in the words that Gemini honours, so that the result takes whatever
 * the schema takes: what there is no word for is left out together with what would be tightened by that. Pure and
 * total; names of properties are never touched. Schemas of one request share a budget: what goes beyond it is a fault.
 */
export const toGeminiSchema = (
  schema: JsonObject,
  budget: SchemaBudget,
  use: SchemaUse = 'any value',
): E.Either<SchemaFault, JsonObject> => {
  const { root, definitions } = translateDocument(schema, budget);
  if (budget.fault !== null) return E.left(budget.fault);
  const words = rootWords(root, use);
  for (const _ in definitions) {
    openLoops(definitions);
    return spendCharacters({ ...words, $defs: definitions }, budget);
  }
  return budget.growth < schemaBounds.growth ? spendCharacters(words, budget) : E.right(words);
};
