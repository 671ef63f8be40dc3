import { E } from '../../kernel/fp.ts';
import type { JsonObject } from '../request.ts';
import { translateDocument } from './definitions.ts';
import { finishDraft, isOpen, pruneWords, type Draft, type Words } from './draft.ts';
import { kinds } from './kinds.ts';
import { openLoops } from './open-loops.ts';
import type { SchemaBudget, SchemaFault } from './schema-budget.ts';

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
    return E.right({ ...words, $defs: definitions });
  }
  return E.right(words);
};
