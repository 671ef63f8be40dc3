import { TE, pipe } from '../kernel/fp.ts';
import { caught } from '../kernel/proxy-error.ts';
import type { Handler } from '../http/route.ts';

/**
 * A handler whose modules are loaded by the first request for it, so that a start loads none of what only requests
 * need. What could not be loaded is tried again by the next request.
 */
export const onFirstUse = (make: () => Promise<Handler>): Handler => {
  let made: Handler | undefined;
  let making: Promise<Handler> | undefined;
  const loaded = async (): Promise<Handler> => {
    try {
      making ??= make();
      made = await making;
      return made;
    } catch (cause) {
      making = undefined;
      throw cause;
    }
  };
  const load = TE.tryCatch(loaded, caught);
  return (received, target) =>
    made === undefined
      ? pipe(
          load,
          TE.flatMap((handle) => handle(received, target)),
        )
      : made(received, target);
};
