import { TE, pipe } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Reply } from '../ports/reply.ts';
import type { Asker } from '../ports/response-store.ts';
import { authorize } from './authorize.ts';
import type { Received } from './exchange.ts';

/** What is kept for a caller: for who knows the password, not counted against the limits, since Gemini is not asked. */
export const serveKept = (
  capabilities: Pick<Capabilities, 'checkCaller'>,
  answer: (asker: Asker) => TE.TaskEither<ProxyError, Reply>,
): Stage<Received, Reply> => (received) =>
  pipe(
    received,
    authorize(capabilities),
    TE.flatMap(({ caller, held }) => answer({ caller, memory: held.answer })),
  );
