/** What is loaded when it is first asked for, once for all who ask. What could not be loaded is tried again. */
export const loadOnce = <A>(load: () => Promise<A>): (() => Promise<A>) => {
  let loading: Promise<A> | undefined;
  return async () => {
    try {
      return await (loading ??= load());
    } catch (cause) {
      loading = undefined;
      throw cause;
    }
  };
};
