import { lastBytes, lastOfTwo } from '../../kernel/last-bytes.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { ByteSink, ByteSource } from '../../ports/byte-source.ts';
import type { Watchdog } from '../watchdog.ts';

/** How the connection goes on, and how it is given up. */
export type Upstream = { readonly resume: () => void; readonly abort: () => void };

/** Told of what comes, and whether more is wanted. */
export type QueueWatch = Pick<Watchdog, 'follow' | 'fed' | 'awaits' | 'passed' | 'stop'>;

/** An answer's bytes between undici, which pushes them, and who takes them. */
export type ByteQueue = {
  readonly source: ByteSource;
  /** False when no more should come until it is asked for. */
  readonly push: (piece: Uint8Array) => boolean;
  /** Nothing comes any more; the error where it broke off. */
  readonly end: (error: ProxyError | null) => void;
};

/** What may wait before anybody takes it. */
const mostWaiting = 64 * 1024;

/** In front what each piece asks for: after 10 ms a line of memory that is looked at costs it 0.1 µs. */
type State = {
  /** Whether a piece may go by `takeShort`, past who stands between. */
  fits: (piece: Uint8Array) => boolean;
  takeShort: ByteSink['take'];
  came: number;
  /** Two pieces: the end of an answer may be cut, or have a comment behind it. */
  last: Uint8Array;
  before: Uint8Array;
  /** The watch knows that something has come, and that more is wanted. */
  isFlowing: boolean;
  isPaused: boolean;
  sink: ByteSink | null;
  waiting: Uint8Array[];
  size: number;
  end: { readonly error: ProxyError | null } | null;
  wake: (() => void) | null;
};

const none = new Uint8Array();
const never = (): boolean => false;

/** An answer that ends before its first byte. */
const nothing: ProxyError = { tag: 'EmptyAnswer', finishReason: null, finishMessage: null };

const joinPieces = ({ waiting, size }: State): Uint8Array => {
  const [first = none] = waiting;
  return first.length === size ? first : Buffer.concat(waiting, size);
};

/** The long way, which says whether there is a shorter one for what comes next. */
const giveTo = (state: State, sink: ByteSink, piece: Uint8Array): boolean => {
  const mayCome = sink.take(piece);
  const way = sink.shortWay?.() ?? null;
  state.fits = way?.fits ?? never;
  state.takeShort = way?.take ?? never;
  return mayCome;
};

/** What has waited goes in one piece. */
const pourInto = (state: State, sink: ByteSink, go: () => void): void => {
  const mayCome = state.size === 0 || giveTo(state, sink, joinPieces(state));
  state.waiting = [];
  state.size = 0;
  state.sink = sink;
  if (state.end !== null) sink.end(state.end.error);
  else if (mayCome) go();
};

type Telling = { readonly upstream: Upstream; readonly watch: QueueWatch };

const goOn = (state: State, { upstream, watch }: Telling): void => {
  if (state.end !== null) return;
  watch.awaits();
  if (!state.isPaused) return;
  // Before it goes on: what was held back comes within this call, and may be too much again.
  state.isPaused = false;
  upstream.resume();
};

const wakeUp = (state: State): void => {
  state.wake?.();
  state.wake = null;
};

const takeOver = (state: State, piece: Uint8Array): boolean => {
  if (state.sink !== null) return giveTo(state, state.sink, piece);
  state.waiting.push(piece);
  state.size += piece.length;
  return state.size < mostWaiting;
};

/** Tells the watch where the flow begins, stops or goes on. */
const tellFlow = (state: State, watch: QueueWatch, mayCome: boolean): void => {
  state.isPaused = !mayCome;
  state.isFlowing = mayCome;
  if (mayCome) watch.passed();
  else watch.fed();
  if (state.wake !== null) wakeUp(state);
};

const begin = async (state: State): Promise<ProxyError | null> => {
  if (state.size === 0 && state.end === null) {
    await new Promise<void>((resolve) => {
      state.wake = resolve;
    });
  }
  if (state.size > 0) return null;
  return state.end?.error ?? nothing;
};

const sourceOf = (state: State, telling: Telling): ByteSource => {
  const resume = (): void => goOn(state, telling);
  return {
    whole: () => (state.sink === null && state.end?.error === null ? joinPieces(state) : null),
    begun: () => begin(state),
    first: () => state.waiting[0] ?? none,
    pour: (sink) => {
      pourInto(state, sink, resume);
      return { resume };
    },
    ending: () => lastOfTwo(state.before, state.last),
    close: () => {
      if (state.end === null) telling.upstream.abort();
    },
  };
};

const emptyState = (): State => ({
  fits: never,
  takeShort: never,
  came: 0,
  last: none,
  before: none,
  isFlowing: false,
  isPaused: false,
  sink: null,
  waiting: [],
  size: 0,
  end: null,
  wake: null,
});

/**
 * Hands pieces over as they come, in the tick in which they come: no queue once somebody takes them, no promise and no
 * iterator. While nothing is wanted, silence is not the other side's, so the watch is told of both.
 */
export const byteQueue = (upstream: Upstream, watch: QueueWatch): ByteQueue => {
  const state = emptyState();
  watch.follow(() => state.came);
  return {
    push: (piece) => {
      state.came += 1;
      state.before = state.last;
      state.last = lastBytes(state.before, piece);
      const mayCome = state.fits(piece) ? state.takeShort(piece) : takeOver(state, piece);
      if (!mayCome || !state.isFlowing) tellFlow(state, watch, mayCome);
      return mayCome;
    },
    end: (error) => {
      if (state.end !== null) return;
      state.end = { error };
      watch.stop();
      state.sink?.end(error);
      wakeUp(state);
    },
    source: sourceOf(state, { upstream, watch }),
  };
};

const idle = (): void => undefined;

/**
 * Sends pieces through a queue that nobody has. V8 takes fields that never changed for what stays, leaves out of what
 * it compiles what never happened, and throws it away when the first answer comes in pieces.
 */
const pourOnce = (): void => {
  const watch = { follow: idle, fed: idle, awaits: idle, passed: idle, stop: idle };
  const { source, push, end } = byteQueue({ resume: idle, abort: idle }, watch);
  void source.begun();
  push(none);
  const flow = source.pour({ take: never, shortWay: () => ({ fits: never, take: () => true }), end: idle });
  push(none);
  flow.resume();
  end(null);
};

/** It takes notes of what a function does once that was called a few times. */
const untilNoted = 16;

for (let each = 0; each < untilNoted; each += 1) pourOnce();
