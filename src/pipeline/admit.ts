import { E, TE, pipe } from '../kernel/fp.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Admitted, Authorized } from './exchange.ts';

/** Counts the request against the limits, before any work is done for it. */
export const admit =
  ({ takePermit }: Pick<Capabilities, 'takePermit'>): Stage<Authorized, Admitted> =>
  (received) =>
    TE.fromEither(
      pipe(
        takePermit(received.caller.address),
        E.map((permit) => ({ received, permit })),
      ),
    );
