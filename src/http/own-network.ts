import { isIP } from 'node:net';
import { isPrivateAddress } from './private-address.ts';

/** Endings that the public name system never gives out (RFC 6761, 6762, 8375, ICANN's list of reserved names). */
const localEndings: ReadonlySet<string> = new Set([
  'localhost',
  'local',
  'internal',
  'lan',
  'home',
  'corp',
  'localdomain',
]);

/**
 * `nas`, `nas.local`, `192.168.1.5`, `[::1]:7860`; a name that anybody can register may be rebound to a private
 * address.
 */
const isLocalHost = (host: string): boolean => {
  const name = /^(\[[^\]]*\]|[^:[\]]*)(?::\d{1,5})?$/.exec(host)?.[1]?.toLowerCase() ?? '';
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  const address = bare.startsWith('[') ? bare.slice(1, -1) : bare;
  if (isIP(address) !== 0) return isPrivateAddress(address);
  if (!/^[a-z_](?:[\w.-]*[a-z\d])?$/.test(bare)) return false;
  const labels = bare.split('.');
  if (labels.length === 1) return true;
  return bare.endsWith('.home.arpa') || localEndings.has(labels.at(-1) ?? '');
};

/** Pages of one's own network, and programs that show pages of their own (`tauri://localhost`). */
const isLocalOrigin = (origin: string): boolean => {
  const [, scheme = '', host = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/\\?#@\s]+)$/i.exec(origin) ?? [];
  return /^https?$/i.test(scheme) ? isLocalHost(host) : host === 'localhost';
};

/** Words that stand in the names of headers by which proxies, CDNs and platforms tell of the way of a request. */
const wordsOfProxies: ReadonlySet<string> = new Set(
  [
    'forwarded forward forwarder via proxy proxied proxyuser cdn edge ip addr clientip realip remote',
    'original originating rewrite host scheme proto ssl hop hops loop ingress gateway cf cloudfront',
    'cloudflare fly flyio fastly akamai azure arr fd appengine cloud amz amzn vercel nf netlify envoy istio',
    'traefik nginx varnish sucuri incap imperva rndr render railway koyeb heroku zeabur ngrok tailscale',
    'tunnel hf replit gfe ali qcloud eo tencent bunny appgw wl port tls geo geoip surrogate',
  ].flatMap((line) => line.split(' ')),
);

/** Of Heroku, of Microsoft's proxies, and of HTTP itself (RFC 8470 §5.1, RFC 9440 §2). */
const otherTraces: ReadonlySet<string> = new Set([
  'x-request-start',
  'front-end-https',
  'max-forwards',
  'early-data',
  'client-cert',
  'client-cert-chain',
]);

const isTraceOfProxy = (name: string): boolean =>
  otherTraces.has(name) ||
  (name !== 'host' && (name.startsWith('x-forward') || name.split(/[-_]/).some((word) => wordsOfProxies.has(word))));

/** A browser says where a request comes from; `none` is somebody who typed the address. */
const ownSites: ReadonlySet<string> = new Set(['same-origin', 'same-site', 'none']);

const speaksOfHome = (name: string, value: string): boolean => {
  if (name === 'host') return isLocalHost(value);
  if (name === 'origin') return isLocalOrigin(value);
  if (name === 'sec-fetch-site') return ownSites.has(value.trim().toLowerCase());
  return !isTraceOfProxy(name);
};

/** The head of a request as Node has it: the other end's address, and names and values in turn. */
export type RawHead = { readonly peer: string; readonly rawHeaders: readonly string[] };

/**
 * Whether a caller is in the service's own network (ALLOW_DEFAULT_PASSWORD=false asks): the peer's address is private,
 * no header of any kind tells of a proxy on the way, the Host is local (else a name of the internet was rebound), and
 * neither Origin nor Sec-Fetch-Site tells of a page from elsewhere. What can't be read is not.
 */
export const fromOwnNetwork = ({ peer, rawHeaders }: RawHead): boolean => {
  if (!isPrivateAddress(peer)) return false;
  let hasHost = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (!speaksOfHome(name, rawHeaders[at + 1] ?? '')) return false;
    hasHost ||= name === 'host';
  }
  return hasHost;
};
