import { E } from './fp.ts';
import { atOnce, breathe } from './breathe.ts';
import { cutTexts, leastCut, restoreTexts, type PutBack, type UnreadAt } from './cut-texts.ts';
import { isObject } from './is-object.ts';
import { jsonFault } from './json-fault.ts';
import { withoutTools } from './kept-lists.ts';
import { jsonOutline, type ListSpan, type OutlineBounds, type OutlineFault, type Span } from './json-outline.ts';

/** Why a text was not parsed. */
export type ParseFault = OutlineFault | 'not JSON';

/** What was parsed, and how many bytes had to be read for it. */
export type ParsedJson = { readonly value: unknown; readonly read: number };

/** Bytes that are looked at in one go: a millisecond or two at worst. */
const lookedAt = 1_048_576;

const outlineOf = async (
  bytes: Uint8Array,
  bounds: OutlineBounds,
): Promise<E.Either<OutlineFault, readonly ListSpan[]>> => {
  const outline = jsonOutline(bytes, bounds);
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

const spannedBy = (bytes: Uint8Array, texts: readonly Span[]): readonly Uint8Array[] =>
  texts.map(([from, to]) => bytes.subarray(from, to));

/** How much is to be read in one go where it was cut; what is left unread takes a millisecond for 5 MB. */
const putAll = (putBack: readonly PutBack[]): number => putBack.reduce((read, put) => read + put(), 0);

const putAllApart = async (putBack: readonly PutBack[]): Promise<number> => {
  let read = 0;
  for (const put of putBack) {
    read += put();
    await breathe();
  }
  return read;
};

const parseWhole = (bytes: Uint8Array): ParsedJson => ({ value: JSON.parse(textIn(bytes)), read: bytes.length });

const parseCut = (bytes: Uint8Array, texts: readonly Span[], unreadAt: UnreadAt): ParsedJson => {
  const rest = cutTexts(bytes, texts);
  if (rest === null) return parseWhole(bytes);
  const value: unknown = JSON.parse(textIn(rest));
  const putBack = restoreTexts(value, spannedBy(bytes, texts), unreadAt);
  return putBack === null ? parseWhole(bytes) : { value, read: rest.length + putAll(putBack) };
};

/** What is known of a JSON text before it is parsed: its bounds, and what of its long texts may be left unread. */
export type Expected = { readonly bounds: OutlineBounds; readonly unreadAt: UnreadAt | undefined };

/** Notes the long texts that a look comes by, where any may be left unread. */
const notingTexts = ({ bounds, unreadAt }: Expected, texts: Span[]): OutlineBounds =>
  unreadAt === undefined
    ? bounds
    : { ...bounds, long: { bytes: leastCut, found: (from: number, to: number) => void texts.push([from, to]) } };

/** Parses a JSON text without its list of tools, where that is kept; null where it must be parsed as a whole. */
const parseWithoutTools = (bytes: Buffer, { bounds, unreadAt }: Expected): E.Either<ParseFault, ParsedJson> | null => {
  const cut = withoutTools(bytes);
  if (cut === null || cut.depth >= bounds.depth) return null;
  const parsed = parseAll(cut.rest, { bounds: { ...bounds, values: bounds.values - cut.values }, unreadAt });
  return E.isRight(parsed) && cut.putBack(parsed.right.value) ? parsed : null;
};

/** Parses a JSON text in one go, after a look at what it holds. */
export const parseSmallJson = (bytes: Buffer, expected: Expected): E.Either<ParseFault, ParsedJson> =>
  parseWithoutTools(bytes, expected) ?? parseAll(bytes, expected);

const parseAll = (bytes: Uint8Array, expected: Expected): E.Either<ParseFault, ParsedJson> => {
  const texts: Span[] = [];
  const fault = jsonFault(bytes, bytes.length < leastCut ? expected.bounds : notingTexts(expected, texts));
  if (fault !== null) return E.left(fault);
  try {
    const { unreadAt } = expected;
    return E.right(
      texts.length === 0 || unreadAt === undefined ? parseWhole(bytes) : parseCut(bytes, texts, unreadAt),
    );
  } catch {
    return E.left('not JSON');
  }
};

const parseLargeCut = async (
  bytes: Uint8Array,
  texts: readonly Span[],
  { bounds, unreadAt = () => false }: Expected,
): Promise<ParsedJson | null> => {
  const rest = cutTexts(bytes, texts);
  if (rest === null) return null;
  const lists = rest.length > atOnce ? await outlineOf(rest, { ...bounds, hold: () => true }) : E.right([]);
  const value = await parseInPieces(rest, E.isLeft(lists) ? [] : lists.right);
  const putBack = restoreTexts(value, spannedBy(bytes, texts), unreadAt);
  return putBack === null ? null : { value, read: rest.length + (await putAllApart(putBack)) };
};

/**
 * Parses a large JSON text: first a look at what it holds, then the items of its lists some at a time, and the event
 * loop breathes in between. Long texts stay out of it: they are read by themselves, or left unread.
 */
export const parseLargeJson = async (
  bytes: Uint8Array,
  expected: Expected,
): Promise<E.Either<ParseFault, ParsedJson>> => {
  const texts: Span[] = [];
  const lists = await outlineOf(bytes, notingTexts(expected, texts));
  if (E.isLeft(lists)) return lists;
  try {
    const cut = texts.length === 0 ? null : await parseLargeCut(bytes, texts, expected);
    return E.right(cut ?? { value: await parseInPieces(bytes, lists.right), read: bytes.length });
  } catch {
    return E.left('not JSON');
  }
};
