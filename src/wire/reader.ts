import { E, t } from '../kernel/fp.ts';

/** What a reader gives for a value that does not fit. */
export const misfit: unique symbol = Symbol('misfit');

/** Reads what fits and tells nothing of what does not. */
export type Reader<A> = (value: unknown) => A | typeof misfit;

/**
 * A codec that reads in two ways: `read` without a path or an Either, for all that fits; `validate`, with both, tells
 * where a value does not. Both take the same. A short chat is decoded in 2 µs this way, in 20 by `validate`.
 */
export type ReadingCodec<A> = t.Type<A, unknown> & { readonly read: Reader<A> };

/** Gives a codec its reader. */
export const withReader = <A, C extends t.Type<A, unknown>>(
  codec: C & t.Type<A, unknown>,
  read: Reader<A>,
): C & ReadingCodec<A> => Object.assign(codec, { read });

const isReading = <A>(codec: t.Type<A, unknown>): codec is ReadingCodec<A> => 'read' in codec;

/** io-ts's own, which give a value back as it is. */
const plainTypes: ReadonlySet<unknown> = new Set([t.string, t.number, t.boolean, t.unknown, t.UnknownRecord]);

/** The reader of any codec: its own, else one made of its `validate`. */
export const readerOf = <A>(codec: t.Type<A, unknown>): Reader<A> => {
  if (isReading(codec)) return codec.read;
  if (plainTypes.has(codec)) return (value) => (codec.is(value) ? value : misfit);
  return (value) => {
    const read = codec.validate(value, []);
    return E.isLeft(read) ? misfit : read.right;
  };
};
