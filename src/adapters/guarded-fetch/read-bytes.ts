import { pipeline, type Duplex, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { E } from '../../kernel/fp.ts';
import { reasons, type Reason } from './reason.ts';

/** A body as it comes, and what its headers claim. */
export type Incoming = {
  readonly body: Readable;
  readonly encoding: string;
  /** NaN when nothing was said. */
  readonly length: number;
};

/** Some servers compress although we ask them not to. */
const decoders: ReadonlyMap<string, () => Duplex> = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** One layer of compression at most: of more, the content's kind is not known afterwards. */
const plain = ({ body, encoding }: Incoming): AsyncIterable<Buffer> => {
  const decoder = decoders.get(encoding.trim().toLowerCase())?.();
  return decoder === undefined ? body : pipeline(body, decoder, () => undefined);
};

const firstRoom = 64 * 1024;

const roomier = (held: Buffer, size: number, needed: number): Buffer => {
  if (needed <= held.length) return held;
  const room = Buffer.allocUnsafe(Math.max(needed, held.length * 2));
  held.copy(room, 0, 0, size);
  return room;
};

/**
 * Reads a body to its end, unpacked, or says that it is larger than `mostBytes`; reads no further then. Pieces are copied
 * into one buffer: kept one by one, a body sent byte by byte would take a hundred times its size. Throws when it breaks.
 */
export const readBytes = async (incoming: Incoming, mostBytes: number): Promise<E.Either<Reason, Buffer>> => {
  if (incoming.length > mostBytes) return E.left(reasons.large(mostBytes));
  let held: Buffer = Buffer.allocUnsafe(firstRoom);
  let size = 0;
  for await (const piece of plain(incoming)) {
    if (size + piece.length > mostBytes) return E.left(reasons.large(mostBytes));
    held = roomier(held, size, size + piece.length);
    piece.copy(held, size);
    size += piece.length;
  }
  return size === 0 ? E.left(reasons.empty) : E.right(held.subarray(0, size));
};
