/**
 * Why Google turned a key away; `unpaid`: its project's credit or spending limit is used up, which no waiting mends.
 */
export type KeyFault = 'invalid' | 'leaked' | 'suspended' | 'denied' | 'unpaid';

/** Which limit of ours was reached: the service's per minute, the caller's per day. */
export type LimitName = 'minute' | 'day';

/** Google refuses what one project may not have, but another key's project may. */
type MaybeElsewhere = { readonly maybeElsewhere?: true };

/**
 * Everything that can go wrong in one exchange. Each dialect renders all of it; none of it holds a secret or a body.
 */
export type ProxyError =
  | { readonly tag: 'NoPassword' }
  | { readonly tag: 'WrongPassword' }
  | { readonly tag: 'DefaultPasswordRefused' }
  | { readonly tag: 'TooManyGuesses'; readonly retryAfterSeconds: number }
  | {
      readonly tag: 'LimitReached';
      readonly limit: LimitName;
      readonly most: number;
      readonly retryAfterSeconds: number;
      readonly calls?: number;
    }
  | {
      readonly tag: 'InvalidRequest';
      readonly message: string;
      readonly param: string | null;
      readonly code: InvalidCode | null;
    }
  /** Something that is kept here for a time was named, and is not, or not for this caller. */
  | { readonly tag: 'NotKept'; readonly message: string; readonly param: string | null }
  | { readonly tag: 'NoSuchRoute'; readonly method: string; readonly path: string }
  | { readonly tag: 'MethodNotAllowed'; readonly method: string; readonly allowed: readonly string[] }
  /** What is not offered through a pool of keys, and why. */
  | { readonly tag: 'Forbidden'; readonly message: string }
  /** What this service does not speak. */
  | { readonly tag: 'NotOffered'; readonly message: string }
  /** A thing that one key's project had, and nobody has any more. */
  | { readonly tag: 'NoSuchThing'; readonly message: string }
  /** Things of several projects in one request. */
  | { readonly tag: 'BelongsApart'; readonly message: string }
  | { readonly tag: 'BodyTooLarge'; readonly mostBytes: number }
  /** With what is fetched and answered for it, the request would take more than one exchange may hold. */
  | { readonly tag: 'TooMuchHeld'; readonly mostBytes: number }
  /** What it refers to, or asks for several times over, would make what Gemini is sent too large. */
  | { readonly tag: 'TooMuchSent'; readonly mostBytes: number; readonly param: string | null }
  | { readonly tag: 'UnsupportedMedia'; readonly message: string }
  | { readonly tag: 'UnknownExpectation' }
  | { readonly tag: 'BodyTimeout' }
  | { readonly tag: 'Busy'; readonly message: string }
  | { readonly tag: 'NoKeysConfigured' }
  | ({ readonly tag: 'NoUsableKey'; readonly reasons: readonly string[]; readonly unpaid?: true } & MaybeElsewhere)
  | {
      readonly tag: 'KeysExhausted';
      readonly retryAfterSeconds: number;
      readonly forToday: boolean;
      /** Ready keys were left, all of which this request has tried. */ readonly isTriedOut?: true;
    }
  | { readonly tag: 'KeyRefused'; readonly fault: KeyFault; readonly reason: string }
  | {
      readonly tag: 'QuotaSpent';
      readonly period: 'minute' | 'day';
      readonly retryAfterSeconds: number | null;
      readonly quotaId: string | null;
      readonly isOfTokens?: true;
    }
  | {
      readonly tag: 'GeminiInvalid';
      readonly message: string;
      readonly code: InvalidCode | null;
      /** A file or a cached content that the request names is not there for the key that was asked. */
      readonly isThingLacking?: true;
    }
  | { readonly tag: 'BadSignature' }
  | ({ readonly tag: 'LocationRefused' } & MaybeElsewhere)
  /** `instead`: a model of the list that does the same job, null when it has none; absent until it was looked for. */
  | ({
      readonly tag: 'ModelNotFound';
      readonly model: string;
      readonly message: string | null;
      readonly instead?: string | null;
    } & MaybeElsewhere)
  | {
      readonly tag: 'GeminiFault';
      readonly status: 500 | 502 | 503 | 504;
      readonly message: string;
      readonly isOutage?: true;
      readonly retryAfterSeconds?: number;
    }
  | { readonly tag: 'Unreachable'; readonly reason: string; readonly retryAfterSeconds?: number }
  | { readonly tag: 'TimedOut'; readonly phase: 'first byte' | 'idle' }
  | {
      readonly tag: 'BadAnswer';
      readonly reason: string;
      /** Another try would end alike. */ readonly isLasting?: true;
    }
  | { readonly tag: 'EmptyAnswer'; readonly finishReason: string | null; readonly finishMessage: string | null }
  /** What came is of no use, by Gemini's own word. */
  | { readonly tag: 'FaultyAnswer'; readonly finishReason: string; readonly finishMessage: string | null }
  /** The answer had to be whole and reached the model's limit. */
  | { readonly tag: 'CutShort'; readonly finishReason: string }
  /** Gemini's filters; told as an error where nothing was shown before, or where half an answer is none. */
  | {
      readonly tag: 'Blocked';
      readonly what: 'prompt' | 'answer';
      readonly reason: string;
      readonly message: string | null;
    }
  | { readonly tag: 'StreamCut' }
  | { readonly tag: 'ShuttingDown' }
  | { readonly tag: 'ClientGone' }
  | { readonly tag: 'Defect'; readonly cause: unknown };

