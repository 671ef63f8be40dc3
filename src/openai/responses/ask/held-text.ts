/** Characters of text that a request's items may hold to be kept with their response: 8 MiB is the most of one. */
const most = 8 * 1024 ** 2;

type Count = { left: number };

const isWithin = (value: unknown, count: Count): boolean => {
  if (typeof value === 'string') count.left -= value.length;
  else if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) if (!isWithin(one, count)) return false;
  }
  count.left -= 1;
  return count.left >= 0;
};

/** True where the items hold no more text than is kept; it stops looking as soon as they do. */
export const holdsLess = (items: readonly unknown[]): boolean => isWithin(items, { left: most });
