import { randomBytes } from 'node:crypto';
import type { NamedImage } from '../../src/adapters/images/image-store.ts';
import { newImageName } from '../../src/adapters/images/image-name.ts';
import { imageTypeOf } from '../../src/adapters/images/image-type.ts';
import type { ByteRange, ServedImage } from '../../src/ports/images.ts';

/** The first bytes of each type that is kept. */
export const beginnings = {
  png: Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
  jpg: Buffer.from('\xff\xd8\xff\xe0', 'latin1'),
  gif: Buffer.from('GIF89a', 'latin1'),
  webp: Buffer.from('RIFF\x10\x00\x00\x00WEBP', 'latin1'),
} as const;

/** Random bytes that begin as a picture does. */
export const pictureOf = (size: number, kind: keyof typeof beginnings = 'png'): Buffer =>
  Buffer.concat([beginnings[kind], randomBytes(size)]).subarray(0, size);

/** A picture of so many bytes under a name of ours, made at this time (ms since the epoch). */
export const named = (size = 64, over: Partial<NamedImage> & { readonly at?: number } = {}): NamedImage => {
  const bytes = over.bytes ?? pictureOf(size);
  const type = imageTypeOf(bytes) ?? { mimeType: 'image/png', extension: 'png' };
  return { name: newImageName(over.at ?? 1_000_000, type), mimeType: type.mimeType, signature: null, address: '192.0.2.1', ...over, bytes };
};

/** What a store serves of a picture, joined. */
export const bytesOf = async (image: ServedImage | null, range: ByteRange | null = null): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  if (image !== null) for await (const piece of image.bytes(range)) pieces.push(piece);
  return Buffer.concat(pieces);
};

/** Names that are not ours, and ways out of a folder. `ours` is a name that exists. */
export const oddNames = (ours: string): readonly string[] => [
  '',
  '.',
  '..',
  '/',
  `../${ours}`,
  `./${ours}`,
  `/${ours}`,
  `${ours}/`,
  `x/${ours}`,
  `x/../${ours}`,
  `..\\${ours}`,
  `%2e%2e/${ours}`,
  `${ours}\0`,
  `${ours}\0.png`,
  `${ours}\n`,
  `${ours}.json`,
  `${ours}.0123456789ab.tmp`,
  `${ours.slice(0, -4)}.svg`,
  `${ours.slice(0, -4)}.html`,
  `${ours.slice(0, -4)}.PNG`,
  ours.slice(0, -4),
  ours.toUpperCase(),
  ours.slice(1),
  `0${ours}`,
  '20250102_030405_0123.png',
  '../../../../etc/passwd',
  'state/keys.json',
  '__proto__',
];
