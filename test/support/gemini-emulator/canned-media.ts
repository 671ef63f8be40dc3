import { crc32, deflateSync } from 'node:zlib';

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
};

/** A valid PNG of one colour (red, green, blue), as small as it gets. */
export const tinyPng = (width: number, height: number, colour: readonly [number, number, number]): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.from([0, ...Array.from({ length: width }, () => colour).flat()]);
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
};

/** The sides of a picture of an aspect ratio such as `16:9`, as few pixels as show it. */
export const sidesOf = (aspectRatio: string | undefined): readonly [number, number] => {
  const [, width, height] = /^(\d{1,2}):(\d{1,2})$/.exec(aspectRatio ?? '') ?? [];
  return width === undefined || height === undefined ? [8, 8] : [Number(width), Number(height)];
};

const rate = 24_000;

/** A quiet tone, 16 bit mono at 24 kHz. */
export const tone = (milliseconds: number): Buffer => {
  const samples = Buffer.alloc(((rate * milliseconds) / 1000) * 2);
  for (let at = 0; at < samples.length / 2; at += 1) samples.writeInt16LE(Math.round(2000 * Math.sin((at * 440 * 2 * Math.PI) / rate)), at * 2);
  return samples;
};

/** The same samples with a WAV header, as the newer speech models answer. */
export const wav = (samples: Buffer): Buffer => {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
};
