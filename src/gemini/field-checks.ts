import { isObject } from '../kernel/is-object.ts';
import { isUnread } from '../kernel/unread-text.ts';

/** What is taken of a value that does not fit; undefined for nothing. */
export type Mend = (value: unknown) => unknown;
/** Whether a field holds what it may; absent `mend`: what does not fit is left out as a whole. */
export type Check = ((value: unknown) => boolean) & { readonly mend?: Mend };
/** The fields of an object that are looked at, by name. */
export type Shape = ReadonlyMap<string, Check>;

/** A shape with these fields. */
export const shapeOf = (fields: Readonly<Record<string, Check>>): Shape => new Map(Object.entries(fields));

/** A text. */
export const isText: Check = (value) => typeof value === 'string';
/** A text, or one that nobody has read. */
export const isLongText: Check = (value) => typeof value === 'string' || isUnread(value);
/** JSON knows 1e999, which JavaScript reads as Infinity and writes as null. */
export const number: Check = Number.isFinite;
/** A whole number from 0. */
export const isCount: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
/** True or false. */
export const isFlag: Check = (value) => typeof value === 'boolean';

/** Levels that a value may have. */
export const mostDepth = 100;

/** What nests deeper would overflow the stack of whatever walks it. */
export const isShallow = (value: unknown, levels = mostDepth): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  if (!isObject(value)) return Object.values(value).every((one) => isShallow(one, levels - 1));
  for (const name in value) if (!isShallow(value[name], levels - 1)) return false;
  return true;
};

/** An object of JSON that does not nest too deep. */
export const isShallowObject: Check = (value) => isObject(value) && isShallow(value);

/** `audio/L16;codec=pcm;rate=24000`: nothing that could end the address or the header that it becomes a part of. */
export const mediaType: Check = (value) =>
  typeof value === 'string' && value.length <= 200 && /^[\w.+-]+\/[\w.+-]+(?: *;[\w.+=;" -]*)?$/.test(value);

/**
 * Absent and null are fine everywhere; what is there must have the right type. Unknown fields are not looked at. Only
 * what is there is gone through: to ask for every field of a shape cost 8 µs a frame.
 */
export const fitsShape = (value: unknown, shape: Shape): boolean => {
  if (!isObject(value)) return false;
  for (const name in value) {
    const field = value[name];
    if (field != null && shape.get(name)?.(field) === false) return false;
  }
  return true;
};

/** The fields of an object that fit, or what is taken of them. */
export const soundFieldsOf = (
  value: Readonly<Record<string, unknown>>,
  shape: Shape,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => {
      const check = shape.get(name);
      const taken = field == null || check === undefined || check(field) ? field : check.mend?.(field);
      return taken === undefined ? [] : [[name, taken]];
    }),
  );

/** An object whose fields fit, of which these must be there; else what of them does. */
export const hasShape = (fields: Readonly<Record<string, Check>>, ...required: readonly string[]): Check => {
  const shape = shapeOf(fields);
  const fits = (value: unknown): boolean =>
    fitsShape(value, shape) && isObject(value) && required.every((name) => value[name] != null);
  const mend: Mend = (value) => {
    const taken = isObject(value) ? soundFieldsOf(value, shape) : {};
    return Object.keys(taken).length > 0 && fits(taken) ? taken : undefined;
  };
  return Object.assign(fits, { mend });
};

/** A list whose items all fit; else those that do. Where an empty object fits it keeps a place: others count places. */
export const isListOf = (check: Check): Check => {
  const fits = (value: unknown): boolean => Array.isArray(value) && value.every(check);
  const taken = (item: unknown): readonly unknown[] => {
    if (check(item)) return [item];
    const mended = check.mend?.(item) ?? (check({}) ? {} : undefined);
    return mended === undefined ? [] : [mended];
  };
  return Object.assign(fits, { mend: (value: unknown) => (Array.isArray(value) ? value.flatMap(taken) : undefined) });
};
