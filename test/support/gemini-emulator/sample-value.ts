import { isObject, numberAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from './json.ts';

/** What a sample is made for: the schema's root, for references, and words for names that ask for them. */
export type Sampling = { readonly root: unknown; readonly words: Readonly<Record<string, string>> };

type Place = Sampling & { readonly name: string; readonly depth: number };

const formats: Readonly<Record<string, string>> = {
  date: '2026-11-24',
  'date-time': '2026-11-24T10:00:00Z',
  time: '10:00:00Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '192.0.2.1',
};

const followed = (schema: JsonObject, root: unknown): JsonObject => {
  const reference = textAt(schema, '$ref');
  if (reference === undefined) return schema;
  const steps = reference.split('/').slice(1);
  return steps.reduce<JsonObject>((place, step) => objectAt(place, decodeURIComponent(step)), isObject(root) ? root : {});
};

/** Schema's own names are upper case (`STRING`), those of JSON Schema lower case, possibly in a list with null. */
const typeOf = (schema: JsonObject): string => {
  const types = [textAt(schema, 'type') ?? '', ...textsAt(schema, 'type')].map((type) => type.toLowerCase());
  const guess = schema['properties'] === undefined ? 'string' : 'object';
  return types.find((type) => type !== '' && type !== 'null') ?? types.find((type) => type === 'null') ?? guess;
};

const sampleText = (schema: JsonObject, { name, words }: Place): string => {
  const plain = formats[textAt(schema, 'format') ?? ''] ?? words[name.toLowerCase()] ?? `canned ${name}`;
  return plain.padEnd(Number(schema['minLength'] ?? 0), '.').slice(0, Number(schema['maxLength'] ?? plain.length + 1000));
};

const sampleNumber = (schema: JsonObject, whole: boolean): number => {
  const above = numberAt(schema, 'exclusiveMinimum');
  const below = numberAt(schema, 'exclusiveMaximum');
  const step = numberAt(schema, 'multipleOf') ?? (whole ? 1 : 0.5);
  const least = numberAt(schema, 'minimum') ?? (above === undefined ? undefined : above + step);
  const most = numberAt(schema, 'maximum') ?? (below === undefined ? undefined : below - step);
  const wanted = Math.min(Math.max(7, least ?? 7), most ?? Number.POSITIVE_INFINITY);
  return whole ? Math.ceil(wanted / step) * step : wanted;
};

const sampleList = (schema: JsonObject, place: Place): readonly unknown[] => {
  const first = objectsAt(schema, 'prefixItems').map((item) => sampleAt(item, place));
  const count = Math.min(Number(schema['maxItems'] ?? 100), Math.max(Number(schema['minItems'] ?? 1), first.length));
  const more = Array.from({ length: Math.max(0, count - first.length) }, () => sampleAt(objectAt(schema, 'items'), place));
  return place.depth > 8 ? [] : [...first, ...more];
};

const sampleObject = (schema: JsonObject, place: Place): JsonObject => {
  const required = textsAt(schema, 'required');
  const properties = Object.entries(objectAt(schema, 'properties'));
  const wanted = properties.filter(([name]) => required.includes(name) || place.depth < 3);
  return Object.fromEntries(wanted.map(([name, inner]) => [name, sampleAt(inner, { ...place, name, depth: place.depth + 1 })]));
};

const sampleAt = (given: unknown, place: Place): unknown => {
  if (!isObject(given)) return sampleText({}, place);
  const schema = followed(given, place.root);
  const values = schema['enum'];
  if (Array.isArray(values)) return values[0];
  if (schema['const'] !== undefined) return schema['const'];
  const choices = [...objectsAt(schema, 'anyOf'), ...objectsAt(schema, 'oneOf')];
  const choice = choices.find((one) => textAt(one, 'type')?.toLowerCase() !== 'null');
  if (choice !== undefined) return sampleAt(choice, place);
  const type = typeOf(schema);
  if (type === 'object') return sampleObject(schema, place);
  if (type === 'array') return sampleList(schema, place);
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  return type === 'number' || type === 'integer' ? sampleNumber(schema, type === 'integer') : sampleText(schema, place);
};

/** A value that a schema allows, always the same one; of deep schemas only what is required. */
export const sampleValue = (schema: unknown, words: Readonly<Record<string, string>> = {}): unknown =>
  sampleAt(schema, { root: schema, words, name: 'text', depth: 0 });
