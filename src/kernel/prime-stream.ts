import { E, type TE } from './fp.ts';
import { putBack } from './pass-stream.ts';
import { caught, thrown, type ProxyError } from './proxy-error.ts';

/** A stream whose head was read ahead: one iterator that gives the head again and then the rest. */
export type Primed<A> = {
  readonly all: AsyncGenerator<A, void, undefined>;
};

/** Three times the frames of the longest answer that Gemini gives, one for each of its 65,536 tokens. */
const mostHead = 200_000;

/**
 * Reads a stream until `enough` says so or it ends. What fails so far is a Left and the stream is closed: the caller
 * of the service has not seen a byte and another key can be tried. So is a head that weighs more than 200,000: so many
 * items, unless told how much one weighs.
 */
export const primeStream =
  <A extends object | string | number>(enough: (item: A) => boolean, weigh: (item: A) => number = () => 1) =>
  (source: AsyncGenerator<A, void, undefined>): TE.TaskEither<ProxyError, Primed<A>> =>
  async () => {
    // The source is never read by two: the head is read here, to its end, before it is given back. Who gets Left has
    // nothing to close; who gets Right owns the source and must read on or return.
    const head: A[] = [];
    let weight = 0;
    try {
      for (;;) {
        const next = await source.next();
        if (next.done === true) break;
        head.push(next.value);
        weight += weigh(next.value);
        if (weight > mostHead) throw thrown({ tag: 'BadAnswer', reason: 'an answer without end' });
        if (enough(next.value)) break;
      }
      return E.right({ all: putBack(head, source) });
    } catch (cause) {
      await source.return(undefined);
      return E.left(caught(cause));
    }
  };
