/**
 * Hands items on in the tick in which they come, by plain calls, for as long as `take` says true. It resolves, and
 * never rejects, as soon as there is anything else to do than to hand on: `next` tells what, an end and an error too.
 */
export type Pour<A> = (take: (item: A) => boolean) => Promise<void>;

/**
 * A stream. Where it is one item that was there before anybody read, `ready` has it: who looks there first needs no
 * generator, each of which costs an item half a dozen promises. Where it can be poured, that may be done after an item
 * that `next` gave, until the next one is asked for.
 */
export type Items<A> = AsyncGenerator<A, void, undefined> & {
  readonly ready?: A;
  readonly pour?: Pour<A> | undefined;
};

/** Of a pour that has nothing to hand on. */
export const poured: Promise<void> = Promise.resolve();

async function* giveOne<A>(item: A): AsyncGenerator<A, void, undefined> {
  yield item;
}

/** A stream of one item that is there. */
export const readyStream = <A>(item: A): Items<A> => Object.assign(giveOne(item), { ready: item });
