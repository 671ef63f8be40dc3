import { ofThisBody } from './body-marks.ts';
import { holdsMarkStart } from './cut-texts.ts';

type Fields = Record<string | symbol, unknown>;

/** All that a body says beside its list, shared by all bodies that say the same: nobody can change it. */
type Terms = {
  /** The bytes before and behind the list. */
  readonly head: Buffer;
  readonly tail: Buffer;
  /** With null for the list. */
  readonly fields: Readonly<Fields>;
};

/** How many terms are kept, and bytes of each. */
const keptBounds = { terms: 64, bytes: 1024 } as const;

const shared = Symbol('terms');

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The terms of a body that came with another list before: what is made of them may be remembered (`oncePer`). */
export const termsOf = (body: unknown): object | undefined => {
  const terms = isRecord(body) ? body[shared] : undefined;
  return isRecord(terms) ? terms : undefined;
};

const freezeDeep = <A>(value: A): A => {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) freezeDeep(inner);
  return Object.freeze(value);
};

const [blank, openArray, closeArray] = [0x20, 0x5b, 0x5d];

const textIn = (bytes: Buffer, from = 0, to = bytes.length): string => bytes.toString('utf8', from, to);

/** Whether these bytes begin at a place; they may end where the others do. */
const standsAt = (piece: Buffer, bytes: Buffer, at: number): boolean => {
  // Buffer's own compare checks each of its five arguments by two calls.
  for (let each = 0; each < piece.length; each += 1) if (piece[each] !== bytes[at + each]) return false;
  return true;
};

/** From the first bracket that opens a list to the last one that closes any. */
type Place = { readonly from: number; readonly to: number };

const placeOf = (bytes: Buffer): Place | null => {
  const from = bytes.indexOf(openArray);
  const to = bytes.lastIndexOf(closeArray) + 1;
  return from < 0 || to <= from || from + bytes.length - to > keptBounds.bytes ? null : { from, to };
};

/** What these bytes are by themselves; undefined where they are no JSON. */
const parseAlone = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A computed name in a literal would be put there by a call of V8's runtime (0.4 µs). */
const withList = (fields: Readonly<Fields>, list: string, given: unknown): Fields => {
  const body: Fields = { ...fields };
  body[list] = given;
  return body;
};

/** Whether the name of the list stands before it, and nowhere else, and no escape could hide another one. */
const isNamedOnce = (bytes: Buffer, { from, to }: Place, quoted: string): boolean => {
  const [head, tail] = [bytes.toString('latin1', 0, from), bytes.toString('latin1', to)];
  let end = from - 1;
  while (bytes[end] === blank) end -= 1;
  const isNamed = head.slice(0, end + 1).endsWith(`${quoted}:`) && head.indexOf(quoted) === end - quoted.length;
  return isNamed && !tail.includes(quoted) && !`${head}${tail}`.includes('\\');
};

/** A dialect's bodies by their terms. */
export type TermsReader = {
  /** Gives what JSON.parse gives. Of a body whose terms were there before only the list is parsed. */
  readonly parse: (bytes: Buffer) => unknown;
};

/**
 * A client sends the same model, temperature and options with each list of messages: they are known again by their
 * bytes, and what is made of them can be remembered. `fields` are those that may be kept: they must hold nobody's
 * words. A body with any other is parsed as a whole each time.
 */
export const keptTerms = (list: string, fields: ReadonlySet<string>): TermsReader => {
  /** The newest first. */
  const kept: Terms[] = [];
  const isKeepable = (body: unknown): body is Fields =>
    isRecord(body) && Object.keys(body).every((field) => field === list || fields.has(field));
  const known = (bytes: Buffer, { from, to }: Place): Terms | undefined => {
    const behind = bytes.length - to;
    const index = kept.findIndex(
      ({ head, tail }) =>
        head.length === from && tail.length === behind && standsAt(head, bytes, 0) && standsAt(tail, bytes, to),
    );
    const found = kept[index];
    if (found !== undefined && index > 0) {
      kept.splice(index, 1);
      kept.unshift(found);
    }
    return found;
  };
  const keep = (bytes: Buffer, place: Place): void => {
    const [head, tail] = [Buffer.from(bytes.subarray(0, place.from)), Buffer.from(bytes.subarray(place.to))];
    const said = `${textIn(head)}null${textIn(tail)}`;
    const mayHoldMark = said.includes(ofThisBody) || holdsMarkStart(said);
    const terms = isNamedOnce(bytes, place, `"${list}"`) && !mayHoldMark ? parseAlone(said) : undefined;
    if (!isKeepable(terms) || terms[list] !== null) return;
    terms[shared] = terms;
    kept.unshift({ head, tail, fields: freezeDeep(terms) });
    kept.length = Math.min(kept.length, keptBounds.terms);
  };
  return {
    parse: (bytes) => {
      const place = placeOf(bytes);
      const terms = place === null ? undefined : known(bytes, place);
      const given = place === null || terms === undefined ? undefined : parseAlone(textIn(bytes, place.from, place.to));
      if (terms !== undefined && given !== undefined) return withList(terms.fields, list, given);
      const body: unknown = JSON.parse(textIn(bytes));
      if (place !== null && terms === undefined && isKeepable(body)) keep(bytes, place);
      return body;
    },
  };
};