/** The codes of OpenAI's that a 400 can carry (reference: OpenAI's error guide). */
export type InvalidCode =
  | 'invalid_value'
  | 'missing_required_parameter'
  | 'invalid_type'
  | 'unsupported_parameter'
  | 'unsupported_value'
  | 'invalid_json'
  | 'context_length_exceeded'
  | 'content_policy_violation'
  | 'previous_response_not_found'
  | 'unsupported_tool';

/** What to do about an error before the first byte has gone out; `none`: tell it. */
export type Cure = 'none' | 'another key' | 'another key after a wait';

const cures: Partial<Record<ProxyError['tag'], Cure>> = {
  KeyRefused: 'another key',
  QuotaSpent: 'another key',
  GeminiFault: 'another key after a wait',
  Unreachable: 'another key after a wait',
  TimedOut: 'another key after a wait',
  BadAnswer: 'another key after a wait',
  EmptyAnswer: 'another key after a wait',
  FaultyAnswer: 'another key after a wait',
  StreamCut: 'another key after a wait',
};

/** Says how an error may be cured. A fault of host or network is never the key's: it waits and goes on with another. */
export const cureOf = (error: ProxyError): Cure => {
  if ('maybeElsewhere' in error && error.maybeElsewhere === true) return 'another key';
  return 'isLasting' in error ? 'none' : (cures[error.tag] ?? 'none');
};

/** The errors that an outage of a model or of Google's host can have. */
export type OutageError = Extract<ProxyError, { readonly tag: 'Unreachable' | 'GeminiFault' }>;

/**
 * Whether an error says that a model, or Google's host, answers nobody: Google's own 503, or no connection. Neither
 * depends on what a request holds, as a 500, a time-out or a cut answer may.
 */
export const isOutage = (error: ProxyError): error is OutageError =>
  error.tag === 'Unreachable' || (error.tag === 'GeminiFault' && error.isOutage === true);

/** Carries a ProxyError through an async generator, where an error can only be thrown. */
export type Thrown = Error & { readonly proxyError: ProxyError };

/** Makes the Error that carries `error` out of a generator; a defect's own cause goes with it, into the log. */
export const thrown = (error: ProxyError): Thrown =>
  Object.assign(new Error(error.tag, error.tag === 'Defect' ? { cause: error.cause } : undefined), {
    proxyError: error,
  });

const isThrown = (cause: unknown): cause is Thrown => cause instanceof Error && 'proxyError' in cause;

/** Reads back what a generator threw; what nobody foresaw is a Defect. */
export const caught = (cause: unknown): ProxyError => (isThrown(cause) ? cause.proxyError : { tag: 'Defect', cause });

/** A 400 that names the field at fault, as a path like `messages.3.content`. */
export const invalid = (message: string, param: string | null, code: InvalidCode | null = null): ProxyError => ({
  tag: 'InvalidRequest',
  message,
  param,
  code,
});
