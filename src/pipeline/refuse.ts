import { TE, pipe } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Reply } from '../ports/reply.ts';
import { authorize } from './authorize.ts';
import type { Received } from './exchange.ts';

/** Tells who knows the password, without reading the body, why an endpoint of the public API is not offered. */
export const refuse =
  (capabilities: Pick<Capabilities, 'checkCaller'>, error: ProxyError): Stage<Received, Reply> =>
  (received) =>
    pipe(
      received,
      authorize(capabilities),
      TE.flatMap(() => TE.left(error)),
    );
