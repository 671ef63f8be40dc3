import { viewOfBase64 } from './byte-view.ts';
import { sniffKind } from './media-signatures.ts';
import { readSound, type Sound } from './sound.ts';

const headBytes = 44;
const bytesPerSample = 2;

/** What the head of a stream says for its size, since nobody knows it yet. */
export const unknownSize = 0xffff_ffff;

/** The RIFF head of 16-bit samples that are `size` bytes long. */
export const wavHead = (size: number, { rate, channels }: Omit<Sound, 'samples'>): Buffer => {
  const head = Buffer.alloc(headBytes);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(Math.min(headBytes - 8 + size, unknownSize), 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * channels * bytesPerSample, 28);
  head.writeUInt16LE(channels * bytesPerSample, 32);
  head.writeUInt16LE(8 * bytesPerSample, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(size, 40);
  return head;
};

const isWavFile = (data: string): boolean => sniffKind(viewOfBase64(data.slice(0, headBytes)))?.type === 'audio/wav';

/** Base64 of 16-bit PCM as base64 of a WAV file; what is a WAV file already (Gemini 3.8) stays as it is. */
export const asWav = (data: string, mimeType: string): string => {
  const sound = isWavFile(data) ? null : readSound({ mimeType, data });
  return sound === null
    ? data
    : Buffer.concat([wavHead(sound.samples.length, sound), sound.samples]).toString('base64');
};

/** Base64 of a WAV file's samples alone; what is no WAV file stays as it is. */
export const asPcm = (data: string, mimeType: string): string => {
  const sound = isWavFile(data) ? readSound({ mimeType: 'audio/wav', data }) : readSound({ mimeType, data });
  return sound === null ? data : Buffer.from(sound.samples).toString('base64');
};
