import type { Items } from './ready-stream.ts';

/** What is done with a stream's items on the way: nothing to them, but for what another stream takes over. */
export type Passing<A> = {
  /** Looks at an item. A stream goes on in place of it and of `rest`, all that comes behind it; null lets it pass. */
  readonly divert: (item: A, rest: Items<A>) => Items<A> | null;
  /** Runs once, however the stream ends. */
  readonly over?: () => void;
};

/** An item, and what comes behind it; the rest is closed with it. */
export async function* followedBy<A>(first: A, rest: Items<A>): Items<A> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return();
  }
}

type State<A> = { from: Items<A>; isDiverted: boolean; over: (() => void) | undefined };

const end = <A>(state: State<A>): void => {
  const { over } = state;
  state.over = undefined;
  over?.();
};

const close = async <A>(state: State<A>): Promise<IteratorResult<A, void>> => {
  try {
    return await state.from.return();
  } finally {
    end(state);
  }
};

async function* nothing(): AsyncGenerator<never, void, undefined> {}

/** A stream that is there at once is looked at at once. */
const begin = <A>(source: Items<A>, { divert, over }: Passing<A>): State<A> => {
  const other = source.ready === undefined ? null : divert(source.ready, nothing());
  return { from: other ?? source, isDiverted: other !== null, over };
};

function itself<A>(this: A): A {
  return this;
}

/**
 * A stream whose items are looked at as they pass. It is asked for one item at a time, and hands the source's own
 * results on: an async generator in its place would cost every item two promises more. Unlike a generator that has not
 * begun, it closes its source. Each function in here is one more for every open stream.
 */
export const passStream = <A>(source: Items<A>, passing: Passing<A>): Items<A> => {
  const { divert } = passing;
  const state = begin(source, passing);
  if (source.ready !== undefined && !state.isDiverted) {
    end(state);
    return source;
  }
  const given = (result: IteratorResult<A, void>): IteratorResult<A, void> | Promise<IteratorResult<A, void>> => {
    if (result.done === true) end(state);
    if (result.done === true || state.isDiverted) return result;
    const other = divert(result.value, source);
    if (other === null) return result;
    state.from = other;
    state.isDiverted = true;
    return other.next().then(given, failed);
  };
  const failed = (cause: unknown): never => {
    end(state);
    throw cause;
  };
  return {
    next: () => state.from.next().then(given, failed),
    return: () => close(state),
    throw: async (cause) => {
      await close(state);
      throw cause;
    },
    [Symbol.asyncIterator]: itself,
  };
};
