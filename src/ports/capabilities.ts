import type { E, TE } from '../kernel/fp.ts';
import type { OutageError, ProxyError } from '../kernel/proxy-error.ts';
import type { Items } from '../kernel/ready-stream.ts';
import type { Secret } from '../kernel/secret.ts';
import type { Signal } from '../kernel/signal.ts';
import type { Said } from '../gemini/plain-text.ts';
import type { Frame, GeminiModel } from '../gemini/response.ts';
import type { CallBody } from '../gemini/call-body.ts';
import type { Holding, Memory } from './memory.ts';
import type { FindEncoder } from './audio.ts';
import type { FetchMedia, ImageSignatureOf, KeepImage, ReadImage } from './images.ts';

/** Who calls: the address after TRUST_PROXY_HOPS, what was presented as password, and whether it comes from near. */
export type Caller = {
  readonly address: string;
  readonly credential: Secret | null;
  /** All that was presented, where one right one is enough; null where the first one counts. */
  readonly otherCredentials?: (() => readonly Secret[]) | null;
  /**
   * True when nothing tells that the caller is outside the service's own network (ALLOW_DEFAULT_PASSWORD=false asks).
   */
  readonly isFromOwnNetwork: () => boolean;
};

/** Lets the caller in or says why not; counts wrong passwords per address. */
export type CheckCaller = (caller: Caller) => E.Either<ProxyError, void>;

/** A place in the limits: what to tell in `x-ratelimit-*`, null when no limit is set. */
export type Permit = {
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
} | null;

/** Counts so many calls (1) of this address against the limits, or refuses them all with the seconds to wait. */
export type TakePermit = (address: string, calls?: number) => E.Either<ProxyError, Permit>;

/** A key lent for one attempt. `number` is its place in GEMINI_API_KEYS from 1; `id` a hash that outlives a reorder. */
export type Lease = { readonly number: number; readonly id: string; readonly secret: Secret };

/** What a key is wanted for, and which one would be best. */
export type KeyWish = {
  readonly model: string;
  /** Bytes of the call. */
  readonly size: number;
  /** Ids of the keys already tried for this request. */
  readonly tried: ReadonlySet<string>;
  /** Those of them that Google refused, or whose project may not have the model: nobody waits for them. */
  readonly unsuited?: ReadonlySet<string>;
  /** The key that made the thought signatures in the history, if any. */
  readonly preferred: string | null;
  /** Whose keys alone will do: what the call is about belongs to one project. */
  readonly home?: string;
  /** Stable over a conversation's requests; KEY_STRATEGY=sticky keeps it on one key. */
  readonly conversation: (() => string) | null;
};

/**
 * Whose keys alone may use what a request names of Google's own things (KeyWish's `home`); undefined where anybody's
 * may. The names are asked for only where some are known. Left where they belong to keys that no request has together.
 */
export type HomeOfThings = (namesOf: () => readonly string[]) => E.Either<ProxyError, string | undefined>;

/**
 * Looks, key by key, for things that a request names and nobody knew, once Google has said that one is lacking. Whether
 * any was found: `HomeOfThings` knows it then.
 */
export type FindThings = (
  names: readonly string[],
  asking: { readonly signal: Signal; readonly memory: Memory; readonly address: string },
) => Promise<boolean>;

/** Lends a ready key; NoKeysConfigured, NoUsableKey, or KeysExhausted with the soonest wait when there is none. */
export type LeaseKey = (wish: KeyWish) => E.Either<ProxyError, Lease>;

/** Tells the pool how an attempt ended (null = it worked). Only KeyRefused and QuotaSpent ever count against a key. */
export type ReportKey = (lease: Lease, model: string, error: ProxyError | null) => void;

/** A request's way to its model; `leave` is called once, and gives the seconds to wait after an outage. */
export type Passage = {
  /** True when the model has answered nobody lately: one try only. */
  readonly isTrial: boolean;
  /** The error when all tries met an outage; `unknown`: whatever says nothing about the model. */
  readonly leave: (outcome: 'answered' | 'unknown' | OutageError) => number | null;
};

/**
 * Lets a request of this address through to the model, or says with the last outage's error how long it is left alone.
 */
export type EnterModel = (model: string, address: string) => E.Either<ProxyError, Passage>;

