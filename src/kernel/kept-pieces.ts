import { emptyList } from './empty-list.ts';
import { byteBlocks } from './byte-blocks.ts';
import type { ProxyError } from './proxy-error.ts';

/** Bytes while they come, as they came. */
export type KeptPieces = {
  /** Keeps a piece; why there is no room for it, else null. */
  readonly add: (piece: Buffer) => ProxyError | null;
  /** Bytes so far. */
  readonly size: () => number;
  /** All of it, in order; nothing can be added afterwards. */
  readonly whole: () => readonly Uint8Array[];
};

/** A piece of this size has little beside its bytes, and a copy of it would be dear. */
const leastKept = 16 * 1024;

const isKept = ({ length, buffer }: Buffer): boolean => length >= leastKept && buffer.byteLength <= 2 * length;

const copyOf = (bytes: Uint8Array): Buffer => {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
};

/**
 * Keeps large pieces as they are, without a copy: a block for 7 MB costs 3 ms before its first byte. Small ones, which
 * would take many times their bytes, are gathered in blocks. `reserve` is asked before anything is kept.
 */
export const keptPieces = (reserve: (bytes: number) => ProxyError | null): KeptPieces => {
  const pieces = emptyList<Uint8Array>();
  const state = { size: 0, small: byteBlocks(null, reserve) };
  const flush = (): void => {
    if (state.small.size() === 0) return;
    const bytes = state.small.whole();
    // Of a block that is hardly used, the bytes alone are kept.
    pieces.push(bytes.length < leastKept ? copyOf(bytes) : bytes);
    state.small = byteBlocks(null, reserve);
  };
  return {
    add: (piece) => {
      const refusal = isKept(piece) ? reserve(piece.length) : state.small.add(piece);
      if (refusal !== null) return refusal;
      state.size += piece.length;
      if (!isKept(piece)) return null;
      flush();
      pieces.push(piece);
      return null;
    },
    size: () => state.size,
    whole: () => {
      flush();
      return pieces;
    },
  };
};
