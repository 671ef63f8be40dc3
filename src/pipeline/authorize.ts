import { E, TE, pipe } from '../kernel/fp.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Authorized, Received } from './exchange.ts';

/** Lets in who knows the password, before anything of the body is read. */
export const authorize =
  ({ checkCaller }: Pick<Capabilities, 'checkCaller'>): Stage<Received, Authorized> =>
  (received) =>
    TE.fromEither(
      pipe(
        checkCaller(received.caller),
        E.map(() => ({ authorized: true, ...received })),
      ),
    );
