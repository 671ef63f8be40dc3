import { opendir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './image-file.ts';
import { isImageName, stampOf } from './image-name.ts';

/** IMAGE_MAX_NUMBER; IMAGE_MAX_TOTAL_MB in bytes; IMAGE_MAX_AGE_DAYS in milliseconds, null = for ever. */
export type ImageCaps = { readonly mostImages: number; readonly mostBytes: number; readonly mostAgeMs: number | null };

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

const measureFiles = async (
  folder: string,
  names: readonly string[],
  sidecars: ReadonlySet<string>,
): Promise<readonly Sized[]> => {
  const all: Sized[] = [];
  for (const name of names) {
    const beside = sidecars.has(sidecarOf(name)) ? await bytesOf(join(folder, sidecarOf(name))) : 0;
    all.push({ name, bytes: beside + (await bytesOf(join(folder, name))) });
  }
  return all;
};

const keptWithin = (newestFirst: readonly Sized[], mostBytes: number): readonly Sized[] => {
  const target = targetOf(
    newestFirst.reduce((sum, { bytes }) => sum + bytes, 0),
    mostBytes,
  );
  let room = target;
  const end = newestFirst.findIndex(({ bytes }, at) => {
    room -= bytes;
    return room < 0 && at > 0;
  });
  return end === -1 ? newestFirst : newestFirst.slice(0, end);
};

/** Gone already, or held by somebody: the next round sees to it. */
const removeFile = (path: string): Promise<void> => rm(path, { force: true }).catch(() => undefined);

const removeAbandonedWrites = async (path: string, now: number): Promise<void> => {
  const facts = await stat(path).catch(() => null);
  if (facts !== null && now - facts.mtimeMs > abandonedMs) await removeFile(path);
};

/**
 * Brings a folder back within the caps, the oldest pictures first and their sidecars with them, and removes what a
 * crash left half done. One file operation at a time. Files whose names are not ours are never touched.
 */
export const cleanUpImages = async (folder: string, caps: ImageCaps, now: number): Promise<Stock> => {
  const { newestFirst, sidecars, temporaries } = await listingOf(folder);
  const oldest = caps.mostAgeMs === null ? '' : stampOf(Math.max(0, now - caps.mostAgeMs));
  const young = newestFirst.filter((name) => name >= oldest);
  const kept = keptWithin(
    await measureFiles(folder, young.slice(0, targetOf(young.length, caps.mostImages)), sidecars),
    caps.mostBytes,
  );
  for (const name of newestFirst.slice(kept.length).toReversed()) {
    await removeFile(join(folder, name));
    await removeFile(join(folder, sidecarOf(name)));
  }
  const images = new Set(newestFirst.map(sidecarOf));
  for (const name of [...temporaries, ...[...sidecars].filter((each) => !images.has(each))])
    await removeAbandonedWrites(join(folder, name), now);
  return { images: kept.length, bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0) };
};
