import type { ProxyError } from '../kernel/proxy-error.ts';

/** A way for pieces that need nothing of those who stand between source and reader: most of a stream's. */
export type ShortWay = {
  /** Whether a piece may go it. */
  readonly fits: (piece: Uint8Array) => boolean;
  /** The reader's own `take`. */
  readonly take: ByteSink['take'];
};

/** Takes bytes as they come. */
export type ByteSink = {
  /** Whether more may come at once; where not, the flow's `resume` is called. */
  readonly take: (piece: Uint8Array) => boolean;
  /** The way for pieces behind one that was taken, if there is a shorter one now: until `take` is called again. */
  readonly shortWay?: () => ShortWay | null;
  /** Nothing comes any more; the error where it broke off. */
  readonly end: (error: ProxyError | null) => void;
};

/** How the other end of a pour is told to go on. */
export type ByteFlow = { readonly resume: () => void };

/** Bytes on their way, pushed to who takes them: no iterator, no promise a piece. */
export type ByteSource = {
  /** All of it, where it has come and was not poured; else null. */
  readonly whole: () => Uint8Array | null;
  /** Resolves once something has come, or it has ended; the error where there was nothing. */
  readonly begun: () => Promise<ProxyError | null>;
  /** The piece that came first, while it waits to be poured. */
  readonly first: () => Uint8Array;
  /** Gives what has come, and what comes; once. */
  readonly pour: (sink: ByteSink) => ByteFlow;
  /** The last bytes that have come: at least four, where there were so many. */
  readonly ending: () => Uint8Array;
  /** Gives it up. */
  readonly close: () => void;
};

/** The body of a request as it comes, to be read once; `length` in bytes where it was announced. */
export type BodyStream = { readonly pieces: AsyncIterable<Uint8Array>; readonly length: number | null };
