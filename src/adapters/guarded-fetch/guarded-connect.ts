import type { LookupAddress } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import { withoutTrailing } from '../../kernel/without-trailing.ts';

/** All addresses of a name, in the order to try them; the signal aborts when they are not wanted any more. */
export type Lookup = (hostname: string, signal: AbortSignal) => Promise<readonly LookupAddress[]>;

/** Whom to connect to; a name only by what `lookup` answers. */
export type Peer = {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly lookup: LookupFunction;
};

/** Begins a connection. */
export type OpenSocket = (peer: Peer) => Socket;

/** Straight to the peer, past any proxy: a proxy would look the name up once more. */
export const openDirectly: OpenSocket = ({ host, port, isTls, lookup: find }) =>
  isTls
    ? connectTls({
        host,
        port,
        lookup: find,
        servername: isIP(host) === 0 ? host : '',
        ALPNProtocols: ['http/1.1'],
        rejectUnauthorized: true,
      })
    : connect({ host, port, lookup: find });

const refusedAddress = (): Error => new Error('This address is refused.');

/** How names become addresses, how a connection is begun, and which addresses it may lead to. */
export type ConnectGuard = {
  readonly lookup: Lookup;
  readonly openSocket: OpenSocket;
  readonly mayReach: (address: string) => boolean;
  /** Aborts when the connection is not wanted any more, also while it is being made. */
  readonly signal: AbortSignal;
};

/**
 * The lookup of the connection itself, so what is checked is what is connected to. One refused address refuses the
 * name.
 */
const checkedLookup =
  ({ lookup: find, mayReach, signal }: ConnectGuard): LookupFunction =>
  (hostname, options, answer) => {
    const take = (addresses: readonly LookupAddress[]): void => {
      const [first] = addresses;
      if (signal.aborted || first === undefined || !addresses.every(({ address }) => mayReach(address)))
        answer(refusedAddress(), []);
      else if (options.all === true) answer(null, [...addresses]);
      else answer(null, first.address, first.family);
    };
    find(hostname, signal).then(take, () => answer(refusedAddress(), []));
  };

/**
 * undici's connector with a guard: addresses are checked in the lookup, written ones before it, and once more on the
 * connected socket before a byte of the request goes out.
 */
export const guardedConnect = (guard: ConnectGuard): buildConnector.connector => {
  const find = checkedLookup(guard);
  return ({ hostname, port, protocol }, done) => {
    const isTls = protocol === 'https:';
    const host = withoutTrailing(hostname, '.');
    if (guard.signal.aborted || (isIP(host) !== 0 && !guard.mayReach(host))) {
      done(refusedAddress(), null);
      return;
    }
    const socket = guard.openSocket({
      host,
      port: port === '' ? (isTls ? 443 : 80) : Number(port),
      isTls,
      lookup: find,
    });
    const fail = (error: Error): void => done(error, null);
    const leave = (): void => void socket.destroy(refusedAddress());
    guard.signal.addEventListener('abort', leave, { once: true });
    socket.once('close', () => guard.signal.removeEventListener('abort', leave));
    socket.once('error', fail);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      if (!guard.mayReach(socket.remoteAddress ?? '')) {
        socket.destroy(refusedAddress());
        return;
      }
      socket.off('error', fail);
      done(null, socket);
    });
  };
};
