import type { ShortTexts, UnreadAt } from '../kernel/cut-texts.ts';
import type { E, TE } from '../kernel/fp.ts';
import type { TermsReader } from '../kernel/kept-terms.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Steps } from '../kernel/steps.ts';
import type { RecallWish } from '../gemini/conversation/recall.ts';
import type { ModelJob } from '../gemini/living-model.ts';
import type { GeminiCall } from '../gemini/request.ts';
import type { Judging } from '../gemini/verdict.ts';
import type { AnswerWriter } from './answer-writer.ts';
import type { EncodingWish } from './audio.ts';
import type { Now, Permit, Signature } from './capabilities.ts';
import type { SignedImage } from './images.ts';
import type { Headers, Whole } from './reply.ts';
import type { Asker } from './response-store.ts';

/** What a translation may know beside the request itself. */
export type TranslationContext = {
  /** The id that every answer to the request names. */
  readonly requestId: string;
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
  /** What the caller's header `originator` said: `codex_exec` for one. */
  readonly originator?: string | null;
  /** Milliseconds since the epoch, for answers that say when they were done. */
  readonly now?: Now;
};

/** Media that a request names by http(s) address. */
export type MediaLink = {
  readonly url: string;
  /** The field that holds it, `messages.0.content.1.image_url.url`. */
  readonly path: string;
  /** False where the request goes on without it when it can't be read. */
  readonly isRequired: boolean;
};

/** How errors look in a dialect: before the first byte, and inside a stream that has begun (the machines' `fail`). */
export type ErrorReplies = {
  readonly whole: (error: ProxyError) => Whole;
  readonly inStream: (error: ProxyError) => string;
};

/** How all endpoints of one public API answer, whatever was asked; its door has its errors. */
export type Replies = {
  /** The head of every stream. */
  readonly streamHeaders: Headers;
  /** What the limits tell on every good answer. */
  readonly limitHeaders: (permit: Permit) => Headers;
};

/** What a request comes to: the call, and all that was decided with it, once. */
export type Plan = {
  readonly call: GeminiCall;
  /** The caller asked for a stream. */
  readonly streamed: boolean;
  /** What Gemini says goes out as it comes, so that nothing is retried after. */
  readonly shownEarly: boolean;
  readonly judging: Judging;
  /** Pictures of the answer go to the store and are shown by their address. */
  readonly keepsImages: boolean;
  /** How the sound of the answer is to be encoded; null where it stays as it is. */
  readonly encoding: EncodingWish | null;
  readonly answer: AnswerWriter;
  /** What of the request is held until the answer has ended, bytes; reserved before Gemini is asked. */
  readonly holds?: number;
  /** Pieces of the request that say nothing to Gemini and were left out: items, blocks; none unless told. */
  readonly dropped?: number;
};

/** What a dialect does with a large request, in steps. */
export type StepsOf<Request> = {
  readonly decode: (body: unknown, written: () => string) => Steps<E.Either<ProxyError, Request>>;
  readonly callIds: (request: Request, wish: RecallWish) => Steps<readonly string[]>;
  readonly plan: (request: Request, context: TranslationContext) => Steps<E.Either<ProxyError, Plan>>;
};

/** A public endpoint as data. */
export type Dialect<Request> = {
  /** Reads a body; `written` gives how it was written, '' for a form. */
  readonly decode: (body: unknown, written?: () => string) => E.Either<ProxyError, Request>;
  /** Where in a body long texts may be left unread, since nobody looks into them; nowhere unless told. */
  readonly unreadAt?: UnreadAt;
  /** Which shorter texts may be left unread there too; none unless told. */
  readonly shortTexts?: ShortTexts;
  /** Reads bodies whose terms come again and again; each as a whole unless told. */
  readonly terms?: TermsReader;
  /** What it wants of a model, so that another can be named where there is none; a chat unless told. */
  readonly job?: ModelJob;
  /** Completes a request with what it refers to and this service keeps, for its caller alone. */
  readonly lookUp?: (request: Request, asker: Asker) => TE.TaskEither<ProxyError, Request>;
  /** What signatures of the history are remembered by: ids of its calls, keys of its answers. */
  readonly callIds: (request: Request, wish: RecallWish) => readonly string[];
  /** What is to be read before the request can be translated. */
  readonly mediaLinks: (request: Request) => readonly MediaLink[];
  readonly translate: (request: Request, context: TranslationContext) => E.Either<ProxyError, Plan>;
  /** The same for large requests, in steps between which the event loop breathes; in one go unless told. */
  readonly inSteps?: StepsOf<Request>;
  readonly replies: Replies;
};

/** Questions to one model, each with one JSON answer. */
export type Questions = {
  readonly model: string;
  /** What comes after the colon in Google's path. */
  readonly method: string;
  readonly bodies: readonly unknown[];
  /** Things of one project that the bodies name. */
  readonly things?: () => readonly string[];
  /** Collects the answers to them. */
  readonly answers: () => AnswerReader;
};

/** Takes the answers to questions, in whatever order they come. */
export type AnswerReader = {
  /** Makes sense of the answer to the body at this index; Left where there is none in it. */
  readonly read: (value: unknown, at: number) => E.Either<ProxyError, void>;
  /** The reply, once all were read. */
  readonly end: () => Promise<Whole>;
};

/** A public endpoint whose answer is no generated content, as data. */
export type QuestionDialect<Request> = {
  readonly decode: (body: unknown, written?: () => string) => E.Either<ProxyError, Request>;
  /** Where in a body long texts may be left unread, since nobody looks into them; nowhere unless told. */
  readonly unreadAt?: UnreadAt;
  /** The same for large requests, in steps between which the event loop breathes; in one go unless told. */
  readonly inSteps?: Pick<StepsOf<Request>, 'decode'>;
  /** What it wants of a model, so that another can be named where there is none; vectors unless told. */
  readonly job?: ModelJob;
  /** Completes a request with what it refers to and this service keeps, for its caller alone. */
  readonly lookUp?: (request: Request, asker: Asker) => TE.TaskEither<ProxyError, Request>;
  /** What is to be read before the request can be translated; nothing unless told. */
  readonly mediaLinks?: (request: Request) => readonly MediaLink[];
  readonly translate: (
    request: Request,
    context: Pick<TranslationContext, 'media'> & { readonly isLarge: boolean },
  ) => TE.TaskEither<ProxyError, Questions>;
  readonly replies: Replies;
};
