import { abortReason } from '../kernel/abort-reason.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';

/** Limits of silence, ms: until the first byte of the answer, and between its pieces. */
export type Silence = { readonly firstByteMs: number; readonly idleMs: number };

/** Aborts a call that has been silent for too long, or whose exchange was aborted: the caller left, the service stops. */
export type Watchdog = {
  readonly signal: AbortSignal;
  /** Something has come. */
  readonly fed: () => void;
  /** The call is over: nothing is watched any more. */
  readonly stop: () => void;
  /** Why it aborted; null when it has not. */
  readonly bite: () => ProxyError | null;
};

/** Watches one call. One timer for all of it, pushed on with each piece. */
export const watchdog = ({ firstByteMs, idleMs }: Silence, caller: AbortSignal): Watchdog => {
  const control = new AbortController();
  const state: { bite: ProxyError | null; begun: boolean } = { bite: null, begun: false };
  const abort = (bite: ProxyError): void => {
    state.bite ??= bite;
    control.abort();
  };
  const leave = (): void => abort(abortReason(caller));
  let timer = setTimeout(() => abort({ tag: 'TimedOut', phase: 'first byte' }), firstByteMs);
  if (caller.aborted) leave();
  else caller.addEventListener('abort', leave, { once: true });
  return {
    signal: control.signal,
    fed: () => {
      if (state.begun) {
        timer.refresh();
        return;
      }
      state.begun = true;
      clearTimeout(timer);
      timer = setTimeout(() => abort({ tag: 'TimedOut', phase: 'idle' }), idleMs);
    },
    stop: () => {
      clearTimeout(timer);
      caller.removeEventListener('abort', leave);
    },
    bite: () => state.bite,
  };
};
