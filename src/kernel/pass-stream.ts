type Items<A> = AsyncGenerator<A, void, undefined>;

/** What is done with a stream's items on the way: nothing to them, but for what another stream takes over. */
export type Passing<A> = {
  /** Looks at an item. A stream goes on from here in place of it and of all that comes behind it; null lets it pass. */
  readonly divert: (item: A) => Items<A> | null;
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

function itself<A>(this: A): A {
  return this;
}

/**
 * A stream whose items are looked at as they pass. It is asked for one item at a time, and hands the source's own
 * results on: an async generator in its place would cost every item two promises more. Unlike a generator that has not
 * begun, it closes its source. Each function in here is one more for every open stream.
 */
export const passStream = <A>(source: Items<A>, { divert, over }: Passing<A>): Items<A> => {
  const state: State<A> = { from: source, isDiverted: false, over };
  const given = (result: IteratorResult<A, void>): IteratorResult<A, void> | Promise<IteratorResult<A, void>> => {
    if (result.done === true) end(state);
    if (result.done === true || state.isDiverted) return result;
    const other = divert(result.value);
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
