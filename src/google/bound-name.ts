import { isObject } from '../kernel/is-object.ts';

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

/** Where the model, or who asked, may have written anything. */
const notGoogles: ReadonlySet<string> = new Set([
  'candidates', 'contents', 'content', 'inlinedResponses', 'inlinedRequests', 'requests', 'input', 'outputs',
  'steps', 'output_text', 'error', 'labels', 'customMetadata', 'tools', 'systemInstruction', 'system_instruction',
  'promptFeedback', 'structValue', 'args', 'displayName', 'description', 'response_format', 'responseFormat',
  'generation_config', 'generationConfig', 'agent_config', 'agentConfig', 'tool_config', 'toolConfig',
]);

const nameFields: ReadonlySet<string> = new Set(['name', 'responsesFile', 'fileName', 'documentName', 'environment']);

const fileInUri = /\/(files\/[\w-]{1,200})(?::|\?|$)/;
const mostDepth = 8;
const mostTold = 2000;

const tellNames = (value: unknown, depth: number, names: Set<string>): void => {
  if (depth > mostDepth || names.size >= mostTold) return;
  if (Array.isArray(value)) {
    for (const each of value) tellNames(each, depth + 1, names);
    return;
  }
  if (!isObject(value)) return;
  for (const [field, inside] of Object.entries(value)) {
    if (notGoogles.has(field)) continue;
    if (typeof inside !== 'string') tellNames(inside, depth + 1, names);
    else {
      const name = field === 'uri' ? (fileInUri.exec(inside)?.[1] ?? null) : boundName(inside);
      if (name !== null && (field === 'uri' || nameFields.has(field))) names.add(name);
    }
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Names that an answer tells in fields of Google's own, where neither a caller nor a model writes. */
export const namesTold = (text: string): readonly string[] => {
  const value = parse(text);
  const names = new Set<string>();
  tellNames(value, 0, names);
  // An interaction has an id, and no name.
  if (isObject(value) && typeof value['id'] === 'string' && value['name'] === undefined)
    names.add(interactionName(value['id'].slice(0, longestName)));
  return [...names];
};

const firstId = /"id"\s*:\s*"([^"\\]{1,500})"/;

/** The interaction that a stream is the beginning of: its id stands in the first event, before any word of a model. */
export const interactionBegun = (text: string): readonly string[] => {
  const id = firstId.exec(text)?.[1];
  return id === undefined ? [] : [interactionName(id)];
};
