import { isIP } from 'node:net';
import { E } from '../../kernel/fp.ts';
import { withoutTrailing } from '../../kernel/without-trailing.ts';
import { addressKind } from './global-address.ts';
import { reasons, type Reason } from './reasons.ts';

/** What may be reached. */
export type Reach = {
  readonly address: (address: string) => boolean;
  readonly port: (port: number) => boolean;
};

const publicPorts: ReadonlySet<number> = new Set([80, 443, 8080, 8443]);

const isWebOrUserPort = (port: number): boolean => port === 80 || port === 443 || port >= 1024;

/**
 * Public addresses on the ports of web servers; with `allowPrivate` also one's own network, and any port that needs no
 * rights to listen on. Never link-local addresses and those where clouds give out credentials.
 */
export const reachOf = (allowPrivate: boolean): Reach => ({
  address: (address) => {
    const kind = addressKind(address);
    return kind === 'public' || (kind === 'private' && allowPrivate);
  },
  port: allowPrivate ? isWebOrUserPort : (port) => publicPorts.has(port),
});

/** Names of the clouds' metadata servers. Their addresses are refused too. */
const metadataNames: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** A host name without its trailing dots, an IPv6 address without its brackets. */
const bareHost = ({ hostname }: URL): string =>
  hostname.startsWith('[') ? hostname.slice(1, -1) : withoutTrailing(hostname, '.');

/** No name of a host is longer (RFC 1035 §2.3.4); a dot may end it. */
const mostHost = 254;

/** Of an address, until its host ends: a letter of it may be written as nine characters. */
const mostBeforePath = 9 * mostHost;

const beforeHost: readonly string[] = ['', 'http:', 'https:'];

const hasLongHost = (text: string): boolean => {
  const slashes = text.indexOf('//');
  if (slashes < 0 || !beforeHost.includes(text.slice(0, slashes).toLowerCase())) return false;
  const from = slashes + 2;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '/' || character === '?' || character === '#' || character === '\\')
      return at - from > mostBeforePath;
  }
  return text.length - from > mostBeforePath;
};

/** Longer than any address of use, with a signature in it too. */
const mostCharacters = 16_384;

const portOf = ({ port, protocol }: URL): number => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port));

const mayReach = (url: URL, reach: Reach): E.Either<Reason, URL> => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return E.left(reasons.scheme);
  if (url.username !== '' || url.password !== '') return E.left(reasons.credentials);
  if (!reach.port(portOf(url))) return E.left(reasons.port);
  const host = bareHost(url);
  if (metadataNames.has(host) || (isIP(host) !== 0 && !reach.address(host))) return E.left(reasons.host);
  return E.right(url);
};

/**
 * Reads an address once, by the rules of browsers (WHATWG): numbers as hosts become dotted ones, names plain ASCII. The
 * same URL is then fetched. Names are judged later, by the addresses that they lead to. `from` is where a redirect
 * stood.
 */
export const targetOf = (text: string, reach: Reach, from?: URL): E.Either<Reason, URL> => {
  if (text.length > mostCharacters || hasLongHost(text.trimStart()) || !URL.canParse(text, from?.href))
    return E.left(reasons.notAnAddress);
  const url = new URL(text, from?.href);
  if (url.hostname.length > mostHost) return E.left(reasons.notAnAddress);
  if (from?.protocol === 'https:' && url.protocol === 'http:') return E.left(reasons.downgrade);
  return mayReach(url, reach);
};
