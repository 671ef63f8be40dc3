import { isLeft, type Either } from 'fp-ts/lib/Either.js';

export {
  bimap,
  bind,
  bindTo,
  filterOrElse,
  getOrElse,
  isLeft,
  isRight,
  left,
  map,
  mapLeft,
  match,
  right,
  sequenceArray,
  tap,
  toUnion,
  tryCatch,
  type Either,
} from 'fp-ts/lib/Either.js';

/** Goes on with what went well. fp-ts's copies its arguments three times, to tell two ways of calling it apart. */
export const flatMap =
  <A, E2, B>(next: (value: A) => Either<E2, B>) =>
  <E1>(result: Either<E1, A>): Either<E1 | E2, B> =>
    isLeft(result) ? result : next(result.right);
