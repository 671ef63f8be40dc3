import { fromBase64 } from '../kernel/base64.ts';
import type { AnswerBlob } from './response.ts';

/** 16-bit little-endian samples; `rate` a second and channel. */
export type Sound = { readonly samples: Uint8Array; readonly rate: number; readonly channels: number };

/** What Gemini's speech has where it doesn't say. */
const usual = { rate: 24_000, channels: 1 };

const isPcm = (mimeType: string): boolean => /^audio\/(?:l16|pcm)\b/i.test(mimeType);
const isWav = (mimeType: string): boolean => /^audio\/(?:x-wav|wave?|vnd\.wave)\b/i.test(mimeType);

const numberIn = (mimeType: string, name: string): number | null => {
  const found = Number(new RegExp(`\\b${name}=(\\d{1,9})`, 'i').exec(mimeType)?.[1] ?? 0);
  return found > 0 ? found : null;
};

const pcmFormat = 1;
const extensibleFormat = 0xfffe;
const bitsPerSample = 16;

type Format = { readonly rate: number; readonly channels: number; readonly isReadable: boolean };

const formatAt = (bytes: Buffer, at: number, size: number): Format | null => {
  if (size < 16 || at + 16 > bytes.length) return null;
  const kind = bytes.readUInt16LE(at);
  const isReadable = (kind === pcmFormat || kind === extensibleFormat) && bytes.readUInt16LE(at + 14) === bitsPerSample;
  return { rate: bytes.readUInt32LE(at + 4), channels: bytes.readUInt16LE(at + 2), isReadable };
};

/** Walks the chunks of a RIFF file. A stream's head says 0 or too much for the samples: they then go on to the end. */
const readWav = (bytes: Buffer): Sound | null => {
  let format: Format | null = null;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === 'fmt ') format = formatAt(bytes, start, size);
    if (name === 'data') {
      const end = size === 0 ? bytes.length : Math.min(bytes.length, start + size);
      return format === null || !format.isReadable || format.rate === 0 || format.channels === 0
        ? null
        : { samples: bytes.subarray(start, end), rate: format.rate, channels: format.channels };
    }
    at = start + size + (size % 2);
  }
  return null;
};

const hasHead = (bytes: Buffer): boolean =>
  bytes.length >= 12 && bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WAVE';

/**
 * The samples of what Gemini speaks: bare ones (`audio/L16;codec=pcm;rate=24000`, models until 3.1) or a WAV file
 * (3.8), of which a later piece of a stream has no head. Null for anything else.
 */
export const readSound = ({ mimeType, data }: AnswerBlob): Sound | null => {
  if (!isPcm(mimeType) && !isWav(mimeType)) return null;
  const bytes = fromBase64(data);
  if (hasHead(bytes)) return readWav(bytes);
  return {
    samples: bytes,
    rate: numberIn(mimeType, 'rate') ?? usual.rate,
    channels: numberIn(mimeType, 'channels') ?? usual.channels,
  };
};
