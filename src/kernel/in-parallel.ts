import { E, type TE } from './fp.ts';
import type { ProxyError } from './proxy-error.ts';
import { abortSignalFrom, type Signal } from './signal.ts';

/** Work on one item; its signal ends it when the caller leaves or another item has failed. */
export type Work<A, B> = (
  item: A,
  index: number,
  signal: AbortSignal,
) => TE.Outcome<ProxyError, B>;

/** Works on all items, at most `most` at once. The answers are in the items' order; the first Left ends the rest. */
export const inParallel =
  <A, B>(most: number, signal: Signal, work: Work<A, B>) =>
  async (items: readonly A[]): Promise<E.Either<ProxyError, readonly B[]>> => {
    if (items.length === 0) return E.right([]);
    const done = new Map<number, B>();
    const stopped = new AbortController();
    const either = AbortSignal.any([abortSignalFrom(signal), stopped.signal]);
    const waiting = items.entries();
    let failure: ProxyError | null = null;
    const worker = async (): Promise<void> => {
      for (const [index, item] of waiting) {
        const answer = await work(item, index, either);
        if (E.isRight(answer)) {
          done.set(index, answer.right);
          continue;
        }
        failure ??= answer.left;
        stopped.abort();
        return;
      }
    };
    await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
    return failure === null
      ? E.right([...done].toSorted(([a], [b]) => a - b).map(([, answer]) => answer))
      : E.left(failure);
  };
