import { latinAt, numberAt, type ByteView } from './byte-view.ts';
import type { Sniffed } from './media-signatures.ts';

/** Major brands of files that begin with an `ftyp` box (mp4ra.org, ISO/IEC 23008-12); all others are MP4. */
const brands: readonly (readonly [start: string, kind: Sniffed])[] = [
  ['heic', { type: 'image/heic' }],
  ['heix', { type: 'image/heic' }],
  ['heim', { type: 'image/heic' }],
  ['heis', { type: 'image/heic' }],
  ['hevc', { type: 'image/heic' }],
  ['hevx', { type: 'image/heic' }],
  ['mif1', { type: 'image/heif' }],
  ['msf1', { type: 'image/heif' }],
  ['avif', { type: 'image/avif' }],
  ['avis', { type: 'image/avif' }],
  ['crx ', { type: 'image/x-canon-cr3' }],
  ['qt  ', { type: 'video/mov', asSound: 'audio/mp4' }],
  ['3g', { type: 'video/3gpp', asSound: 'audio/mp4' }],
  ['M4A', { type: 'audio/m4a' }],
  ['M4B', { type: 'audio/m4a' }],
];

type Box = { readonly name: string; readonly start: number; readonly end: number };

/** So many boxes are looked at in all: a file has a handful before what is looked for. */
const mostBoxes = 500;

type Budget = { left: number };

/** The boxes between two places, one after the other: 32-bit sizes, 64-bit ones, and 0 for "to the end". */
function* boxesIn(
  view: ByteView,
  { start, end }: Pick<Box, 'start' | 'end'>,
  budget: Budget,
): Generator<Box, void, undefined> {
  for (let at = start; at + 8 <= end && budget.left > 0; budget.left -= 1) {
    const short = numberAt(view, at, 4);
    const size = short === 1 ? numberAt(view, at + 8, 8) : short;
    const next = short === 0 ? end : at + size;
    if (next <= at + 7) return;
    yield { name: latinAt(view, at + 4, at + 8), start: at + (short === 1 ? 16 : 8), end: Math.min(next, end) };
    at = next;
  }
}

/** The handlers of the tracks: `vide`, `soun` and others (moov › trak › mdia › hdlr). */
const handlersOf = (view: ByteView): readonly string[] => {
  const budget = { left: mostBoxes };
  const childrenOf = (parent: Pick<Box, 'start' | 'end'>, name: string): readonly Box[] =>
    [...boxesIn(view, parent, budget)].filter((box) => box.name === name);
  const [movie] = childrenOf({ start: 0, end: view.size }, 'moov');
  const media = (movie === undefined ? [] : childrenOf(movie, 'trak')).flatMap((track) => childrenOf(track, 'mdia'));
  return media.flatMap((one) => childrenOf(one, 'hdlr')).map(({ start }) => latinAt(view, start + 8, start + 12));
};

/** A HEIF file may call itself `mif1` and say what it is only among the compatible brands. */
const ofCompatible = (view: ByteView): Sniffed => {
  const list = latinAt(view, 16, Math.min(numberAt(view, 0, 4), 512));
  if (list.includes('avif')) return { type: 'image/avif' };
  return { type: /heic|heix|hevc/.test(list) ? 'image/heic' : 'image/heif' };
};

/** The kind of a file that begins with an `ftyp` box: by its brand, and a plain MP4's by what its tracks hold. */
export const mp4Kind = (view: ByteView): Sniffed => {
  const brand = latinAt(view, 8, 12);
  const known = brands.find(([start]) => brand.startsWith(start))?.[1];
  if (known?.type === 'image/heif') return ofCompatible(view);
  if (known !== undefined) return known;
  const handlers = handlersOf(view);
  if (handlers.includes('vide')) return { type: 'video/mp4', asSound: 'audio/mp4' };
  return handlers.includes('soun') ? { type: 'audio/mp4' } : { type: 'video/mp4', asSound: 'audio/mp4', isOpen: true };
};
