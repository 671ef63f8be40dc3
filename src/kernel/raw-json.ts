import { jsonText } from './well-formed.ts';
import { withoutTrailing } from './without-trailing.ts';

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];

/** Where the string that begins at `from` has its closing quote. */
const endOfString = (json: string, from: number): number => {
  for (let at = json.indexOf('"', from); at >= 0; at = json.indexOf('"', at + 1)) {
    let before = at - 1;
    while (json.charCodeAt(before) === backslash) before -= 1;
    if ((at - before) % 2 === 1) return at;
  }
  return json.length;
};

const isOpening = (code: number): boolean => code === 0x5b || code === 0x7b;
const isClosing = (code: number): boolean => code === 0x5d || code === 0x7d;

/** The texts between the commas of a list or an object. */
const splitJson = (json: string): readonly string[] => {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === quote) at = endOfString(json, at + 1);
    else if (isOpening(code)) {
      depth += 1;
      if (depth === 1) from = at + 1;
    } else if (isClosing(code)) {
      depth -= 1;
      if (depth === 0) found.push(json.slice(from, at));
    } else if (code === comma && depth === 1) {
      found.push(json.slice(from, at));
      from = at + 1;
    }
  }
  return found.length === 1 && found[0]?.trim() === '' ? [] : found;
};

/** The elements of a list as they are written; none of a text that is no list. The JSON must be valid. */
export const rawElements = (json = ''): readonly string[] => (json.trimStart().startsWith('[') ? splitJson(json) : []);

/** A member of an object as it is written, the last one of its name as JSON.parse takes it. The JSON must be valid. */
export const rawMember = (json: string | undefined, name: string): string | undefined => {
  if (json?.trimStart().startsWith('{') !== true) return undefined;
  const found = splitJson(json).findLast((piece) => {
    const from = piece.indexOf('"');
    return JSON.parse(piece.slice(from, endOfString(piece, from + 1) + 1)) === name;
  });
  return found?.slice(found.indexOf(':', endOfString(found, found.indexOf('"') + 1)) + 1).trim();
};

/** Everything outside the strings of a JSON text changed by one function, what is inside by another. */
const rewriteJson = (json: string, outside: (text: string) => string, inside: (string: string) => string): string => {
  let text = '';
  let at = 0;
  for (let from = json.indexOf('"'); from >= 0; from = json.indexOf('"', at)) {
    const end = endOfString(json, from + 1) + 1;
    text += outside(json.slice(at, from)) + inside(json.slice(from, end));
    at = end;
  }
  return text + outside(json.slice(at));
};

/** A JSON text as JSON.stringify writes it, but with its numbers, its names and their order as they are. */
export const compactJson = (json: string): string =>
  rewriteJson(
    json,
    (text) => text.replaceAll(/\s+/g, ''),
    (string) => (string.includes('\\') ? jsonText(JSON.parse(string)) : string),
  );

/** A number by its value alone: its digits without zeros around them, and the power of ten. */
const valueOf = (number: string): string => {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const bare = withoutTrailing(digits, '0');
  return bare === '' ? '0' : `${sign}${bare}e${Number(power) - fraction.length + digits.length - bare.length}`;
};

/** A JSON text with each of its numbers written anew. */
export const rewriteNumbers = (json: string, write: (number: string) => string): string =>
  rewriteJson(
    json,
    (text) => text.replaceAll(/-?\d[\d.eE+-]*/g, (number) => write(number)),
    (string) => string,
  );

const byValue = (json: string): string => rewriteNumbers(json, valueOf);

/** True when two compact JSON texts say the same, however their numbers are written. */
export const saysTheSame = (one: string, other: string): boolean => byValue(one) === byValue(other);
