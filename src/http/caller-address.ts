import { isIP } from 'node:net';
import { perText } from '../kernel/remember.ts';

type Forwarding = { readonly peer: string; readonly forwarded: readonly string[] };

const withoutPort = (entry: string): string => {
  if (entry.startsWith('[')) return entry.slice(1, Math.max(1, entry.indexOf(']')));
  const colon = entry.indexOf(':');
  return colon !== -1 && colon === entry.lastIndexOf(':') ? entry.slice(0, colon) : entry;
};

const dottedAddress = (high: string, low: string): string => {
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
};

const canonicalV6 = (address: string): string => {
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(text);
  return mapped === null ? text : dottedAddress(mapped[1] ?? '0', mapped[2] ?? '0');
};

/** One spelling for one address: port and zone cut off, `::ffff:` unwrapped; null when it is no address. */
export const canonicalAddress = (entry: string): string | null => {
  const bare = withoutPort(entry.trim()).replace(/%.*$/s, '');
  const family = isIP(bare);
  if (family === 0) return null;
  return family === 4 ? bare : canonicalV6(bare);
};

const ofPeer = perText(canonicalAddress);

/**
 * The caller's address: the `hops`-th entry of X-Forwarded-For from the right, since each trusted proxy adds the
 * address it saw at the right and whatever stands further left is the caller's own invention. With too few entries,
 * or garbage at that place, the address of the connection: then callers share a limit, which is the safe side.
 */
export const callerAddress = ({ peer, forwarded }: Forwarding, hops: number): string => {
  const entry = hops > 0 ? forwarded[forwarded.length - hops] : undefined;
  return (entry === undefined ? null : canonicalAddress(entry)) ?? ofPeer(peer) ?? 'unknown';
};
