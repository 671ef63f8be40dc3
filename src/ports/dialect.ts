import type { E, TE } from '../kernel/fp.ts';
import type { Machine } from '../kernel/machine.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { ModelJob } from '../gemini/living-model.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Frame } from '../gemini/response.ts';
import type { EncodingWish } from './audio.ts';
import type { Signature } from './capabilities.ts';
import type { SignedImage } from './images.ts';
import type { Whole } from './reply.ts';

/** What a translation may know beside the request itself. */
export type TranslationContext = {
  /** Random; the answer's id is made from it. */
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Thought signatures remembered for the tool calls in the history. */
  readonly recalled: ReadonlyMap<string, Signature>;
  /** What was read for the request's media links, by address; those that could not be read are missing. */
  readonly media: ReadonlyMap<string, SignedImage>;
  /** What the caller's header `x-image-reply-format` said. */
  readonly imageReplyFormat: string | null;
};

/** Media that a request names by http(s) address. */
export type MediaLink = {
  readonly url: string;
  /** The field that holds it, `messages.0.content.1.image_url.url`. */
  readonly path: string;
  /** False where the request goes on without it when it can't be read. */
  readonly isRequired: boolean;
};

/** How errors look in a dialect: before the first byte, and inside a stream that has begun. */
export type ErrorReplies = {
  readonly whole: (error: ProxyError) => Whole;
  readonly inStream: (error: ProxyError) => string;
};

/**
 * A public endpoint as data. The machine's events make the stream; collected, the same events make the whole answer,
 * so that the two cannot disagree.
 */
export type Dialect<Request, State, Event> = {
  /** Reads a body; `written` gives how it was written, '' for a form. */
  readonly decode: (body: unknown, written?: () => string) => E.Either<ProxyError, Request>;
  /** True when the caller asked for a stream. */
  readonly isStreamed: (request: Request) => boolean;
  /** True when what Gemini says goes out as it comes, so that nothing is retried after; as `isStreamed` unless told. */
  readonly showsEarly?: (request: Request) => boolean;
  /** True when a block before anything was shown is an answer of its own; an error otherwise (BLOCKED_REPLY). */
  readonly showsBlocks?: boolean;
  /** True when half an answer is a loss: every end but STOP is then tried again or an error. */
  readonly mustBeWhole?: boolean;
  /** What it wants of a model, so that another can be named where there is none; a chat unless told. */
  readonly job?: ModelJob;
  /** What signatures of the history are remembered by: ids of its calls, keys of its answers. */
  readonly callIds: (request: Request) => readonly string[];
  /** What is to be read before the request can be translated. */
  readonly mediaLinks: (request: Request) => readonly MediaLink[];
  readonly toGemini: (request: Request, context: TranslationContext) => E.Either<ProxyError, GeminiCall>;
  readonly machine: (request: Request, context: TranslationContext) => Machine<State, Frame, Event>;
  /** True when pictures of the answer go to the store and are shown by their address. */
  readonly keepsImages: (request: Request, context: TranslationContext) => boolean;
  /** How the sound of the answer is to be encoded; null or absent where it stays as it is. */
  readonly encoding?: (request: Request) => EncodingWish | null;
  readonly reply: {
    /** A whole answer; Left when the events make none. */
    readonly whole: (events: readonly Event[]) => E.Either<ProxyError, Whole>;
    /** The bytes of a stream for these events: one or more `data: …\n\n`. */
    readonly frames: (events: readonly Event[]) => string;
    /** What these events say went wrong, where an answer itself can fail: it ends the stream as an error does. */
    readonly failure?: (events: readonly Event[]) => ProxyError | null;
    /** Signatures to remember that only the whole answer tells. */
    readonly signatures?: (events: readonly Event[]) => readonly Signature[];
    /** What closes a stream that ended well. */
    readonly closing: string;
    readonly errors: ErrorReplies;
  };
};

/** Questions to one model, each with one JSON answer: `read` makes sense of the answer to the body at its index. */
export type Questions<A> = {
  readonly model: string;
  /** What comes after the colon in Google's path. */
  readonly method: string;
  readonly bodies: readonly unknown[];
  readonly read: (value: unknown, at: number) => E.Either<ProxyError, A>;
  readonly reply: (answers: readonly A[]) => Promise<Whole>;
};

/** A public endpoint whose answer is no generated content, as data. */
export type QuestionDialect<Request, A> = {
  readonly decode: (body: unknown) => E.Either<ProxyError, Request>;
  readonly toGemini: (request: Request) => TE.TaskEither<ProxyError, Questions<A>>;
};
