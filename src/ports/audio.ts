import type { ProxyError } from '../kernel/proxy-error.ts';

/** What sound can be encoded as; `pcm` is bare 16-bit samples, for another speed. */
export type EncodedFormat = 'mp3' | 'opus' | 'aac' | 'flac' | 'pcm';

/** The media types of encoded sound. Opus comes in an Ogg file. */
export const encodedTypes: Readonly<Record<Exclude<EncodedFormat, 'pcm'>, string>> = {
  mp3: 'audio/mpeg',
  opus: 'audio/ogg; codecs=opus',
  aac: 'audio/aac',
  flac: 'audio/flac',
};

/** 16-bit little-endian samples as they come; `rate` a second and channel. */
export type SampleStream = {
  readonly samples: AsyncIterable<Uint8Array>;
  readonly rate: number;
  readonly channels: number;
};

/** `speed` is 0.25 to 4, with the pitch kept. */
export type Encoding = { readonly format: EncodedFormat; readonly speed: number };

/**
 * Encodes sound while it comes. What goes wrong is thrown as a `Thrown`; faults of the samples' source pass through.
 */
export type EncodeAudio = (
  sound: SampleStream,
  encoding: Encoding,
  signal: AbortSignal,
) => AsyncGenerator<Uint8Array, void, undefined>;

/** An encoder. */
export type AudioEncoder = {
  /** What it makes at the speed at which the samples come. */
  readonly formats: ReadonlySet<EncodedFormat>;
  /** Whether it makes this format at this speed. */
  readonly makes: (encoding: Encoding) => boolean;
  readonly encode: EncodeAudio;
};

/** An encoder of this machine; null when there is none. It is looked for once, when first asked for. */
export type FindEncoder = () => Promise<AudioEncoder | null>;

/** How a dialect wants the sound of an answer, and what happens where it can't be had: null is to go on without. */
export type EncodingWish = Encoding & {
  /** Told what can be had. */
  readonly otherwise: (formats: readonly EncodedFormat[]) => ProxyError | null;
};
