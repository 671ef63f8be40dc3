import { mayHoldMark } from './body-marks.ts';
import { atOnce, breathe } from './breathe.ts';
import { lastOf, takeMarks, type TakeMark } from './cut-texts.ts';
import { E } from './fp.ts';
import type { Span } from './json-outline.ts';
import { listCuts, type CutBounds, type CutFault, type CutList } from './list-cuts.ts';

/** Bytes that are looked at in one go: a few milliseconds at worst. */
const lookedAt = 1_048_576;

const stem = 'longListOfThisText';

const listsIn = async (bytes: Uint8Array, most: CutBounds): Promise<E.Either<CutFault, readonly CutList[]>> => {
  const cuts = listCuts(bytes, most);
  for (let until = lookedAt; !cuts.isDone(); until += lookedAt) {
    const fault = cuts.readTo(until);
    if (fault !== null) return E.left(fault);
    await breathe();
  }
  return E.right(cuts.lists());
};

/** A list of these items. Bytes are decoded and parsed in two goes when they are many. */
const listOf = async (items: string): Promise<readonly unknown[]> => {
  if (items.length > atOnce) await breathe();
  const list: unknown = JSON.parse(`[${items}]`);
  await breathe();
  return Array.isArray(list) ? list : [];
};

/** What stands around these lists of a piece of the bytes. */
const around = (bytes: Buffer, [from, to]: Span, lists: readonly CutList[]): readonly Buffer[] => {
  const gaps = lists.map(({ whole: [end] }, at) => bytes.subarray(lists[at - 1]?.whole[1] ?? from, end));
  return [...gaps, bytes.subarray(lists.at(-1)?.whole[1] ?? from, to)];
};

const isWithin = ([from, to]: Span, { whole }: CutList): boolean => whole[0] >= from && whole[1] <= to;

const itemsOf = async (bytes: Buffer, { pieces, inner }: CutList): Promise<readonly unknown[]> => {
  const items: unknown[] = [];
  let first = 0;
  for (const piece of pieces) {
    let end = first;
    for (let list = inner[end]; list !== undefined && isWithin(piece, list); list = inner[end]) end += 1;
    const some = await parseItems(bytes, piece, inner.slice(first, end));
    if (some.length === 0 && pieces.length > 1) throw new SyntaxError('a comma beside nothing');
    for (const item of some) items.push(item);
    first = end;
  }
  return items;
};

/** The items between two places: first without the large lists in them, which are then put where their marks are. */
const parseItems = async (bytes: Buffer, piece: Span, lists: readonly CutList[]): Promise<readonly unknown[]> => {
  const whole = (): Promise<readonly unknown[]> => listOf(bytes.toString('utf8', ...piece));
  const gaps = around(bytes, piece, lists);
  if (lists.length === 0 || gaps.some((gap) => mayHoldMark(stem, gap))) return whole();
  const marks = lists.map((_, index) => `${stem}${index}`);
  const numbers = new Map(marks.map((text, index) => [text, index]));
  const texts = gaps.map((gap, at) => (at === 0 ? '' : `"${marks[at - 1] ?? ''}"`) + gap.toString('utf8'));
  const value = await listOf(texts.join(''));
  const places: (readonly [index: number, holder: Record<string | number, unknown>, name: string | number])[] = [];
  const take: TakeMark = (index, holder, path) => void places.push([index, holder, lastOf(path)]);
  takeMarks(value, (text) => numbers.get(text), take);
  if (places.length < lists.length) return whole();
  for (const [index, holder, name] of places) {
    const list = lists[index];
    if (list !== undefined) holder[name] = await itemsOf(bytes, list);
  }
  return value;
};

/**
 * Parses a large JSON text, its large lists in pieces at whatever depth they stand, and the event loop breathes in
 * between. Left where it is over a bound, which is found out before anything is parsed, or no JSON.
 */
export const parseCutLists = async (bytes: Buffer, most: CutBounds): Promise<E.Either<CutFault, unknown>> => {
  const lists = await listsIn(bytes, most);
  if (E.isLeft(lists)) return lists;
  try {
    const values = await parseItems(bytes, [0, bytes.length], lists.right);
    return values.length === 1 ? E.right(values[0]) : E.left('not JSON');
  } catch {
    return E.left('not JSON');
  }
};
