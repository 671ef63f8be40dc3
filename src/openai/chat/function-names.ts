/** Function names both ways: as the client knows them and as Gemini takes them. */
export type FunctionNames = {
  readonly toGemini: (name: string) => string;
  readonly toClient: (name: string) => string;
};

/** Gemini: `[a-zA-Z_][a-zA-Z0-9_:.-]*`, at most 128 (discovery document). */
const fitted = (name: string): string => {
  const clean = name.replaceAll(/[^a-zA-Z0-9_:.-]/g, '_').slice(0, 127);
  return /^[a-zA-Z_]/.test(clean) ? clean : `_${clean}`;
};

const unused = (name: string, taken: ReadonlyMap<string, string>): string => {
  let candidate = name;
  for (let count = 2; taken.has(candidate); count += 1) candidate = `${name.slice(0, 120)}_${count}`;
  return candidate;
};

/** Renames only what Gemini refuses, without two names becoming one, and remembers the way back. */
export const functionNames = (declared: readonly string[]): FunctionNames => {
  const back = new Map<string, string>();
  const there = new Map<string, string>();
  const inOrder = declared.toSorted((a, b) => Number(fitted(a) !== a) - Number(fitted(b) !== b));
  for (const name of inOrder) {
    if (there.has(name)) continue;
    const sent = unused(fitted(name), back);
    there.set(name, sent);
    back.set(sent, name);
  }
  return {
    toGemini: (name) => there.get(name) ?? fitted(name),
    toClient: (name) => back.get(name) ?? name,
  };
};
