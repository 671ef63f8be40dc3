/** What a name says about its model's work: pictures, speech, hearing, vectors; null for a chat. */
const workOf = (name: string): string | null =>
  /image|imagen|dall-e|banana|tts|whisper|transcri|embedding/
    .exec(name)?.[0]
    .replace(/imagen|dall-e|banana/, 'image')
    .replace(/whisper/, 'transcri') ?? null;

/** `gpt-*`: each star stands for any text, also none. */
const fitsPattern = (pattern: string, name: string): boolean => {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
  const middle = name.slice(first.length, name.length - last.length);
  let at = 0;
  for (const piece of rest) {
    const found = middle.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return true;
};

/** True for the names of MODEL_ALIASES that stand for many. */
export const isPattern = (alias: string): boolean => alias.includes('*');

/**
 * What MODEL_ALIASES has for a name: the name itself first, else the first pattern that fits. A pattern is no word
 * about models of other work: `gpt-*=gemini-flash-latest` leaves gpt-image-1 and gpt-4o-mini-tts to what stands for
 * them.
 */
export const aliasOf = (name: string, aliases: ReadonlyMap<string, string>): string | undefined => {
  const exact = aliases.get(name);
  if (exact !== undefined) return exact;
  for (const [pattern, model] of aliases) {
    if (isPattern(pattern) && fitsPattern(pattern, name) && workOf(name) === workOf(model)) return model;
  }
  return undefined;
};
