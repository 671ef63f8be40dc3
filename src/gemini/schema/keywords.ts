import type { Json } from '../request.ts';
import { kinds } from './kinds.ts';

/**
 * How a keyword goes up, as bits: `copied` as it is, `noted` likewise but without any say on values, `leftOut`, or made
 * anew together with its neighbours: listed values, the bounds of numbers, objects, lists, choices, parts.
 */
export const ways = {
  leftOut: 0,
  copied: 1,
  noted: 2,
  values: 4,
  numbers: 8,
  objects: 16,
  lists: 32,
  choices: 64,
  parts: 128,
} as const;

/** Which types a keyword belongs to, how it goes up, and what a copied one must hold. */
export type Keyword = { readonly kinds: number; readonly way: number; readonly holds: (value: Json) => boolean };

const isAnything = (): boolean => true;
const isText = (value: Json): boolean => typeof value === 'string';
const isCount = (value: Json): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const areNames = (value: Json): boolean => Array.isArray(value) && value.every(isText);

const { any, string, number, array, object } = kinds;
const { leftOut, copied, noted, values, numbers, objects, lists, choices, parts } = ways;

const rows: readonly (readonly [name: string, kinds: number, way: number, holds?: (value: Json) => boolean])[] = [
  ['title', any, noted, isText],
  ['description', any, noted, isText],
  ['default', any, noted],
  ['format', string | number, copied, isText],
  ['pattern', string, copied, isText],
  ['minLength', string, copied, isCount],
  ['maxLength', string, copied, isCount],
  ['minItems', array, copied, isCount],
  ['maxItems', array, copied, isCount],
  ['propertyOrdering', object, copied, areNames],
  ['type', any, leftOut],
  ['nullable', any, leftOut],
  ['enum', string | number, values],
  ['const', any, values],
  ['minimum', number, numbers],
  ['maximum', number, numbers],
  ['exclusiveMinimum', number, numbers],
  ['exclusiveMaximum', number, numbers],
  ['properties', object, objects],
  ['required', object, objects],
  ['additionalProperties', object, objects],
  ['patternProperties', object, objects],
  ['unevaluatedProperties', object, objects],
  ['items', array, lists],
  ['prefixItems', array, lists],
  ['additionalItems', array, lists],
  ['unevaluatedItems', array, lists],
  ['anyOf', any, choices],
  ['oneOf', any, choices],
  ['allOf', any, parts],
  ['not', any, leftOut],
  ['$ref', any, leftOut],
  ['$defs', any, leftOut],
  ['definitions', any, leftOut],
  ['if', any, leftOut],
  ['then', any, leftOut],
  ['else', any, leftOut],
  ['contains', array, leftOut],
  ['propertyNames', object, leftOut],
  ['dependentSchemas', object, leftOut],
  ['dependentRequired', object, leftOut],
  ['dependencies', object, leftOut],
];

/**
 * The one table of what goes up (SDK 3.1, field documentation of responseJsonSchema); what is not in it is left out.
 * Keywords that Gemini has no word for are here for their place: they tell a schema from a bare map of properties.
 */
export const keywords: ReadonlyMap<string, Keyword> = new Map(
  rows.map(([name, belongs, way, holds = isAnything]) => [name, { kinds: belongs, way, holds }]),
);
