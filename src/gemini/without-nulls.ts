import { isObject } from '../kernel/is-object.ts';

/** Fields whose content is somebody's own JSON: a null in it means something. */
const own: ReadonlySet<string> = new Set(['args', 'toolCall', 'toolResponse']);

/** Known fields lie no deeper; what does is not looked at. */
const deepest = 8;

const holdsNull = (value: unknown, levels: number): boolean => {
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.some((one) => holdsNull(one, levels - 1));
  return (
    isObject(value) &&
    Object.entries(value).some(([name, one]) => one === null || (!own.has(name) && holdsNull(one, levels - 1)))
  );
};

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
  holdsNull(value, deepest) ? withoutThem(value, deepest) : value;
