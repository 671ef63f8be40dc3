import { isObject } from '../kernel/is-object.ts';
import { jsonText } from '../kernel/well-formed.ts';
import { showDetails } from './error-details.ts';
import { objectEnd } from './object-end.ts';

type Fields = Readonly<Record<string, unknown>>;

const field = '"error"';
const opening = /^"error"\s*:\s*(?=\{)/;
/** No error within an answer is longer; what is stays as it is. */
export const longestTold = 8 * 1024;
const mostErrors = 1000;

const statusFields: ReadonlySet<string> = new Set(['code', 'message', 'status', 'details']);

/** Interactions have words for codes, `internal_error`. */
const isCode = (code: unknown): boolean =>
  typeof code === 'number' || (typeof code === 'string' && /^[a-z]{1,40}(?:_[a-z]{1,40}){1,5}$/i.test(code));

/** google.rpc.Status, and nothing that only is called so. */
const isStatus = (value: unknown): value is Fields =>
  isObject(value) &&
  isCode(value['code']) &&
  typeof value['message'] === 'string' &&
  Object.keys(value).every((name) => statusFields.has(name));

/** Keys, projects by name or number, and links to the console, in a text whose other words are the caller's matter. */
const owners =
  /AIza[\w-]{8,}|\bAQ\.[\w-]{8,}|\bprojects?[/ :=#'"]{1,3}[\w.:-]*\d{4}[\w.:-]*|https?:\/\/console\.[^\s"']{1,300}|\b\d{9,15}\b/gi;

const hidden = '[…]';

const withoutOwner = (error: Fields, secret: string): Fields => {
  const { message, details } = error;
  const words = String(message).replaceAll(secret, '[key]').replaceAll(owners, hidden);
  return { ...error, message: words, ...(Array.isArray(details) ? { details: showDetails(details) } : {}) };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Where an error's object stands, and what stands there instead. */
type Change = { readonly ends: readonly [number, number]; readonly text: string };

/** Null where nothing has to go. */
const cleanAt = (bytes: Buffer, at: number, secret: string): Change | null => {
  const text = bytes.toString('latin1', at, at + longestTold);
  const before = opening.exec(text)?.[0].length ?? 0;
  const end = before === 0 ? -1 : objectEnd(text, before);
  if (end < 0) return null;
  const ends: readonly [number, number] = [at + before, at + end];
  const error = parse(bytes.toString('utf8', ...ends));
  if (!isStatus(error)) return null;
  const clean = jsonText(withoutOwner(error, secret));
  return clean === jsonText(error) ? null : { ends, text: clean };
};

/**
 * An answer in which errors name no keys and projects: an operation, a batch or a page of them tells so why it failed.
 * All else stays as it is, byte for byte.
 */
export const cleanTold = (answer: Uint8Array, secret: string): Uint8Array => {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  const pieces: Uint8Array[] = [];
  let from = 0;
  let looks = 0;
  for (let at = bytes.indexOf(field); at >= 0 && looks < mostErrors; at = bytes.indexOf(field, at + field.length)) {
    looks += 1;
    const clean = cleanAt(bytes, at, secret);
    if (clean === null) continue;
    pieces.push(bytes.subarray(from, clean.ends[0]), Buffer.from(clean.text));
    [, from] = clean.ends;
  }
  return pieces.length === 0 ? answer : Buffer.concat([...pieces, bytes.subarray(from)]);
};
