type Count = { left: number };

const isWithin = (value: unknown, count: Count): boolean => {
  if (typeof value === 'string') count.left -= value.length;
  else if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) if (!isWithin(one, count)) return false;
  }
  count.left -= 1;
  return count.left >= 0;
};

/** What a value that is no text takes, as characters do. */
const valueCost = 32;

/** The characters and values in what is kept; each value as if it were some characters. */
export const heldText = (value: unknown): number => {
  if (typeof value === 'string') return value.length + valueCost;
  if (typeof value !== 'object' || value === null) return valueCost;
  let held = valueCost;
  for (const one of Object.values(value)) held += heldText(one);
  return held;
};

/** True where a value holds at most so many characters of text and values; it stops looking as soon as it does not. */
export const holdsLess = (value: unknown, most: number): boolean => isWithin(value, { left: most });
