import { isObject, objectAt, objectsAt, type JsonObject } from './json.ts';

const canBeNull = (schema: JsonObject): boolean => {
  const { type, anyOf } = schema;
  return type === 'null' || (Array.isArray(type) && type.includes('null')) || (Array.isArray(anyOf) && anyOf.some((one) => isObject(one) && one['type'] === 'null'));
};

/** References that a value can't do without, as Gemini counts them: past null, optional fields and lists alone is none. */
const needed = (schema: unknown): readonly string[] => {
  if (!isObject(schema) || canBeNull(schema)) return [];
  const { $ref: ref, required, properties, items, minItems, anyOf } = schema;
  if (typeof ref === 'string') return [ref];
  return [
    ...(Array.isArray(anyOf) ? anyOf.flatMap(needed) : []),
    ...(Array.isArray(required) && isObject(properties) ? required.flatMap((name) => needed(properties[String(name)])) : []),
    ...(typeof minItems === 'number' && minItems > 0 ? needed(items) : []),
  ];
};

/** The definitions that every value of them would lead back to, which Gemini refuses. */
export const requiredLoops = (schema: JsonObject): readonly string[] => {
  const definitions = isObject(schema['$defs']) ? schema['$defs'] : {};
  const reach = (from: string, seen: Set<string>): Set<string> => {
    for (const ref of needed(definitions[from])) {
      const to = ref.slice('#/$defs/'.length);
      if (seen.has(to)) continue;
      seen.add(to);
      reach(to, seen);
    }
    return seen;
  };
  return Object.keys(definitions).filter((name) => reach(name, new Set()).has(name));
};

const referencesIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, one]) => {
    if (name === '$ref' && typeof one === 'string') return [one];
    return name === 'default' || name === 'enum' ? [] : referencesIn(one);
  });
};

const leads = (ref: string, schema: JsonObject): boolean => {
  const steps = decodeURIComponent(ref).split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return ref.startsWith('#') && steps.reduce<unknown>((at, step) => (isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined), schema) !== undefined;
};

const badSchema = (schema: unknown): string | undefined => {
  if (!isObject(schema)) return undefined;
  const nowhere = referencesIn(schema).find((ref) => !leads(ref, schema));
  if (nowhere !== undefined) return `reference to undefined schema at ${nowhere}`;
  const [loop] = requiredLoops(schema);
  return loop === undefined
    ? undefined
    : `ref loops are only supported if they include optional or nullable property values, or a potentially-zero-length array items, but a ref loop of required fields was found at $defs.${loop}`;
};

/** What is wrong with the JSON Schemas of a request: references to nothing, and loops of references that never end. */
export const checkSchemas = (body: JsonObject): string | undefined => {
  const declared = objectsAt(body, 'tools').flatMap((tool) => objectsAt(tool, 'functionDeclarations')).map((one) => one['parametersJsonSchema']);
  for (const schema of [...declared, objectAt(body, 'generationConfig')['responseJsonSchema']]) {
    const fault = badSchema(schema);
    if (fault !== undefined) return fault;
  }
  return undefined;
};
