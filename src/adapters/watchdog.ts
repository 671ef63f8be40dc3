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

/** A place in the line of the calls that are watched. */
type Link = { previous: Link | null; next: Watched | null };

/**
 * One call. `signs`: how often something was told; `came`: how much has come that was not; both together were
 * `seenSigns` at `seenAt`, when they were last seen to grow; `isAwaited`: more is wanted.
 */
type Watched = {
  readonly began: number;
  bite: ProxyError | null;
  end: (() => void) | null;
  begun: boolean;
  isAwaited: boolean;
  signs: number;
  came: () => number;
  seenSigns: number;
  seenAt: number;
} & Link;

const nothing = (): number => 0;

/** What the watch is told while the call goes on: no clock is read then, which a piece would pay for; the timer does. */
const tellers = (call: Watched): Pick<Watchdog, 'fed' | 'awaits' | 'passed' | 'follow'> => ({
  follow: (came) => {
    call.came = came;
  },
  fed: () => {
    call.begun = true;
    call.isAwaited = false;
  },
  awaits: () => {
    call.isAwaited = true;
    call.signs += 1;
  },
  passed: () => {
    call.begun = true;
    call.isAwaited = true;
    call.signs += 1;
  },
});

const timedOut: Readonly<Record<'first byte' | 'idle', ProxyError>> = {
  'first byte': { tag: 'TimedOut', phase: 'first byte' },
  idle: { tag: 'TimedOut', phase: 'idle' },
};

/** Why a call is to end now, if it is. */
const faultOf = (
  call: Watched,
  { firstByteMs, idleMs, longestMs = anHour }: Silence,
  now: number,
): ProxyError | null => {
  const signs = call.signs + call.came();
  if (signs !== call.seenSigns || !call.isAwaited) Object.assign(call, { seenSigns: signs, seenAt: now });
  if (now - call.seenAt >= (call.begun ? idleMs : firstByteMs)) return timedOut[call.begun ? 'idle' : 'first byte'];
  return now - call.began >= longestMs ? endless : null;
};

/** How often it looks within the time that it allows; so much later, and as much again, may it bite. */
const looks = 32;

const watchedSince = (began: number): Watched => ({
  began,
  bite: null,
  end: null,
  begun: false,
  isAwaited: true,
  signs: 0,
  came: nothing,
  seenSigns: 0,
  seenAt: began,
  previous: null,
  next: null,
});

const leaveLine = (call: Watched): void => {
  const { previous, next } = call;
  if (previous !== null) previous.next = next;
  if (next !== null) next.previous = previous;
  call.previous = null;
  call.next = null;
};

const end = (call: Watched, bite: ProxyError): void => {
  if (call.bite !== null) return;
  leaveLine(call);
  call.bite = bite;
  call.end?.();
};

/**
 * Looks at all calls of a line in turn, for as long as there are any; gives what puts one into it. No Set: what is left
 * of one that has grown anew still names who was in it then, and holds their requests until the next full collection
 * (9 KB a request outlived the young generation).
 */
const lookInTurn = (silence: Silence): ((call: Watched) => void) => {
  const line: Link = { previous: null, next: null };
  const pause = Math.min(silence.firstByteMs, silence.idleMs, silence.longestMs ?? anHour) / looks;
  let timer: NodeJS.Timeout | null = null;
  const look = (): void => {
    const now = monotonic();
    const over: (readonly [Watched, ProxyError])[] = [];
    for (let call = line.next; call !== null; call = call.next) {
      const fault = faultOf(call, silence, now);
      if (fault !== null) over.push([call, fault]);
    }
    timer = line.next === null ? null : setTimeout(look, pause).unref();
    for (const [call, fault] of over) end(call, fault);
  };
  return (call) => {
    call.previous = line;
    call.next = line.next;
    if (line.next !== null) line.next.previous = call;
    line.next = call;
    timer ??= setTimeout(look, pause).unref();
  };
};

/**
 * Watches calls, each from when it is given one. One timer for all of them, which is not touched by what comes: when it
 * runs out, it looks whether something has come to each since it looked last, and is started anew. A timer for each
 * call would cost it 2 µs; to push it on, or to read the clock for each piece, more.
 */
export const watchdogs = (silence: Silence): ((caller: Signal) => Watchdog) => {
  const add = lookInTurn(silence);
  return (caller) => {
    const call = watchedSince(monotonic());
    const leave = (): void => end(call, abortReason(caller));
    const { follow, fed, awaits, passed } = tellers(call);
    add(call);
    if (caller.aborted) leave();
    else caller.addEventListener('abort', leave, { once: true });
    return {
      onBite: (run) => {
        call.end = run;
        if (call.bite !== null) run();
      },
      follow,
      fed,
      awaits,
      passed,
      stop: () => {
        leaveLine(call);
        caller.removeEventListener('abort', leave);
      },
      bite: () => call.bite,
    };
  };
};
