import { E, TE } from '../kernel/fp.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Admitted, Authorized } from './exchange.ts';

/** Counts the request against the limits, before any work is done for it. */
export const admit =
  ({ takePermit }: Pick<Capabilities, 'takePermit'>): Stage<Authorized, Admitted> =>
  (received) => {
    const permit = takePermit(received.caller.address);
    return E.isLeft(permit) ? TE.left(permit.left) : TE.right({ received, permit: permit.right });
  };
