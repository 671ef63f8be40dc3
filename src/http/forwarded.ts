import { isProxyAddress } from './private-address.ts';
import type { RequestHead } from './request-head.ts';

/** What the trusted proxies say of how the caller wrote this service's address; '' where they don't. */
export type Forwarded = {
  readonly proto: string;
  readonly host: string;
  readonly port: string;
  /** What stands before our paths there, `/gemini`. */
  readonly prefix: string;
};

const nothing: Forwarded = { proto: '', host: '', port: '', prefix: '' };

/** Pieces between separators that stand outside of quoted strings (RFC 9110 §5.6.4). */
const splitUnquoted = (text: string, separator: string): readonly string[] => {
  const pieces: string[] = [];
  let [from, isQuoted] = [0, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\' && isQuoted) at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      pieces.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...pieces, text.slice(from)].map((piece) => piece.trim());
};

const unquoteValue = (value: string): string =>
  value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1).replaceAll('\\', '') : value;

const valueIn = (element: string, name: string): string => {
  const pairs = splitUnquoted(element, ';').map(
    (pair) =>
      [
        pair
          .slice(0, Math.max(0, pair.indexOf('=')))
          .trim()
          .toLowerCase(),
        pair.slice(pair.indexOf('=') + 1).trim(),
      ] as const,
  );
  return unquoteValue(pairs.find(([known]) => known === name)?.[1] ?? '');
};

/** The callers that `Forwarded` names, left to right: `for=192.0.2.1`, `for="[2001:db8::1]:4711"` (RFC 7239 §5.2). */
export const forwardedFor = (forwarded: string): readonly string[] =>
  splitUnquoted(forwarded, ',').map((element) => valueIn(element, 'for'));

/** The entry of the outermost trusted proxy: each adds its own at the right, and many replace what was there. */
const trustedOf = (entries: readonly string[], hops: number): string =>
  entries[Math.max(0, entries.length - hops)] ?? '';

/** One element of `Forwarded` (RFC 7239 §4): `for=…;host="…";proto=https`. */
const ofElement = (element: string): Forwarded => ({
  proto: valueIn(element, 'proto').toLowerCase(),
  host: valueIn(element, 'host'),
  port: '',
  prefix: '',
});

const prefixOf = (text: string): string => (/^(?:\/[\w.~-]+)+\/?$/.test(text) ? text.replace(/\/$/, '') : '');

const family = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port'] as const;

/**
 * Reads X-Forwarded-Proto, -Host and -Port, or `Forwarded` where nothing of that family was sent: a proxy that writes
 * one of the two passes on what a caller put into the other. It counts within TRUST_PROXY_HOPS and from a peer at a
 * private address, where a proxy stands (`isProxyAddress`); from anybody else it is nothing.
 */
export const forwardedOf = ({ header, peer }: Pick<RequestHead, 'header' | 'peer'>, hops: number): Forwarded => {
  if (hops === 0) return nothing;
  const forwarded = header('forwarded');
  const isOfFamily = family.some((name) => header(name) !== null);
  if ((!isOfFamily && forwarded === null) || !isProxyAddress(peer)) return nothing;
  if (!isOfFamily) return ofElement(trustedOf(splitUnquoted(forwarded ?? '', ','), hops));
  const valueOf = (name: string): string => trustedOf((header(name) ?? '').split(','), hops).trim();
  return {
    proto: valueOf('x-forwarded-proto').toLowerCase(),
    host: valueOf('x-forwarded-host'),
    port: valueOf('x-forwarded-port'),
    prefix: prefixOf(valueOf('x-forwarded-prefix')),
  };
};
