/**
 * Makes what is needed before long: behind what the event loop has still to do in this turn, such as to write a call
 * that was just made (a stream's writer takes 5 µs), or when it is asked for before that. It is made once, but what
 * `make` throws is thrown to who asks, and tried again then.
 */
export const deferMaking = <A>(make: () => A): (() => A) => {
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
