import type { Log } from '../ports/capabilities.ts';
import type { Dialect } from '../ports/dialect.ts';

/** Of the process, as what V8 has seen is. */
const state = { isRehearsed: false };

/**
 * Has chat's code worked through (`rehearsal.ts`) once in a process, beside the first request for it, which waits for
 * Gemini meanwhile. What goes wrong is told in the log, and harms nobody.
 */
export const rehearseOnce = <Request>(dialect: Dialect<Request>, log: Log): void => {
  if (state.isRehearsed) return;
  state.isRehearsed = true;
  import('./rehearsal.ts')
    .then(({ rehearseChat }) => rehearseChat(dialect))
    .catch((error: unknown) => log('error', 'The rehearsal failed', { error }));
};
