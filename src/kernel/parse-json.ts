import { E } from './fp.ts';
import { atOnce, breathe } from './breathe.ts';
import { emptyList } from './empty-list.ts';
import {
  cutTexts,
  isValueOf,
  leastCut,
  noShortTexts,
  restoreApart,
  restoreTexts,
  type ShortTexts,
  type UnreadAt,
} from './cut-texts.ts';
import { fullText, piecesIn, wholeText, type HollowText } from './hollow-text.ts';
import { isObject } from './is-object.ts';
import { jsonFault, noLongStrings, type LongStrings } from './json-fault.ts';
import { jsonOutline, type ListSpan, type OutlineBounds, type OutlineFault, type Span } from './json-outline.ts';
import { withoutTools } from './kept-lists.ts';
import type { TermsReader } from './kept-terms.ts';
import type { PiecedBytes } from './pieced-bytes.ts';

/** Why a text was not parsed. */
export type ParseFault = OutlineFault | 'not JSON';

/** What was parsed, and how many bytes had to be read for it. */
export type ParsedJson = { readonly value: unknown; readonly read: number };

/** Bytes that are looked at in one go: a millisecond or two at worst. */
const lookedAt = 1_048_576;

const outlineOf = async (
  bytes: Uint8Array,
  bounds: OutlineBounds,
  long?: LongStrings,
): Promise<E.Either<OutlineFault, readonly ListSpan[]>> => {
  const outline = jsonOutline(bytes, bounds, long);
  for (let until = lookedAt; !outline.isDone(); until += lookedAt) {
    const fault = outline.readTo(until);
    if (fault !== null) return E.left(fault);
    await breathe();
  }
  return E.right(outline.lists());
};

type Bytes = (span: Span) => Uint8Array;

const textIn = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

/** Bytes are decoded and parsed in two goes when they are many. */
const parseText = async (text: string): Promise<unknown> => {
  if (text.length > atOnce) await breathe();
  const value: unknown = JSON.parse(text);
  await breathe();
  return value;
};

const itemsOf = async (list: ListSpan, bytesOf: Bytes): Promise<readonly unknown[]> => {
  const items: unknown[] = [];
  for (const span of list.pieces) {
    const some = await parseText(`[${textIn(bytesOf(span))}]`);
    if (!Array.isArray(some) || (some.length === 0 && list.pieces.length > 1))
      throw new SyntaxError('a comma beside nothing');
    for (const item of some) items.push(item);
  }
  return items;
};

/** What stands around the lists, with the number of a list in place of its items. */
const frameOf = (lists: readonly ListSpan[], end: number, bytesOf: Bytes): string => {
  const pieces = lists.map(({ whole: [to] }, at) => `${textIn(bytesOf([lists[at - 1]?.whole[1] ?? 0, to]))}[${at}]`);
  return `${pieces.join('')}${textIn(bytesOf([lists.at(-1)?.whole[1] ?? 0, end]))}`;
};

const parseInPieces = async (bytes: Uint8Array, lists: readonly ListSpan[]): Promise<unknown> => {
  const bytesOf: Bytes = ([from, to]) => bytes.subarray(from, to);
  if (lists.length === 0) return parseText(textIn(bytes));
  const frame = await parseText(frameOf(lists, bytes.length, bytesOf));
  if (!isObject(frame)) throw new SyntaxError('lists outside of an object');
  const items: (readonly unknown[])[] = [];
  for (const list of lists) items.push(await itemsOf(list, bytesOf));
  return Object.fromEntries(
    Object.entries(frame).map(([name, value]) => [name, Array.isArray(value) ? items[Number(value[0])] : value]),
  );
};

const parseWhole = (bytes: Buffer, terms: TermsReader | undefined): ParsedJson => ({
  value: terms === undefined ? JSON.parse(textIn(bytes)) : terms.parse(bytes),
  read: bytes.length,
});

/** The long texts of a text: where they stand in it, and their bytes. */
type LongTexts = { readonly spans: readonly Span[]; readonly pieces: readonly PiecedBytes[] };

const parseCut = (
  text: HollowText,
  { spans, pieces }: LongTexts,
  { unreadAt = () => false, terms }: Expected,
): ParsedJson => {
  const rest = cutTexts(text.bytes, spans);
  if (rest === null) return parseWhole(wholeText(text), terms);
  const { value, read } = parseWhole(rest, terms);
  const more = restoreTexts(value, pieces, unreadAt);
  return more === null ? parseWhole(wholeText(text), terms) : { value, read: read + more };
};

/**
 * What is known of a JSON text before it is parsed: its bounds, what of its long texts may be left unread, and what of
 * it comes again and again.
 */
export type Expected = {
  readonly bounds: OutlineBounds;
  readonly unreadAt: UnreadAt | undefined;
  /** Left unread as well, where a text is parsed in one go. */
  readonly shortTexts?: ShortTexts | undefined;
  readonly terms?: TermsReader | undefined;
};

/** Notes the texts that may be left unread, where any may, as a look comes by; what something is left out of is long. */
const notingTexts = (
  { unreadAt, shortTexts = noShortTexts }: Expected,
  { bytes, holes }: HollowText,
  texts: Span[],
): LongStrings => {
  if (unreadAt === undefined) return noLongStrings;
  const { least, names } = shortTexts;
  let next = 0;
  const isLong = (from: number, to: number): boolean => {
    const first = next;
    for (let hole = holes[next]; hole !== undefined && hole.at <= to; hole = holes[next]) next += 1;
    return next > first || to - from >= leastCut || (to - from >= least && isValueOf(bytes, from, names));
  };
  const found = (from: number, to: number): void => {
    if (isLong(from, to)) texts.push([from, to]);
  };
  return { bytes: holes.length === 0 ? Math.min(least, leastCut) : 0, found };
};

