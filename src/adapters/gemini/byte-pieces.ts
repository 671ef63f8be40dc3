/** Gathers the bytes of a body. */
export type BytePieces = {
  readonly add: (piece: Buffer) => void;
  readonly size: () => number;
  readonly whole: () => readonly Buffer[];
};

/** So many small pieces become one: each by itself takes a hundred times its bytes. */
const mostSmall = 500;
const smallBytes = 512;

/** Makes an empty one. Pieces are kept as they came. */
export const bytePieces = (): BytePieces => {
  const pieces: Buffer[] = [];
  let small: Buffer[] = [];
  let size = 0;
  const gather = (): void => {
    if (small.length > 0) pieces.push(Buffer.concat(small));
    small = [];
  };
  return {
    add: (piece) => {
      size += piece.length;
      if (piece.length < smallBytes) small.push(piece);
      else {
        gather();
        pieces.push(piece);
      }
      if (small.length === mostSmall) gather();
    },
    size: () => size,
    whole: () => {
      gather();
      return pieces;
    },
  };
};
