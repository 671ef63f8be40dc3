/** Function names both ways: as the client knows them and as Gemini takes them. */
export type FunctionNames = {
  readonly toGemini: (name: string) => string;
  readonly toClient: (name: string) => string;
};

/** Gemini: `[a-zA-Z_][a-zA-Z0-9_:.-]*`, at most 128 (discovery document). */
const fitName = (name: string): string => {
  const clean = name.replaceAll(/[^a-zA-Z0-9_:.-]/g, '_').slice(0, 127);
  return /^[a-zA-Z_]/.test(clean) ? clean : `_${clean}`;
};

/**
 * A call's name without the place where Gemini believes its functions to be, which it says now and then: clients that
 * look for `default_api:read` find none (gemini-cli, seen in many logs).
 */
export const withoutPlace = (name: string): string => name.replace(/^default_api[.:]/, '');

/** Gives a name that is still free; numbers go on from where they stopped for the same name. */
const unusedNames = (taken: ReadonlyMap<string, string>): ((name: string) => string) => {
  const counts = new Map<string, number>();
  return (name) => {
    const stem = name.slice(0, 120);
    let candidate = name;
    for (let count = counts.get(stem) ?? 2; taken.has(candidate); count += 1) {
      candidate = `${stem}_${count}`;
      counts.set(stem, count + 1);
    }
    return candidate;
  };
};

/** Renames only what Gemini refuses, without two names becoming one, and remembers the way back. */
export const functionNames = (declared: readonly string[]): FunctionNames => {
  const back = new Map<string, string>();
  const there = new Map<string, string>();
  const unused = unusedNames(back);
  const inOrder = declared.toSorted((a, b) => Number(fitName(a) !== a) - Number(fitName(b) !== b));
  for (const name of inOrder) {
    if (there.has(name)) continue;
    const sent = unused(fitName(name));
    there.set(name, sent);
    back.set(sent, name);
  }
  return {
    toGemini: (name) => there.get(name) ?? fitName(name),
    toClient: (name) => back.get(name) ?? back.get(withoutPlace(name)) ?? name,
  };
};
