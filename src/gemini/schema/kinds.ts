import type { Json } from '../request.ts';

/** The types of JSON as bits: sets of types meet by `&`. `number` is the integers and all the others. */
export const kinds = {
  string: 1,
  integer: 4,
  number: 6,
  boolean: 8,
  array: 16,
  object: 32,
  null: 64,
  any: 127,
} as const;

const bits: ReadonlyMap<string, number> = new Map(Object.entries(kinds));

/** The types that `type` names, in Google's capitals too; all of them for a name that nobody knows. */
export const kindsOf = (type: Json | undefined): number => {
  if (typeof type === 'string') return bits.get(type) ?? bits.get(type.toLowerCase()) ?? kinds.any;
  if (!Array.isArray(type) || type.length === 0) return kinds.any;
  let met = 0;
  for (const one of type) met |= typeof one === 'string' ? kindsOf(one) : kinds.any;
  return met;
};

const order = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const;

const namesOf = (met: number): Json => {
  const names = order.filter((name) =>
    name === 'integer' ? (met & kinds.number) === kinds.integer : (met & kinds[name]) === kinds[name],
  );
  return names.length === 1 ? (names[0] ?? []) : names;
};

const types: readonly Json[] = Array.from({ length: kinds.any + 1 }, (_, met) => namesOf(met));

/** The value of `type` for a set of types: one name, or a list of them. */
export const typeOf = (met: number): Json => types[met] ?? [];

/** The one type of a value, as a bit: whole numbers are integers, others the rest of `number`. */
export const kindOf = (value: Json): number => {
  if (typeof value === 'string') return kinds.string;
  if (typeof value === 'number') return Number.isInteger(value) ? kinds.integer : kinds.number & ~kinds.integer;
  if (typeof value === 'boolean') return kinds.boolean;
  if (value === null) return kinds.null;
  return Array.isArray(value) ? kinds.array : kinds.object;
};
