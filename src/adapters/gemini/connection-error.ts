import { caught, type ProxyError } from '../../kernel/proxy-error.ts';
import { networkCode } from './gemini-requests.ts';
import type { Watchdog } from '../watchdog.ts';

/** What JavaScript itself throws, also where Node gives it a code: a program is at fault, not a connection. */
const programFaults = [TypeError, RangeError, ReferenceError, SyntaxError];

/**
 * Whether Node or undici say that a connection failed: by a code, or by undici's error for what is no HTTP, whose code
 * is mostly missing. What undici refuses to send is our fault.
 */
const isOfNetwork = (cause: Error): boolean => {
  if (programFaults.some((fault) => cause instanceof fault)) return false;
  const code = networkCode(cause);
  return (code !== 'unknown' && code !== 'UND_ERR_INVALID_ARG') || cause.name === 'HTTPParserError';
};

/** A connection that breaks after the answer began is a cut, whatever the network calls it: no outage of Google's. */
export const brokenOff = (error: ProxyError): ProxyError =>
  error.tag === 'Unreachable' ? { tag: 'StreamCut' } : error;

/**
 * What a failed call says: why we ended it ourselves, what a generator threw, or what the network did. Anything else is
 * a fault of this service's: no other try would mend it, and no key or host is to blame.
 */
export const connectionError = (cause: unknown, dog: Pick<Watchdog, 'bite'>): ProxyError => {
  const bite = dog.bite();
  if (bite !== null) return bite;
  if (!(cause instanceof Error) || 'proxyError' in cause) return caught(cause);
  return isOfNetwork(cause) ? { tag: 'Unreachable', reason: networkCode(cause) } : { tag: 'Defect', cause };
};
