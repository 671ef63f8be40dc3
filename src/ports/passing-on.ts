import type { E, TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Signal } from '../kernel/signal.ts';
import type { Secret } from '../kernel/secret.ts';
import type { Steps } from '../kernel/steps.ts';
import type { BodyStream, ByteSource } from './byte-source.ts';
import type { Headers, Whole } from './reply.ts';

/** The body of a request that is passed on: held in pieces, mostly one, for every try; or a stream for one. */
export type PassedBody = readonly Uint8Array[] | BodyStream | null;

/** Whether a body is held. */
export const isInPieces = (body: PassedBody): body is readonly Uint8Array[] => Array.isArray(body);

/** Headers as names and values in turn: what is only handed on need not be a record, which is put together and taken apart. */
export type HeaderList = readonly string[];

/** One call that is passed on. */
export type PassedCall = {
  /** Another address than Gemini's own, for bytes of an upload; it has been checked. */
  readonly origin?: string;
  readonly method: string;
  /** From the version on, with the query. */
  readonly path: string;
  readonly headers: HeaderList;
  readonly body: PassedBody;
  readonly secret: Secret;
  /** On a connection of its own, which can't break under our hands: what creates something is sent once. */
  readonly isOnce: boolean;
  readonly signal: Signal;
};

/** What Google answered: its head, the type of its content ('' where none is told), and the body as it comes. */
export type PassedAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly type: string;
  readonly body: ByteSource;
};

/** Makes one call. Left: no answer came. */
export type PassCall = (call: PassedCall) => TE.TaskEither<ProxyError, PassedAnswer>;

/**
 * What is remembered of the things that belong to one project: which keys may touch them. A `home` is a hash of that
 * project, or of the key where it has none.
 */
export type BoundNames = {
  readonly homeOf: (name: string) => string | null;
  /** `address`: who made or found them. */
  readonly remember: (names: readonly string[], home: string, address: string) => void;
  readonly forget: (name: string) => void;
  readonly isEmpty: () => boolean;
  /** The key of the newest thing that this caller made and that may still live. */
  readonly newestKeyOf: (address: string) => string | null;
  readonly noteMaker: (address: string, keyId: string) => void;
  /** Whether nobody had this a moment ago. */
  readonly isMissing: (name: string) => boolean;
  readonly noteMissing: (name: string) => void;
};

/** An upload that was begun: where its bytes go, and the key that began it. */
export type BegunUpload = { readonly url: string; readonly home: string; readonly keyId: string };

/** Uploads by an id of our own, which is the permit to go on with it. */
export type Uploads = {
  /** Kept for this address. */
  readonly keep: (upload: BegunUpload, address: string) => string;
  readonly find: (id: string) => BegunUpload | null;
};

/** The pool as a pass-through sees it: its projects in order, and whose a key is. */
export type Homes = { readonly all: () => readonly string[]; readonly of: (keyId: string) => string };

/** What a pass-through dialect reads of a request. */
export type PassRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly header: (name: string) => string | null;
  /** Our own address as the caller knows it, with what stands before our paths. */
  readonly base: string;
};

/** What is done with a request and its answer. */
export type PassWork =
  /** Any key; the answer passes. */
  | 'free'
  /** Makes something: sent once, and the names in its answer are remembered. */
  | 'create'
  /** About something that one project has; the names in its answer are remembered. */
  | 'bound'
  /** A list over all keys. */
  | 'list'
  /** A list that all keys have alike. */
  | 'list-any'
  /** Begins an upload. */
  | 'upload'
  /** Bytes of an upload that was begun. */
  | 'chunk';

/** A request that is passed on, as its door reads it before its body. */
export type PassPlan = {
  readonly work: PassWork;
  readonly method: string;
  /** From the version on, without the query. */
  readonly path: string;
  readonly query: string;
  /** Both. */
  readonly address: string;
  /** What Google's limits count it as. */
  readonly quota: string;
  /** Null where the path names none. */
  readonly model: string | null;
  /** What the path calls the model, where that is an alias. */
  readonly alias: string | null;
  /** Whether it is a question, which our limits count. */
  readonly isQuestion: boolean;
  /** Whether what Google says of the key may be held against it: not where it takes no keys at all. */
  readonly mayBlameKey: boolean;
  readonly body: 'none' | 'held' | 'stream';
  /** The thing that the path names, as Google does. */
  readonly name: string | null;
  /** Where to ask whether it is there. */
  readonly namePath: string | null;
  /** An answer that is a stream of events or of an array's elements. */
  readonly stream: 'events' | 'array' | null;
  /** Made beside other things of its caller, with whose names it may stand in one request. */
  readonly staysTogether: boolean;
  readonly uploadId: string | null;
  readonly pageToken: string | null;
};

