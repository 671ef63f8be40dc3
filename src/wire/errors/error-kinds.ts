import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { Headers } from '../../ports/reply.ts';

/** What went wrong, in words of no dialect: each renderer has its own name for every one of them. */
export type ErrorKind =
  /** The caller must change what it sends. */
  | 'invalid request'
  | 'authentication'
  | 'permission'
  | 'not found'
  | 'too large'
  /** A wait cures it. */
  | 'rate limit'
  /** Used up for the day, or for want of money. */
  | 'quota'
  /** The caller left; nobody reads it. */
  | 'cancelled'
  /** The owner has given this service no key that works. */
  | 'no key'
  /** Too much at once, here or at Google's. */
  | 'overloaded'
  /** Google, or the way to it, failed. */
  | 'upstream'
  | 'timeout'
  | 'defect';

/** All that a caller is told of an error, but for its shape. */
export type ErrorFacts = {
  readonly status: number;
  readonly kind: ErrorKind;
  readonly message: string;
  /** The field at fault, as a path; null where there is none. */
  readonly param: string | null;
  /** One word for programs, OpenAI's where it has one; null where nobody needs it. */
  readonly code: string | null;
  readonly headers: Headers;
};

/** The errors by their tags. */
export type ErrorsByTag = { readonly [Tag in ProxyError['tag']]: Extract<ProxyError, { readonly tag: Tag }> };

/** The facts of some errors, a line each. */
export type FactsTable<Tag extends ProxyError['tag']> = {
  readonly [Each in Tag]: (error: ErrorsByTag[Each]) => ErrorFacts;
};

type Told = Pick<ErrorFacts, 'status' | 'kind' | 'message'> & Partial<ErrorFacts>;

/** The facts of one error, which has no field, no code and no header unless told. */
export const factsOf = (told: Told): ErrorFacts => ({ param: null, code: null, headers: {}, ...told });

/** The official SDKs retry 429 and 5xx by themselves; this tells them that it is of no use. */
export const hopeless: Headers = { 'x-should-retry': 'false' };

/** `retry-after` in whole seconds, a second at least. */
export const retryAfter = (seconds: number): Headers => ({ 'retry-after': String(Math.max(1, Math.ceil(seconds))) });

/**
 * A wait that the SDKs keep to (`retry-after` up to 60 s) is worth another try, a longer one is not
 * (openai 6.49 client.js).
 */
export const worthWaiting = (seconds: number): Headers => ({
  ...retryAfter(seconds),
  'x-should-retry': String(seconds <= 60),
});

/** The same in words. */
export const waitWords = (seconds: number): string => {
  const whole = Math.max(1, Math.ceil(seconds));
  return whole === 1 ? 'wait a second' : `wait ${whole} seconds`;
};
