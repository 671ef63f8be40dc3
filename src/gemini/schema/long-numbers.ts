import { isObject } from '../../kernel/is-object.ts';
import { rewriteNumbers, saysTheSame } from '../../kernel/raw-json.ts';
import { jsonText } from '../../kernel/well-formed.ts';
import { withExactText } from '../exact-json.ts';
import type { JsonObject } from '../request.ts';

/** Numbers that JavaScript writes with another value, by what it reads them as: how they were written. */
export type LongNumbers = ReadonlyMap<number, string>;

const numbersOf = Symbol('numbers');

const isMarked = (value: object): value is { readonly [numbersOf]: LongNumbers } => Object.hasOwn(value, numbersOf);

/** The long numbers of a JSON text. Two that are read as one are left to be written as JavaScript does. */
export const longNumbers = (json: string): LongNumbers => {
  const found = new Map<number, string>();
  const clashing = new Set<number>();
  rewriteNumbers(json, (written) => {
    const value = Number(written);
    if (!Number.isFinite(value)) return written;
    const known = found.get(value);
    const isLong = !saysTheSame(written, JSON.stringify(value));
    if (known !== undefined && known !== written) clashing.add(value);
    if (isLong) found.set(value, written);
    return written;
  });
  for (const value of clashing) found.delete(value);
  return found;
};

/** A schema that knows how its long numbers were written. */
export const withLongNumbers = <A extends object>(schema: A, numbers: LongNumbers): A =>
  Object.defineProperty({ ...schema }, numbersOf, { value: numbers });

/** What became of a schema, with the numbers as they were written in it. */
export const exactSchema = (made: JsonObject, schema: object | undefined): JsonObject => {
  if (schema === undefined || !isMarked(schema)) return made;
  const numbers = schema[numbersOf];
  return withExactText(made, rewriteNumbers(jsonText(made), (written) => numbers.get(Number(written)) ?? written));
};

/** Digits of a number that may be another one when it is written again. */
const mostDigits = 16;

const isLong = (value: number): boolean => !Number.isSafeInteger(value) && String(value).length > mostDigits;

/** True for a value that holds a number which JavaScript may write as another one. */
export const holdsLong = (value: unknown): boolean => {
  if (typeof value === 'number') return isLong(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsLong);
  for (const name in value) if (isObject(value) && holdsLong(value[name])) return true;
  return false;
};

/** In longer bodies numbers are written as JavaScript does: to look for them would stop everybody else. */
export const longestBody = 4 * 1024 ** 2;
