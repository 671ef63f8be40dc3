import { E } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Steps } from '../kernel/steps.ts';

/** Parts that are read in one go: a few milliseconds' worth where all are pictures. */
const partsAtOnce = 1000;

type ReadSome<A> = (some: readonly unknown[], from: number) => E.Either<ProxyError, readonly A[]>;

/** True for a list of parts of which only some are read in one go. */
export const isLongList = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && value.length > partsAtOnce;

/** Reads a long list some items at a time, up to the first that can't be read; `from` is where those stand. */
export function* readInSteps<A>(
  list: readonly unknown[],
  readSome: ReadSome<A>,
): Steps<E.Either<ProxyError, readonly A[]>> {
  const all: A[] = [];
  for (let from = 0; from < list.length; from += partsAtOnce) {
    const read = readSome(list.slice(from, from + partsAtOnce), from);
    if (E.isLeft(read)) return read;
    for (const one of read.right) all.push(one);
    yield;
  }
  return E.right(all);
}
