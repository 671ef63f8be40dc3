/** Any JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a JSON object, not for null or a list. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object under a name, an empty one when there is none. */
export const objectAt = (value: unknown, name: string): JsonObject => {
  const found = isObject(value) ? value[name] : undefined;
  return isObject(found) ? found : {};
};

/** The objects in the list under a name, none when there is no list. */
export const objectsAt = (value: unknown, name: string): readonly JsonObject[] => {
  const found = isObject(value) ? value[name] : undefined;
  return Array.isArray(found) ? found.filter(isObject) : [];
};

/** The texts in the list under a name, none when there is no list. */
export const textsAt = (value: unknown, name: string): readonly string[] => {
  const found = isObject(value) ? value[name] : undefined;
  return Array.isArray(found) ? found.filter((one) => typeof one === 'string') : [];
};

/** The text under a name. */
export const textAt = (value: unknown, name: string): string | undefined => {
  const found = isObject(value) ? value[name] : undefined;
  return typeof found === 'string' ? found : undefined;
};

/** The number under a name. */
export const numberAt = (value: unknown, name: string): number | undefined => {
  const found = isObject(value) ? value[name] : undefined;
  return typeof found === 'number' ? found : undefined;
};

/** The JSON of a text, undefined when it is none. */
export const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
