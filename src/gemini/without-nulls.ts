import { isObject } from '../kernel/is-object.ts';

/** Fields whose content is somebody's own JSON: a null in it means something. */
const own: ReadonlySet<string> = new Set(['args', 'toolCall', 'toolResponse']);

/** Known fields lie no deeper; what does is not looked at. */
const deepest = 8;

const isNullWithin = (value: unknown, levels: number): boolean => {
  if (levels === 0 || typeof value !== 'object') return false;
  if (Array.isArray(value)) {
    for (const one of value) if (isNullWithin(one, levels - 1)) return true;
    return false;
  }
  if (!isObject(value)) return false;
  for (const name in value) {
    const one = value[name];
    if (one === null || (typeof one === 'object' && !own.has(name) && isNullWithin(one, levels - 1))) return true;
  }
  return false;
};

/** True where a field is null, at whatever level. */
export const holdsNull = (value: unknown): boolean => isNullWithin(value, deepest);

const pruneNulls = (value: unknown, levels: number): unknown => {
  if (levels === 0) return value;
  if (Array.isArray(value)) return value.map((one) => pruneNulls(one, levels - 1));
  return isObject(value) ? withoutThem(value, levels) : value;
};

const withoutThem = (value: Readonly<Record<string, unknown>>, levels: number): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) =>
      one === null ? [] : [[name, own.has(name) ? one : pruneNulls(one, levels - 1)]],
    ),
  );

/**
 * The object without its fields that are null, at all levels: to Google null and absent are the same. The same object
 * where there are none.
 */
export const withoutNulls = (value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  holdsNull(value) ? withoutThem(value, deepest) : value;
