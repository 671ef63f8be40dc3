import { asBytes, mostBytesIn, writeInto, type WrittenText } from '../../kernel/written-text.ts';

/** Bytes that hold several texts, one behind the other. What was written stays: others may be reading it. */
type Block = {
  readonly bytes: Buffer;
  /** How many of its texts are held. */
  held: number;
  /** Bytes of texts that went before their turn: they stay for as long as a neighbour is held. */
  gone: number;
};

/** Where a text stands, in UTF-8. */
export type Stretch = { readonly block: Block; readonly from: number; readonly to: number };

const blockOf = (bytes: Buffer): Block => ({ bytes, held: 0, gone: 0 });

/** The bytes of a text. */
export const bytesOf = ({ block, from, to }: Stretch): Buffer => block.bytes.subarray(from, to);

/** A text in a block of its own. */
export const standAlone = (bytes: Buffer): Stretch => ({ block: blockOf(bytes), from: 0, to: bytes.length });

/** Says that a text is held. */
export const hold = ({ block }: Stretch): void => {
  block.held += 1;
};

/** Lets go of a text that was held; the bytes that are given back by it. Mostly the oldest go, and their block soon. */
export const release = ({ block, from, to }: Stretch, isOldest: boolean): number => {
  const size = to - from;
  block.held -= 1;
  if (block.held > 0 && isOldest) return size;
  block.gone += size;
  if (block.held > 0) return 0;
  const { gone } = block;
  block.gone = 0;
  return gone;
};

/** Bytes of a block, and of the longest text that shares one. */
const [blockSize, mostShared] = [256 * 1024, 32 * 1024];

/**
 * Writes texts that are held for long, short ones together in blocks: a buffer for each, which the collector must take
 * care of, costs three times as much as to write them. Null for one of more bytes.
 */
export const textBlocks = (mostBytes: number): ((text: WrittenText) => Stretch | null) => {
  let block = blockOf(Buffer.alloc(0));
  let end = 0;
  return (text) => {
    const most = mostBytesIn(text);
    if (most > mostShared) {
      const bytes = asBytes(text);
      return bytes.length > mostBytes ? null : standAlone(bytes);
    }
    if (most > block.bytes.length - end) {
      block = blockOf(Buffer.allocUnsafeSlow(blockSize));
      end = 0;
    }
    const from = end;
    end = writeInto(block.bytes, from, text);
    return end - from > mostBytes ? null : { block, from, to: end };
  };
};
