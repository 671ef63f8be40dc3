import { E, t } from '../../kernel/fp.ts';
import { keptCount, keptInstant } from '../state/kept-number.ts';
import { keptOf, type Kept } from './kept-list.ts';
import { standAlone } from './text-blocks.ts';

/** What stands before each content in a segment: its head, and how many bytes it has. */
const headCodec = t.intersection([
  t.type({
    id: t.string,
    owner: t.string,
    keptAt: keptInstant,
    previous: t.union([t.string, t.null]),
    items: t.array(t.string),
    bytes: keptCount,
  }),
  t.partial({ caller: t.string }),
]);

const newline = 0x0a;

const headAt = (file: Buffer, from: number, to: number): t.TypeOf<typeof headCodec> | null => {
  try {
    const head = headCodec.decode(JSON.parse(file.toString('utf8', from, to)));
    return E.isRight(head) ? head.right : null;
  } catch {
    return null;
  }
};

/** A segment as it was read: what could be made of it, and whether that is all. */
export type ReadSegment = { readonly kept: readonly Kept[]; readonly isWhole: boolean };

/**
 * Reads several kept responses in one file: of each a line of JSON with its head, then its content and a newline. What
 * follows a fault is left out. They are copied, so that the file itself can go.
 */
export const readSegment = (file: Buffer): ReadSegment => {
  const kept: Kept[] = [];
  for (let at = 0; at < file.length; ) {
    const end = file.indexOf(newline, at);
    const head = end < 0 ? null : headAt(file, at, end);
    const after = end + 1 + (head?.bytes ?? 0);
    if (head === null || file[after] !== newline) return { kept, isWhole: false };
    kept.push(keptOf({ caller: '', ...head }, standAlone(Buffer.from(file.subarray(at, after + 1)), end + 1 - at)));
    at = after + 1;
  }
  return { kept, isWhole: true };
};
