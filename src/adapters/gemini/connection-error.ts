import { caught, type ProxyError } from '../../kernel/proxy-error.ts';
import { networkCode } from './gemini-requests.ts';
import type { Watchdog } from '../watchdog.ts';

/** What a failed call says: why we ended it ourselves, what a generator threw, or what the network did. */
export const connectionError = (cause: unknown, dog: Watchdog): ProxyError => {
  const bite = dog.bite();
  if (bite !== null) return bite;
  return cause instanceof Error && 'proxyError' in cause
    ? caught(cause)
    : { tag: 'Unreachable', reason: networkCode(cause) };
};
