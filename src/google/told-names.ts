import { atOnce } from '../kernel/breathe.ts';
import type { Steps } from '../kernel/steps.ts';
import { boundName, interactionName } from './bound-name.ts';

/** Where the model, or who asked, may have written anything. */
const notGoogles: ReadonlySet<string> = new Set([
  'candidates', 'contents', 'content', 'inlinedResponses', 'inlinedRequests', 'requests', 'input', 'outputs',
  'steps', 'output_text', 'error', 'labels', 'customMetadata', 'tools', 'systemInstruction', 'system_instruction',
  'promptFeedback', 'structValue', 'args', 'displayName', 'description', 'response_format', 'responseFormat',
  'generation_config', 'generationConfig', 'agent_config', 'agentConfig', 'tool_config', 'toolConfig',
]);

const nameFields: ReadonlySet<string> = new Set(['name', 'responsesFile', 'fileName', 'documentName', 'environment']);

const fileInUri = /\/(files\/[\w-]{1,200})(?::|\?|$)/;
const mostLevels = 9;
const mostTold = 2000;
const longestField = 100;
const longestText = 2000;
const longestId = 520;

const code = (letter: string): number => letter.charCodeAt(0);
const [quote, backslash, comma] = [code('"'), code('\\'), code(',')];
const [openObject, openList, closeObject, closeList] = [code('{'), code('['), code('}'), code(']')];

/** What is known where a scan stands. */
type Scan = {
  readonly names: Set<string>;
  /** The values around, from outside in: whether each is an object. */
  readonly levels: boolean[];
  /** How deep the scan is within a value that is passed over. */
  passedOver: number;
  field: string;
  isKeyNext: boolean;
  /** Of the outermost object. */
  id: string | null;
  hasName: boolean;
};

const isInObject = ({ levels }: Scan): boolean => levels.at(-1) === true;

const enter = (scan: Scan, isObject: boolean): void => {
  const isNotGoogles = isInObject(scan) && notGoogles.has(scan.field);
  if (scan.passedOver > 0 || isNotGoogles || scan.levels.length >= mostLevels) scan.passedOver += 1;
  else scan.levels.push(isObject);
  scan.isKeyNext = isObject;
};

const leave = (scan: Scan): void => {
  if (scan.passedOver > 0) scan.passedOver -= 1;
  else scan.levels.pop();
  scan.isKeyNext = false;
};

const unescape = (text: string): string => {
  try {
    return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
  } catch {
    return '';
  }
};

const readValue = (scan: Scan, text: string): void => {
  const { names, field, levels } = scan;
  if (field === 'id' && levels.length === 1) scan.id ??= text;
  const name = field === 'uri' ? (fileInUri.exec(text)?.[1] ?? null) : boundName(text);
  if (name !== null && (field === 'uri' || nameFields.has(field))) names.add(name);
};

/** A string of an object: the name of a field, or the value of one. */
const readString = (scan: Scan, bytes: Buffer, [from, to]: readonly [number, number]): void => {
  if (scan.passedOver > 0 || !isInObject(scan)) return;
  const text = (most: number): string => (to - from > most ? '' : unescape(bytes.toString('utf8', from, to)));
  if (!scan.isKeyNext) return readValue(scan, text(longestText));
  scan.field = text(longestField);
  scan.isKeyNext = false;
  if (scan.field === 'name' && scan.levels.length === 1) scan.hasName = true;
};

const isEscaped = (bytes: Buffer, at: number): boolean => {
  let before = at;
  while (bytes[before - 1] === backslash) before -= 1;
  return (at - before) % 2 === 1;
};

/** Where a string ends that begins behind `from`; the end of the bytes where it does not. */
function* endOfString(bytes: Buffer, from: number): Steps<number> {
  let seen = from;
  for (let at = bytes.indexOf(quote, from); at >= 0; at = bytes.indexOf(quote, at + 1)) {
    if (!isEscaped(bytes, at)) return at;
    if (at - seen < atOnce) continue;
    seen = at;
    yield;
  }
  return bytes.length;
}

function* scanNames(scan: Scan, bytes: Buffer): Steps<void> {
  let seen = 0;
  for (let at = 0; at < bytes.length && scan.names.size < mostTold; at += 1) {
    const byte = bytes[at];
    if (byte === quote) {
      const end = yield* endOfString(bytes, at + 1);
      readString(scan, bytes, [at + 1, end]);
      at = end;
    } else if (byte === comma) scan.isKeyNext = isInObject(scan);
    else if (byte === openObject || byte === openList) enter(scan, byte === openObject);
    else if (byte === closeObject || byte === closeList) leave(scan);
    if (at - seen < atOnce) continue;
    seen = at;
    yield;
  }
}

/**
 * Names that an answer tells in fields of Google's own, where neither a caller nor a model writes. They are looked for
 * in its bytes, in steps: answers of batches have dozens of megabytes.
 */
export function* namesTold(bytes: Uint8Array): Steps<readonly string[]> {
  const names = new Set<string>();
  const scan: Scan = { names, levels: [], passedOver: 0, field: '', isKeyNext: false, id: null, hasName: false };
  yield* scanNames(scan, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  // An interaction has an id, and no name.
  if (scan.id !== null && !scan.hasName) names.add(interactionName(scan.id.slice(0, longestId)));
  return [...names];
}
