import { noMore, poured, type Items, type Say } from './ready-stream.ts';

/** What goes on of an item, and who is told of what the stream throws. */
export type OnTheWay<A> = { readonly change: (item: A) => A; readonly failed: (cause: unknown) => void };

/** What is done with a stream's items on the way; what is not told is done to none of them. */
export type Passing<A, S = never> = {
  /** Looks at an item. A stream goes on in place of it and of `rest`, all that comes behind it; null lets it pass. */
  readonly divert?: (item: A, rest: Items<A, S>) => Items<A, S> | null;
  /** What goes on of an item that passes; null for nothing. */
  readonly change?: (item: A) => A | null;
  /** What comes behind the last item, unless another stream took over; null for nothing. */
  readonly end?: () => A | null;
  /** What is done once a head that was read ahead has been put back, to its items as well as to the others. */
  readonly onTheWay?: OnTheWay<A>;
  /**
   * All of the above, for an item that is told in short; null for nothing. Where it is not known, none is told so.
   */
  readonly said?: ((said: S) => void) | null;
  /** Runs once, however the stream ends. */
  readonly over?: () => void;
};

type Result<A> = IteratorResult<A, void>;

/**
 * A stream of this kind. One on another one does the work of both in one go: it pulls from the lowest source, and sifts
 * what it pulled through all of them, which costs each item one promise and not one for each.
 */
type Passed<A, S> = Items<A, S> & { readonly state: State<A, S> };

/** What is done with what was pulled, and with what that failed with. */
type Reading<A> = {
  readonly pulled: (result: Result<A>) => Result<A> | Promise<Result<A>>;
  readonly failed: (cause: unknown) => Promise<never>;
};

/**
 * `below`: the state of `from` where that is such a stream. `ahead`: what was read ahead, the last first. `isBegun`: it
 * was put back. `isAhead`: such an item was pulled. `fault`: what sifting threw while it was poured. Data, and not
 * functions around it: each object that a chunk is the first to look at again after 10 ms costs it 0.2 µs.
 */
type State<A, S> = {
  readonly source: Items<A, S>;
  readonly passing: Passing<A, S>;
  from: Items<A, S>;
  below: State<A, S> | null;
  ahead: A[];
  isBegun: boolean;
  isAhead: boolean;
  isEnded: boolean;
  fault: { readonly cause: unknown } | null;
  reading: Reading<A> | null;
};

function itself<A>(this: A): A {
  return this;
}

const isPassed = <A, S>(stream: Items<A, S>): stream is Passed<A, S> => 'state' in stream;

const stateOf = <A, S>(stream: Items<A, S>): State<A, S> | null => (isPassed(stream) ? stream.state : null);

const finish = <A, S>(state: State<A, S>): void => {
  if (!state.isEnded) state.passing.over?.();
  state.isEnded = true;
};

const close = async <A, S>(state: State<A, S>): Promise<Result<A>> => {
  try {
    return await state.from.return();
  } finally {
    finish(state);
  }
};

/** What goes out, the source's own result where nothing became of it. */
const passOn = <A, S>({ isBegun, passing }: State<A, S>, value: A, result: Result<A>): Result<A> => {
  const given = isBegun && passing.onTheWay !== undefined ? passing.onTheWay.change(value) : value;
  return given === result.value ? result : { done: false, value: given };
};

const endItems = <A, S>(state: State<A, S>): Result<A> => {
  const isOver = state.isEnded || state.from !== state.source;
  const last = isOver ? null : (state.passing.end?.() ?? null);
  finish(state);
  return last === null ? noMore : passOn(state, last, noMore);
};

/** What becomes of an item; null where it is left out, or where another stream goes on in its place. */
const passItem = <A, S>(state: State<A, S>, result: IteratorYieldResult<A>): Result<A> | null => {
  if (state.from !== state.source) return passOn(state, result.value, result);
  const { divert, change } = state.passing;
  const other = divert?.(result.value, state.source) ?? null;
  if (other !== null) {
    state.from = other;
    state.below = stateOf(other);
    return null;
  }
  const value = change === undefined ? result.value : change(result.value);
  return value === null ? null : passOn(state, value, result);
};

const pullItem = <A, S>(state: State<A, S>): Promise<Result<A>> => {
  if (state.fault !== null) return Promise.reject(state.fault.cause);
  const value = state.ahead.pop();
  state.isAhead = value !== undefined;
  if (value !== undefined) return Promise.resolve({ done: false, value });
  return state.below === null ? state.from.next() : pullItem(state.below);
};

const siftItem = <A, S>(state: State<A, S>, pulled: Result<A>): Result<A> | null => {
  if (state.isAhead && pulled.done !== true) return passOn(state, pulled.value, pulled);
  const result = state.below === null ? pulled : siftItem(state.below, pulled);
  if (result === null) return null;
  return result.done === true ? endItems(state) : passItem(state, result);
};

