import { isObject } from '../../../kernel/is-object.ts';

type Count = { left: number; values: number };

const isWithin = (value: unknown, count: Count): boolean => {
  if (typeof value === 'string') count.left -= value.length;
  else if (Array.isArray(value)) {
    for (const one of value) if (!isWithin(one, count)) return false;
  } else if (isObject(value)) {
    for (const name in value) if (!isWithin(value[name], count)) return false;
  }
  count.values += 1;
  count.left -= 1;
  return count.left >= 0;
};

/** What a value that is no text takes, as characters do. */
const valueCost = 32;

/**
 * The characters in what is kept, each value of it as if it were some characters; null where it has more than so many
 * characters and values, which is known without looking at all of them.
 */
export const heldText = (value: unknown, most: number): number | null => {
  const count: Count = { left: most, values: 0 };
  return isWithin(value, count) ? most - count.left + count.values * (valueCost - 1) : null;
};