/** One call for an answer, by one key. */
export type UpstreamCall = {
  readonly model: string;
  readonly streamed: boolean;
  /**
   * Nothing of the answer is looked at before it has ended: where it is short, it comes as one list (`ready`). So does
   * any other that has come to its end with its head, unless it begins with a text that may go out before the rest is
   * read (`begun`).
   */
  readonly isCollected?: boolean;
  /** JSON, made once for all attempts; a long one as bytes, in pieces. */
  readonly body: CallBody;
  readonly secret: Secret;
  readonly holding: Holding;
  readonly signal: Signal;
};

/** Frames as they come: all that one read of the socket brought travel together. No list is empty. */
export type FrameStream = Items<readonly Frame[], Said>;

/**
 * One call to Gemini. Left: it was refused before any frame (status, reset, time-out). The frames throw a `Thrown`
 * when the stream fails later: error frame, reset, idle time-out, or an end without any finish reason (StreamCut).
 */
export type OpenGemini = (call: UpstreamCall) => TE.TaskEither<ProxyError, FrameStream>;

/** One call for one JSON value, by one key. */
export type GeminiQuestion = {
  readonly model: string;
  /** What comes after the colon, `batchEmbedContents` for one. */
  readonly method: string;
  /** JSON, made once for all attempts. */
  readonly body: CallBody;
  readonly secret: Secret;
  /** Of the exchange; the answer is held there. */
  readonly memory: Memory;
  readonly signal: Signal;
};

/** One call whose answer is one JSON value: every method that does not generate content. */
export type AskGemini = (question: GeminiQuestion) => TE.TaskEither<ProxyError, unknown>;

/** All pages of models.list as one key sees them. */
export type FetchModels = (secret: Secret, signal: AbortSignal) => TE.TaskEither<ProxyError, readonly GeminiModel[]>;

/** The cached model list; falls back to the last one known and then to a fixed one, so it never fails. */
export type ListModels = () => Promise<readonly GeminiModel[]>;

/**
 * The day when this service saw a model first, by its id (seconds since the epoch): today, the first time it is asked.
 */
export type FirstSeen = (id: string) => number;

/** The thought signature of a tool call, or the signatures of a whole answer, by its id; and the key that made it. */
export type Signature = {
  readonly callId: string;
  readonly value: string;
  readonly keyId: string;
  /** True where words of an answer are in it: such are never written to disk. */
  readonly holdsWords?: boolean;
};

/** What is remembered of these tool calls, by call id. */
export type RecallSignatures = (
  callIds: readonly string[],
) => ReadonlyMap<string, Signature> | Promise<ReadonlyMap<string, Signature>>;

/** Whether the signatures of any answer are remembered: else nobody works out what answers are known again by. */
export type HoldsAnswers = () => boolean;

/** Remembers one that was made for this address, as long as there is room. */
export type RememberSignature = (signature: Signature, address: string) => void;

/** Milliseconds since the epoch. */
export type Now = () => number;

/** Resolves after so many milliseconds, or at once when the signal aborts. */
export type Wait = (milliseconds: number, signal: Signal) => Promise<void>;

/** A random number from 0 up to 1, for pauses that should not all end at once. */
export type Random = () => number;

/** A fresh random id of 24 letters and digits. */
export type NewId = () => string;

/** How much a line of the log matters, the least first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a line of the log tells beside its message. Never a key, a password or a message's text. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** One line of structured log. Facts that are a function are asked for when lines are next written together. */
export type Log = (level: LogLevel, message: string, facts?: LogFacts | (() => LogFacts)) => void;

/** All that the pipeline needs from the world; a stage asks only for the few that it uses. */
export type Capabilities = {
  readonly checkCaller: CheckCaller;
  readonly takePermit: TakePermit;
  readonly homeOfThings: HomeOfThings;
  readonly findThings: FindThings;
  readonly leaseKey: LeaseKey;
  readonly reportKey: ReportKey;
  readonly enterModel: EnterModel;
  readonly openGemini: OpenGemini;
  readonly askGemini: AskGemini;
  readonly listModels: ListModels;
  readonly keepImage: KeepImage;
  readonly readImage: ReadImage;
  readonly imageSignature: ImageSignatureOf;
  readonly fetchMedia: FetchMedia;
  readonly findEncoder: FindEncoder;
  readonly recallSignatures: RecallSignatures;
  readonly rememberSignature: RememberSignature;
  readonly holdsAnswers: HoldsAnswers;
  readonly now: Now;
  readonly wait: Wait;
  readonly random: Random;
  readonly newId: NewId;
  readonly log: Log;
};
