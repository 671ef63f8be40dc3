/** Folders of things that belong to the project of one key. */
const folders: readonly string[] = [
  'files', 'generatedFiles', 'cachedContents', 'fileSearchStores', 'tunedModels', 'batches', 'corpora',
  'operations', 'environments', 'agents', 'triggers', 'voices',
];

const wholeName = new RegExp(`^(?:${folders.join('|')})/[\\w.-]{1,200}(?=/|$)`);
const modelOperation = /^models\/[\w.-]{1,200}\/operations\/[\w.-]{1,200}$/;

/** The thing that a name of Google's means: `fileSearchStores/s/documents/d` belongs with its store. Null for others. */
export const boundName = (text: string): string | null =>
  modelOperation.exec(text)?.[0] ?? wholeName.exec(text)?.[0] ?? null;

/** The name of an interaction, whose ids are any text. */
export const interactionName = (id: string): string => `interactions/${id}`;

/** What a name in a body begins with; the word before the slash, since that may be written `\/`. */
const stems: readonly string[] = [
  'files', 'cachedContents', 'fileSearchStores', 'tunedModels', 'batches', 'environments',
];

/** Those of what only an owner may wish to have. */
const agentStems: readonly string[] = ['agents', 'triggers', 'voices'];

/** The slash of an address may be written `%2F`. */
const afterStem = /^(?:\\?\/|%2f)([A-Za-z0-9_-]{1,200})/i;
const afterPrevious = /^(?:_interaction_id|InteractionId)"\s*:\s*"((?:[^"\\]|\\\/){1,500})"/;

/** More names than a request can have a use for. */
const mostNames = 100;
/** Letters that a name may take in a body. */
const longestName = 520;

/** `next` are the bytes of which one stands behind the stem. */
type Find = {
  readonly stem: string;
  readonly next: ReadonlySet<number | undefined>;
  readonly pattern: RegExp;
  readonly nameOf: (id: string) => string;
};

const bytesOf = (letters: string): ReadonlySet<number> => new Set(Buffer.from(letters));

const findStem = (stem: string): Find => ({
  stem,
  next: bytesOf('/\\%'),
  pattern: afterStem,
  nameOf: (id: string) => `${stem}/${id}`,
});

const finds: readonly Find[] = [
  ...stems.map(findStem),
  {
    stem: 'previous',
    next: bytesOf('_I'),
    pattern: afterPrevious,
    nameOf: (id: string) => interactionName(id.replaceAll('\\/', '/')),
  },
];

const agentFinds: readonly Find[] = [...finds, ...agentStems.map(findStem)];

const addNames = (names: Set<string>, body: Buffer, among: readonly Find[]): void => {
  for (const { stem, next, pattern, nameOf } of among) {
    for (let at = body.indexOf(stem); at >= 0 && names.size < mostNames; at = body.indexOf(stem, at + stem.length)) {
      const from = at + stem.length;
      if (!next.has(body[from])) continue;
      const [, id] = pattern.exec(body.toString('latin1', from, Math.min(from + longestName, body.length))) ?? [];
      if (id !== undefined) names.add(nameOf(id));
    }
  }
};

/** A letter of ASCII that is written as an escape: `\u002f`; some libraries write all signs so. */
const escapedLetter = /\\u00([2-7][0-9a-f])/gi;
const escapeBegin = '\\u00';
const zero = 0x30;
/** Around an escape, where a name may stand. */
const seenAround = 2 * longestName;

/** Names that are written with escapes, in the stretches that have some. */
const addEscaped = (names: Set<string>, body: Buffer, among: readonly Find[]): void => {
  let at = body.indexOf(escapeBegin);
  while (at >= 0 && names.size < mostNames) {
    const next = (body[at + escapeBegin.length] ?? 0) - zero;
    const isLetter = next >= 2 && next <= 7;
    const to = isLetter ? at + seenAround : at + escapeBegin.length;
    if (isLetter) {
      const text = body.toString('latin1', Math.max(0, at - seenAround), to + seenAround);
      const plain = text.replaceAll(escapedLetter, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      addNames(names, Buffer.from(plain, 'latin1'), among);
    }
    at = body.indexOf(escapeBegin, to);
  }
};

/**
 * Names of things in the bytes of a body, by what they look like and not by their fields, so that every casing and
 * nesting is found; one that nobody knows is harmless.
 */
export const boundNamesIn = (bytes: Uint8Array, withAgents = false): readonly string[] => {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names = new Set<string>();
  const among = withAgents ? agentFinds : finds;
  addNames(names, body, among);
  addEscaped(names, body, among);
  return [...names];
};

const firstId = /"id"\s*:\s*"((?:[^"\\]|\\.){1,500})"/;

const unescape = (text: string): string => {
  try {
    return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
  } catch {
    return text;
  }
};

/** The interaction that a stream is the beginning of: its id stands in the first event, before any word of a model. */
export const interactionBegun = (text: string): readonly string[] => {
  const id = firstId.exec(text)?.[1];
  return id === undefined ? [] : [interactionName(unescape(id))];
};
