import * as E from 'fp-ts/lib/Either.js';

type Either<E1, A> = E.Either<E1, A>;

/** What work comes to: there already where nothing had to be waited for, else promised. `await` takes both. */
export type Outcome<E1, A> = Either<E1, A> | Promise<Either<E1, A>>;

/**
 * Work that goes well or wrong: fp-ts's TaskEither, which may also give its result at once. Stages that wait for
 * nothing so run like plain calls, one behind the other, and not from promise to promise.
 */
export type TaskEither<E1, A> = () => Outcome<E1, A>;

/** Work that can't go wrong. */
type Task<A> = () => A | Promise<A>;

/** What is known went well. */
export const right =
  <A, E1 = never>(value: A): TaskEither<E1, A> =>
  () =>
    E.right(value);

/** What is known went wrong. */
export const left =
  <E1, A = never>(error: E1): TaskEither<E1, A> =>
  () =>
    E.left(error);

/** A result that is there. */
export const fromEither =
  <E1, A>(result: Either<E1, A>): TaskEither<E1, A> =>
  () =>
    result;

/** What is done at once and can't go wrong. */
export const fromIO =
  <A, E1 = never>(act: () => A): TaskEither<E1, A> =>
  () =>
    E.right(act());

/** What can't go wrong. */
export const fromTask =
  <A, E1 = never>(task: Task<A>): TaskEither<E1, A> =>
  () => {
    const value = task();
    return value instanceof Promise ? value.then(E.right<E1, A>) : E.right(value);
  };

/** Work that may throw, its error made from what it threw. */
export const tryCatch =
  <E1, A>(task: Task<A>, onThrow: (cause: unknown) => E1): TaskEither<E1, A> =>
  () => {
    try {
      const value = task();
      if (!(value instanceof Promise)) return E.right(value);
      return value.then(E.right<E1, A>, (cause: unknown) => E.left(onThrow(cause)));
    } catch (cause) {
      return E.left(onThrow(cause));
    }
  };

// What follows is made of pairs: what becomes of a result, and the step that goes on so: at once, or once it is there.
// No function is made where nothing is waited for.

const goOn = <A, E1, E2, B>(
  result: Either<E1, A>,
  next: (value: A) => TaskEither<E2, B>,
): Outcome<E1 | E2, B> => (E.isLeft(result) ? result : next(result.right)());

/** The next stage, when this one went well. */
export const flatMap =
  <A, E2, B>(next: (value: A) => TaskEither<E2, B>) =>
  <E1>(stage: TaskEither<E1, A>): TaskEither<E1 | E2, B> =>
  () => {
    const result = stage();
    return result instanceof Promise ? result.then((known) => goOn(known, next)) : goOn(result, next);
  };

const goOnAtOnce = <A, E1, E2, B>(
  result: Either<E1, A>,
  next: (value: A) => Either<E2, B>,
): Either<E1 | E2, B> => (E.isLeft(result) ? result : next(result.right));

/** As `flatMap`, where the next stage waits for nothing. */
export const flatMapEither =
  <A, E2, B>(next: (value: A) => Either<E2, B>) =>
  <E1>(stage: TaskEither<E1, A>): TaskEither<E1 | E2, B> =>
  () => {
    const result = stage();
    return result instanceof Promise ? result.then((known) => goOnAtOnce(known, next)) : goOnAtOnce(result, next);
  };

/** What becomes of a result, whether it went well or wrong: one step, where `flatMap` and `orElse` are two. */
export const whenDone =
  <A, E1, E2, B>(next: (result: Either<E1, A>) => Outcome<E2, B>) =>
  (stage: TaskEither<E1, A>): TaskEither<E2, B> =>
  () => {
    const result = stage();
    return result instanceof Promise ? result.then(next) : next(result);
  };

const mapResult = <A, E1, B>(result: Either<E1, A>, change: (value: A) => B): Either<E1, B> =>
  E.isLeft(result) ? result : E.right(change(result.right));

/** Changes what went well. */
export const map =
  <A, B>(change: (value: A) => B) =>
  <E1>(stage: TaskEither<E1, A>): TaskEither<E1, B> =>
  () => {
    const result = stage();
    return result instanceof Promise ? result.then((known) => mapResult(known, change)) : mapResult(result, change);
  };

const mendResult = <A, E1, E2, B>(
  result: Either<E1, A>,
  other: (error: E1) => TaskEither<E2, B>,
): Outcome<E2, A | B> => (E.isLeft(result) ? other(result.left)() : result);

/** Another way, when this one went wrong. */
export const orElse =
  <E1, E2, B>(other: (error: E1) => TaskEither<E2, B>) =>
  <A>(stage: TaskEither<E1, A>): TaskEither<E2, A | B> =>
  () => {
    const result = stage();
    return result instanceof Promise ? result.then((known) => mendResult(known, other)) : mendResult(result, other);
  };

/** Changes what went wrong. */
export const mapLeft = <E1, E2>(change: (error: E1) => E2): (<A>(stage: TaskEither<E1, A>) => TaskEither<E2, A>) =>
  orElse((error: E1) => left(change(error)));

/** What went well and is not so is an error all the same. */
export const filterOrElse =
  <A, E2>(isSo: (value: A) => boolean, otherwise: (value: A) => E2) =>
  <E1>(stage: TaskEither<E1, A>): TaskEither<E1 | E2, A> =>
    flatMapEither((value: A): Either<E2, A> => (isSo(value) ? E.right(value) : E.left(otherwise(value))))(stage);

/** Does something with what went well, and passes it on. */
export const tapIO =
  <A>(act: (value: A) => () => unknown) =>
  <E1>(stage: TaskEither<E1, A>): TaskEither<E1, A> =>
    map((value: A) => {
      act(value)();
      return value;
    })(stage);

/** As `tapIO`, and passes it on once that is done. */
export const tapTask =
  <A>(act: (value: A) => Task<unknown>) =>
  <E1>(stage: TaskEither<E1, A>): TaskEither<E1, A> =>
    flatMap((value: A) => map(() => value)(fromTask(act(value))))(stage);

/** Does something with what went wrong, and passes it on; where that goes wrong too, its own error. */
export const tapError =
  <E1, E2>(act: (error: E1) => TaskEither<E2, unknown>) =>
  <A>(stage: TaskEither<E1, A>): TaskEither<E1 | E2, A> =>
    orElse((error: E1): TaskEither<E1 | E2, never> => flatMapEither(() => E.left(error))(act(error)))(stage);

/** Works on all items, one after the other; the first that goes wrong ends it. */
export const traverseSeqArray =
  <A, E1, B>(work: (item: A) => TaskEither<E1, B>) =>
  (items: readonly A[]): TaskEither<E1, readonly B[]> =>
  async () => {
    const done: B[] = [];
    for (const item of items) {
      const result = await work(item)();
      if (E.isLeft(result)) return result;
      done.push(result.right);
    }
    return E.right(done);
  };
