import { E } from './fp.ts';
import { atOnce, breathe } from './breathe.ts';
import { isObject } from './is-object.ts';
import { jsonOutline, type ListSpan, type OutlineBounds, type OutlineFault, type Span } from './json-outline.ts';

/** Why a text was not parsed. */
export type ParseFault = OutlineFault | 'not JSON';

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

/**
 * Parses a large JSON text: first a look at what it holds, then the items of its lists some at a time, and the event
 * loop breathes in between.
 */
export const parseLargeJson = async (
  bytes: Uint8Array,
  bounds: OutlineBounds,
): Promise<E.Either<ParseFault, unknown>> => {
  const lists = await outlineOf(bytes, bounds);
  if (E.isLeft(lists)) return lists;
  try {
    return E.right(await parseInPieces(bytes, lists.right));
  } catch {
    return E.left('not JSON');
  }
};
