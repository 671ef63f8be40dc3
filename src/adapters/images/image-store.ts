import type { TE } from '../../kernel/fp.ts';
import type { ImageSignature } from '../../ports/images.ts';

/** Why a store did not take a picture, in plain words, without a secret. */
export type StoreFault = { readonly reason: string };

/** A picture with the file name that it is kept under. */
export type NamedImage = {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
  readonly signature: ImageSignature | null;
};

/** A vendor's bucket: one upload a call, ended at once when the signal aborts; gives the absolute URL. */
export type BucketStore = {
  readonly kind: 'qiniu' | 'tencent';
  readonly put: (image: NamedImage, signal: AbortSignal) => TE.TaskEither<StoreFault, string>;
};
