import { opendir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { breathe } from '../../kernel/breathe.ts';
import { fairMap } from '../../kernel/fair-map.ts';
import { isMissing } from './image-file.ts';
import { isImageName, stampOf } from './image-name.ts';

/** IMAGE_MAX_NUMBER; IMAGE_MAX_TOTAL_MB in bytes; IMAGE_MAX_AGE_DAYS in milliseconds, null = for ever. */
export type ImageCaps = { readonly mostImages: number; readonly mostBytes: number; readonly mostAgeMs: number | null };

/** And whose a picture is, by its name. */
type SharedCaps = ImageCaps & { readonly whose: (name: string) => string };

/** What a folder holds. */
export type Stock = { readonly images: number; readonly bytes: number };

/** What is written beside a picture: its signature. */
export const sidecarOf = (name: string): string => `${name}.json`;

const temporary = /^(.+?)(?:\.json)?\.[0-9a-f]{12}\.tmp$/;

/** Younger ones may belong to a write that is under way. */
const abandonedMs = 600_000;

/**
 * Past a cap it goes down by a twentieth more, so that not every picture from then on costs a look through the folder.
 */
const targetOf = (total: number, most: number): number => (total > most ? Math.ceil(most * 0.95) : most);

type Listing = {
  readonly newestFirst: readonly string[];
  readonly sidecars: ReadonlySet<string>;
  readonly temporaries: readonly string[];
};

/** A folder with more than this is not ours alone; the rest waits until these are gone. */
const mostEntries = 2_000_000;

const listingOf = async (folder: string): Promise<Listing> => {
  const [images, sidecars, temporaries]: readonly [string[], Set<string>, string[]] = [[], new Set(), []];
  let looked = 0;
  for await (const { name } of await opendir(folder, { bufferSize: 256 })) {
    if (isImageName(name)) images.push(name);
    else if (name.endsWith('.json') && isImageName(name.slice(0, -5))) sidecars.add(name);
    else if (isImageName(temporary.exec(name)?.[1] ?? '')) temporaries.push(name);
    looked += 1;
    if (looked === mostEntries) break;
  }
  return { newestFirst: images.toSorted().toReversed(), sidecars, temporaries };
};

const bytesOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    if (isMissing(cause)) return 0;
    throw cause;
  }
};

type Sized = { readonly name: string; readonly bytes: number };

const sumOf = (all: readonly Sized[]): number => all.reduce((sum, { bytes }) => sum + bytes, 0);

const measureFiles = async (
  folder: string,
  images: readonly Sized[],
  sidecars: ReadonlySet<string>,
): Promise<readonly Sized[]> => {
  const all: Sized[] = [];
  for (const { name } of images) {
    const beside = sidecars.has(sidecarOf(name)) ? await bytesOf(join(folder, sidecarOf(name))) : 0;
    all.push({ name, bytes: beside + (await bytesOf(join(folder, name))) });
  }
  return all;
};

/** Pictures after which others are served. */
const atATime = 2000;

/** What may stay of these, the oldest first: nobody's pictures go for those of who has more. */
const keptWithin = async (
  oldestFirst: readonly Sized[],
  bounds: { readonly most: number; readonly mostSize: number },
  whose: SharedCaps['whose'],
): Promise<readonly Sized[]> => {
  const kept = fairMap<Sized>({ ...bounds, sizeOf: ({ bytes }) => bytes });
  for (const [at, one] of oldestFirst.entries()) {
    kept.set(one.name, one, whose(one.name));
    if (at % atATime === atATime - 1) await breathe();
  }
  return kept.entries().map(({ value }) => value);
};

/** Gone already, or held by somebody: the next round sees to it. */
const removeFile = (path: string): Promise<void> => rm(path, { force: true }).catch(() => undefined);

const removeAbandonedWrites = async (path: string, now: number): Promise<void> => {
  const facts = await stat(path).catch(() => null);
  if (facts !== null && now - facts.mtimeMs > abandonedMs) await removeFile(path);
};

/**
 * Brings a folder back within the caps, the oldest pictures of who has most first and their sidecars with them, and
 * removes what a crash left half done. One file operation at a time. Files whose names are not ours are never touched.
 */
export const cleanUpImages = async (folder: string, caps: SharedCaps, now: number): Promise<Stock> => {
  const { newestFirst, sidecars, temporaries } = await listingOf(folder);
  const oldest = caps.mostAgeMs === null ? '' : stampOf(Math.max(0, now - caps.mostAgeMs));
  const young = newestFirst.filter((name) => name >= oldest);
  const named = young.toReversed().map((name) => ({ name, bytes: 0 }));
  const most = targetOf(young.length, caps.mostImages);
  const few = await keptWithin(named, { most, mostSize: Infinity }, caps.whose);
  const sized = await measureFiles(folder, few, sidecars);
  const mostSize = targetOf(sumOf(sized), caps.mostBytes);
  const kept = await keptWithin(sized, { most: Infinity, mostSize }, caps.whose);
  const stays = new Set(kept.map(({ name }) => name));
  for (const name of newestFirst.toReversed()) {
    if (stays.has(name)) continue;
    await removeFile(join(folder, name));
    await removeFile(join(folder, sidecarOf(name)));
  }
  const images = new Set(newestFirst.map(sidecarOf));
  for (const name of [...temporaries, ...[...sidecars].filter((each) => !images.has(each))])
    await removeAbandonedWrites(join(folder, name), now);
  return { images: kept.length, bytes: sumOf(kept) };
};