const pourPulled = <A, S>(state: State<A, S>, take: (pulled: A) => boolean, say?: Say<S>): Promise<void> => {
  if (state.ahead.length > 0) return poured;
  state.isAhead = false;
  return (state.below === null ? state.from.pour?.(take, say) : pourPulled(state.below, take, say)) ?? poured;
};

/** What is done on the way with items that are told in short, lowest first; null where one must be taken as it is. */
const looksOn = <A, S>({ passing, from, source, below }: State<A, S>): ((said: S) => void)[] | null => {
  const looks = below === null ? [] : looksOn(below);
  if (looks === null || passing.said === undefined || from !== source) return null;
  if (passing.said !== null) looks.push(passing.said);
  return looks;
};

const sayOn = <A, S>(state: State<A, S>, say: Say<S>): Say<S> | undefined => {
  const looks = looksOn(state);
  if (looks === null) return undefined;
  return (said) => {
    const goesOn = say(said);
    if (goesOn !== null) for (const look of looks) look(said);
    return goesOn;
  };
};

/** Only what passes is handed on: for an item that is left out, and for another stream, `next` must be asked. */
const pourItems = <A, S>(state: State<A, S>, take: (item: A) => boolean, say?: Say<S>): Promise<void> => {
  const sift = (value: A): boolean => {
    try {
      const given = siftItem(state, { done: false, value });
      return given !== null && given.done !== true && take(given.value);
    } catch (cause) {
      state.fault = { cause };
      return false;
    }
  };
  return pourPulled(state, sift, say === undefined ? undefined : sayOn(state, say));
};

const tellFailed = <A, S>({ below, isBegun, passing }: State<A, S>, cause: unknown): void => {
  if (below !== null) tellFailed(below, cause);
  if (isBegun) passing.onTheWay?.failed(cause);
};

/** What becomes of what was pulled; made when an item is first asked for, which is where streams do not stand upon it. */
const readingOf = <A, S>(state: State<A, S>): Reading<A> => {
  const failed = async (cause: unknown): Promise<never> => {
    tellFailed(state, cause);
    await close(state);
    throw cause;
  };
  const pulled = (result: Result<A>): Result<A> | Promise<Result<A>> => {
    try {
      return siftItem(state, result) ?? nextItem(state);
    } catch (cause) {
      return failed(cause);
    }
  };
  return { pulled, failed };
};

const nextItem = <A, S>(state: State<A, S>): Promise<Result<A>> => {
  const { pulled, failed } = (state.reading ??= readingOf(state));
  return pullItem(state).then(pulled, failed);
};

function next<A, S>(this: Passed<A, S>): Promise<Result<A>> {
  return nextItem(this.state);
}

function giveUp<A, S>(this: Passed<A, S>): Promise<Result<A>> {
  return close(this.state);
}

async function fail<A, S>(this: Passed<A, S>, cause: unknown): Promise<never> {
  await close(this.state);
  throw cause;
}

function pour<A, S>(this: Passed<A, S>, take: (item: A) => boolean, say?: Say<S>): Promise<void> {
  return pourItems(this.state, take, say);
}

/** Of a stream of which nothing was read ahead: never written to. */
const none: never[] = [];

/** All have the same functions: each by itself would be one more for every open stream. */
const passItems = <A, S>(source: Items<A, S>, passing: Passing<A, S>): Passed<A, S> => {
  const state: State<A, S> = {
    source,
    passing,
    from: source,
    below: stateOf(source),
    ahead: none,
    isBegun: false,
    isAhead: false,
    isEnded: false,
    fault: null,
    reading: null,
  };
  return { next, return: giveUp, throw: fail, [Symbol.asyncIterator]: itself, pour, state };
};

async function* nothing(): AsyncGenerator<never, void, undefined> {}

/**
 * A stream whose items are looked at, changed or left out as they pass. It is asked for one item at a time, and hands
 * the source's own results on where it can: an async generator in its place would cost every item two promises more.
 * Unlike a generator that has not begun, it closes its source. A stream that is there at once is looked at at once,
 * where it is only looked at.
 */
export const passStream = <A, S>(source: Items<A, S>, passing: Passing<A, S>): Items<A, S> => {
  const { divert, change, end, over } = passing;
  if (source.ready === undefined || change !== undefined || end !== undefined) return passItems(source, passing);
  const other = divert?.(source.ready, nothing()) ?? null;
  if (other !== null) return passItems(other, over === undefined ? {} : { over });
  over?.();
  return source;
};

/** The stream, with items that were read ahead before all that is still to come: they come next, as they were given. */
export const putBack = <A, S>(items: readonly A[], stream: Items<A, S>): Items<A, S> => {
  const whole = isPassed(stream) ? stream : passItems(stream, {});
  whole.state.ahead = items.toReversed();
  whole.state.isBegun = true;
  return whole;
};
