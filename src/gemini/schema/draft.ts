import type { Json, JsonObject } from '../request.ts';
import { keywords, ways } from './keywords.ts';
import { kinds, typeOf } from './kinds.ts';

/** An object that is being made. */
export type Words = { [keyword: string]: Json };

/** A schema on its way to Gemini's words: types and required names are kept apart until all its parts are known. */
export type Draft = {
  readonly words: Words;
  kinds: number;
  readonly required: string[];
  /** `nullable` without a type of its own. */
  nullable: boolean;
  /** The values in `words.properties` are this draft's own, so that others can be added. */
  ownsProperties: boolean;
  /** Types became fewer after words were copied. */
  narrowed: boolean;
};

/** What a place says: a schema, or anything (`true`), or nothing at all (`false`). */
export type Said = Words | boolean;

/** A draft without a word. */
export const newDraft = (met: number): Draft => ({
  words: {},
  kinds: met,
  required: [],
  nullable: false,
  ownsProperties: true,
  narrowed: false,
});

/** Sets a word or the name of a property, also one called `__proto__`. */
export const putWord = (words: Words, name: string, value: Json): void => {
  if (name === '__proto__')
    Object.defineProperty(words, name, { value, enumerable: true, configurable: true, writable: true });
  else words[name] = value;
};

/** True for the object of a word that holds schemas by name. */
export const isWords = (value: Json | undefined): value is Words =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Leaves out the words that belong to other types only. */
export const pruneWords = (words: Words, met: number): void => {
  for (const name in words) {
    const keyword = keywords.get(name);
    if (keyword !== undefined && (keyword.kinds & met) === 0) delete words[name];
  }
};

const isEmpty = (properties: Json | undefined): boolean => {
  if (properties !== undefined) for (const _ in Object(properties)) return false;
  return true;
};

/** True for an object of which no property is told, nor what may be there besides. */
export const isOpen = (words: Words): boolean =>
  isEmpty(words['properties']) && words['additionalProperties'] === undefined && words['anyOf'] === undefined;

const withRequired = (words: Words, required: readonly string[]): void => {
  const { properties } = words;
  if (!isWords(properties)) return;
  const names = [...new Set(required)].filter((name) => Object.hasOwn(properties, name));
  if (names.length > 0) words['required'] = names;
};

const withOrdering = (words: Words, ordering: readonly Json[]): void => {
  const { properties } = words;
  if (!isWords(properties)) delete words['propertyOrdering'];
  else
    words['propertyOrdering'] = ordering.filter((name) => typeof name === 'string' && Object.hasOwn(properties, name));
};

const orNull = (words: Words): Words => {
  const { anyOf } = words;
  if (Array.isArray(anyOf)) return { ...words, anyOf: [...anyOf, { type: 'null' }] };
  return { anyOf: [words, { type: 'null' }] };
};

/**
 * The schema that a draft comes to: names that are required are those of properties, and an object of which nothing is
 * said is told to be open, since Gemini takes one without `additionalProperties` for an empty one
 * (livekit/agents#7170).
 */
export const finishDraft = (draft: Draft): Said => {
  const { words } = draft;
  if (draft.kinds === 0) return false;
  if (draft.narrowed) pruneWords(words, draft.kinds);
  if (draft.kinds !== kinds.any) words['type'] = typeOf(draft.kinds);
  if (draft.required.length > 0) withRequired(words, draft.required);
  const ordering = words['propertyOrdering'];
  if (Array.isArray(ordering)) withOrdering(words, ordering);
  if ((draft.kinds & ~kinds.null) === kinds.object && isOpen(words)) words['additionalProperties'] = true;
  for (const _ in words) return draft.nullable ? orNull(words) : words;
  return true;
};

/** True for a schema that takes anything: notes say nothing of values. */
export const isSilent = (said: JsonObject): boolean => {
  for (const name in said)
    if (keywords.get(name)?.way !== ways.noted && !(name === 'additionalProperties' && said[name] === true))
      return false;
  return true;
};
