/** A line end, twice, in its longest writing: what must be seen of an end to know whether a frame ends there. */
const fewest = 4;

/** An answer tells its cost within so much of its end. */
const most = 4096;

/** The bytes that came last, at least four where there were so many: the piece itself, unless it is shorter. */
export const lastBytes = (before: Uint8Array, piece: Uint8Array): Uint8Array =>
  piece.length >= fewest ? piece : Buffer.concat([before.subarray(-most), piece]);

/** The last bytes of two such, of which one came before the other. */
export const lastOfTwo = (before: Uint8Array, last: Uint8Array): Uint8Array =>
  before.length === 0 || last.length >= most ? last : Buffer.concat([before.subarray(-most), last]);
