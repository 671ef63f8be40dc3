import { isObject } from './is-object.ts';

const isHollow = (value: Readonly<Record<string, unknown>>): boolean => {
  for (const name in value) if (Object.hasOwn(value, name)) return false;
  return true;
};

/** True for what holds nothing: null, undefined, an empty text, list or object. */
export const isEmpty = (value: unknown): boolean =>
  value == null || value === '' || (Array.isArray(value) ? value.length === 0 : isObject(value) && isHollow(value));
