/** A line end, twice, in its longest writing: what must be seen of an end to know whether a frame ends there. */
const fewest = 4;

/** The bytes that came last, at least four where there were so many: the piece itself, unless it is shorter. */
export const lastBytes = (before: Uint8Array, piece: Uint8Array): Uint8Array =>
  piece.length >= fewest ? piece : Buffer.concat([before.subarray(-fewest), piece]);
