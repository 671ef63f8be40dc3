import { pipeline, type Duplex, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { byteBlocks } from '../../kernel/byte-blocks.ts';
import { E } from '../../kernel/fp.ts';
import { thrown, type ProxyError } from '../../kernel/proxy-error.ts';
import { reasons, type Reason } from './reasons.ts';

/** A body as it comes, and what its headers claim. */
export type Incoming = {
  readonly body: Readable;
  readonly encoding: string;
  /** NaN when nothing was said. */
  readonly length: number;
};

/** What may be held: the most bytes, and who is asked before so many more are; null when there is room. */
export type Room = { readonly mostBytes: number; readonly reserve: (bytes: number) => Promise<ProxyError | null> };

/** A packing, and what unpacking it holds besides what comes out: its window of what came before. */
type Packing = { readonly decoder: () => Duplex; readonly window: number };

const mebibyte = 1024 * 1024;

/** Some servers compress although we ask them not to. */
const packings: ReadonlyMap<string, Packing> = new Map([
  ['gzip', { decoder: createGunzip, window: 64 * 1024 }],
  ['x-gzip', { decoder: createGunzip, window: 64 * 1024 }],
  ['deflate', { decoder: createInflate, window: 64 * 1024 }],
  ['br', { decoder: createBrotliDecompress, window: 16 * mebibyte }],
]);

const reserveBytes = async ({ reserve }: Room, bytes: number): Promise<void> => {
  const refusal = await reserve(bytes);
  if (refusal !== null) throw thrown(refusal);
};

const firstStep = 64 * 1024;
const largestStep = 4 * mebibyte;

/** How much more to reserve: all that was announced, or what is held already once more, within bounds. */
const stepFor = (size: number, announced: number): number =>
  size === 0 && announced > 0 ? announced : Math.min(Math.max(firstStep, size), largestStep);

/** One layer of compression at most: of more, the content's kind is not known afterwards. */
const unpackBody = async ({ body, encoding }: Incoming, room: Room): Promise<AsyncIterable<Buffer>> => {
  const packing = packings.get(encoding.trim().toLowerCase());
  if (packing === undefined) return body;
  await reserveBytes(room, packing.window);
  return pipeline(body, packing.decoder(), () => undefined);
};

/**
 * Reads a body to its end, unpacked, or says that it is larger than `mostBytes`; reads no further then. Throws when it
 * breaks, and a `Thrown` when there is no memory for it.
 */
export const readBytes = async (incoming: Incoming, room: Room): Promise<E.Either<Reason, Buffer>> => {
  const { mostBytes } = room;
  if (incoming.length > mostBytes) return E.left(reasons.large(mostBytes));
  const blocks = byteBlocks(null, () => null);
  let held = 0;
  for await (const piece of await unpackBody(incoming, room)) {
    const size = blocks.size() + piece.length;
    if (size > mostBytes) return E.left(reasons.large(mostBytes));
    while (size > held) {
      const step = stepFor(held, incoming.length);
      await reserveBytes(room, step);
      held += step;
    }
    blocks.add(piece);
  }
  const bytes = blocks.whole();
  return bytes.length === 0
    ? E.left(reasons.empty)
    : E.right(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
};
