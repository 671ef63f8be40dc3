import { emptyList } from './empty-list.ts';
import type { PiecedBytes } from './pieced-bytes.ts';

/** Texts and bytes that stand one behind the other; texts in a row are one. */
export type MixedPieces = {
  readonly add: (text: string) => void;
  readonly addBytes: (pieces: PiecedBytes) => void;
  /** All of it, as one text where no bytes are in it. */
  readonly end: () => string | readonly (string | Uint8Array)[];
};

/** Gathers MixedPieces. */
export const mixedPieces = (): MixedPieces => {
  const pieces = emptyList<string | Uint8Array>();
  let text = '';
  return {
    add: (more) => {
      text += more;
    },
    addBytes: (bytes) => {
      pieces.push(text);
      text = '';
      for (const piece of bytes) pieces.push(piece);
    },
    end: () => {
      if (pieces.length === 0) return text;
      pieces.push(text);
      return pieces;
    },
  };
};

/** Of a UTF-16 unit in UTF-8. */
const mostOfUnit = 3;

/** Bytes of longer texts are counted. */
const longestGuessed = 1024;

const mostOf = (piece: string | Uint8Array): number => {
  if (typeof piece !== 'string') return piece.length;
  return piece.length > longestGuessed ? Buffer.byteLength(piece) : piece.length * mostOfUnit;
};

/** Bytes that these pieces take at most. */
export const mostBytesOf = (pieces: readonly (string | Uint8Array)[]): number => {
  let size = 0;
  for (const piece of pieces) size += mostOf(piece);
  return size;
};

/** All pieces as one block of UTF-8. */
export const joinMixed = (pieces: readonly (string | Uint8Array)[]): Buffer => {
  const bytes = Buffer.allocUnsafe(mostBytesOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') at += bytes.write(piece, at);
    else {
      bytes.set(piece, at);
      at += piece.length;
    }
  }
  return bytes.subarray(0, at);
};
