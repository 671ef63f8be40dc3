/** Is told what an item says in short, S; null where it must be taken as it is. */
export type Say<S> = (said: S) => boolean | null;

/**
 * Hands items on in the tick in which they come, by plain calls, for as long as `take` says true. It resolves, and
 * never rejects, as soon as there is anything else to do than to hand on: `next` tells what, an end and an error too.
 * An item that says no more than can be told in short is told so, where there is somebody to tell.
 */
export type Pour<A, S = never> = (take: (item: A) => boolean, say?: Say<S>) => Promise<void>;

/** The first item of a stream all of which is there, and the stream behind it, which is read when it is asked for: once. */
export type Begun<A, S = never> = { readonly first: A; readonly rest: () => Items<A, S> };

/**
 * A stream. Where it is one item that was there before anybody read, `ready` has it: who looks there first needs no
 * generator, each of which costs an item half a dozen promises. Where all of it was there, and its first item has been
 * read, `begun` has that, and the rest (`kernel/begun-stream.ts`). Where it can be poured, that may be done after an
 * item that `next` gave, until the next one is asked for.
 */
export type Items<A, S = never> = AsyncGenerator<A, void, undefined> & {
  readonly ready?: A;
  readonly begun?: Begun<A, S>;
  readonly pour?: Pour<A, S> | undefined;
};

/** Of a pour that has nothing to hand on. */
export const poured: Promise<void> = Promise.resolve();

/** `ready` stays, for who looks there; `isOver`: it was given, or will not be. */
type Ready<A> = Items<A> & { readonly ready: A; isOver: boolean };

/** What a stream gives behind its last item. */
export const noMore: IteratorReturnResult<void> = { done: true, value: undefined };

function itself<A>(this: A): A {
  return this;
}

function next<A>(this: Ready<A>): Promise<IteratorResult<A, void>> {
  const result: IteratorResult<A, void> = this.isOver ? noMore : { done: false, value: this.ready };
  this.isOver = true;
  return Promise.resolve(result);
}

function giveUp<A>(this: Ready<A>): Promise<IteratorResult<A, void>> {
  this.isOver = true;
  return Promise.resolve(noMore);
}

function fail<A>(this: Ready<A>, cause: unknown): Promise<never> {
  this.isOver = true;
  return Promise.reject(cause);
}

/** A stream of one item that is there. No generator: mostly nobody asks it for anything but that item. */
export const readyStream = <A>(item: A): Items<A> => {
  const stream: Ready<A> = {
    ready: item,
    isOver: false,
    next,
    return: giveUp,
    throw: fail,
    [Symbol.asyncIterator]: itself,
  };
  return stream;
};
