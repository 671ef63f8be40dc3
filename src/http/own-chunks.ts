import type { ServerResponse } from 'node:http';

/** A piece of this size leaves as it is: to copy it would cost more than three writes. */
const leastAlone = 8 * 1024;

/** What ends a body in chunks (RFC 9112 §7.1). */
export const lastChunk = '0\r\n\r\n';

const lineEnd = '\r\n';

/** One chunk in one piece. */
const chunkOf = (piece: Uint8Array): Buffer => {
  const size = piece.length.toString(16);
  const from = size.length + lineEnd.length;
  const chunk = Buffer.allocUnsafe(from + piece.length + lineEnd.length);
  chunk.write(size + lineEnd, 0, 'latin1');
  chunk.set(piece, from);
  chunk.write(lineEnd, from + piece.length, 'latin1');
  return chunk;
};

const textChunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}${lineEnd}${text}${lineEnd}`;

/** Writes pieces of a body; false when its reader is behind. */
export type WritePiece = (piece: string | Uint8Array) => boolean;

/**
 * Frames the chunks of a response whose head has been written, where it has any: Node makes four writes of each, which
 * cost a tenth of a stream's events 10 ms apart. Its end is to be told by `lastChunk` then; null where there are none.
 */
export const frameChunks = (response: ServerResponse): WritePiece | null => {
  if (!response.chunkedEncoding) return null;
  response.chunkedEncoding = false;
  return (piece) => {
    if (piece.length === 0) return !response.writableNeedDrain;
    if (typeof piece === 'string') return response.write(textChunk(piece));
    if (piece.length < leastAlone) return response.write(chunkOf(piece));
    response.write(piece.length.toString(16) + lineEnd, 'latin1');
    response.write(piece);
    return response.write(lineEnd, 'latin1');
  };
};
