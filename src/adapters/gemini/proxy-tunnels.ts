import type { Dispatcher } from 'undici';
import { loadUndici } from '../undici.ts';

/**
 * Connections to a proxy whose CONNECT is answered in time or fails for good. undici by itself waits without end for
 * that answer, and when the proxy hangs up instead it connects again at once and for ever (client.js leaves the call
 * waiting on UND_ERR_SOCKET), thousands of times a second.
 */
export const proxyTunnels =
  (connectTimeoutMs: number) =>
  (origin: URL, options: object): Dispatcher => {
    const { errors, Pool } = loadUndici();
    const pool = new Pool(origin, options);
    const open = pool.connect.bind(pool);
    const connect = async (wanted: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> => {
      const signal = AbortSignal.timeout(connectTimeoutMs);
      try {
        return await open({ ...wanted, signal });
      } catch (cause) {
        if (signal.aborted) throw new errors.ConnectTimeoutError('The proxy does not answer.');
        throw cause instanceof errors.SocketError
          ? Object.assign(new Error('The proxy hung up.'), { code: 'ECONNRESET' })
          : cause;
      }
    };
    return Object.assign(pool, { connect });
  };
