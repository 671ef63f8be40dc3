import type { ProxyError } from './proxy-error.ts';

/** Bytes while they come. */
export type ByteBlocks = {
  /** Copies a piece in; why there is no room for it, else null. */
  readonly add: (piece: Buffer) => ProxyError | null;
  /** Bytes so far. */
  readonly size: () => number;
  /** All of it in one piece; nothing can be added afterwards. */
  readonly whole: () => Uint8Array;
};

const firstBlock = 16 * 1024;
const largestBlock = 4 * 1024 * 1024;

type Blocks = { readonly full: Buffer[]; block: Buffer; used: number; size: number };

/** Copies a piece in, with as many new blocks as it takes. */
const copyIn = (to: Blocks, piece: Buffer, grow: () => ProxyError | null): ProxyError | null => {
  for (let at = 0; at < piece.length; ) {
    const refusal = to.used === to.block.length ? grow() : null;
    if (refusal !== null) return refusal;
    const copied = piece.copy(to.block, to.used, at);
    at += copied;
    to.used += copied;
    to.size += copied;
  }
  return null;
};

/**
 * Gathers bytes in blocks that double: kept piece by piece, 5 MB in one-byte chunks would take 1.9 GiB. Those of a
 * known length have one block from the start, which the system fills with memory only as it is written. `reserve` is
 * asked before a block is made.
 */
export const byteBlocks = (announced: number | null, reserve: (bytes: number) => ProxyError | null): ByteBlocks => {
  const held: Blocks = { full: [], block: Buffer.alloc(0), used: 0, size: 0 };
  const grow = (): ProxyError | null => {
    const room = announced ?? Math.min(Math.max(firstBlock, held.block.length * 2), largestBlock);
    const refusal = reserve(room);
    if (refusal !== null) return refusal;
    if (held.block.length > 0) held.full.push(held.block);
    held.block = Buffer.allocUnsafeSlow(room);
    held.used = 0;
    return null;
  };
  return {
    add: (piece) => {
      // Most bodies come in one piece, which needs no copy.
      if (held.size > 0 || piece.length !== announced) return copyIn(held, piece, grow);
      held.block = piece;
      held.used = held.size = piece.length;
      return null;
    },
    size: () => held.size,
    whole: () => {
      const last = held.block.subarray(0, held.used);
      const all = held.full.length === 0 ? last : Buffer.concat([...held.full, last]);
      held.full.length = 0;
      held.block = Buffer.alloc(0);
      return all;
    },
  };
};
