import { atOnce, paceWork } from '../../kernel/breathe.ts';
import { E, t } from '../../kernel/fp.ts';
import { keptCount, keptInstant } from '../state/kept-number.ts';
import { keptOf, type Kept } from './kept-list.ts';
import { standAlone } from './text-blocks.ts';

/** What stands before each content in a segment: its head, and how many bytes it has. */
const headCodec = t.type({
  id: t.string,
  owner: t.string,
  keptAt: keptInstant,
  previous: t.union([t.string, t.null]),
  items: t.array(t.string),
  bytes: keptCount,
});

const newline = 0x0a;
/** What a short one costs beside its bytes, in bytes. */
const leastWork = 2000;

const headOf = ({ id, owner, keptAt, previous, items, from, to }: Kept): string =>
  `${JSON.stringify({ id, owner, keptAt, previous, items, bytes: to - from })}\n`;

/** Several kept responses as one file: of each a line of JSON with its head, then its content and a newline. */
export const segmentText = async (all: readonly Kept[]): Promise<Buffer> => {
  const pace = paceWork(atOnce);
  const heads: string[] = [];
  let size = 0;
  for (const kept of all) {
    const [head, content] = [headOf(kept), kept.to - kept.from];
    heads.push(head);
    size += Buffer.byteLength(head) + content + 1;
    const rest = pace(content + leastWork);
    if (rest !== null) await rest;
  }
  const file = Buffer.allocUnsafeSlow(size);
  let end = 0;
  for (const [at, { block, from, to }] of all.entries()) {
    end += file.write(heads[at] ?? '', end);
    end += block.bytes.copy(file, end, from, to);
    end = file.writeUInt8(newline, end);
  }
  return file;
};

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

/** Reads a segment; what follows a fault is left out. Contents are copied, so that the file itself can go. */
export const readSegment = (file: Buffer): ReadSegment => {
  const kept: Kept[] = [];
  for (let at = 0; at < file.length; ) {
    const end = file.indexOf(newline, at);
    const head = end < 0 ? null : headAt(file, at, end);
    const after = end + 1 + (head?.bytes ?? 0);
    if (head === null || file[after] !== newline) return { kept, isWhole: false };
    kept.push(keptOf(head, standAlone(Buffer.from(file.subarray(end + 1, after)))));
    at = after + 1;
  }
  return { kept, isWhole: true };
};
