/** Is told what an item says in short, S; null where it must be taken as it is. */
export type Say<S> = (said: S) => boolean | null;

/**
 * Hands items on in the tick in which they come, by plain calls, for as long as `take` says true. It resolves, and
 * never rejects, as soon as there is anything else to do than to hand on: `next` tells what, an end and an error too.
 * An item that says no more than can be told in short is told so, where there is somebody to tell.
 */
export type Pour<A, S = never> = (take: (item: A) => boolean, say?: Say<S>) => Promise<void>;

/**
 * A stream. Where it is one item that was there before anybody read, `ready` has it: who looks there first needs no
 * generator, each of which costs an item half a dozen promises. Where it can be poured, that may be done after an item
 * that `next` gave, until the next one is asked for.
 */
export type Items<A, S = never> = AsyncGenerator<A, void, undefined> & {
  readonly ready?: A;
  readonly pour?: Pour<A, S> | undefined;
};

/** Of a pour that has nothing to hand on. */
export const poured: Promise<void> = Promise.resolve();

async function* giveOne<A>(item: A): AsyncGenerator<A, void, undefined> {
  yield item;
}

/** A stream of one item that is there. */
export const readyStream = <A>(item: A): Items<A> => Object.assign(giveOne(item), { ready: item });