/**
 * To cut a text out of a body and put it back costs as much as to read one of 512 bytes: of very many, shorter ones are
 * read as all else is (with them 1,300 texts of 130 bytes took a third longer).
 */
const [mostShort, leastOfMany] = [256, 512];

const withoutManyShort = ({ holes }: HollowText, spans: readonly Span[]): readonly Span[] =>
  spans.length <= mostShort || holes.length > 0 ? spans : spans.filter(([from, to]) => to - from >= leastOfMany);

type Parsed = E.Either<ParseFault, ParsedJson>;

/** The text without its list of tools; null where something is left out of the list, which is then not all of it. */
const withoutList = (
  { holes }: HollowText,
  { rest, from, to }: { readonly rest: Buffer; readonly from: number; readonly to: number },
  length: number,
): HollowText | null => {
  if (holes.some(({ at }) => at > from && at < to)) return null;
  const less = length - rest.length;
  const moved = holes.length === 0 ? holes : holes.map(({ at, bytes }) => ({ at: at >= to ? at - less : at, bytes }));
  return { bytes: rest, holes: moved };
};

/** The bounds of another text. Field by field, in the order of others: a copy has a shape of its own. */
const withValues = (
  { depth, itemValues, itemTexts, objectFields, hold }: OutlineBounds,
  values: number,
): OutlineBounds => ({ depth, values, itemValues, itemTexts, objectFields, hold });

/** Parses a JSON text without its list of tools, where that is kept; null where it must be parsed as a whole. */
const parseWithoutTools = (text: HollowText, expected: Expected): Parsed | null => {
  const { bounds, unreadAt, shortTexts, terms } = expected;
  const cut = withoutTools(text.bytes);
  if (cut === null || cut.depth >= bounds.depth) return null;
  const rest = withoutList(text, cut, text.bytes.length);
  if (rest === null) return null;
  const left = withValues(bounds, bounds.values - cut.values);
  const parsed = parseHollow(rest, { bounds: left, unreadAt, shortTexts, terms });
  return parsed !== null && E.isRight(parsed) && cut.putBack(parsed.right.value) ? parsed : null;
};

/** Null where what is left out of the text does not stand in long texts alone, so that it is to be read as a whole. */
const parseHollow = (text: HollowText, expected: Expected): Parsed | null => {
  const { bytes, holes } = text;
  const { bounds, unreadAt, terms } = expected;
  const found = emptyList<Span>();
  const fault = jsonFault(bytes, bounds, notingTexts(expected, text, found));
  const spans = withoutManyShort(text, found);
  const pieces = piecesIn(text, spans);
  if (pieces === null || (fault !== null && holes.length > 0)) return null;
  if (fault !== null) return E.left(fault);
  try {
    const isPlain = spans.length === 0 || unreadAt === undefined;
    return E.right(isPlain ? parseWhole(bytes, terms) : parseCut(text, { spans, pieces }, expected));
  } catch {
    return E.left('not JSON');
  }
};

/** Parses a JSON text in one go, after a look at what it holds. */
export const parseSmallJson = (text: HollowText, expected: Expected): E.Either<ParseFault, ParsedJson> =>
  parseWithoutTools(text, expected) ??
  parseHollow(text, expected) ??
  parseSmallJson(fullText(wholeText(text)), expected);

const parseLargeCut = async (
  text: HollowText,
  { spans, pieces }: LongTexts,
  { bounds, unreadAt = () => false }: Expected,
): Promise<ParsedJson | null> => {
  const rest = cutTexts(text.bytes, spans);
  if (rest === null) return null;
  const lists = rest.length > atOnce ? await outlineOf(rest, { ...bounds, hold: () => true }) : E.right([]);
  const value = await parseInPieces(rest, E.isLeft(lists) ? [] : lists.right);
  const more = await restoreApart(value, pieces, unreadAt);
  return more === null ? null : { value, read: rest.length + more };
};

/**
 * Parses a large JSON text: first a look at what it holds, then the items of its lists some at a time, and the event
 * loop breathes in between. Long texts stay out of it: they are read by themselves, or left unread.
 */
export const parseLargeJson = async (
  text: HollowText,
  expected: Expected,
): Promise<E.Either<ParseFault, ParsedJson>> => {
  const { bytes, holes } = text;
  const { bounds, unreadAt } = expected;
  const spans: Span[] = [];
  const lists = await outlineOf(bytes, bounds, notingTexts({ bounds, unreadAt }, text, spans));
  const pieces = piecesIn(text, spans);
  const readWhole = () => parseLargeJson(fullText(wholeText(text)), expected);
  if (pieces === null || (E.isLeft(lists) && holes.length > 0)) return readWhole();
  if (E.isLeft(lists)) return lists;
  try {
    const cut = spans.length === 0 ? null : await parseLargeCut(text, { spans, pieces }, expected);
    if (cut !== null) return E.right(cut);
    if (holes.length > 0) return await readWhole();
    return E.right({ value: await parseInPieces(bytes, lists.right), read: bytes.length });
  } catch {
    return E.left('not JSON');
  }
};
