/** So much is written at once. */
export const sliceBytes = 256 * 1024;

async function* takeInTurn(slices: Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (let slice = slices.shift(); slice !== undefined; slice = slices.shift()) yield slice;
}

/**
 * Bytes in slices: a socket that is handed all at once would hold all of it, and a TLS socket twice. undici keeps the
 * body until the answer has ended; what has been sent is no longer in it. A stream costs a third of the call more.
 */
export const inSlices = (pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> => {
  const slices: Uint8Array[] = [];
  for (const piece of pieces)
    for (let at = 0; at < piece.length; at += sliceBytes) slices.push(piece.subarray(at, at + sliceBytes));
  return takeInTurn(slices);
};
