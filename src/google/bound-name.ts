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

const afterStem = /^\\?\/([A-Za-z0-9_-]{1,200})/;
const afterPrevious = /^(?:_interaction_id|InteractionId)"\s*:\s*"([^"\\]{1,500})"/;

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

const finds: readonly Find[] = [
  ...stems.map((stem) => ({
    stem,
    next: bytesOf('/\\'),
    pattern: afterStem,
    nameOf: (id: string) => `${stem}/${id}`,
  })),
  { stem: 'previous', next: bytesOf('_I'), pattern: afterPrevious, nameOf: interactionName },
];

/**
 * Names of things in the bytes of a body, by what they look like and not by their fields, so that every casing and
 * nesting is found; one that nobody knows is harmless.
 */
export const boundNamesIn = (bytes: Uint8Array): readonly string[] => {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names = new Set<string>();
  for (const { stem, next, pattern, nameOf } of finds) {
    for (let at = body.indexOf(stem); at >= 0 && names.size < mostNames; at = body.indexOf(stem, at + stem.length)) {
      const from = at + stem.length;
      if (!next.has(body[from])) continue;
      const [, id] = pattern.exec(body.toString('latin1', from, Math.min(from + longestName, body.length))) ?? [];
      if (id !== undefined) names.add(nameOf(id));
    }
  }
  return [...names];
};

const firstId = /"id"\s*:\s*"([^"\\]{1,500})"/;

/** The interaction that a stream is the beginning of: its id stands in the first event, before any word of a model. */
export const interactionBegun = (text: string): readonly string[] => {
  const id = firstId.exec(text)?.[1];
  return id === undefined ? [] : [interactionName(id)];
};
