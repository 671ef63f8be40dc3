import type { TE } from '../../kernel/fp.ts';
import type { FindImage, ImageSignature } from '../../ports/images.ts';

/**
 * Why a store did not take a picture: plain words, no secret, no picture. `cause` is what it threw where nobody foresaw
 * that, for the log.
 */
export type StoreFault = { readonly reason: string; readonly cause?: unknown };

/** A picture under our own name for it (`20250102_030405_<32 hex digits>.png`), its type told by its content. */
export type NamedImage = {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
  readonly signature: ImageSignature | null;
  /** Of the caller whose it is. */
  readonly address: string;
};

/** A store whose pictures somebody else serves: `put` gives the absolute URL, and gives up when the signal does. */
export type BucketStore = {
  readonly kind: 'qiniu' | 'tencent';
  readonly put: (image: NamedImage, signal: AbortSignal) => TE.TaskEither<StoreFault, string>;
};

/** A store whose pictures this service serves at `/images/{name}`. What is not our own name is never looked for. */
export type OwnStore = {
  readonly kind: 'local' | 'memory';
  readonly put: (image: NamedImage) => TE.TaskEither<StoreFault, void>;
  readonly find: FindImage;
  /** Null when the picture is gone or came without one. */
  readonly signatureOf: (name: string) => Promise<ImageSignature | null>;
};
