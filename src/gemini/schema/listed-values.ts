import type { Json, JsonObject } from '../request.ts';
import type { Draft } from './draft.ts';
import { kindOf, kinds, typeOf } from './kinds.ts';

/** The values of `const` or `enum`; undefined where nothing is listed. */
export const listedValues = (schema: JsonObject): readonly Json[] | undefined => {
  const only = schema['const'];
  if (only !== undefined) return [only];
  const listed = schema['enum'];
  return Array.isArray(listed) && listed.length > 0 ? listed : undefined;
};

type Sorted = { readonly kept: Set<Json>; met: number; hasNull: boolean; isPlain: boolean };

const sortValues = (values: readonly Json[], given: number): Sorted => {
  const sorted: Sorted = { kept: new Set(), met: 0, hasNull: false, isPlain: true };
  for (const value of values) {
    const kind = kindOf(value);
    sorted.hasNull ||= kind === kinds.null;
    if ((kind & given) === 0) continue;
    sorted.met |= kind;
    if (kind === kinds.string || (typeof value === 'number' && Number.isFinite(value))) sorted.kept.add(value);
    else if (kind !== kinds.null) sorted.isPlain = false;
  }
  return sorted;
};

/** Whole numbers are told apart from others only among numbers. */
const asTypes = (met: number): number =>
  (met & kinds.number) === 0 || (met & kinds.number) === kinds.integer ? met : met | kinds.number;

/**
 * `enum` and `const` (which is unknown): an enum holds strings and numbers of the type, each once. What else is listed
 * is told by the type, null and the empty text, which no enum may hold ("enum[0]: cannot be empty", ha-claude#30), by
 * choices beside the enum. Values of other types only say nothing that can be said.
 * Gives the types that are left.
 */
export const listValues = (draft: Draft, values: readonly Json[]): number => {
  const given = draft.kinds;
  const { kept, met, hasNull, isPlain } = sortValues(values, given);
  if (met === 0) return given;
  if (!isPlain || kept.size === 0) {
    draft.kinds = asTypes(met);
    return draft.kinds;
  }
  const asNull = (met & kinds.null) !== 0;
  const texts = [...kept].filter((value) => value !== '');
  if (!asNull && texts.length === kept.size) {
    draft.words['enum'] = texts;
    if (given !== kinds.any && hasNull) draft.kinds = given | kinds.null;
    return asTypes(met);
  }
  const type: JsonObject = given === kinds.any ? {} : { type: typeOf(given & ~kinds.null) };
  const choices: Json[] = texts.length === 0 ? [] : [{ ...type, enum: texts }];
  if (texts.length < kept.size) choices.push({ type: 'string', maxLength: 0 });
  if (asNull || (given !== kinds.any && hasNull)) choices.push({ type: 'null' });
  draft.kinds = kinds.any;
  draft.words['anyOf'] = choices;
  return asTypes(met);
};
