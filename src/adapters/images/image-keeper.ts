import { setImmediate } from 'node:timers/promises';
import { fromBase64 } from '../../kernel/base64.ts';
import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import { beginningOf, encloseText, type LongText } from '../../kernel/unread-text.ts';
import type { Log, Now, RecallSignatures, RememberSignature, Wait } from '../../ports/capabilities.ts';
import type { FindImage, ImageSignature, KeepImage, ReadImage, ServedImage, SignedImage } from '../../ports/images.ts';
import { costs, type Memory } from '../../ports/memory.ts';
import type { Notice } from '../../ports/status.ts';
import type { ImageLinks } from './image-links.ts';
import { imageNameIn, newImageName, ownImageNameIn } from './image-name.ts';
import { bucketPlace, ownPlace, pacedPlace, type ImagePlace } from './image-places.ts';
import { imageReports, type ImageCounts, type ImageReports } from './image-reports.ts';
import type { BucketStore, NamedImage, OwnStore } from './image-store.ts';
import { imageTypeOf, typeBytes } from './image-type.ts';
import { inTurn } from './in-turn.ts';

/** Where pictures go: into the bucket if there is one, else, or when it fails, into our own stores in their order. */
export type ImageStores = { readonly bucket: BucketStore | null; readonly own: readonly OwnStore[] };

/** How links are made, and what keeping pictures needs from the world. */
export type ImageKeeperNeeds = {
  /** Base of our own addresses; null = the origin of the request. */
  readonly hostUrl: string | null;
  readonly queryFor: ImageLinks['queryFor'];
  readonly recallSignatures: RecallSignatures;
  readonly rememberSignature: RememberSignature;
  readonly now: Now;
  readonly wait: Wait;
  readonly log: Log;
};

/** All pictures of the service, wherever they are kept. */
export type ImageKeeper = {
  readonly keepImage: KeepImage;
  readonly readImage: ReadImage;
  /** Looks in all stores of our own: a picture may be in one that was only stood in. */
  readonly findImage: FindImage;
  /** The signature of a picture that we kept anywhere, by its address; null when there is none. */
  readonly signatureOfUrl: (url: string) => Promise<ImageSignature | null>;
  readonly counts: () => ImageCounts;
  readonly notices: () => readonly Notice[];
};

/** So many pictures are held decoded, whatever comes at once. */
const mostAtOnce = 16;

const callIdOf = (name: string): string => `image:${name}`;

type Drawn = Parameters<KeepImage>[0];

const dataUrl = ({ mimeType, data }: Drawn): LongText =>
  typeof data === 'string' ? `data:${mimeType};base64,${data}` : encloseText(`data:${mimeType};base64,`, data, '');

/** Characters of base64 that hold the bytes which tell a picture's type. */
const typeCharacters = Math.ceil(typeBytes / 3) * 4;

/** What is no picture is never decoded. */
const namedFrom = ({ data, signature }: Drawn, address: string, now: Now): NamedImage | null => {
  const type = imageTypeOf(Buffer.from(beginningOf(data, typeCharacters), 'base64'));
  if (type === null) return null;
  const bytes = fromBase64(data);
  return { name: newImageName(now(), type), mimeType: type.mimeType, bytes, signature, address };
};

/** Decodes one picture after the other and lets other work in between: 20 MB of picture hold the process for 10 ms. */
const decodeInTurn = (now: Now): ((image: Drawn, address: string) => Promise<NamedImage | null>) => {
  const turn = inTurn(1);
  return (image, address) =>
    turn(async () => {
      const decoded = namedFrom(image, address, now);
      await setImmediate();
      return decoded;
    });
};

const keepPicture = (
  places: readonly ImagePlace[],
  reports: ImageReports,
  { now, rememberSignature }: ImageKeeperNeeds,
): KeepImage => {
  const keepIn = async (place: ImagePlace, image: NamedImage, origin: string): Promise<string | null> => {
    const put = await place.put(image, origin)();
    if (E.isLeft(put)) {
      reports.refused(place.kind, put.left);
      return null;
    }
    reports.kept(place.kind);
    const isBucket = place.kind === 'qiniu' || place.kind === 'tencent';
    if (isBucket && image.signature !== null)
      rememberSignature({ callId: callIdOf(image.name), ...image.signature }, image.address);
    return put.right;
  };
  const decode = decodeInTurn(now);
  return async (image, { origin, address: from }) => {
    const named = await decode(image, from);
    for (const place of named === null ? [] : places) {
      const address = named === null ? null : await keepIn(place, named, origin);
      if (address !== null) return address;
    }
    reports.kept('inline');
    return dataUrl(image);
  };
};

/** A disk that fails must not hide what another store holds; it is told of when none holds it. */
const findIn =
  (stores: readonly OwnStore[]): FindImage =>
  async (name) => {
    const failures: unknown[] = [];
    for (const store of stores) {
      const found = await store.find(name).catch((cause: unknown) => {
        failures.push(cause);
        return null;
      });
      if (found !== null) return found;
    }
    if (failures.length > 0) throw new Error('A store of pictures could not be read.', { cause: failures[0] });
    return null;
  };

const signatureIn =
  (stores: readonly OwnStore[], { recallSignatures }: ImageKeeperNeeds) =>
  async (name: string): Promise<ImageSignature | null> => {
    for (const store of stores) {
      const signature = await store.signatureOf(name).catch(() => null);
      if (signature !== null) return signature;
    }
    const recalled = (await recallSignatures([callIdOf(name)])).get(callIdOf(name));
    return recalled === undefined ? null : { value: recalled.value, keyId: recalled.keyId };
  };

const dataOf = async ({ size, bytes }: ServedImage): Promise<string> => {
  const all = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for await (const piece of bytes(null)) {
    all.set(piece, at);
    at += piece.length;
  }
  return all.toString('base64', 0, at);
};

/** Keeps pictures in the first place that takes them, the answer itself being the last, and finds them again. */
export const imageKeeper = ({ bucket, own }: ImageStores, needs: ImageKeeperNeeds): ImageKeeper => {
  const { hostUrl, queryFor, log } = needs;
  const addressOf = (name: string, origin: string): string => `${hostUrl ?? origin}/images/${name}${queryFor(name)}`;
  const places = [
    ...(bucket === null ? [] : [bucketPlace(bucket, needs)]),
    ...own.map((store) => pacedPlace(ownPlace(store, addressOf), needs)),
  ];
  const reports = imageReports(places.map(({ kind }) => kind), needs);
  const keep = keepPicture(places, reports, needs);
  const turn = inTurn(mostAtOnce);
  const findImage = findIn(own);
  const signatureOf = signatureIn(own, needs);
  const read = async (name: string, memory: Memory): Promise<E.Either<ProxyError, SignedImage | null>> => {
    const found = await findImage(name);
    if (found === null) return E.right(null);
    const refusal = memory.take(found.size * costs.media);
    if (refusal !== null) return E.left(refusal);
    return E.right({ mimeType: found.mimeType, data: await dataOf(found), signature: await signatureOf(name) });
  };
  return {
    keepImage: (image, by) => turn(() => keep(image, by)),
    readImage: (url, memory) => async () => {
      const name = ownImageNameIn(url);
      return name === null
        ? E.right(null)
        : read(name, memory).catch((cause: unknown) => {
            log('warn', 'A picture of ours could not be read', { cause });
            return E.right(null);
          });
    },
    findImage,
    signatureOfUrl: async (url) => {
      const name = imageNameIn(url);
      return name === null ? null : signatureOf(name);
    },
    counts: reports.counts,
    notices: reports.notices,
  };
};
