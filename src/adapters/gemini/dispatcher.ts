import type { Dispatcher } from 'undici';
import { loadAgent, loadUndici } from '../undici.ts';
import { proxyTunnels } from './proxy-tunnels.ts';

/** Outbound proxies as in HTTPS_PROXY, HTTP_PROXY and NO_PROXY; null where unset. */
export type ProxySettings = {
  readonly httpsProxy: string | null;
  readonly httpProxy: string | null;
  readonly noProxy: string | null;
};

/** `fresh` connections carry one request each. */
export type Reuse = 'kept alive' | 'fresh';

/** Below the idle limit of Google's front end, so that we rarely write to a connection that it is closing. */
const keepAliveMs = 30_000;

/**
 * Connections to Gemini. Time-outs of head and body are ours (see watchdog.ts), so undici's are off. A proxy is used
 * only when one is set.
 */
export const dispatcherFor = (proxies: ProxySettings, connectTimeoutMs: number, reuse: Reuse): Dispatcher => {
  const options = {
    connect: { timeout: connectTimeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    pipelining: reuse === 'fresh' ? 0 : 1,
    allowH2: false,
  };
  const { httpsProxy, httpProxy, noProxy } = proxies;
  if (httpsProxy === null && httpProxy === null) return new (loadAgent())(options);
  const { EnvHttpProxyAgent } = loadUndici();
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: httpProxy ?? '',
    httpsProxy: httpsProxy ?? httpProxy ?? '',
    noProxy: noProxy ?? '',
    proxyTls: { timeout: connectTimeoutMs },
    requestTls: { timeout: connectTimeoutMs },
    clientFactory: proxyTunnels(connectTimeoutMs),
  });
};
