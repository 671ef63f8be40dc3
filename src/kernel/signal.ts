/** So much of an AbortSignal as the house uses; an AbortSignal is one. */
export type Signal = {
  readonly aborted: boolean;
  readonly reason: unknown;
  readonly addEventListener: (type: 'abort', run: () => void, options?: { readonly once?: boolean }) => void;
  readonly removeEventListener: (type: 'abort', run: () => void) => void;
};

/** A signal, and how it is given; only the first time counts. */
export type SignalSource = { readonly signal: Signal; readonly abort: (reason: unknown) => void };

/** `listeners`: null until there is one; most signals have one at most, and a list that grows has room for 17. */
type Told = Signal & { aborted: boolean; reason: unknown; listeners: (() => void)[] | null };

function addEventListener(this: Told, _type: 'abort', run: () => void): void {
  if (this.aborted) return;
  if (this.listeners === null) this.listeners = [run];
  else this.listeners.push(run);
}

function removeEventListener(this: Told, _type: 'abort', run: () => void): void {
  const { listeners } = this;
  if (listeners === null) return;
  const at = listeners.lastIndexOf(run);
  if (at === listeners.length - 1) listeners.pop();
  else if (at !== -1) listeners.splice(at, 1);
}

/**
 * Makes a signal that tells all its listeners once. An AbortController does the same with an EventTarget, a Map of
 * listeners and an Event: 3 µs to make and as many to abort where this takes 0.1, and each exchange has one.
 */
export const signalSource = (): SignalSource => {
  const signal: Told = {
    aborted: false,
    reason: undefined,
    listeners: null,
    addEventListener,
    removeEventListener,
  };
  return {
    signal,
    abort: (reason) => {
      if (signal.aborted) return;
      const { listeners } = signal;
      signal.aborted = true;
      signal.reason = reason;
      signal.listeners = null;
      for (const run of listeners ?? []) run();
    },
  };
};

// V8 takes `aborted` for a field that never changes, and what it has compiled with that it throws away at the first
// abort: all of an exchange, when the first body comes in two reads. So one is aborted before anything is compiled.
signalSource().abort('before any');

/** The same as an AbortSignal, for what takes no other: `AbortSignal.any`, programs, workers. */
export const abortSignalFrom = (signal: Signal): AbortSignal => {
  if (signal instanceof AbortSignal) return signal;
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort);
  return controller.signal;
};
