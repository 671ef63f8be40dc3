/**
 * What is needed before long, made once: behind what the event loop has still to do in this turn, as to write a call
 * that was just made, or when it is asked for before that. What `make` throws is thrown to who asks.
 */
export const madeSoon = <A>(make: () => A): (() => A) => {
  let made: { readonly value: A } | null = null;
  const get = (): A => {
    made ??= { value: make() };
    return made.value;
  };
  setImmediate(() => {
    try {
      get();
    } catch {
      // Whoever asks is told.
    }
  });
  return get;
};
