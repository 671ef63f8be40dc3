import { textAt, type JsonObject } from './json.ts';
import type { Question } from './question.ts';
import { sampleValue } from './sample-value.ts';

/** A call to make: a declared function and arguments that its schema allows. */
export type CannedCall = { readonly name: string; readonly args: unknown };

const nameOf = (declaration: JsonObject): string => textAt(declaration, 'name') ?? '';

/** `get_weather` and `getWeather` are asked for by their name, or by "weather". */
const isMentioned = (declaration: JsonObject, text: string): boolean => {
  const name = nameOf(declaration).toLowerCase();
  const words = nameOf(declaration).split(/[_.:-]|(?=[A-Z])/).map((word) => word.toLowerCase());
  const asked = text.toLowerCase();
  return asked.includes(name) || words.some((word) => word.length > 4 && asked.includes(word));
};

const asksForTools = (text: string): boolean => /\b(call|use|invoke|run)\b.*\b(tools?|functions?)\b/i.test(text);
const asksForTwo = (text: string): boolean => /\b(two|both|twice|parallel)\b/i.test(text);

/** "in Paris" gives a place. */
const wordsOf = (text: string): Readonly<Record<string, string>> => {
  const place = /\b(?:in|for|at|of)\s+(\p{Lu}[\p{L}-]+)/u.exec(text)?.[1] ?? 'Berlin';
  return { city: place, location: place, place, query: text, question: text, expression: '6 * 7', country: 'Germany' };
};

const argsOf = (declaration: JsonObject, text: string): unknown => {
  const schema = declaration['parametersJsonSchema'] ?? declaration['parameters'];
  return schema === undefined ? {} : sampleValue({ type: 'object', ...Object(schema) }, wordsOf(text));
};

const chosen = ({ text, mode, declarations, allowed, results }: Question): readonly JsonObject[] => {
  if (mode === 'NONE') return [];
  const open = declarations.filter((declaration) => allowed.length === 0 || allowed.includes(nameOf(declaration)));
  if (mode !== 'ANY' && results.length > 0) return [];
  const mentioned = open.filter((declaration) => isMentioned(declaration, text));
  const wanted = mode === 'ANY' || asksForTools(text) ? [...mentioned, ...open] : mentioned;
  const [first, second = first] = [...new Set(wanted)];
  if (first === undefined || second === undefined) return [];
  return asksForTwo(text) ? [first, second] : [first];
};

/**
 * The calls that a question gets: of the function it mentions (else the first allowed one) when the mode is ANY or the
 * text asks to call a tool; two when it says "two", "both", "twice" or "parallel"; none on the results of calls,
 * unless the mode is ANY.
 */
export const cannedCalls = (question: Question): readonly CannedCall[] =>
  chosen(question).map((declaration) => ({ name: nameOf(declaration), args: argsOf(declaration, question.text) }));