/** A page of a list: its bytes, how many things it has, and Google's token for the next one. */
export type ListPage = { readonly isEmpty: boolean; readonly token: string | null };

/** Bytes of a stream on their way down, without what belongs to the owner of the keys. */
export type StreamFilter = {
  /** What goes down of a piece: itself, nearly always; nothing while an error is not whole yet. */
  readonly take: (piece: Uint8Array) => Uint8Array;
  /** What is held when nothing comes any more. */
  readonly end: () => Uint8Array;
  /** Whether nothing has begun that what comes next may end: pieces that `passes` need not be taken then. */
  readonly isAtRest: () => boolean;
  /** Whether a piece goes down as it is, and leaves the filter at rest. */
  readonly passes: (piece: Uint8Array) => boolean;
};

/**
 * Whose error it is: the path that was asked, the key to be hidden, what the caller itself named, and who is told of
 * the error as it came.
 */
export type ErrorWatch = {
  readonly path: string;
  readonly secret: Secret;
  readonly own: string | null;
  readonly told: (text: string) => void;
};

/** What an answer says that it cost. */
export type TokensTold = { readonly promptTokens: number; readonly completionTokens: number };

/** Google's API as data: all that a pass-through needs to know of it. */
export type PassDialect = {
  /** The same one for the same request. */
  readonly plan: (request: PassRequest) => E.Either<ProxyError, PassPlan>;
  /** A request's headers as they go up. */
  readonly headersUp: (header: PassRequest['header'], plan: PassPlan) => HeaderList;
  /** Names of bound things in a body. */
  readonly namesIn: (body: Uint8Array) => readonly string[];
  /** The body as it goes up: our own file addresses are Google's, an alias is its model. */
  readonly bodyUp: (body: Uint8Array, plan: PassPlan, base: string) => Uint8Array;
  /** Whether `bodyUp` surely changes nothing, by the pieces of a body. */
  readonly goesUpAsIs: (pieces: readonly Uint8Array[], plan: PassPlan) => boolean;
  /** Whether this request leaves nothing behind at Google's, though its kind does. */
  readonly leavesNothing: (body: Uint8Array) => boolean;
  /** Names of bound things that an answer tells. */
  readonly namesTold: (bytes: Uint8Array) => Steps<readonly string[]>;
  /** Those in the beginning of a stream. */
  readonly namesBegun: (text: string) => readonly string[];
  readonly headersDown: (headers: Headers, isStream?: boolean) => Headers;
  /** An address of Google's, in an answer's head, as it is here; null where it leads elsewhere. */
  readonly addressDown: (address: string, base: string) => string | null;
  /** Where the bytes of an upload go; null for what is no address of Google's. */
  readonly uploadAddress: (address: string) => { readonly origin: string; readonly path: string } | null;
  /** What our own address of an upload looks like. */
  readonly uploadLink: (base: string, path: string, id: string) => string;
  readonly withToken: (query: string, token: string | null) => string;
  readonly readPage: (text: string) => ListPage;
  /** The page with another token for the next one. */
  readonly pageWithToken: (text: string, token: string) => string;
  /** By the last bytes of an answer. */
  readonly tokensIn: (ending: Uint8Array) => TokensTold | null;
  /** An error of Google's without what belongs to the owner of the keys; null where it is none of Google's. */
  readonly cleanError: (text: string, secret: Secret, own: string | null) => string | null;
  /** An answer of which the errors that it tells of (a batch's, an operation's) name no keys and projects. */
  readonly cleanTold: (answer: Uint8Array, secret: Secret) => Uint8Array;
  /** Cleans errors that stand among the frames of a stream. */
  readonly streamFilter: (watch: ErrorWatch) => StreamFilter;
  /** Cleans an error behind the other fields of an answer that is one value, in as many bytes as it had. */
  readonly valueFilter: (watch: ErrorWatch) => StreamFilter;
  /** Whether such an error may stand in an answer that is all there. */
  readonly mayHoldError: (bytes: Uint8Array) => boolean;
  /** Whether a stream begins with an error, by its first bytes. */
  readonly opensWithError: (bytes: Uint8Array) => boolean;
  readonly errors: {
    readonly whole: (error: ProxyError) => Whole;
    /** An error of Google's, or ours, inside a stream of events. */
    readonly inStream: (error: ProxyError) => string;
    readonly inStreamText: (cleaned: string) => string;
  };
};
