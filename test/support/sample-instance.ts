import type { JsonObject } from '../../src/gemini/request.ts';

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Numbers from 0 to 1, the same for the same seed. */
const random = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

type Sampler = { readonly root: JsonObject; readonly roll: () => number; readonly depth: number };

const pick = <A>(list: readonly A[], roll: () => number): A | undefined => list[Math.floor(roll() * list.length)];

const followed = (ref: string, root: JsonObject): unknown => {
  if (!ref.startsWith('#/')) return ref === '#' ? root : undefined;
  const tokens = decodeURIComponent(ref.slice(2)).split('/');
  return tokens.reduce<unknown>((at, token) => {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined;
  }, root);
};

const numbers = [-1, 0, 1, 2, 3, 0.5, 1.5, 4, 2 ** 53];
const texts = ['a', 'b', 'ab', '', 'aab', '2026-11-24T10:00:00Z'];

const parts = (schema: JsonObject, { roll }: Sampler): readonly unknown[] => {
  const one = (word: string): readonly unknown[] => (Array.isArray(schema[word]) ? [pick(schema[word], roll)] : []);
  return [...one('anyOf'), ...one('oneOf'), ...(Array.isArray(schema['allOf']) ? schema['allOf'] : []), ...(roll() < 0.5 ? [schema['then']] : [])].filter(isObject);
};

/** The schema with what holds beside it poured in, so that instances meet all of it more often than not. */
const flattened = (schema: JsonObject, sampler: Sampler, left: number): JsonObject => {
  const ref = schema['$ref'];
  const target = typeof ref === 'string' ? followed(ref, sampler.root) : undefined;
  const inner = left === 0 ? [] : [...(isObject(target) ? [target] : []), ...parts(schema, sampler)].map((one) => flattened(one as JsonObject, sampler, left - 1));
  return inner.reduce<JsonObject>(
    (whole, one) => ({
      ...one,
      ...whole,
      ...(isObject(one['properties']) && isObject(whole['properties']) ? { properties: { ...one['properties'], ...whole['properties'] } } : {}),
      ...(Array.isArray(one['required']) && Array.isArray(whole['required']) ? { required: [...one['required'], ...whole['required']] } : {}),
    }),
    schema,
  );
};

const typesIn = (schema: JsonObject): readonly string[] => {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((one) => typeof one === 'string');
  if (['properties', 'required', 'patternProperties', 'additionalProperties', 'propertyNames'].some((word) => schema[word] !== undefined)) return ['object', 'object', 'string'];
  if (['items', 'prefixItems', 'contains', 'minItems'].some((word) => schema[word] !== undefined)) return ['array', 'array', 'null'];
  return ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'];
};

const sampleObject = (schema: JsonObject, sampler: Sampler, names: readonly string[]): unknown => {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const patterns = Object.values(isObject(schema['patternProperties']) ? schema['patternProperties'] : {});
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const made: (readonly [string, unknown])[] = [];
  for (const name of new Set([...required, ...Object.keys(properties), ...names])) {
    const known = Object.hasOwn(properties, name);
    if (!required.includes(name) && sampler.roll() < (known ? 0.4 : 0.8)) continue;
    const inner = known ? properties[name] : (pick([...patterns, schema['additionalProperties']], sampler.roll) ?? true);
    made.push([name, sampleIn(inner, sampler)]);
  }
  return Object.fromEntries(made);
};

const sampleArray = (schema: JsonObject, sampler: Sampler): unknown => {
  const first = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : [];
  const least = typeof schema['minItems'] === 'number' ? schema['minItems'] : 0;
  const length = least + Math.floor(sampler.roll() * 4);
  return Array.from({ length }, (_, at) => sampleIn(first[at] ?? schema['items'] ?? true, sampler));
};

const sampleIn = (given: unknown, around: Sampler): unknown => {
  const sampler = { ...around, depth: around.depth + 1 };
  if (sampler.depth > 6) return pick([null, 'a', 1, {}, []], sampler.roll);
  const schema = flattened(isObject(given) ? given : {}, sampler, 4);
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum']) && sampler.roll() < 0.9) return pick(schema['enum'], sampler.roll);
  const type = sampler.roll() < 0.08 && schema['nullable'] === true ? 'null' : pick(typesIn(schema), sampler.roll);
  if (type === 'object') return sampleObject(schema, sampler, ['a', 'x-1', 'x-2', 'title']);
  if (type === 'array') return sampleArray(schema, sampler);
  if (type === 'string') return pick(texts, sampler.roll);
  if (type === 'boolean') return sampler.roll() < 0.5;
  if (type === 'null') return null;
  const number = pick([...numbers, schema['minimum'], schema['maximum'], schema['exclusiveMinimum']].filter((one) => typeof one === 'number'), sampler.roll) ?? 0;
  return type === 'integer' ? Math.ceil(number) : number;
};

/** A value that a schema probably takes: it keeps to most of its words. */
export const sampleInstance = (schema: JsonObject, seed: number): unknown =>
  JSON.parse(JSON.stringify(sampleIn(schema, { root: schema, roll: random(seed), depth: 0 }) ?? null));
