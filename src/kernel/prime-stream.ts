import { E, type TE } from './fp.ts';
import { caught, thrown, type ProxyError } from './proxy-error.ts';

/** A stream whose head was read ahead: one iterator that gives the head again and then the rest. */
export type Primed<A> = {
  readonly all: AsyncGenerator<A, void, undefined>;
};

/** Three times the frames of the longest answer that Gemini gives, one for each of its 65,536 tokens. */
const mostHead = 200_000;

/** What is done on the way with a stream that was primed: a generator of its own for it would be one more to wait for. */
export type OnTheWay<A> = { readonly change: (item: A) => A; readonly failed: (cause: unknown) => void };

/** What has been given is held no longer: of an answer that was collected, each frame goes as it is read on. */
async function* resumeStream<A>(
  head: A[],
  rest: AsyncGenerator<A, void, undefined>,
  { change, failed }: OnTheWay<A>,
): AsyncGenerator<A, void, undefined> {
  try {
    head.reverse();
    for (let next = head.pop(); next !== undefined; next = head.pop()) yield change(next);
    for await (const next of rest) yield change(next);
  } catch (cause) {
    failed(cause);
    throw cause;
  } finally {
    await rest.return(undefined);
  }
}

const asItIs = { change: <A>(item: A): A => item, failed: (): void => undefined };

/**
 * Reads a stream until `enough` says so or it ends. What fails so far is a Left and the stream is closed: the caller
 * of the service has not seen a byte and another key can be tried. So is a head that weighs more than 200,000: so many
 * items, unless told how much one weighs.
 */
export const primeStream =
  <A extends object | string | number>(
    enough: (item: A) => boolean,
    weigh: (item: A) => number = () => 1,
    onTheWay: OnTheWay<A> = asItIs,
  ) =>
  (source: AsyncGenerator<A, void, undefined>): TE.TaskEither<ProxyError, Primed<A>> =>
  async () => {
    // The source is never read by two: the head is read here, to its end, before `resumeStream` is handed the source.
    // Who gets Left has nothing to close; who gets Right owns the source and must read on or return.
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
      return E.right({ all: resumeStream(head, source, onTheWay) });
    } catch (cause) {
      await source.return(undefined);
      return E.left(caught(cause));
    }
  };
