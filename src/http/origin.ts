import { perText } from '../kernel/remember.ts';
import { forwardedOf } from './forwarded.ts';
import type { RequestHead } from './request-head.ts';

const withPort = /:\d{1,5}$/;

/** A host name or address, with a port at most. */
const isHost = (text: string): boolean =>
  text.length <= 300 && /^[\w.-]+(?::\d{1,5})?$|^\[[\da-f:.]+\](?::\d{1,5})?$/i.test(text);

const portFor = (port: string, scheme: 'http' | 'https'): string => {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  return number === 0 || number > 65_535 || number === (scheme === 'https' ? 443 : 80) ? '' : `:${number}`;
};

/** A host as the caller wrote it; null where it is none. */
const readHost = perText((text) => (isHost(text) ? { text, isWithPort: withPort.test(text) } : null));

/**
 * `https://host` as the caller wrote it, for links to pictures where HOST_URL is not set: what the trusted proxies
 * noted (`forwardedOf`), else the Host header. What is no host is left out.
 */
export const originOf = (head: Pick<RequestHead, 'header' | 'peer'>, hops: number): string => {
  const { proto, host: forwarded, port } = forwardedOf(head, hops);
  const host = readHost(forwarded) ?? readHost(head.header('host') ?? '');
  if (host === null) return '';
  const scheme = proto === 'https' ? 'https' : 'http';
  return `${scheme}://${host.text}${host.isWithPort ? '' : portFor(port, scheme)}`;
};
