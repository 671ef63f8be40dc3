import { followedBy } from './followed-by.ts';
import { noMore, readyStream, type Begun, type Items } from './ready-stream.ts';

/** `rest`: null until it was asked for; `isOver`: nothing more is given. */
type Beginning<A, S> = Items<A, S> & {
  readonly begun: Begun<A, S>;
  isGiven: boolean;
  isOver: boolean;
  rest: Items<A, S> | null;
};

function itself<A>(this: A): A {
  return this;
}

async function next<A, S>(this: Beginning<A, S>): Promise<IteratorResult<A, void>> {
  if (this.isOver) return noMore;
  if (!this.isGiven) {
    this.isGiven = true;
    return { done: false, value: this.begun.first };
  }
  this.rest ??= this.begun.rest();
  return this.rest.next();
}

async function giveUp<A, S>(this: Beginning<A, S>): Promise<IteratorResult<A, void>> {
  this.isOver = true;
  return this.rest === null ? noMore : this.rest.return();
}

async function fail<A, S>(this: Beginning<A, S>, cause: unknown): Promise<IteratorResult<A, void>> {
  this.isOver = true;
  if (this.rest !== null) await this.rest.return();
  throw cause;
}

/**
 * A stream all of which is there: its first item, which may go on its way, and what is behind it, which is read when it
 * is asked for. Who knows `begun` asks for the rest there, and for nothing here.
 */
export const begunStream = <A, S>(begun: Begun<A, S>): Items<A, S> => {
  const stream: Beginning<A, S> = {
    begun,
    isGiven: false,
    isOver: false,
    rest: null,
    next,
    return: giveUp,
    throw: fail,
    [Symbol.asyncIterator]: itself,
  };
  return stream;
};

/** The same, with something done to what is behind its first item. */
export const withRest = <A, S>({ first, rest }: Begun<A, S>, change: (rest: Items<A, S>) => Items<A, S>): Items<A, S> =>
  begunStream({ first, rest: () => change(rest()) });

/** A stream of lists, as one list where all of it is there. */
export const together = <A, S>(stream: Items<readonly A[], S>): Items<readonly A[], S> => {
  if (stream.begun === undefined) return stream;
  const { first } = stream.begun;
  const rest = stream.begun.rest();
  return rest.ready === undefined ? followedBy(first, rest) : readyStream([...first, ...rest.ready]);
};
