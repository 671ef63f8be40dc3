import { abortReason } from '../kernel/abort-reason.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Signal } from '../kernel/signal.ts';
import { monotonic } from './system.ts';

/**
 * Limits of silence, ms: until the first byte of the answer, and between its pieces. No answer goes on for longer than
 * `longestMs`, an hour unless told, however little of it comes at a time and however slowly it is read.
 */
export type Silence = { readonly firstByteMs: number; readonly idleMs: number; readonly longestMs?: number };

const anHour = 60 * 60_000;

const endless: ProxyError = { tag: 'BadAnswer', reason: 'it did not end within an hour', isLasting: true };

/**
 * Ends a call that has been silent for too long, or whose exchange was aborted: the caller left, the service stops.
 */
export type Watchdog = {
  /**
   * What ends the call when it bites, or at once when it has: one thing, the last one told. An AbortSignal would cost
   * 6 µs a call with its listeners, and 12 more when it aborts.
   */
  readonly onBite: (end: () => void) => void;
  /** Something has come. Until more is wanted, silence is not the other side's: whoever reads may be slow. */
  readonly fed: () => void;
  /** More is wanted: silence counts, from now on. */
  readonly awaits: () => void;
  /** Something has come, and more is wanted: both in one, for what is handed on at once. */
  readonly passed: () => void;
  /** Where it can see that something more has come, by a number that grows: nobody need tell it of each piece then. */
  readonly follow: (came: () => number) => void;
  /** The call is over: nothing is watched any more. */
  readonly stop: () => void;
  /** Why it bit; null when it has not. */
  readonly bite: () => ProxyError | null;
};

/** `signs`: how often something was told; `came`: how much has come that was not; `isAwaited`: more is wanted. */
type State = {
  bite: ProxyError | null;
  end: (() => void) | null;
  begun: boolean;
  isAwaited: boolean;
  signs: number;
  came: () => number;
};

const nothing = (): number => 0;

/** What the watch is told while the call goes on: no clock is read then, which a piece would pay for; the timer does. */
const tellers = (state: State): Pick<Watchdog, 'fed' | 'awaits' | 'passed' | 'follow'> => ({
  follow: (came) => {
    state.came = came;
  },
  fed: () => {
    state.begun = true;
    state.isAwaited = false;
  },
  awaits: () => {
    state.isAwaited = true;
    state.signs += 1;
  },
  passed: () => {
    state.begun = true;
    state.isAwaited = true;
    state.signs += 1;
  },
});

/** How often it looks within the time that it allows; so much later may it bite. */
const looks = 32;

/**
 * Watches one call. One timer for all of it, which is not touched by what comes: when it runs out, it looks whether
 * something has come since it looked last, and is started anew. To push a timer on, or to read the clock for each
 * piece, costs more.
 */
export const watchdog = ({ firstByteMs, idleMs, longestMs = anHour }: Silence, caller: Signal): Watchdog => {
  const began = monotonic();
  const state: State = { bite: null, end: null, begun: false, isAwaited: true, signs: 0, came: nothing };
  const seen = { signs: 0, at: began };
  const abort = (bite: ProxyError): void => {
    if (state.bite !== null) return;
    state.bite = bite;
    state.end?.();
  };
  const leave = (): void => abort(abortReason(caller));
  const pause = Math.min(firstByteMs, idleMs) / looks;
  const look = (): void => {
    const now = monotonic();
    const signs = state.signs + state.came();
    if (signs !== seen.signs || !state.isAwaited) Object.assign(seen, { signs, at: now });
    const left = (state.begun ? idleMs : firstByteMs) - (now - seen.at);
    if (left <= 0) abort({ tag: 'TimedOut', phase: state.begun ? 'idle' : 'first byte' });
    else if (now - began >= longestMs) abort(endless);
    else timer = setTimeout(look, Math.min(pause, left, began + longestMs - now));
  };
  let timer = setTimeout(look, Math.min(pause, longestMs));
  if (caller.aborted) leave();
  else caller.addEventListener('abort', leave, { once: true });
  return {
    onBite: (end) => {
      state.end = end;
      if (state.bite !== null) end();
    },
    ...tellers(state),
    stop: () => {
      clearTimeout(timer);
      caller.removeEventListener('abort', leave);
    },
    bite: () => state.bite,
  };
};
