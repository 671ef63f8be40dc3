import { imageKeeper, type ImageKeeper } from '../adapters/images/image-keeper.ts';
import {
  decodeImageLinkKey,
  imageLinkKey,
  lastingLinks,
  signedLinks,
  type ImageLinks,
} from '../adapters/images/image-links.ts';
import type { BucketStore } from '../adapters/images/image-store.ts';
import { localImages } from '../adapters/images/local-images.ts';
import { memoryImages } from '../adapters/images/memory-images.ts';
import { qiniuImages } from '../adapters/images/qiniu-images.ts';
import { tencentImages } from '../adapters/images/tencent-images.ts';
import { now, wait } from '../adapters/system.ts';
import type { Config } from '../config.ts';
import { imageRoutes } from '../http/image-routes.ts';
import type { Route } from '../http/route.ts';
import type { Capabilities, Log } from '../ports/capabilities.ts';
import { fetchLater } from './fetch-later.ts';
import type { StateFiles } from './state-files.ts';

/** Everything about pictures: what the pipeline needs of them, their routes, and their work in the background. */
export type Pictures = {
  readonly capabilities: Pick<Capabilities, 'keepImage' | 'readImage' | 'imageSignature' | 'fetchMedia'>;
  readonly routes: readonly Route[];
  readonly notices: ImageKeeper['notices'];
  readonly counts: ImageKeeper['counts'];
  readonly start: () => void;
  readonly stop: () => Promise<void>;
};

/** What pictures need of the other parts. */
export type PictureNeeds = Pick<Capabilities, 'recallSignatures' | 'rememberSignature'> & {
  readonly files: StateFiles;
  readonly log: Log;
};

const linksFor = ({ images }: Config, files: StateFiles): ImageLinks =>
  images.linkTtlSeconds === 0
    ? lastingLinks
    : signedLinks(images.linkTtlSeconds, imageLinkKey(files.store('image-link-key.json', decodeImageLinkKey)), now);

const bucketOf = (store: Config['images']['store']): BucketStore | null => {
  switch (store.kind) {
    case 'qiniu':
      return qiniuImages(store);
    case 'tencent':
      return tencentImages(store);
    case 'local':
    case 'memory':
      return null;
  }
};

/** Puts the picture stores together as IMAGE_STORAGE_TYPE says; the disk, then memory stand in for a bucket. */
export const composePictures = (
  config: Config,
  { files, log, recallSignatures, rememberSignature }: PictureNeeds,
): Pictures => {
  const { own, hostUrl, store, fetch } = config.images;
  const local = localImages(own.local, { now, log });
  const memory = memoryImages(own.memory);
  const links = linksFor(config, files);
  const keeper = imageKeeper(
    { bucket: bucketOf(store), own: store.kind === 'memory' ? [memory] : [local, memory] },
    { hostUrl, queryFor: links.queryFor, recallSignatures, rememberSignature, now, wait, log },
  );
  const media = fetchLater(fetch);
  return {
    capabilities: {
      keepImage: keeper.keepImage,
      readImage: keeper.readImage,
      imageSignature: keeper.signatureOfUrl,
      fetchMedia: media.fetchMedia,
    },
    routes: imageRoutes({ findImage: keeper.findImage, checkLink: links.checkLink }),
    notices: keeper.notices,
    counts: keeper.counts,
    start: () => local.start(),
    stop: async () => {
      await Promise.all([local.stop(), media.close()]);
    },
  };
};
