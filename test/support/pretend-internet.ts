import { connect, isIP, type LookupFunction } from 'node:net';
import type { GuardedFetchNeeds } from '../../src/adapters/guarded-fetch/guarded-fetch.ts';

/** What a name answers, each time it is asked; the last answer stays. */
export type Zone = Readonly<Record<string, readonly (readonly string[])[]>>;

export type PretendInternet = GuardedFetchNeeds & {
  /** Addresses with ports that a connection was begun to, after the guard had its say. */
  readonly dialled: readonly string[];
  /** Names that were looked up. */
  readonly asked: readonly string[];
};

const family = (address: string): number => (isIP(address) === 6 ? 6 : 4);

/** The socket claims to be connected to `claimed`, which by default is where it was sent. */
export type PretendOptions = { readonly port: number; readonly claimed?: string };

/**
 * An internet in which every address is the one server that listens on 127.0.0.1:`port`. Names are looked up through the
 * guard, as a real connection does; TLS is plain, since nobody can have the certificates of others.
 */
export const pretendInternet = (zone: Zone, { port, claimed }: PretendOptions): PretendInternet => {
  const dialled: string[] = [];
  const asked: string[] = [];
  const lookup: GuardedFetchNeeds['lookup'] = async (hostname) => {
    const answers = zone[hostname];
    if (answers === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    const turn = asked.filter((name) => name === hostname).length;
    asked.push(hostname);
    return (answers[turn] ?? answers.at(-1) ?? []).map((address) => ({ address, family: family(address) }));
  };
  const openSocket: GuardedFetchNeeds['openSocket'] = (peer) => {
    const state = { address: '' };
    const dial: LookupFunction = (_, options, answer) => {
      const go = (address: string): void => {
        state.address = address;
        dialled.push(`${address}:${peer.port}`);
        answer(null, '127.0.0.1', 4);
      };
      if (isIP(peer.host) !== 0) go(peer.host);
      else peer.lookup(peer.host, { ...options, all: false }, (error, address) => (error === null && typeof address === 'string' ? go(address) : answer(error, '', 4)));
    };
    const socket = connect({ host: 'a.name', port, lookup: dial, autoSelectFamily: false });
    Object.defineProperty(socket, 'remoteAddress', { get: () => claimed ?? state.address });
    if (peer.isTls) socket.once('connect', () => socket.emit('secureConnect'));
    return socket;
  };
  return { lookup, openSocket, dialled, asked };
};
