import { E, TE } from '../kernel/fp.ts';
import type { ProxyError } from '../kernel/proxy-error.ts';
import { recentMap } from '../kernel/recent-map.ts';
import { begunUploads, decodeUploads } from '../adapters/state/begun-uploads.ts';
import type { PassCalls } from '../adapters/gemini/pass-calls.ts';
import { newId, now } from '../adapters/system.ts';
import type { Config } from '../config.ts';
import { settings } from '../config/settings.ts';
import { nativeErrors } from '../google/native-errors.ts';
import { nativeReadableHeaders } from '../google/native-headers.ts';
import { readNativePath } from '../google/native-path.ts';
import { claimsForNative } from '../google/native-claims.ts';
import { nativeRoute } from '../google/native-routes.ts';
import { usualPaths } from '../google/usual-paths.ts';
import type { Door } from '../http/door.ts';
import { forwardedOf } from '../http/forwarded.ts';
import type { FindRoute } from '../http/find-route.ts';
import type { Handler, Route, Target } from '../http/route.ts';
import type { PassNeeds } from '../pipeline/pass/passing.ts';
import type { Received } from '../pipeline/exchange.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { BoundNames, Homes } from '../ports/passing-on.ts';
import { onFirstUse } from './on-first-use.ts';
import type { StateFiles } from './state-files.ts';

/** What the native door needs of the other parts. */
export type NativeDoorNeeds = {
  readonly capabilities: Capabilities;
  readonly homes: Homes;
  readonly names: BoundNames;
  readonly calls: PassCalls;
  readonly files: StateFiles;
};

/** After which Google itself ends a call, and a stream (its SDKs set no time-out of their own). */
const longestCallMs = 630_000;
const longestStreamMs = 1_230_000;

const unlessSet = (value: number, fallback: string, long: number): number =>
  value === Number(fallback) ? Math.max(value, long) : value;

/** How long Google may be silent: as long as it goes on itself, unless the owner has set it. */
export const nativeSilence = ({
  firstByteTimeoutMs,
  idleTimeoutMs,
}: Pick<Config['upstream'], 'firstByteTimeoutMs' | 'idleTimeoutMs'>): {
  readonly firstByteMs: number;
  readonly idleMs: number;
} => ({
  firstByteMs: unlessSet(firstByteTimeoutMs, settings.UPSTREAM_FIRST_BYTE_TIMEOUT_MS.default, longestCallMs),
  idleMs: unlessSet(idleTimeoutMs, settings.UPSTREAM_IDLE_TIMEOUT_MS.default, longestStreamMs),
});

const needsOf = (config: Config, { capabilities, homes, names, calls, files }: NativeDoorNeeds): PassNeeds => ({
  ...capabilities,
  passCall: calls.passCall,
  homes,
  names,
  uploads: begunUploads({ now, newId, store: files.store('uploads.json', decodeUploads) }),
  keepAliveMs: config.translation.keepAliveMs,
});

/** Our own address as the caller knows it: HOST_URL, else what the trusted proxies say, with what they put before. */
const baseFor =
  ({ images: { hostUrl }, server: { trustProxyHops } }: Config) =>
  ({ origin }: Received, target: Target): string =>
    hostUrl ?? `${origin}${forwardedOf(target, trustProxyHops).prefix}`;

const passOnFirstUse = (config: Config, needs: NativeDoorNeeds): Handler => {
  const passNeeds = needsOf(config, needs);
  const baseOf = baseFor(config);
  const { modelAliases, nativeAgents } = config.translation;
  return onFirstUse(async () => {
    const [{ passThrough }, { nativeDialect }] = await Promise.all([
      import('../pipeline/pass-through.ts'),
      import('../google/native-dialect.ts'),
    ]);
    const dialect = nativeDialect({ modelAliases, upstream: config.upstream.baseUrl, withAgents: nativeAgents });
    const pass = passThrough(passNeeds, dialect);
    return (received, target) =>
      pass(received, { query: target.query, header: target.header, base: baseOf(received, target) });
  });
};

const noLive: ProxyError = {
  tag: 'NotOffered',
  message: 'The Live API is not offered here: its web socket cannot go through a pool of keys.',
};

/** Told without a switch of protocols; the connection ends, as whoever asked takes it for a web socket. */
const live: Route = {
  method: 'GET',
  pattern: '/ws',
  handle: () => {
    const reply = nativeErrors.whole(noLive);
    return TE.right({ ...reply, headers: { ...reply.headers, connection: 'close' } });
  },
};

/** Most requests ask for the same few paths. */
const mostRemembered = 500;
const longestRemembered = 300;

/** Each kind of request once, so that the log and the metrics know a fixed set of names. */
const findNativeRoute = (handle: Handler, withAgents: boolean): FindRoute => {
  const routes = new Map<string, Route>();
  const routeFor = (pattern: string): Route => {
    const known = routes.get(pattern);
    if (known !== undefined) return known;
    const made: Route = {
      method: 'POST',
      pattern: `/v1beta${pattern}`,
      accepts: 'bytes',
      keyInQuery: true,
      takesAnyCredential: true,
      handle,
    };
    routes.set(pattern, made);
    return made;
  };
  const find: FindRoute = (method, path) => {
    if (/^\/+ws(?:\/|$)/.test(path)) return E.right({ route: live, id: '' });
    const read = readNativePath(path);
    if (E.isLeft(read)) return read;
    const found = nativeRoute(method, read.right, withAgents);
    return E.isLeft(found) ? found : E.right({ route: routeFor(found.right.pattern), id: '' });
  };
  const remembered = recentMap<{ readonly method: string; readonly found: ReturnType<FindRoute> }>(mostRemembered);
  const findQuickly: FindRoute = (method, path) => {
    const known = remembered.get(path);
    if (known?.method === method) return known.found;
    const found = find(method, path);
    if (E.isRight(found) && path.length < longestRemembered) remembered.set(path, { method, found });
    return found;
  };
  for (const path of usualPaths) findQuickly('POST', path);
  return findQuickly;
};

/** Google's own API, passed through the pool. */
export const nativeDoor = (config: Config, needs: NativeDoorNeeds): Door => ({
  prefixes: ['/v1beta', '/v1alpha', '/upload', '/download', '/ws'],
  bases: [],
  claims: claimsForNative,
  errors: () => nativeErrors,
  headers: (requestId) => ({ 'x-request-id': requestId }),
  readableHeaders: nativeReadableHeaders,
  routes: [],
  findRoute: findNativeRoute(passOnFirstUse(config, needs), config.translation.nativeAgents),
});
