import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { E, t } from '../../kernel/fp.ts';
import type { ImageSignature, ServedImage } from '../../ports/images.ts';
import { codeOf } from '../error-code.ts';
import { writeWhole } from '../state/write-whole.ts';
import { cleanUpRounds, type CleanUpNeeds, type CleanUpRounds } from './clean-up-rounds.ts';
import { sidecarOf, type ImageCaps } from './image-clean-up.ts';
import { bytesOf, withFile } from './image-file.ts';
import { etagOf, isImageName } from './image-name.ts';
import type { NamedImage, OwnStore, StoreFault } from './image-store.ts';
import { imageTypeOf, typeBytes } from './image-type.ts';
import { inTurn } from './in-turn.ts';

/** IMAGE_STORAGE_DIR, and what it may hold. */
export type LocalImageSettings = ImageCaps & { readonly folder: string };

/** A folder of pictures and the rounds that keep it within its caps. */
export type LocalImages = OwnStore & CleanUpRounds;

/** File work runs on four threads of the process, which also look up host names: pictures take half of them. */
const mostWrites = 2;

const signatureCodec = t.readonly(t.type({ value: t.string, keyId: t.string }));

const sidecarText = ({ value, keyId }: ImageSignature): string => JSON.stringify({ value, keyId });

const signatureFrom = (text: string): ImageSignature | null => {
  const value = E.tryCatch((): unknown => JSON.parse(text), () => null);
  const decoded = signatureCodec.decode(E.isRight(value) ? value.right : null);
  return E.isRight(decoded) ? decoded.right : null;
};

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full.',
  EDQUOT: 'The disk quota is used up.',
  EACCES: 'The folder (IMAGE_STORAGE_DIR) cannot be written to.',
  EPERM: 'The folder (IMAGE_STORAGE_DIR) cannot be written to.',
  EROFS: 'The folder (IMAGE_STORAGE_DIR) is on a read-only disk.',
  ENOTDIR: 'There is a file where the folder (IMAGE_STORAGE_DIR) should be.',
  EEXIST: 'There is a file where the folder (IMAGE_STORAGE_DIR) should be.',
};

const diskFault = (cause: unknown): StoreFault => {
  const code = codeOf(cause);
  const reason = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
  return { reason: reason ?? `The disk refused to keep a picture (${code === '' ? 'unknown' : code}).` };
};

const writeImage = async (folder: string, { name, bytes, signature }: NamedImage): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const sidecar = join(folder, sidecarOf(name));
  try {
    if (signature !== null) await writeWhole(sidecar, sidecarText(signature));
    await writeWhole(join(folder, name), bytes);
  } catch (cause) {
    await rm(sidecar, { force: true }).catch(() => undefined);
    throw cause;
  }
};

const servedFrom = (folder: string, name: string): Promise<ServedImage | null> =>
  withFile(join(folder, name), async (file, size) => {
    const head = Buffer.alloc(typeBytes);
    await file.read(head, 0, typeBytes, 0);
    const type = imageTypeOf(head);
    if (type === null) return null;
    const whole = { start: 0, end: size - 1 };
    return {
      mimeType: type.mimeType,
      size,
      etag: etagOf(name, size),
      bytes: (range) => bytesOf(join(folder, name), range ?? whole),
    };
  });

/** Pictures in a folder, each with its signature in a file beside it. Only files with names of ours are ever opened. */
export const localImages = (settings: LocalImageSettings, needs: CleanUpNeeds): LocalImages => {
  const { folder, mostBytes } = settings;
  const rounds = cleanUpRounds(settings, needs);
  const write = inTurn(mostWrites);
  const keep = async (image: NamedImage): Promise<E.Either<StoreFault, void>> => {
    if (!isImageName(image.name)) return E.left({ reason: 'The name is not one of ours.' });
    const size = image.bytes.length + (image.signature === null ? 0 : sidecarText(image.signature).length);
    if (size > mostBytes) return E.left({ reason: 'The picture is larger than IMAGE_MAX_TOTAL_MB.' });
    try {
      await write(() => writeImage(folder, image));
      rounds.added(image, size);
      return E.right(undefined);
    } catch (cause) {
      return E.left(diskFault(cause));
    }
  };
  return {
    kind: 'local',
    put: (image) => () => keep(image),
    find: async (name) => (isImageName(name) ? servedFrom(folder, name) : null),
    signatureOf: async (name) => {
      if (!isImageName(name)) return null;
      const text = await withFile(join(folder, sidecarOf(name)), (file) => file.readFile('utf8'));
      return text === null ? null : signatureFrom(text);
    },
    ...rounds,
  };
};
