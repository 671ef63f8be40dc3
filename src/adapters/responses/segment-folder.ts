import { constants } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log, NewId, Now } from '../../ports/capabilities.ts';
import { writeWhole } from '../state/write-whole.ts';
import type { Kept, KeptList, Segment } from './kept-list.ts';
import { readSegment } from './read-segment.ts';
import { piecesOf } from './text-blocks.ts';

/** Where they are, and what is used. */
export type SegmentSettings = {
  readonly folder: string;
  /** All files together. */
  readonly mostBytes: number;
  readonly log: Log;
  readonly now: Now;
  readonly newId: NewId;
};

const ending = '.responses';
/** Bytes of one segment, if it has more than one response. */
const fullSegment = 4 * 1024 ** 2;
/** What a crash left; a fresh one may belong to a process that is just being replaced. */
const abandonedMs = 60_000;

/** A pipe must not hold the process, and no link leads elsewhere. Windows knows neither flag. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

const bytesOf = async (path: string, most: number): Promise<Buffer | null> => {
  const file = await open(path, flags);
  try {
    const facts = await file.stat();
    return facts.isFile() && facts.size <= most ? await file.readFile() : null;
  } finally {
    await file.close();
  }
};

/** Names sort as they were made. */
const nameOf = ({ now, newId }: Pick<SegmentSettings, 'now' | 'newId'>): string =>
  `${Math.max(0, Math.floor(now())).toString(36).padStart(10, '0')}-${newId().slice(0, 8)}${ending}`;

const inSegments = (fresh: readonly Kept[]): readonly (readonly Kept[])[] => {
  const segments: Kept[][] = [];
  let room = 0;
  for (const kept of fresh) {
    if (kept.size > room) {
      segments.push([]);
      room = fullSegment;
    }
    segments.at(-1)?.push(kept);
    room -= kept.size;
  }
  return segments;
};

/** The segments that are on disk. */
export type Segments = Set<Segment>;

const sizeOf = (all: readonly Kept[]): number => all.reduce((sum, { size }) => sum + size, 0);

/** A segment of these, which are in the list or will be put into it. */
const segmentOf = (name: string, all: readonly Kept[], isHeld: boolean): Segment => {
  const size = sizeOf(all);
  const segment: Segment = { name, all, size, held: isHeld ? all.length : 0, heldSize: isHeld ? size : 0 };
  for (const kept of all) kept.segment = segment;
  return segment;
};

const removeAbandoned = async (folder: string, names: readonly string[], now: number): Promise<void> => {
  for (const name of names.filter((each) => each.includes(ending) && each.endsWith('.tmp'))) {
    const { mtimeMs } = await stat(join(folder, name));
    if (now - mtimeMs > abandonedMs) await rm(join(folder, name), { force: true });
  }
};

/** What may be on disk beside what is kept: as much as half of it, before it is written anew. */
const mostOnDisk = (mostBytes: number): number => mostBytes * 1.5;

/** The newest segments first, for as long as there is room; what is left over is from longer ago than is kept. */
export const readFolder = async (
  { folder, mostBytes, now, log }: SegmentSettings,
  segments: Segments,
): Promise<readonly Kept[]> => {
  const names = await readdir(folder);
  await removeAbandoned(folder, names, now());
  const found: (readonly Kept[])[] = [];
  let room = mostOnDisk(mostBytes) + 2 * fullSegment;
  for (const name of names.filter((each) => each.endsWith(ending)).toSorted().toReversed()) {
    const file = await bytesOf(join(folder, name), room).catch(() => null);
    const { kept, isWhole } = file === null ? { kept: [], isWhole: false } : readSegment(file);
    if (!isWhole) log('warn', 'A file of kept responses is damaged, or can not be read; it is ignored', { file: name });
    room -= file?.length ?? 0;
    segments.add(segmentOf(name, kept, false));
    found.push(kept);
  }
  return found.toReversed().flat();
};

/** What is to be on disk, and whether what is not in the list is erased from segments that stay. */
export type Write = { readonly list: KeptList; readonly erases: boolean };

/** They are marked before they are written: whatever leaves the list meanwhile is counted. */
const writeSegment = async (settings: SegmentSettings, fresh: readonly Kept[]): Promise<Segment> => {
  const segment = segmentOf(nameOf(settings), fresh, true);
  try {
    await writeWhole(join(settings.folder, segment.name), piecesOf(fresh));
    return segment;
  } catch (cause) {
    for (const kept of fresh) kept.segment = null;
    throw cause;
  }
};

/** Writes anew the segments that hold something that is not in the list any more. */
const eraseGone = async ({ folder }: SegmentSettings, segments: Iterable<Segment>, list: KeptList): Promise<void> => {
  const held = new Set(list.all());
  for (const segment of segments) {
    const rest = segment.all.filter((kept) => held.has(kept));
    const isLess = rest.length > 0 && rest.length < segment.all.length;
    if (isLess) await writeWhole(join(folder, segment.name), piecesOf(rest));
    segment.all = rest;
    segment.size = sizeOf(rest);
  }
};

/** Where too much stands in segments beside what is kept of them, those of which a quarter is gone are written anew. */
const eraseMuchGone = async (settings: SegmentSettings, segments: Segments, list: KeptList): Promise<void> => {
  const all = [...segments];
  if (all.reduce((sum, { size }) => sum + size, 0) <= mostOnDisk(settings.mostBytes)) return;
  await eraseGone(settings, all.filter(({ size, heldSize }) => heldSize < size * 0.75), list);
};

/** What is new becomes new segments; a segment goes when nothing in it is kept any more. It costs what is new. */
export const writeFolder = async (settings: SegmentSettings, segments: Segments, write: Write): Promise<void> => {
  const { folder } = settings;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const fresh of inSegments(write.list.unwritten())) segments.add(await writeSegment(settings, fresh));
  for (const segment of segments) {
    if (segment.held > 0) continue;
    await rm(join(folder, segment.name), { force: true });
    segments.delete(segment);
  }
  if (write.erases) await eraseGone(settings, segments, write.list);
  else await eraseMuchGone(settings, segments, write.list);
};
