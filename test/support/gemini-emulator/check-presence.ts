import { isObject, textAt, type JsonObject } from './json.ts';
import { partData, requestMessages, requiredFields } from './request-messages.ts';

/** One rule broken, as Google lists it after a star. */
type Broken = string;

const path = (...steps: readonly string[]): string => ['GenerateContentRequest', ...steps].join('.');
const snake = (name: string): string => name.replaceAll(/(?!^)([A-Z])/g, (letter) => `_${letter.toLowerCase()}`);

const roles: readonly unknown[] = ['user', 'model', 'function'];

const partRule = (part: JsonObject, where: string): readonly Broken[] =>
  partData.some((name) => part[name] !== undefined) ? [] : [`${where}.data: required oneof field 'data' must have one initialized field`];

const contentRule = (content: JsonObject, where: string): readonly Broken[] => {
  const parts = content['parts'];
  return Array.isArray(parts) && parts.length > 0 ? [] : [`${where}.parts: contents.parts must not be empty.`];
};

const nameRule = (declaration: JsonObject, where: string): readonly Broken[] =>
  /^[a-zA-Z_][\w:.-]{0,127}$/.test(textAt(declaration, 'name') ?? '')
    ? []
    : [
        `${where}.name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.`,
      ];

const ownRules: Readonly<Record<string, (value: JsonObject, where: string) => readonly Broken[]>> = {
  Part: partRule,
  Content: contentRule,
  FunctionDeclaration: nameRule,
};

const missing = (type: string, value: JsonObject, where: string): readonly Broken[] =>
  (requiredFields[type] ?? []).filter((name) => value[name] === undefined).map((name) => `${where}.${snake(name)}: required field is not set`);

const inField = (type: string, value: unknown, where: string): readonly Broken[] => {
  if (type.endsWith('[]'))
    return Array.isArray(value) ? value.flatMap((one, at) => inField(type.slice(0, -2), one, `${where}[${at}]`)) : [];
  const fields = requestMessages[type];
  if (fields === undefined || !isObject(value)) return [];
  return [
    ...(ownRules[type]?.(value, where) ?? missing(type, value, where)),
    ...Object.entries(value).flatMap(([name, one]) => inField(fields[name] ?? 'value', one, `${where}.${snake(name)}`)),
  ];
};

const tooManyStops = ({ generationConfig }: JsonObject): readonly Broken[] => {
  const stops = isObject(generationConfig) ? generationConfig['stopSequences'] : [];
  return Array.isArray(stops) && stops.length > 5
    ? [`${path('generation_config', 'stop_sequences')}: the number of stop sequences must be at most 5.`]
    : [];
};

const badRole = ({ contents }: JsonObject): boolean =>
  Array.isArray(contents) && contents.some((content) => isObject(content) && content['role'] !== undefined && !roles.includes(content['role']));

/** What is missing or too much in a request whose fields are all known; undefined when nothing is. */
export const checkPresence = (body: JsonObject): string | undefined => {
  const contents = body['contents'];
  const broken = [
    ...(Array.isArray(contents) && contents.length > 0 ? [] : [`${path('contents')}: contents is not specified`]),
    ...inField('GenerateContentRequest', body, path()),
    ...tooManyStops(body),
  ];
  if (broken.length > 0) return broken.map((rule) => `* ${rule}\n`).join('');
  return badRole(body) ? 'Please use a valid role: user, model.' : undefined;
};
