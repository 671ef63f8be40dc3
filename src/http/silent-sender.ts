import type { Wait } from '../ports/capabilities.ts';
import { signalSource, type Signal } from '../kernel/signal.ts';

/** Once the service stops, a sender from which nothing comes for so long is no longer waited for. */
const patienceMs = 3000;

/** How the service stops: when it begins to, and the clock. */
export type Stopping = { readonly stopping: Signal; readonly wait: Wait };

/**
 * Ends a body that no longer comes while the service stops, so that a stalled upload does not hold the stop up to its
 * deadline. `received` grows with each piece, and is null while none is asked for. What is given ends the watch.
 */
export const endSilentOnStop = (
  { stopping, wait }: Stopping,
  received: () => number | null,
  end: () => void,
): (() => void) => {
  const over = signalSource();
  const watch = async (): Promise<void> => {
    for (let before = received(); ; before = received()) {
      await wait(patienceMs, over.signal);
      if (over.signal.aborted) return;
      if (before !== null && received() === before) return end();
    }
  };
  const begin = (): void => void watch();
  if (stopping.aborted) begin();
  else stopping.addEventListener('abort', begin, { once: true });
  return () => {
    stopping.removeEventListener('abort', begin);
    over.abort('over');
  };
};
