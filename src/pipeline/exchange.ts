import { atOnce } from '../kernel/breathe.ts';
import type { E, TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Signal } from '../kernel/signal.ts';
import type { BodyStream } from '../ports/byte-source.ts';
import type { Caller, FrameStream, Permit } from '../ports/capabilities.ts';
import type { SignedImage } from '../ports/images.ts';
import type { Held } from '../ports/memory.ts';
import type { Plan } from '../ports/dialect.ts';

/** Facts for the access line; never a secret or a message's text. */
export type AccessFacts = {
  readonly model: string;
  readonly streamed: boolean;
  readonly key: string;
  readonly attempts: number;
  /** Pieces of the request that were left out. */
  readonly dropped: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly error: string;
};

/** A request whose head has been read. The body is read only after authorize and admit. */
export type Received = {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly caller: Caller;
  /** To be run once: nobody else keeps the bytes. */
  readonly readBody: TE.TaskEither<ProxyError, Uint8Array>;
  /** The body in the pieces in which it came, for what is sent on as it is; instead of `readBody`. */
  readonly readPieces: TE.TaskEither<ProxyError, readonly Uint8Array[]>;
  /** The body as it comes, of so many bytes at most, for what needs no second try; instead of `readBody`. */
  readonly streamBody: (mostBytes: number) => E.Either<ProxyError, BodyStream>;
  /** What this exchange has reserved; let go when the response has been closed. */
  readonly held: Held;
  /** Bytes that Gemini may be sent for it, but for copies of what it brought itself: a body's most, and 32 MiB. */
  readonly mostSent: number;
  /** The body's, with its parameters. */
  readonly contentType: string | null;
  /** `https://host` as the caller knows this service. */
  readonly origin: string;
  /** The header `x-image-reply-format`. */
  readonly imageReplyFormat: string | null;
  /** The header `originator`: which program calls, where it says so. */
  readonly originator?: string | null;
  /** Aborted when the caller leaves or the service stops. */
  readonly signal: Signal;
  /** Adds facts to this request's access line. */
  readonly note: (facts: Partial<AccessFacts>) => void;
  /** Runs once when the response has been closed, however it ended. */
  readonly onEnd: (run: () => void) => void;
};

/** A request of somebody who knows the password. The mark is the compiler's; nobody reads it. */
export type Authorized = Received & { readonly authorized: true };

/** A request that the limits let through. */
export type Admitted = { readonly received: Authorized; readonly permit: Permit };

/** What a request is asked about once its body has been read; nothing of how that is done. */
type Heard = Pick<
  Authorized,
  'requestId' | 'caller' | 'held' | 'mostSent' | 'origin' | 'imageReplyFormat' | 'originator' | 'signal' | 'note'
> & { readonly permit: Permit };

/** A request whose body has been decoded into its dialect's words. `isLargeBody`: work on it is broken up. */
export type Asked<Request> = Heard & {
  readonly asked: Request;
  readonly isLargeBody?: boolean;
  readonly bodyBytes?: number;
};

/** A request with the media that it names by address, by that address; absent where it names none. */
export type Gathered<Request> = Asked<Request> & { readonly media?: ReadonlyMap<string, SignedImage> };

/** True when work on a request, or on what was read for it, takes so long that the event loop must breathe. */
export const isLarge = ({ isLargeBody, media }: Gathered<unknown>): boolean =>
  isLargeBody === true || (media !== undefined && [...media.values()].some(({ data }) => data.length > atOnce));

/** What a request comes to. From here on nothing holds the request itself. */
export type Planned = Pick<Heard, 'caller' | 'held' | 'mostSent' | 'origin' | 'signal' | 'note' | 'permit'> & {
  readonly plan: Plan;
  /** The request was large: work on its call is broken up. */
  readonly isLarge: boolean;
  /** Of the body as it came. */
  readonly bodyBytes: number;
  /** The key that made the thought signatures in the history. */
  readonly preferredKey: string | null;
  /** The same for all requests of one conversation. */
  readonly conversation: () => string;
};

/** Gemini's frames, a list for each read of the socket. They name the key that they came by where that will matter. */
export type Frames = FrameStream;
