import process from 'node:process';
import { caught } from '../kernel/proxy-error.ts';
import type { Log } from '../ports/capabilities.ts';

/** Where an error that nobody caught is told, and how what runs is ended. */
export type CrashNeeds = { readonly log: Log; readonly stop: () => Promise<void> };

/** Guards the process; `serve` says what there is to end from now on. */
export type CrashGuard = { readonly serve: (needs: CrashNeeds) => void };

/** For error frames, state files and last bytes; then the process ends whatever still runs. */
const longestEndMs = 5000;

const endProcess = (): void => process.exit(1);

/** Never a message: it may quote a body or a key. What is no Error is told by its kind alone. */
const factsOf = (cause: unknown): Readonly<Record<string, unknown>> => {
  const { tag } = caught(cause);
  return {
    ...(tag === 'Defect' ? {} : { tag }),
    error: cause instanceof Error ? cause : { thrown: cause === null ? 'null' : typeof cause },
  };
};

/**
 * For errors that nobody caught, in a callback or a promise: one line in the log, without secrets and messages; what
 * runs is ended in good order (streams by an error frame), and the process exits with 1, since nobody knows what state
 * it is in. Node's warnings become lines of the log. Node itself would print all of these raw.
 */
export const guardCrashes = (early: Log): CrashGuard => {
  let current: CrashNeeds = { log: early, stop: () => Promise.resolve() };
  let hasCrashed = false;
  const crash = (where: string) => (cause: unknown): void => {
    if (hasCrashed) return;
    hasCrashed = true;
    setTimeout(endProcess, longestEndMs);
    current.log('error', 'uncaught error', { where, ...factsOf(cause) });
    current.stop().then(endProcess, endProcess);
  };
  process.on('uncaughtException', crash('callback'));
  process.on('unhandledRejection', crash('promise'));
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => current.log('warn', 'warning', { name, text: message }));
  return {
    serve: (needs) => {
      current = needs;
    },
  };
};
