import type { StreamFilter } from '../ports/passing-on.ts';
import { objectEnd } from './object-end.ts';

/** Cleans one error, `{"error":…}`; the same text where nothing had to go. */
export type CleanText = (text: string) => string;

/** Fields that may stand before or behind it, of words and numbers: Interactions write `event_type` and `event_id`. */
const plainField = String.raw`"\w{1,40}"\s*:\s*(?:"[\w.:-]{0,200}"|-?\d{1,20}|null|true|false)`;

/**
 * A frame that begins with an error: an event, or an object alone, as Google writes errors into streams of either kind.
 * It begins a line: values within others are indented, or stand on a line that another one began.
 */
const opening = new RegExp(String.raw`^(?:\s*\[\s*|data:[ \t]*)?\{\s*(?:${plainField}\s*,\s*)*"error"\s*:\s*\{`);

/** The beginning of a frame that no piece has ended yet, and that may be an error's. */
const unfinished = /^(?:d(?:a(?:t(?:a(?::[ \t]*)?)?)?)?|(?:\s*\[\s*|data:[ \t]*)?\{[^}]*|\s*\[\s*)$/;

const onlyPlain = new RegExp(String.raw`^\s*(?:,\s*${plainField}\s*)*\}$`);

const longestOpening = 400;
/** No error of Google's is longer; what is passes as it came. */
const longestError = 64 * 1024;

const code = (letter: string): number => letter.charCodeAt(0);
const [lineEnd, brace, bracket, letterD, letterE] = [code('\n'), code('{'), code('['), code('d'), code('e')];
const [quote, space, closer, carriageReturn] = [code('"'), code(' '), code('}'), code('\r')];
const none = new Uint8Array();

/** By a look at three bytes, which nearly all frames fail: the first name within the object begins with an `e`. */
const mayOpen = (bytes: Uint8Array, line: number): boolean => {
  const first = bytes[line];
  if (first !== letterD && first !== brace && first !== bracket) return false;
  const at = first === letterD ? line + (bytes[line + 5] === space ? 6 : 5) : line;
  if (bytes[at] !== brace || bytes[at + 1] !== quote) return true;
  return at + 2 >= bytes.length || bytes[at + 2] === letterE;
};

type Met = { readonly at: number; readonly text: string; readonly isError: boolean };

/** The first frame that begins with an error, or that ends with the piece before one can tell. */
const meet = (bytes: Buffer, isAtLine: boolean): Met | null => {
  let line = isAtLine ? 0 : bytes.indexOf(lineEnd) + 1;
  if (line === 0 && !isAtLine) return null;
  while (line < bytes.length) {
    if (mayOpen(bytes, line)) {
      const text = bytes.toString('latin1', line, line + longestOpening);
      const isError = opening.test(text);
      const isCut = line + longestOpening > bytes.length && unfinished.test(text);
      if (isError || isCut) return { at: line, text, isError };
    }
    const end = bytes.indexOf(lineEnd, line);
    if (end < 0) return null;
    line = end + 1;
  }
  return null;
};

/** A frame with its error cleaned, and what stands behind it, which may end within a letter. */
type Cleaned = { readonly frame: Buffer; readonly rest: Buffer };

/** Null while the frame is not whole. Places are told in a text of one byte a letter. */
const cleanFrame = (held: Buffer, clean: CleanText): Cleaned | null => {
  const text = held.toString('latin1');
  const begin = text.indexOf('{');
  const end = objectEnd(text, begin);
  if (end < 0) return null;
  const from = text.indexOf('{', text.indexOf('"error"', begin));
  const to = objectEnd(text, from);
  const cleaned = clean(`{"error":${held.toString('utf8', from, to)}}`).slice('{"error":'.length, -1);
  const after = text.slice(to, end);
  const last = onlyPlain.test(after) ? after : '}';
  return { frame: Buffer.concat([held.subarray(0, from), Buffer.from(cleaned + last)]), rest: held.subarray(end) };
};

type State = {
  isAtLine: boolean;
  /** The beginning of a frame that may be an error's, and has gone down; of one that is held too. */
  head: string;
  /** An error that is not whole; null for none. */
  held: Buffer | null;
};

const viewOf = (piece: Uint8Array): Buffer =>
  piece instanceof Buffer ? piece : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);

/** An error that is whole by now, without what has gone down of it. */
const settle = (state: State, clean: CleanText): Uint8Array => {
  const { held, head } = state;
  if (held === null) return none;
  const done = held.length > longestError ? { frame: held, rest: none } : cleanFrame(held, clean);
  if (done === null) return none;
  state.held = null;
  state.head = '';
  const frame = done.frame.subarray(head.length);
  return done.rest.length === 0 ? frame : Buffer.concat([frame, look(state, viewOf(done.rest), clean)]);
};

/** A piece where a frame had begun that may be an error's; null where it is none. */
const goOn = (state: State, bytes: Buffer, clean: CleanText): Uint8Array | null => {
  const text = state.head + bytes.toString('latin1', 0, longestOpening);
  if (opening.test(text)) {
    state.held = Buffer.concat([Buffer.from(state.head, 'latin1'), bytes]);
    return settle(state, clean);
  }
  const isCut = text.length < longestOpening && unfinished.test(text);
  state.head = isCut ? text : '';
  return isCut ? bytes : null;
};

function look(state: State, bytes: Buffer, clean: CleanText): Uint8Array {
  if (state.head !== '') {
    const gone = goOn(state, bytes, clean);
    if (gone !== null) return gone;
  }
  const met = meet(bytes, state.isAtLine);
  state.isAtLine = bytes.length === 0 ? state.isAtLine : bytes[bytes.length - 1] === lineEnd;
  if (met === null) return bytes;
  if (!met.isError) {
    state.head = met.text;
    return bytes;
  }
  state.held = bytes.subarray(met.at);
  return Buffer.concat([bytes.subarray(0, met.at), settle(state, clean)]);
}

/** One event in one piece, as nearly all come: it begins with another field than an error's, and no line within it. */
const isPlainEvent = (piece: Uint8Array): boolean => {
  const end = piece.length - 1;
  if (piece[end] !== lineEnd || mayOpen(piece, 0)) return false;
  const first = piece.indexOf(lineEnd);
  return first === end - 1 || (first === end - 2 && piece[end - 1] === carriageReturn);
};

/**
 * Looks for errors among the frames of a stream, which Google writes behind an answer that has begun: they name keys
 * and projects as others do. All else passes as it comes, unread but for the beginnings of its lines.
 */
export const errorFilter = (clean: CleanText): StreamFilter => {
  const state: State = { isAtLine: true, head: '', held: null };
  return {
    take: (piece) => {
      if (state.held === null) return look(state, viewOf(piece), clean);
      state.held = Buffer.concat([state.held, piece]);
      return piece.includes(closer) || state.held.length > longestError ? settle(state, clean) : none;
    },
    end: () => state.held?.subarray(state.head.length) ?? none,
    isAtRest: () => state.isAtLine && state.head === '' && state.held === null,
    passes: isPlainEvent,
  };
};

/** Whether an answer opens with an error, by its first bytes. */
export const opensWithError = (bytes: Uint8Array): boolean => {
  // The first field of nearly all begins with another letter.
  const from = bytes.indexOf(quote);
  if (from < 0 || bytes[from + 1] !== letterE) return false;
  return opening.test(viewOf(bytes).toString('latin1', 0, longestOpening));
};
