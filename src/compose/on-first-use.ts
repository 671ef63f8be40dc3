import { TE, pipe } from '../kernel/fp.ts';
import { loadOnce } from '../kernel/load-once.ts';
import { caught } from '../kernel/proxy-error.ts';
import type { Handler } from '../http/route.ts';

/**
 * A handler whose modules are loaded by the first request for it, so that a start loads none of what only requests
 * need.
 */
export const onFirstUse = (make: () => Promise<Handler>): Handler => {
  let made: Handler | undefined;
  const load = TE.tryCatch(
    loadOnce(async () => {
      made = await make();
      return made;
    }),
    caught,
  );
  return (received, target) =>
    made === undefined
      ? pipe(
          load,
          TE.flatMap((handle) => handle(received, target)),
        )
      : made(received, target);
};
