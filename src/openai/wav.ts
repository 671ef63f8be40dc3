/** Samples a second of `audio/L16;codec=pcm;rate=24000`; Gemini's speech has 24,000 where it doesn't say. */
const rateOf = (mimeType: string): number => Number(/rate=(\d+)/.exec(mimeType)?.[1] ?? 24_000);

const headerBytes = 44;
const bytesPerSample = 2;

/** The RIFF header of 16-bit mono PCM. */
const header = (size: number, rate: number): Buffer => {
  const head = Buffer.alloc(headerBytes);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(headerBytes - 8 + size, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * bytesPerSample, 28);
  head.writeUInt16LE(bytesPerSample, 32);
  head.writeUInt16LE(8 * bytesPerSample, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(size, 40);
  return head;
};

/** Base64 of 16-bit PCM as base64 of a WAV file; what is a WAV file already (Gemini 3.8) stays as it is. */
export const asWav = (data: string, mimeType: string): string => {
  if (!mimeType.startsWith('audio/L16')) return data;
  const samples = Buffer.from(data, 'base64');
  return Buffer.concat([header(samples.length, rateOf(mimeType)), samples]).toString('base64');
};

/** Base64 of a WAV file's samples alone; PCM stays as it is. */
export const asPcm = (data: string, mimeType: string): string =>
  mimeType.startsWith('audio/L16') ? data : Buffer.from(data, 'base64').subarray(headerBytes).toString('base64');
