import { E, TE, pipe } from '../../kernel/fp.ts';
import type { Now, Wait } from '../../ports/capabilities.ts';
import type { BucketStore, NamedImage, OwnStore, StoreFault } from './image-store.ts';

/** Somewhere to put a picture, and get the address to show it by. */
export type ImagePlace = {
  readonly kind: 'local' | 'memory' | 'qiniu' | 'tencent';
  readonly put: (image: NamedImage, origin: string) => TE.TaskEither<StoreFault, string>;
};

/** A place of our own. `addressOf` makes the address of a picture from its name and the request's origin. */
export const ownPlace = (store: OwnStore, addressOf: (name: string, origin: string) => string): ImagePlace => ({
  kind: store.kind,
  put: (image, origin) =>
    pipe(
      store.put(image),
      TE.map(() => addressOf(image.name, origin)),
    ),
});

/** Somebody else's place: a bucket that refuses is asked once more, as long as `signal` lasts. */
const askedTwice = (bucket: BucketStore, image: NamedImage, signal: AbortSignal): TE.TaskEither<StoreFault, string> =>
  pipe(
    bucket.put(image, signal),
    TE.orElse((fault) => (signal.aborted ? TE.left(fault) : bucket.put(image, signal))),
  );

/** A picture that a store holds up for longer goes elsewhere: the answer waits for it. */
const budgetMs = 10_000;
/** A store that held one up is left alone for so long, or every answer with a picture would come 10 s late. */
const restMs = 30_000;

/** A larger picture that takes long says nothing of the place: a caller asked for it, and the others' go on. */
const ordinaryBytes = 4 * 1024 ** 2;

type Pace = { readonly now: Now; readonly wait: Wait };

/**
 * Gives a place 10 s a picture, after which it is left alone for 30 s, but for a picture of more than 4 MiB. What a
 * place throws counts as a fault.
 */
export const pacedPlace = (
  place: { readonly kind: ImagePlace['kind']; readonly put: PutWithin },
  { now, wait }: Pace,
): ImagePlace => {
  const state = { restsUntil: Number.NEGATIVE_INFINITY };
  const put = async (image: NamedImage, origin: string): Promise<E.Either<StoreFault, string>> => {
    if (now() < state.restsUntil) return E.left({ reason: 'It took longer than 10 s, and is left alone for 30 s.' });
    const done = new AbortController();
    const budget = new AbortController();
    const late = wait(budgetMs, done.signal).then((): E.Either<StoreFault, string> => {
      budget.abort();
      if (!done.signal.aborted && image.bytes.length <= ordinaryBytes) state.restsUntil = now() + restMs;
      return E.left({ reason: 'It took longer than 10 s.' });
    });
    try {
      return await Promise.race([place.put(image, origin, budget.signal)(), late]);
    } catch (cause) {
      return E.left({ reason: 'It failed in a way that nobody foresaw.', cause });
    } finally {
      done.abort();
    }
  };
  return { kind: place.kind, put: (image, origin) => () => put(image, origin) };
};

type PutWithin = (image: NamedImage, origin: string, signal: AbortSignal) => TE.TaskEither<StoreFault, string>;

/** A bucket as a place. */
export const bucketPlace = (bucket: BucketStore, pace: Pace): ImagePlace =>
  pacedPlace({ kind: bucket.kind, put: (image, _origin, signal) => askedTwice(bucket, image, signal) }, pace);
