import { isObject } from '../../../kernel/is-object.ts';
import { jsonText } from '../../../kernel/well-formed.ts';

/** A text from here on is worth to be remembered, characters. */
const long = 2048;

const isLong = (value: unknown): boolean => typeof value === 'string' && value.length >= long;

/** True where a long text stands in an event, at the places where texts of items stand: three lists or objects deep. */
const holdsLong = (value: unknown, depth = 3): boolean => {
  if (typeof value !== 'object' || value === null || depth < 0) return isLong(value);
  for (const inner of Object.values(value)) if (holdsLong(inner, depth - 1)) return true;
  return false;
};

/**
 * What makes values into JSON, as `jsonText` does, and a long text that stands in one after the other only once: a
 * message's is told by three events, and in the item.
 */
export const quoteOnce = (): ((value: unknown) => string) => {
  const last = { text: '', json: '""' };
  const quote = (text: string): string => {
    if (text !== last.text) Object.assign(last, { text, json: jsonText(text) });
    return last.json;
  };
  const write = (value: unknown): string => {
    if (typeof value === 'string' && value.length >= long) return quote(value);
    if (Array.isArray(value) && holdsLong(value)) {
      return `[${value.map((item: unknown) => (item === undefined ? 'null' : write(item))).join(',')}]`;
    }
    if (!isObject(value) || !holdsLong(value)) return jsonText(value);
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{${fields.map(([name, field]) => `${jsonText(name)}:${write(field)}`).join(',')}}`;
  };
  return write;
};
