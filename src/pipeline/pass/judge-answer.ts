import type { ProxyError } from '../../kernel/proxy-error.ts';
import { googleError, googleErrorIn, statusOf } from '../../gemini/google-error.ts';
import type { Headers } from '../../ports/reply.ts';

/** An answer that is no success, as its caller is told of it, and what it means to us. */
export type Refused = {
  readonly status: number;
  readonly headers: Headers;
  /** Without what belongs to the owner of the keys; null where it is none of Google's. */
  readonly text: string | null;
  readonly error: ProxyError;
};

/** What is done with an answer that is no success: another key, the same call once more, or it is told. */
export type Verdict = 'another key' | 'again' | 'tell';

/** How a call may be tried. */
export type TryPolicy = {
  /** It may have been done: never twice. */
  readonly creates: boolean;
  /** It is about things of one project. */
  readonly isBound: boolean;
  /** It changes nothing. */
  readonly isRead: boolean;
};

/** The HTTP status of an error that came without one, in a stream. */
export const statusTold = (text: string): number => {
  const error = googleErrorIn(text);
  const status = error === null ? null : statusOf(googleError(error));
  return status !== null && status >= 400 && status < 600 ? status : 500;
};

/** Where no connection was made, nothing can have been done. */
const unconnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT',
]);

/** What is done when no answer came. */
export const judgeFault = (error: ProxyError, { creates, isBound, isRead }: TryPolicy): Verdict => {
  const isFault = ['Unreachable', 'TimedOut', 'StreamCut', 'EmptyAnswer', 'BadAnswer'].includes(error.tag);
  if (!isFault) return 'tell';
  const isUnconnected = error.tag === 'Unreachable' && unconnected.has(error.reason);
  if (isUnconnected) return 'again';
  if (creates || (isBound && !isRead)) return 'tell';
  return 'again';
};

/** What only some projects may have; a thing that the project lacks is none of it. */
const maybeElsewhere = (error: ProxyError): boolean => 'maybeElsewhere' in error && error.maybeElsewhere === true;

/** What is done with an answer that is no success (reference: fail-over, on the head only). */
export const judgeRefusal = (status: number, error: ProxyError, { creates, isBound, isRead }: TryPolicy): Verdict => {
  if (error.tag === 'KeyRefused') return 'another key';
  if (error.tag === 'QuotaSpent') return isBound ? 'tell' : 'another key';
  if (maybeElsewhere(error)) return isBound ? 'tell' : 'another key';
  if (status < 500 && status !== 429) return 'tell';
  if (creates) return 'tell';
  return isBound && !isRead ? 'tell' : 'again';
};
