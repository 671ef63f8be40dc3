import type { Items } from './ready-stream.ts';

/** What goes on of an item, and who is told of what the stream throws. */
export type OnTheWay<A> = { readonly change: (item: A) => A; readonly failed: (cause: unknown) => void };

/** What is done with a stream's items on the way; what is not told is done to none of them. */
export type Passing<A> = {
  /** Looks at an item. A stream goes on in place of it and of `rest`, all that comes behind it; null lets it pass. */
  readonly divert?: (item: A, rest: Items<A>) => Items<A> | null;
  /** What goes on of an item that passes; null for nothing. */
  readonly change?: (item: A) => A | null;
  /** What comes behind the last item, unless another stream took over; null for nothing. */
  readonly end?: () => A | null;
  /** What is done once a head that was read ahead has been put back, to its items as well as to the others. */
  readonly onTheWay?: OnTheWay<A>;
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

type Result<A> = IteratorResult<A, void>;

/** `unread` takes items back that were read ahead: they come next, as they were given. */
type Passed<A> = Items<A> & { readonly unread: (items: readonly A[]) => void };

/** `ahead`: what was read ahead, the last first. `isBegun`: it was put back. */
type State<A> = {
  readonly source: Items<A>;
  readonly passing: Passing<A>;
  from: Items<A>;
  ahead: A[];
  isBegun: boolean;
  isEnded: boolean;
};

const noMore: IteratorReturnResult<void> = { done: true, value: undefined };

function itself<A>(this: A): A {
  return this;
}

const finish = <A>(state: State<A>): void => {
  if (!state.isEnded) state.passing.over?.();
  state.isEnded = true;
};

const close = async <A>(state: State<A>): Promise<Result<A>> => {
  try {
    return await state.from.return();
  } finally {
    finish(state);
  }
};

/** What goes out, the source's own result where nothing became of it. */
const passOn = <A>({ isBegun, passing }: State<A>, value: A, result: Result<A>): Result<A> => {
  const given = isBegun && passing.onTheWay !== undefined ? passing.onTheWay.change(value) : value;
  return given === result.value ? result : { done: false, value: given };
};

const endItems = <A>(state: State<A>): Result<A> => {
  const isOver = state.isEnded || state.from !== state.source;
  const last = isOver ? null : (state.passing.end?.() ?? null);
  finish(state);
  return last === null ? noMore : passOn(state, last, noMore);
};

/** What becomes of an item; null where it is left out, or where another stream goes on in its place. */
const passItem = <A>(state: State<A>, result: IteratorYieldResult<A>): Result<A> | null => {
  if (state.from !== state.source) return passOn(state, result.value, result);
  const { divert, change } = state.passing;
  const other = divert?.(result.value, state.source) ?? null;
  if (other !== null) {
    state.from = other;
    return null;
  }
  const value = change === undefined ? result.value : change(result.value);
  return value === null ? null : passOn(state, value, result);
};

const nextAhead = <A>(state: State<A>, fail: (cause: unknown) => Promise<never>): Promise<Result<A>> =>
  new Promise<Result<A>>((resolve) => {
    const [value] = state.ahead.splice(-1);
    resolve(value === undefined ? noMore : passOn(state, value, noMore));
  }).catch(fail);

const passItems = <A>(source: Items<A>, passing: Passing<A>): Passed<A> => {
  const state: State<A> = { source, passing, from: source, ahead: [], isBegun: false, isEnded: false };
  const given = (result: Result<A>): Result<A> | Promise<Result<A>> => {
    try {
      return result.done === true ? endItems(state) : (passItem(state, result) ?? next());
    } catch (cause) {
      return fail(cause);
    }
  };
  const fail = async (cause: unknown): Promise<never> => {
    if (state.isBegun) passing.onTheWay?.failed(cause);
    await close(state);
    throw cause;
  };
  const next = (): Promise<Result<A>> => state.from.next().then(given, fail);
  return {
    next: () => (state.ahead.length === 0 ? next() : nextAhead(state, fail)),
    return: () => close(state),
    throw: async (cause) => {
      await close(state);
      throw cause;
    },
    [Symbol.asyncIterator]: itself,
    unread: (items) => {
      state.ahead = items.toReversed();
      state.isBegun = true;
    },
  };
};

async function* nothing(): AsyncGenerator<never, void, undefined> {}

/**
 * A stream whose items are looked at, changed or left out as they pass. It is asked for one item at a time, and hands
 * the source's own results on where it can: an async generator in its place would cost every item two promises more.
 * Unlike a generator that has not begun, it closes its source. Each function in here is one more for every open stream.
 * A stream that is there at once is looked at at once, where it is only looked at.
 */
export const passStream = <A>(source: Items<A>, passing: Passing<A>): Items<A> => {
  const { divert, change, end, over } = passing;
  if (source.ready === undefined || change !== undefined || end !== undefined) return passItems(source, passing);
  const other = divert?.(source.ready, nothing()) ?? null;
  if (other !== null) return passItems(other, over === undefined ? {} : { over });
  over?.();
  return source;
};

const isPassed = <A>(stream: Items<A>): stream is Passed<A> => 'unread' in stream;

/** The stream, with items that were read ahead before all that is still to come. */
export const putBack = <A>(items: readonly A[], stream: Items<A>): Items<A> => {
  const whole = isPassed(stream) ? stream : passItems(stream, {});
  whole.unread(items);
  return whole;
};
