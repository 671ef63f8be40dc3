import type { IncomingMessage } from 'node:http';
import { E } from '../kernel/fp.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import { forwardedFor } from './forwarded.ts';

/** What a route may know of a request beside `Received`. */
export type RequestHead = {
  /** As sent, never decoded, without the query. */
  readonly path: string;
  /** What follows the `?`, never decoded. */
  readonly query: string;
  /** The value of a header by its lower-case name, of lists of proxies all lines; null when it was not sent. */
  readonly header: (name: string) => string | null;
  /** The address of the connection's other end. */
  readonly peer: string;
  /** All entries of X-Forwarded-For, left to right; where it was not sent, those of `Forwarded`. */
  readonly forwarded: readonly string[];
};

/** Node joins or drops the second of these without a word, and what stands in front may read the other one. */
const onceOnly: ReadonlySet<string> = new Set(['host', 'authorization', 'content-length', 'content-type']);

/** Lists, which a proxy may go on with in a line of its own below the caller's. */
const lists: ReadonlySet<string> = new Set(['forwarded', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port']);

const headerPairs = (raw: readonly string[]): readonly (readonly [string, string])[] =>
  raw.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? ''] as const] : []));

/** What stands before and behind the first `?` of a request's target. */
export const pathAndQuery = (url: string): readonly [string, string] => {
  const at = url.indexOf('?');
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
};

const noHost = invalid('The header "host" is missing.', null, 'invalid_value');

/** HTTP/1.1 asks for a Host (RFC 9112 §3.2); before it there was none. */
const lacksHost = ({ headers, httpVersion }: IncomingMessage): boolean =>
  headers.host === undefined && httpVersion === '1.1';

/**
 * Reads a request's head; a Left when a header that may stand once stands twice (request smuggling), or when there is
 * no Host.
 */
export const requestHead = (message: IncomingMessage): E.Either<ProxyError, RequestHead> => {
  if (lacksHost(message)) return E.left(noHost);
  const headers = new Map<string, string>();
  const forwarded: string[] = [];
  for (const [name, value] of headerPairs(message.rawHeaders)) {
    if (headers.has(name) && onceOnly.has(name)) {
      return E.left(invalid(`The header "${name}" was sent more than once.`, null, 'invalid_value'));
    }
    if (name === 'x-forwarded-for') forwarded.push(...value.split(',').map((entry) => entry.trim()));
    if (!headers.has(name)) headers.set(name, value);
    else if (lists.has(name)) headers.set(name, `${headers.get(name) ?? ''}, ${value}`);
  }
  const ofStandard = headers.has('x-forwarded-for') ? undefined : headers.get('forwarded');
  const entries = ofStandard === undefined ? forwarded : forwardedFor(ofStandard);
  const [path, query] = pathAndQuery(message.url ?? '/');
  return E.right({
    path,
    query,
    header: (name) => headers.get(name) ?? null,
    peer: message.socket.remoteAddress ?? '',
    forwarded: entries,
  });
};
