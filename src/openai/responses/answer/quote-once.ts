import { isObject } from '../../../kernel/is-object.ts';
import { jsonText } from '../../../kernel/well-formed.ts';
import { quotedPiece, type Quoted, type WrittenText } from '../../../kernel/written-text.ts';

/** A text from here on is worth to be remembered, characters. */
const long = 2048;

const isLong = (value: unknown): value is string => typeof value === 'string' && value.length >= long;

/** True where a long text stands in an event, at the places where texts of items stand: three lists or objects deep. */
const holdsLong = (value: unknown, depth = 3): boolean => {
  if (typeof value !== 'object' || value === null || depth < 0) return isLong(value);
  if (Array.isArray(value)) return value.some((inner) => holdsLong(inner, depth - 1));
  for (const name in value) if (isObject(value) && holdsLong(value[name], depth - 1)) return true;
  return false;
};

/**
 * What makes values into JSON, as `jsonText` does, and a long text that stands in one after the other only once: a
 * message's is told by three events, and in the item.
 */
export const quoteOnce = (): ((value: unknown) => WrittenText) => {
  const last: { text: string; json: Quoted } = { text: '', json: quotedPiece('""') };
  const quote = (text: string): Quoted => {
    if (text !== last.text) Object.assign(last, { text, json: quotedPiece(jsonText(text)) });
    return last.json;
  };
  const write = (value: unknown, into: (string | Quoted)[]): void => {
    if (isLong(value)) into.push(quote(value));
    else if (!holdsLong(value)) into.push(jsonText(value));
    else if (Array.isArray(value)) writeList(value, into);
    else if (isObject(value)) writeFields(value, into);
  };
  const writeList = (list: readonly unknown[], into: (string | Quoted)[]): void => {
    for (const [at, item] of list.entries()) {
      into.push(at === 0 ? '[' : ',');
      write(item === undefined ? null : item, into);
    }
    into.push(']');
  };
  const writeFields = (object: object, into: (string | Quoted)[]): void => {
    let before = '{';
    for (const [name, field] of Object.entries(object)) {
      if (field === undefined) continue;
      into.push(`${before}${jsonText(name)}:`);
      write(field, into);
      before = ',';
    }
    into.push('}');
  };
  return (value) => {
    const text: (string | Quoted)[] = [];
    write(value, text);
    return text;
  };
};
