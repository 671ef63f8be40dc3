import { asBytes, mostBytesIn, writeInto, type WrittenText } from '../../kernel/written-text.ts';
import { writeCount } from './kept-head.ts';

/** Bytes that hold several texts, one behind the other. What was written stays: others may be reading it. */
type Block = {
  readonly bytes: Buffer;
  /** How many of its texts are held, and their bytes. */
  held: number;
  live: number;
  /** Bytes of texts that went before their turn: they stay for as long as a neighbour is held. */
  gone: number;
};

/** Where a text stands, in UTF-8; from `start` on its head stands before it, and one newline behind it. */
export type Stretch = { readonly block: Block; readonly start: number; readonly from: number; readonly to: number };

const blockOf = (bytes: Buffer): Block => ({ bytes, held: 0, live: 0, gone: 0 });

/** The bytes of a text. */
export const bytesOf = ({ block, from, to }: Stretch): Buffer => block.bytes.subarray(from, to);

/** A text in a block of its own, behind a head that has so many bytes. */
export const standAlone = (bytes: Buffer, from: number): Stretch => ({
  block: blockOf(bytes),
  start: 0,
  from,
  to: bytes.length - newline.length,
});

/** Texts with their heads, each as it stands in a block: neighbours are one piece. */
export const piecesOf = (texts: readonly Stretch[]): readonly Buffer[] => {
  const pieces: Buffer[] = [];
  for (let at = 0; at < texts.length; ) {
    const [first, next] = [texts[at], at + 1];
    at = next;
    if (first === undefined) continue;
    let end = first.to + newline.length;
    for (let other = texts[at]; other?.block === first.block && other.start === end; other = texts[at]) {
      end = other.to + newline.length;
      at += 1;
    }
    pieces.push(first.block.bytes.subarray(first.start, end));
  }
  return pieces;
};

/** Says that a text is held. */
export const hold = ({ block, from, to }: Stretch): void => {
  block.held += 1;
  block.live += to - from;
};

/** Lets go of a text that was held; the bytes that are given back by it. Mostly the oldest go, and their block soon. */
export const release = ({ block, from, to }: Stretch, isOldest: boolean): number => {
  const size = to - from;
  block.held -= 1;
  block.live -= size;
  if (block.held > 0 && isOldest) return size;
  block.gone += size;
  if (block.held > 0) return 0;
  const { gone } = block;
  block.gone = 0;
  return gone;
};

/** Whether more of a text's block is gone than is left, which should move together then. */
export const isMuchGone = ({ block }: Stretch): boolean => block.gone > block.live;

/** Where these texts of one block stand when they have been copied out of it. */
export const moveOut = (texts: readonly Stretch[]): readonly Stretch[] => {
  const block = blockOf(Buffer.concat(piecesOf(texts)));
  let end = 0;
  return texts.map(({ start, from, to }) => {
    const by = end - start;
    end = to + by + newline.length;
    return { block, start: start + by, from: from + by, to: to + by };
  });
};

/** Bytes of a block, and of the longest text that shares one. */
const [blockSize, mostShared] = [256 * 1024, 32 * 1024];

/** What stands behind each text. */
const newline = '\n';

/**
 * Writes texts that are held for long, short ones together in blocks: a buffer for each, which the collector must take
 * care of, costs three times as much as to write them. Each stands as it does in a file, behind its head. Null for one
 * of more bytes.
 */
export const textBlocks = (mostBytes: number): ((head: string, text: WrittenText) => Stretch | null) => {
  let block = blockOf(Buffer.alloc(0));
  let end = 0;
  return (head, text) => {
    const whole: WrittenText = [head, ...text, newline];
    const length = Buffer.byteLength(head);
    const most = mostBytesIn(whole);
    if (most > mostShared) {
      const alone = standAlone(asBytes(whole), length);
      return alone.to - alone.from > mostBytes ? null : writeCount(alone);
    }
    if (most > block.bytes.length - end) {
      block = blockOf(Buffer.allocUnsafeSlow(blockSize));
      end = 0;
    }
    const start = end;
    end = writeInto(block.bytes, start, whole);
    const shared = { block, start, from: start + length, to: end - newline.length };
    return shared.to - shared.from > mostBytes ? null : writeCount(shared);
  };
};
