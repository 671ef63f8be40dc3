/** What stands between a namespace and a name. */
const between = '__';

/** One name for a tool in a namespace: Gemini has none. */
export const joinName = (namespace: string | undefined, name: string): string =>
  namespace === undefined || namespace === '' ? name : `${namespace}${between}${name}`;
