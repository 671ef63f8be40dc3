/**
 * A stream. Where it is one item that was there before anybody read, `ready` has it: who looks there first needs no
 * generator, each of which costs an item half a dozen promises.
 */
export type Items<A> = AsyncGenerator<A, void, undefined> & { readonly ready?: A };

async function* giveOne<A>(item: A): AsyncGenerator<A, void, undefined> {
  yield item;
}

/** A stream of one item that is there. */
export const readyStream = <A>(item: A): Items<A> => Object.assign(giveOne(item), { ready: item });
