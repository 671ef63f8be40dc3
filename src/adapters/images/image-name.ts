import { randomBytes } from 'node:crypto';
import type { ImageType } from './image-type.ts';

const pattern = /^\d{8}_\d{6}_([0-9a-f]{32})\.(?:png|jpg|gif|webp)$/;

/**
 * The beginning of a name given at this time, ms since the epoch. It sorts above all earlier names, below later ones.
 */
export const stampOf = (time: number): string => {
  const [date = '', clock = ''] = new Date(time).toISOString().split(/[T.]/);
  return `${date.replaceAll('-', '')}_${clock.replaceAll(':', '')}`;
};

/**
 * A fresh name, `20250102_030405_<32 hex digits>.png` (UTC): names sort by age, and 128 random bits can't be guessed.
 */
export const newImageName = (now: number, { extension }: ImageType): string =>
  `${stampOf(now)}_${randomBytes(16).toString('hex')}.${extension}`;

/** True for names of ours, and for nothing that could lead out of a folder. */
export const isImageName = (name: string): boolean => pattern.test(name);

/** The strong ETag, with its quotes, of a picture that never changes under its name. */
export const etagOf = (name: string, size: number): string =>
  `"${pattern.exec(name)?.[1] ?? name}-${size.toString(16)}"`;

/** Addresses of ours are far shorter. */
const longestUrl = 4096;

const segmentsOf = (url: string): readonly string[] => {
  if (url.length > longestUrl || !URL.canParse(url, 'http://host')) return [];
  const { protocol, pathname } = new URL(url, 'http://host');
  return protocol === 'http:' || protocol === 'https:' ? pathname.split('/') : [];
};

/** The name of ours that an address ends in, wherever the picture is kept; null when there is none. */
export const imageNameIn = (url: string): string | null => {
  const last = segmentsOf(url).at(-1) ?? '';
  return isImageName(last) ? last : null;
};

/**
 * The name in an address of a picture that this service serves, `…/images/<name>`: on any host, since the service may
 * have moved, and with or without the query of a signed link.
 */
export const ownImageNameIn = (url: string): string | null =>
  segmentsOf(url).at(-2) === 'images' ? imageNameIn(url) : null;
