import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { places } from '../../kernel/places.ts';
import type { Lookup } from './guarded-connect.ts';
import { addressesInHosts } from './hosts-file.ts';

/** How hosts that callers name are looked up. Milliseconds. */
export type CallerLookupSettings = {
  /** Whether the machine's own names count: its hosts file and `localhost`. */
  readonly allowPrivate: boolean;
  /** Longest lookup, both families and all tries; 5,000 unless told. */
  readonly timeoutMs?: number;
  /** How many run at once; more stand in line until they are aborted. 256 unless told. */
  readonly most?: number;
  /** Name servers as `address:port`; the machine's unless told. */
  readonly servers?: readonly string[];
  readonly hostsFile?: string;
};

/** Of one try; c-ares waits longer for the second. */
const tryMs = 2000;
/** An answer for one family waits so long for the other, which some name servers never give. */
const otherFamilyMs = 250;

const loopback: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

const isLocalhost = (hostname: string): boolean => hostname === 'localhost' || hostname.endsWith('.localhost');

const ownNames = async (hostname: string, hostsFile: string): Promise<readonly LookupAddress[]> => {
  const text = await readFile(hostsFile, 'utf8').catch(() => '');
  const found = addressesInHosts(text, hostname);
  return found.length === 0 && isLocalhost(hostname) ? loopback : found;
};

type Asking = { readonly resolver: Resolver; readonly timeoutMs: number; readonly signal: AbortSignal };

/** Both families, the older one first. Resolves to none when nobody knows the name or nobody answers in time. */
const askServers = async (
  hostname: string,
  { resolver, timeoutMs, signal }: Asking,
): Promise<readonly LookupAddress[]> => {
  const cancel = (): void => resolver.cancel();
  const timers = [setTimeout(cancel, timeoutMs)];
  const of = async (family: 4 | 6): Promise<readonly LookupAddress[]> => {
    try {
      const addresses = await (family === 4 ? resolver.resolve4(hostname) : resolver.resolve6(hostname));
      if (addresses.length > 0) timers.push(setTimeout(cancel, otherFamilyMs));
      return addresses.map((address) => ({ address, family }));
    } catch {
      return [];
    }
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const families = [of(4), of(6)];
    if (signal.aborted) cancel();
    return (await Promise.all(families)).flat();
  } finally {
    signal.removeEventListener('abort', cancel);
    timers.forEach((timer) => clearTimeout(timer));
  }
};

/**
 * Looks up names that callers send, apart from Gemini's: c-ares asks the name servers by its own sockets, so a mute one
 * takes none of the four threads in which the system looks up Gemini's host (getaddrinfo). Each lookup is bounded in
 * time, is cancelled with its fetch, and only so many run at once. The hosts file and `localhost` count only where the
 * operator allows private addresses; search domains and mDNS never do.
 */
export const callerLookup = (settings: CallerLookupSettings): Lookup => {
  const { allowPrivate, timeoutMs = 5000, most = 256, servers, hostsFile = '/etc/hosts' } = settings;
  const takePlace = places(most);
  return async (hostname, signal) => {
    const name = hostname.toLowerCase();
    const own = allowPrivate ? await ownNames(name, hostsFile) : [];
    if (own.length > 0 || isLocalhost(name)) return own;
    const leave = await takePlace(signal);
    try {
      const resolver = new Resolver({ timeout: Math.min(tryMs, timeoutMs), tries: 2 });
      if (servers !== undefined) resolver.setServers(servers);
      return await askServers(name, { resolver, timeoutMs, signal });
    } finally {
      leave();
    }
  };
};
