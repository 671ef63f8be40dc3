import { compactJson, rawElements, rawMember, saysTheSame } from '../kernel/raw-json.ts';
import { jsonText } from '../kernel/well-formed.ts';
import { isObject } from '../kernel/is-object.ts';
import { isJsonObject } from './is-json-object.ts';
import type { Json, JsonObject } from './request.ts';

const text = Symbol('text');

const isKept = (value: object): value is { readonly [text]: string } => Object.hasOwn(value, text);

/** Somebody else's JSON as it was written, where JSON.stringify would write something else; it goes with its object. */
export const exactText = (value: JsonObject | undefined): string | undefined =>
  value !== undefined && isKept(value) ? value[text] : undefined;

/** The same for any object. */
export const writtenText = (value: object): string | undefined => (isKept(value) ? value[text] : undefined);

/** An object with the text that it was read from. Nobody sees the text who does not ask `exactText`. */
export const withExactText = (value: JsonObject, exact: string): JsonObject =>
  Object.defineProperty({ ...value }, text, { value: exact });

/**
 * What only JSON can hold that becomes something else in JavaScript: long numbers, zeros at an end, powers of ten,
 * minus zero, and names that are numbers, which lose their place. Says so too often rather than too seldom.
 */
const oddities = /[\d.]{16}|\.\d*0(?!\d)|\d[eE]|[[:,]\s*-0|^\s*-0|"\d+"\s*:/;

/**
 * How JSON fares when it is read and written: as it was, in other words, or as something else. `exact` is how it was.
 */
export type Fate = { readonly kind: 'same' } | { readonly kind: 'respelled' | 'changed'; readonly exact: string };

const same: Fate = { kind: 'same' };

/** Tells what reading it and writing it makes of a JSON text, of which `value` was read. */
export const fateOf = (json: string, value: Json): Fate => {
  if (!oddities.test(json)) return same;
  const [exact, written] = [compactJson(json), JSON.stringify(value)];
  if (exact === written) return same;
  return { kind: saysTheSame(exact, written) ? 'respelled' : 'changed', exact };
};

/** Where a part holds somebody else's JSON: arguments of calls, and what Google's own tools gave. */
const ownJson: readonly (readonly [field: string, content: string])[] = [
  ['functionCall', 'args'],
  ['toolCall', 'args'],
  ['toolResponse', 'response'],
];

const holdsOwn = (part: unknown): boolean =>
  isObject(part) && (isObject(part['functionCall']) || isObject(part['toolCall']) || isObject(part['toolResponse']));

/** Arguments that come in pieces (Vertex): the list of pieces knows how it was written. */
const keepPieces = (call: unknown, raw: string | undefined): void => {
  const pieces = isObject(call) ? call['partialArgs'] : undefined;
  const json = Array.isArray(pieces) ? rawMember(raw, 'partialArgs') : undefined;
  if (json !== undefined && oddities.test(json)) Object.defineProperty(pieces, text, { value: json });
};

const keepIn = (part: unknown, raw: string | undefined): void => {
  if (!isObject(part)) return;
  keepPieces(part['functionCall'], rawMember(raw, 'functionCall'));
  for (const [field, content] of ownJson) {
    const holder = part[field];
    const value = isObject(holder) ? holder[content] : undefined;
    const json = isJsonObject(value) ? rawMember(rawMember(raw, field), content) : undefined;
    if (json === undefined || !isJsonObject(value) || !isObject(holder)) continue;
    const fate = fateOf(json, value);
    if (fate.kind !== 'same') Object.assign(holder, { [content]: withExactText(value, fate.exact) });
  }
};

const partsIn = (candidate: unknown): readonly unknown[] => {
  const content = isObject(candidate) ? candidate['content'] : undefined;
  const parts = isObject(content) ? content['parts'] : undefined;
  return Array.isArray(parts) ? parts : [];
};

/** Whether there is somebody else's JSON in a frame. To look for it in the text would cost 1 µs a frame. */
const holdsArguments = (candidates: readonly unknown[]): boolean => {
  for (const candidate of candidates) if (partsIn(candidate).some(holdsOwn)) return true;
  return false;
};

/** Keeps how the JSON in calls and results of tools was written, in a frame that was just read from this text. */
export const keepArguments = (json: () => string, frame: unknown): void => {
  if (!isObject(frame) || !Array.isArray(frame['candidates']) || !holdsArguments(frame['candidates'])) return;
  const candidates = rawElements(rawMember(json(), 'candidates'));
  for (const [index, candidate] of frame['candidates'].entries()) {
    const parts = partsIn(candidate);
    if (!parts.some(holdsOwn)) continue;
    const raw = rawElements(rawMember(rawMember(candidates[index], 'content'), 'parts'));
    for (const [at, part] of parts.entries()) if (holdsOwn(part)) keepIn(part, raw[at]);
  }
};

/** A list as JSON, from the first item in which something is kept; null where there is none. */
const exactList = (list: readonly unknown[]): string | null => {
  let written: string[] | null = null;
  for (let at = 0; at < list.length; at += 1) {
    const exact = exactOrNull(list[at]);
    if (exact === null && written === null) continue;
    written ??= list.slice(0, at).map((item) => jsonText(item ?? null));
    written.push(exact ?? jsonText(list[at] ?? null));
  }
  return written === null ? null : `[${written.join(',')}]`;
};

/** The same for an object; fields that are undefined are none. */
const exactObject = (object: Readonly<Record<string, unknown>>): string | null => {
  const kept = new Map<string, string>();
  for (const name in object) {
    const exact = exactOrNull(object[name]);
    if (exact !== null) kept.set(name, exact);
  }
  if (kept.size === 0) return null;
  const fields = Object.entries(object).flatMap(([name, field]) =>
    field === undefined ? [] : [`${jsonText(name)}:${kept.get(name) ?? jsonText(field)}`],
  );
  return `{${fields.join(',')}}`;
};

/** A value as JSON where something in it is kept as it was written; null where nothing is. */
const exactOrNull = (value: unknown): string | null => {
  if (typeof value !== 'object' || value === null) return null;
  if (isKept(value)) return value[text];
  if (Array.isArray(value)) return exactList(value);
  return isObject(value) && !('toJSON' in value) ? exactObject(value) : null;
};

/**
 * A value as JSON; whatever in it is kept as it was written stands in it so. What holds nothing of the kind is written
 * in one go: with a function that is asked about each value that would take five times as long.
 */
export const exactJson = (value: unknown): string => exactOrNull(value) ?? jsonText(value);
