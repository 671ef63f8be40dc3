import type { IncomingMessage } from 'node:http';
import { E } from '../kernel/fp.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import { forwardedFor as forwardedEntries } from './forwarded.ts';

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

const slash = 0x2f;

/** A target without its scheme and host, which a proxy may leave before the path (RFC 9112 §3.2.2: to be taken). */
const behindHost = (target: string): string => {
  const rest = target.replace(/^https?:\/\/[^/?]*/i, '');
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest;
};

/**
 * What stands before and behind the first `?` of a request's target. One way for both kinds: V8 throws compiled code
 * away at the first request that goes where none has gone.
 */
export const pathAndQuery = (target: string): readonly [string, string] => {
  const url = target.charCodeAt(0) === slash ? target : behindHost(target);
  const found = url.indexOf('?');
  const end = found === -1 ? url.length : found;
  return [url.slice(0, end), url.slice(end + 1)];
};

const noHost = invalid('The header "host" is missing.', null, 'invalid_value');

/** HTTP/1.1 asks for a Host (RFC 9112 §3.2); before it there was none. */
const lacksHost = ({ headers, httpVersion }: IncomingMessage): boolean =>
  headers.host === undefined && httpVersion === '1.1';

/** What a request asks for, as `pathAndQuery` reads it. */
type Target = Pick<RequestHead, 'path' | 'query'>;

type Lines = { readonly header: RequestHead['header']; readonly forwardedFor: readonly string[] };

const entriesOf = (line: string): readonly string[] => line.split(',').map((entry) => entry.trim());

/** Whether no name was sent twice, as nearly always: then Node's own record of the headers holds what was sent. */
const areAllSentOnce = ({ headers, rawHeaders }: IncomingMessage): boolean =>
  Object.keys(headers).length * 2 === rawHeaders.length;

const linesOnce = ({ headers }: IncomingMessage): Lines => {
  const header = (name: string): string | null => {
    const value = headers[name];
    return typeof value === 'string' ? value : (value?.[0] ?? null);
  };
  const forwarded = header('x-forwarded-for');
  return { header, forwardedFor: forwarded === null ? [] : entriesOf(forwarded) };
};

/** Line by line; Left with the name of a header that may stand but once. */
const linesOf = ({ rawHeaders }: IncomingMessage): E.Either<string, Lines> => {
  const headers = new Map<string, string>();
  const forwarded: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name, value] = [rawHeaders[at]?.toLowerCase() ?? '', rawHeaders[at + 1] ?? ''];
    if (headers.has(name) && onceOnly.has(name)) return E.left(name);
    if (name === 'x-forwarded-for') forwarded.push(...entriesOf(value));
    if (!headers.has(name)) headers.set(name, value);
    else if (lists.has(name)) headers.set(name, `${headers.get(name) ?? ''}, ${value}`);
  }
  return E.right({ header: (name) => headers.get(name) ?? null, forwardedFor: forwarded });
};

/**
 * Reads a request's head; a Left when a header that may stand once stands twice (request smuggling), or when there is
 * no Host.
 */
export const requestHead = (message: IncomingMessage, { path, query }: Target): E.Either<ProxyError, RequestHead> => {
  if (lacksHost(message)) return E.left(noHost);
  const lines = areAllSentOnce(message) ? E.right(linesOnce(message)) : linesOf(message);
  if (E.isLeft(lines))
    return E.left(invalid(`The header "${lines.left}" was sent more than once.`, null, 'invalid_value'));
  const { header, forwardedFor } = lines.right;
  const ofStandard = forwardedFor.length > 0 ? null : header('forwarded');
  return E.right({
    path,
    query,
    header,
    peer: message.socket.remoteAddress ?? '',
    forwarded: ofStandard === null ? forwardedFor : forwardedEntries(ofStandard),
  });
};
