/** Bytes that stand one behind the other in several pieces. */
export type PiecedBytes = readonly Uint8Array[];

/** How many bytes these are. */
export const sizeOf = (pieces: PiecedBytes): number => {
  let size = 0;
  for (const piece of pieces) size += piece.length;
  return size;
};

/** A stretch of bytes in pieces, without a copy of them. */
export const stretchOf = (pieces: PiecedBytes, from: number, to: number): PiecedBytes => {
  const stretch: Uint8Array[] = [];
  let at = 0;
  for (const piece of pieces) {
    const [begin, end] = [Math.max(0, from - at), Math.min(piece.length, to - at)];
    if (begin < end) stretch.push(begin === 0 && end === piece.length ? piece : piece.subarray(begin, end));
    at += piece.length;
    if (at >= to) break;
  }
  return stretch;
};

/** Where a byte first stands; -1 where it does not. */
export const placeOf = (pieces: PiecedBytes, byte: number): number => {
  let at = 0;
  for (const piece of pieces) {
    const found = piece.indexOf(byte);
    if (found >= 0) return at + found;
    at += piece.length;
  }
  return -1;
};

/** The pieces put together; one alone is no copy. */
export const joinPieces = (pieces: PiecedBytes): Buffer => {
  const [only] = pieces;
  if (only === undefined || pieces.length > 1) return Buffer.concat(pieces);
  return Buffer.isBuffer(only) ? only : Buffer.from(only.buffer, only.byteOffset, only.byteLength);
};
