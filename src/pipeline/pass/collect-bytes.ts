import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import type { Memory } from '../../ports/memory.ts';

/** Of an answer that is read whole: more is passed on unread. */
const mostCollected = 16 * 1024 * 1024;

/** What was read of a source, and the rest of it where it was too much. */
export type Collected = { readonly bytes: Uint8Array; readonly isWhole: boolean };

const joinPieces = (pieces: readonly Uint8Array[], size: number): Uint8Array =>
  pieces.length === 1 ? (pieces[0] ?? new Uint8Array()) : Buffer.concat(pieces, size);

/** Reads an answer that is short by its nature: an error, a thing that was made, a page. The source is closed then. */
export const collectBytes = (
  source: ByteSource,
  memory: Memory,
  most = mostCollected,
): Promise<E.Either<ProxyError, Collected>> => {
  const there = source.whole();
  if (there !== null) return Promise.resolve(E.right({ bytes: there, isWhole: true }));
  return new Promise((resolve) => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    const settle = (result: E.Either<ProxyError, Collected>): void => {
      resolve(result);
      source.close();
    };
    source.pour({
      take: (piece) => {
        const refusal = memory.take(piece.length);
        if (refusal !== null) settle(E.left(refusal));
        pieces.push(piece);
        size += piece.length;
        if (size > most) settle(E.right({ bytes: joinPieces(pieces, size), isWhole: false }));
        return true;
      },
      end: (error) =>
        settle(error === null ? E.right({ bytes: joinPieces(pieces, size), isWhole: true }) : E.left(error)),
    });
  });
};

/** Bytes as text. */
export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

/** Bytes that are all there, as a source. */
export const sourceOf = (bytes: Uint8Array): ByteSource => ({
  whole: () => bytes,
  begun: () => Promise.resolve(null),
  first: () => bytes,
  pour: (sink) => {
    sink.take(bytes);
    sink.end(null);
    return { resume: () => undefined };
  },
  ending: () => bytes,
  close: () => undefined,
});
