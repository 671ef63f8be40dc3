import { isObject, type JsonObject } from './json.ts';
import { anyCaseEnums, requestEnums } from './request-enums.ts';
import { partData, requestMessages } from './request-messages.ts';
import { scalars } from './scalars.ts';

/** What is wrong with one field, and where: the path in Google's snake_case, empty for the whole body. */
export type Violation = { readonly field: string; readonly description: string };

/** A message read: its value with names in lowerCamelCase, and all that did not fit. */
export type Read<T> = { readonly value: T; readonly violations: readonly Violation[] };

const snake = (name: string): string => name.replaceAll(/(?!^)([A-Z])/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (name: string): string => name.replaceAll(/(?<=.)_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const packageName = 'type.googleapis.com/google.ai.generativelanguage.v1beta';

const shown = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : JSON.stringify(value) ?? 'null');

const fine = <T>(value: T): Read<T> => ({ value, violations: [] });

const wrong = (path: string, type: string, value: unknown): Read<unknown> => ({
  value,
  violations: [{ field: path, description: `Invalid value at '${path}' (${type}), ${shown(value)}` }],
});

const unknownName = (path: string, name: string, why = 'Cannot find field.'): Violation => ({
  field: path,
  description: `Invalid JSON payload received. Unknown name ${JSON.stringify(name)}${path === '' ? '' : ` at '${path}'`}: ${why}`,
});

const gathered = (reads: readonly Read<unknown>[]): Read<readonly unknown[]> => ({
  value: reads.map(({ value }) => value),
  violations: reads.flatMap(({ violations }) => violations),
});

const readList = (type: string, value: unknown, path: string): Read<unknown> =>
  Array.isArray(value) ? gathered(value.map((one, at) => readField(type, one, `${path}[${at}]`))) : wrong(path, `${packageName}.${type}`, value);

const readMap = (type: string, value: unknown, path: string): Read<unknown> => {
  if (!isObject(value)) return wrong(path, 'TYPE_MESSAGE', value);
  const names = Object.keys(value);
  const { value: values, violations } = gathered(names.map((name, at) => readField(type, value[name], `${path}[${at}].value`)));
  return { value: Object.fromEntries(names.map((name, at) => [name, values[at]])), violations };
};

const readEnum = (type: string, values: readonly string[], value: unknown, path: string): Read<unknown> => {
  const name = typeof value === 'string' && anyCaseEnums.includes(type) ? value.toUpperCase() : value;
  return typeof name === 'string' && values.includes(name) ? fine(name) : wrong(path, `${packageName}.${type}`, value);
};

const readField = (type: string, value: unknown, path: string): Read<unknown> => {
  if (type.endsWith('[]')) return readList(type.slice(0, -2), value, path);
  if (type.startsWith('map:')) return readMap(type.slice(4), value, path);
  if (type === 'value') return fine(value);
  if (type === 'struct') return isObject(value) ? fine(value) : wrong(path, 'type.googleapis.com/google.protobuf.Struct', value);
  const values = requestEnums[type];
  if (values !== undefined) return readEnum(type, values, value, path);
  const scalar = scalars[type];
  if (scalar !== undefined) return scalar.takes(value) ? fine(value) : wrong(path, scalar.shown, value);
  return readMessage(type, value, path);
};

const repeated = (type: string): boolean => type.endsWith('[]');

/** A list where one value belongs has words of its own. */
const readNamed = (type: string, name: string, value: unknown, path: string): Read<unknown> => {
  const inner = `${path === '' ? '' : `${path}.`}${snake(camel(name))}`;
  if (Array.isArray(value) && !repeated(type) && type !== 'value')
    return { value, violations: [unknownName(path, name, 'Proto field is not repeating, cannot start list.')] };
  return readField(type, value, inner);
};

const secondData = (type: string, given: readonly string[], path: string): readonly Violation[] => {
  const [first, second] = type === 'Part' ? given.filter((name) => partData.includes(name)) : [];
  if (first === undefined || second === undefined) return [];
  const description = `Invalid value at '${path}' (oneof), oneof field 'data' is already set. Cannot set '${second}'`;
  return [{ field: path, description }];
};

/** Reads a message of the table. Names may be in either casing, `null` counts as not given; unknown names are violations. */
export const readMessage = (type: string, value: unknown, path: string): Read<JsonObject> => {
  if (!isObject(value)) return { value: {}, violations: wrong(path, `${packageName}.${type}`, value).violations };
  const fields = requestMessages[type] ?? {};
  const given = Object.entries(value).filter(([, one]) => one !== null && one !== undefined);
  const known = given.map(([name]) => camel(name));
  const twice = known.find((name, at) => known.indexOf(name) !== at);
  const reads = given.map(([name, one]): Read<unknown> => {
    const fieldType = fields[camel(name)];
    if (fieldType === undefined || (snake(camel(name)) !== name && camel(name) !== name))
      return { value: one, violations: [unknownName(path, name)] };
    return readNamed(fieldType, name, one, path);
  });
  return {
    value: Object.fromEntries(known.map((name, at) => [name, reads[at]?.value])),
    violations: [
      ...reads.flatMap(({ violations }) => violations),
      ...(twice === undefined ? [] : [unknownName(path, twice, 'Proto field is given twice.')]),
      ...secondData(type, known, path),
    ],
  };
};
