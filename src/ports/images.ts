import type { TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { LongText } from '../kernel/unread-text.ts';
import type { Blob } from '../gemini/request.ts';
import type { AnswerBlob } from '../gemini/response.ts';
import type { Memory } from './memory.ts';

/** The thought signature that came with a picture, and the key that made it. Edits of the picture are checked by it. */
export type ImageSignature = { readonly value: string; readonly keyId: string };

/** A picture, its data in base64, with the signature that it came with, if any. */
export type SignedImage = Blob & { readonly signature: ImageSignature | null };

/** For whom a picture is kept: the origin of the request (`https://host`), and the address that it came from. */
export type KeptFor = { readonly origin: string; readonly address: string };

/**
 * Keeps a picture and gives the address to show it by, which has the request's own origin where this service serves it
 * itself. Never fails: what no store takes comes back as a data: URL.
 */
export type KeepImage = (image: AnswerBlob & Pick<SignedImage, 'signature'>, by: KeptFor) => Promise<LongText>;

/**
 * Reads one of our own pictures back by the address that KeepImage gave; null when it is not ours, or gone. Left: there
 * is no memory for it.
 */
export type ReadImage = (url: string, memory: Memory) => TE.TaskEither<ProxyError, SignedImage | null>;

/** The thought signature of a picture that we kept anywhere, a bucket too, by its address; null when there is none. */
export type ImageSignatureOf = (url: string) => Promise<ImageSignature | null>;

/** Who reads something: until when, and whose memory holds it. */
export type Reader = { readonly signal: AbortSignal; readonly memory: Memory };

/**
 * Reads media by http(s) address, guarded: public addresses only, few redirects, so many bytes and seconds at most.
 * `path` names the field that holds the address, for the 400 that says what is wrong. What is read is reserved before
 * it is held.
 */
export type FetchMedia = (url: string, path: string, reader: Reader) => TE.TaskEither<ProxyError, Blob>;

/** What is asked of a picture to serve: all of it, or a part. `end` is inclusive, as in HTTP. */
export type ByteRange = { readonly start: number; readonly end: number };

/** A picture to serve, not read yet. `bytes` may be called once. */
export type ServedImage = {
  readonly mimeType: string;
  readonly size: number;
  /** Strong, with its quotes. */
  readonly etag: string;
  readonly bytes: (range: ByteRange | null) => AsyncGenerator<Uint8Array, void, undefined>;
};

/** Finds a picture by its file name for `/images/{name}`; null when there is none. */
export type FindImage = (name: string) => Promise<ServedImage | null>;

/** Whether a picture's link may be opened, and for how many seconds still; null = for ever. */
export type ImageLinkVerdict =
  { readonly mayOpen: false } | { readonly mayOpen: true; readonly forSeconds: number | null };

/** Judges the link to a picture by its name and by what follows the `?` in it. */
export type CheckImageLink = (name: string, query: string) => ImageLinkVerdict;
