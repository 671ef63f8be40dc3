import { lastBytes } from '../../kernel/last-bytes.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { ByteSink, ByteSource } from '../../ports/byte-source.ts';
import type { Watchdog } from '../watchdog.ts';

/** How the connection goes on, and how it is given up. */
export type Upstream = { readonly resume: () => void; readonly abort: () => void };

/** Told of what comes, and whether more is wanted. */
export type QueueWatch = Pick<Watchdog, 'fed' | 'awaits' | 'passed' | 'stop'>;

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

type State = {
  waiting: Uint8Array[];
  size: number;
  last: Uint8Array;
  isPaused: boolean;
  end: { readonly error: ProxyError | null } | null;
  sink: ByteSink | null;
  wake: (() => void) | null;
};

const none = new Uint8Array();

/** An answer that ends before its first byte. */
const nothing: ProxyError = { tag: 'EmptyAnswer', finishReason: null, finishMessage: null };

const joinPieces = ({ waiting, size }: State): Uint8Array => {
  const [first = none] = waiting;
  return first.length === size ? first : Buffer.concat(waiting, size);
};

/** What has waited goes in one piece. */
const pourInto = (state: State, sink: ByteSink, go: () => void): void => {
  const mayCome = state.size === 0 || sink.take(joinPieces(state));
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
  state.last = lastBytes(state.last, piece);
  if (state.sink !== null) return state.sink.take(piece);
  state.waiting.push(piece);
  state.size += piece.length;
  return state.size < mostWaiting;
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
    ending: () => state.last,
    close: () => {
      if (state.end === null) telling.upstream.abort();
    },
  };
};

/**
 * Hands pieces over as they come, in the tick in which they come: no queue once somebody takes them, no promise and no
 * iterator. While nothing is wanted, silence is not the other side's, so the watch is told of both.
 */
export const byteQueue = (upstream: Upstream, watch: QueueWatch): ByteQueue => {
  const state: State = { waiting: [], size: 0, last: none, isPaused: false, end: null, sink: null, wake: null };
  return {
    push: (piece) => {
      const mayCome = takeOver(state, piece);
      state.isPaused = !mayCome;
      if (mayCome) watch.passed();
      else watch.fed();
      if (state.wake !== null) wakeUp(state);
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
