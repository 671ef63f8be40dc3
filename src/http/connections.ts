import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Lifetime } from './lifetime.ts';

/** Which connections are open and which of them carry an exchange. */
export type Connections = {
  readonly opened: (socket: Socket) => void;
  readonly began: (socket: Socket, life: Lifetime) => void;
  readonly isBusy: (socket: Socket) => boolean;
  /** True when a byte of an answer may have gone out, so that nothing else may be written. */
  readonly hasBegunToAnswer: (socket: Duplex) => boolean;
  readonly abortAll: (reason: ProxyError) => void;
  readonly destroyIdle: () => void;
  readonly destroyAll: () => void;
};

/** Keeps account of a server's connections: Node's own list of idle ones leaves out those that never sent a byte. */
export const connections = (): Connections => {
  const lives = new Map<Duplex, Set<Lifetime>>();
  const isBusy = (socket: Duplex): boolean => (lives.get(socket)?.size ?? 0) > 0;
  return {
    opened: (socket) => {
      lives.set(socket, new Set());
      socket.once('close', () => {
        for (const life of lives.get(socket) ?? []) life.disconnected();
        lives.delete(socket);
      });
    },
    began: (socket, life) => {
      lives.get(socket)?.add(life);
      life.onEnd(() => lives.get(socket)?.delete(life));
    },
    isBusy,
    hasBegunToAnswer: (socket) => [...(lives.get(socket) ?? [])].some((life) => life.hasBegunToAnswer()),
    abortAll: (reason) => {
      for (const life of [...lives.values()].flatMap((those) => [...those])) life.abort(reason);
    },
    destroyIdle: () => {
      for (const socket of lives.keys()) if (!isBusy(socket)) socket.destroy();
    },
    destroyAll: () => {
      for (const socket of lives.keys()) socket.destroy();
    },
  };
};
