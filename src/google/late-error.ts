import { isObject } from '../kernel/is-object.ts';
import { jsonText } from '../kernel/well-formed.ts';
import type { StreamFilter } from '../ports/passing-on.ts';
import type { CleanText } from './stream-errors.ts';

const field = Buffer.from('"error"');
/** No error of Google's, with what stands behind it, is longer: what is passes as it came. */
const longest = 64 * 1024;
const none = Buffer.alloc(0);
/** What may stand before a name: a brace, a comma or a blank. Within a string it is a backslash. */
const beforeName: ReadonlySet<number | undefined> = new Set([0x7b, 0x2c, 0x20, 0x0a, 0x0d, 0x09, undefined]);

type Stretch = { readonly from: number; readonly to: number };

type Opened = { readonly depth: number; readonly from: number };

/** How deep a look stands, errors that have no end yet, and the last one that has, by how deep its field stands. */
type Met = { depth: number; readonly open: Opened[]; readonly byDepth: Map<number, Stretch> };

const stringEnd = (text: string, from: number): number => {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
};

const objectBehind = /\s*:\s*\{/y;

/** Where the object of a field `error` begins whose name stands here; -1 for any other. */
const objectAt = (text: string, from: number, to: number): number => {
  if (to - from !== field.length - 1 || !text.startsWith('"error"', from)) return -1;
  objectBehind.lastIndex = to + 1;
  return objectBehind.test(text) ? objectBehind.lastIndex - 1 : -1;
};

const step = (met: Met, letter: string | undefined, at: number): void => {
  if (letter === '{' || letter === '[') met.depth += 1;
  if (letter !== '}' && letter !== ']') return;
  met.depth -= 1;
  const last = met.open.at(-1);
  if (last === undefined || last.depth !== met.depth) return;
  met.byDepth.set(last.depth, { from: last.from, to: at + 1 });
  met.open.pop();
};

/**
 * The object of the last `error` that is a field of the outermost object, in the end of a JSON text that begins outside
 * of strings: how deep it begins is known by its end.
 */
const outermostError = (text: string): Stretch | null => {
  const met: Met = { depth: 0, open: [], byDepth: new Map() };
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== '"') {
      step(met, text[at], at);
      continue;
    }
    const end = stringEnd(text, at);
    const from = objectAt(text, at, end);
    if (from >= 0) met.open.push({ depth: met.depth, from });
    at = end;
  }
  return met.byDepth.get(met.depth + 1) ?? null;
};

/** What is left of a cleaned error where it has become longer, as stand-ins for short words may make it. */
const withoutWords = (cleaned: string): string => {
  const value: unknown = JSON.parse(cleaned);
  const error = isObject(value) && isObject(value['error']) ? value['error'] : {};
  const { code, status } = error;
  return jsonText({ error: { code, status } });
};

const within = (cleaned: string): string => cleaned.slice('{"error":'.length, -1);

/** In just so many bytes, so that an answer's length stays true: blanks are nothing to JSON. */
const inBytes = (cleaned: string, length: number): Buffer => {
  const bytes = Buffer.alloc(length, ' ');
  const texts = [within(cleaned), within(withoutWords(cleaned))];
  bytes.write(texts.find((text) => Buffer.byteLength(text) <= length) ?? '{}');
  return bytes;
};

const cleanEnd = (held: Buffer, clean: CleanText): Buffer => {
  const found = outermostError(held.toString('latin1'));
  if (found === null) return held;
  const { from, to } = found;
  const said = `{"error":${held.toString('utf8', from, to)}}`;
  const cleaned = clean(said);
  if (cleaned === said) return held;
  const error = inBytes(cleaned, to - from);
  return Buffer.concat([held.subarray(0, from), error, held.subarray(to)]);
};

/** Where the piece may end within the field's name; its length where it can't. */
const partAt = (bytes: Buffer): number => {
  for (let length = Math.min(field.length - 1, bytes.length); length > 0; length -= 1)
    if (field.subarray(0, length).equals(bytes.subarray(bytes.length - length))) return bytes.length - length;
  return bytes.length;
};

/** From where on bytes are held: the first field of that name that is not too far from the end. `before`: what went. */
const heldFrom = (bytes: Buffer, before: number | undefined): number => {
  let at = bytes.indexOf(field, Math.max(0, bytes.length - longest));
  while (at >= 0 && !beforeName.has(at === 0 ? before : bytes[at - 1])) at = bytes.indexOf(field, at + 1);
  return at < 0 ? partAt(bytes) : at;
};

const viewOf = (piece: Uint8Array): Buffer =>
  piece instanceof Buffer ? piece : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);

/**
 * Looks for an error behind the other fields of an answer that is one value: Google has been seen to write one there
 * with status 200, and it names keys and projects as others do. What stands within 64 KiB of the end is cleaned, in as
 * many bytes as it had; all else passes unread, but for a look for the field's name.
 */
export const lateErrorFilter = (clean: CleanText): StreamFilter => {
  const state: { held: Uint8Array[]; size: number; last: number | undefined } = { held: [], size: 0, last: undefined };
  const hold = (bytes: Buffer): void => {
    state.held = bytes.length === 0 ? [] : [bytes];
    state.size = bytes.length;
  };
  return {
    take: (piece) => {
      const isName = state.size < field.length;
      if (!isName && state.size + piece.length <= longest * 2) {
        state.held.push(piece);
        state.size += piece.length;
        return none;
      }
      const bytes = state.size === 0 ? viewOf(piece) : Buffer.concat([...state.held, piece]);
      const from = heldFrom(bytes, state.last);
      state.last = from === 0 ? state.last : bytes[from - 1];
      hold(bytes.subarray(from));
      return bytes.subarray(0, from);
    },
    end: () => (state.size === 0 ? none : cleanEnd(Buffer.concat(state.held), clean)),
    isAtRest: () => state.size === 0,
    passes: (piece) => {
      const bytes = viewOf(piece);
      if (bytes.includes(field) || partAt(bytes) !== bytes.length) return false;
      state.last = bytes.at(-1) ?? state.last;
      return true;
    },
  };
};

/** Whether an answer may hold such an error. */
export const mayHoldError = (bytes: Uint8Array): boolean => viewOf(bytes).includes(field);
