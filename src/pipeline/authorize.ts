import { E, TE } from '../kernel/fp.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Authorized, Received } from './exchange.ts';

/** Lets in who knows the password, before anything of the body is read. */
export const authorize =
  ({ checkCaller }: Pick<Capabilities, 'checkCaller'>): Stage<Received, Authorized> =>
  (received) => {
    const checked = checkCaller(received.caller);
    return E.isLeft(checked) ? TE.left(checked.left) : TE.right({ authorized: true, ...received });
  };
