import { E } from '../../kernel/fp.ts';
import type { ByteRange } from '../../ports/images.ts';
import { recentMap } from '../../kernel/recent-map.ts';
import { etagOf, isImageName } from './image-name.ts';
import type { NamedImage, OwnStore, StoreFault } from './image-store.ts';

/** MEMORY_MAX_IMAGE_NUMBER, and MEMORY_MAX_IMAGE_MB in bytes. */
export type MemoryImageSettings = { readonly mostImages: number; readonly mostBytes: number };

/** Small enough for a slow reader's socket, large enough that a picture takes few writes. */
const pieceBytes = 131_072;

async function* piecesOf(bytes: Uint8Array, { start, end }: ByteRange): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = start; at <= end; at += pieceBytes) yield bytes.subarray(at, Math.min(at + pieceBytes, end + 1));
}

const sizeOf = ({ bytes, signature }: NamedImage): number => bytes.length + (signature?.value.length ?? 0);

/** Pictures in memory, gone with the process. Past either bound the least recently used go first. */
export const memoryImages = ({ mostImages, mostBytes }: MemoryImageSettings): OwnStore => {
  const held = recentMap<NamedImage>(mostImages);
  const state = { bytes: 0 };
  const forget = (image: NamedImage | undefined): void => {
    if (image === undefined) return;
    held.remove(image.name);
    state.bytes -= sizeOf(image);
  };
  const keep = (image: NamedImage): E.Either<StoreFault, void> => {
    if (!isImageName(image.name)) return E.left({ reason: 'The name is not one of ours.' });
    if (sizeOf(image) > mostBytes) return E.left({ reason: 'The picture is larger than MEMORY_MAX_IMAGE_MB.' });
    forget(held.get(image.name));
    state.bytes += sizeOf(image);
    forget(held.set(image.name, image));
    while (state.bytes > mostBytes) forget(held.entries().next().value?.[1]);
    return E.right(undefined);
  };
  return {
    kind: 'memory',
    put: (image) => async () => keep(image),
    find: async (name) => {
      const image = held.get(name);
      if (image === undefined) return null;
      const { bytes, mimeType } = image;
      const whole = { start: 0, end: bytes.length - 1 };
      return {
        mimeType,
        size: bytes.length,
        etag: etagOf(name, bytes.length),
        bytes: (range) => piecesOf(bytes, range ?? whole),
      };
    },
    signatureOf: async (name) => held.get(name)?.signature ?? null,
  };
};
