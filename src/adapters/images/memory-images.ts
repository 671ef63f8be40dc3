import { E } from '../../kernel/fp.ts';
import type { ByteRange } from '../../ports/images.ts';
import { fairMap } from '../../kernel/fair-map.ts';
import { addressGroup } from '../callers/address-group.ts';
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

/**
 * Pictures in memory, gone with the process. Past either bound those of who has most there go first, the least recently
 * used of them.
 */
export const memoryImages = ({ mostImages, mostBytes }: MemoryImageSettings): OwnStore => {
  const held = fairMap<NamedImage>({ most: mostImages, mostSize: mostBytes, sizeOf });
  const keep = (image: NamedImage): E.Either<StoreFault, void> => {
    if (!isImageName(image.name)) return E.left({ reason: 'The name is not one of ours.' });
    if (sizeOf(image) > mostBytes) return E.left({ reason: 'The picture is larger than MEMORY_MAX_IMAGE_MB.' });
    held.set(image.name, image, addressGroup(image.address));
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
