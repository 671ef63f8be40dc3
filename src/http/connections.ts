import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProxyError } from '../kernel/proxy-error.ts';
import {
  connectionRegister,
  type Connection,
  type ConnectionBounds,
  type ConnectionRegister,
} from './connection-register.ts';
import type { Lifetime } from './lifetime.ts';

/** A request that came on a connection, and how its exchange is begun. */
export type Arrival = {
  readonly response: ServerResponse;
  readonly headCharacters: () => number;
  readonly start: () => Lifetime;
};

/** Which connections are open and which of them carry an exchange. */
export type Connections = {
  /** Takes a new connection, for which the longest idle one may have to go; false when all others are at work. */
  readonly open: (socket: Socket) => boolean;
  /** Begins an exchange, once those that came before it on the same connection are over. */
  readonly take: (socket: Socket, arrival: Arrival) => void;
  /** How many carry an exchange. */
  readonly atWork: () => number;
  /** True when a byte of an answer may have gone out, so that nothing else may be written. */
  readonly hasBegunToAnswer: (socket: Duplex) => boolean;
  readonly abortAll: (reason: ProxyError) => void;
  readonly destroyIdle: () => void;
  readonly destroyAll: () => void;
};

/** Requests that wait for their turn on one connection, and on all; what comes past either is not answered. */
const mostWaiting = 64;
const mostWaitingCharacters = 65_536;
const mostWaitingInAll = 4096;

/** The requests that wait behind others of their connection. */
type WaitingLine = {
  /** Where there is no room the connection is to end: HTTP then has the rest asked again (RFC 9112 §9.3.2). */
  readonly join: (connection: Connection, arrival: Arrival) => void;
  readonly next: (connection: Connection) => Arrival | undefined;
  readonly leave: (connection: Connection) => void;
};

const waitingLine = (): WaitingLine => {
  let inAll = 0;
  const hasRoom = ({ waiting, waitingCharacters }: Connection): boolean =>
    inAll < mostWaitingInAll && waiting.length < mostWaiting && waitingCharacters <= mostWaitingCharacters;
  return {
    join: (connection, arrival) => {
      const { waiting } = connection;
      connection.waitingCharacters += arrival.headCharacters();
      if (connection.isClosing || !hasRoom(connection)) {
        connection.isClosing = true;
        for (const last of waiting.slice(-1)) last.response.shouldKeepAlive = false;
        return;
      }
      inAll += 1;
      waiting.push(arrival);
    },
    next: (connection) => {
      const arrival = connection.waiting.shift();
      if (arrival === undefined) return undefined;
      inAll -= 1;
      connection.waitingCharacters -= arrival.headCharacters();
      return arrival;
    },
    leave: ({ waiting }) => {
      // To set an array's length costs 1 µs.
      if (waiting.length === 0) return;
      inAll -= waiting.length;
      waiting.length = 0;
    },
  };
};

type Begin = (connection: Connection, arrival: Arrival) => void;

/** What the connections are told by their server, and tell it. */
type Watch = {
  readonly isStopping: () => boolean;
  /** Told with each exchange that begins how many are at work, itself among them. */
  readonly noteAtWork: (atWork: number) => void;
};

/**
 * Begins an exchange, and behind it those that wait. A connection that ends, or is to end with its exchange, begins no
 * other.
 */
const takeTurns = ({ all, work, rest, atWork }: ConnectionRegister, line: WaitingLine, watch: Watch): Begin => {
  const { isStopping, noteAtWork } = watch;
  const begin: Begin = (connection, { start }) => {
    work(connection);
    noteAtWork(atWork());
    const life = start();
    connection.life = life;
    life.onEnd(() => end(connection));
  };
  const end = (connection: Connection): void => {
    const { socket } = connection;
    connection.life = null;
    if (!all.has(socket)) return;
    const next = socket.writable && !isStopping() ? line.next(connection) : undefined;
    if (next !== undefined) {
      begin(connection, next);
      return;
    }
    line.leave(connection);
    rest(connection);
    if (isStopping() || connection.isClosing) socket.destroySoon();
  };
  return begin;
};

/**
 * Keeps account of a server's connections. Where there are too many, the one that is idle for longest goes, and what
 * has not sent a whole head is idle too: who just sits there keeps nobody out. Requests of one connection are worked
 * off one after the other. Node's own list of idle ones leaves out those that never sent a byte. Once the server stops,
 * a connection ends with its exchange.
 */
export const boundConnections = (bounds: ConnectionBounds, watch: Watch): Connections => {
  const register = connectionRegister(bounds);
  const { all, idle } = register;
  const line = waitingLine();
  const begin = takeTurns(register, line, watch);
  return {
    open: (socket) => {
      const connection = register.add(socket);
      if (connection === null) return false;
      socket.once('close', () => {
        connection.life?.disconnected();
        line.leave(connection);
        register.remove(connection);
      });
      return true;
    },
    take: (socket, arrival) => {
      const connection = all.get(socket);
      if (connection === undefined) return;
      if (connection.life === null) begin(connection, arrival);
      else line.join(connection, arrival);
    },
    atWork: register.atWork,
    hasBegunToAnswer: (socket) => all.get(socket)?.life?.hasBegunToAnswer() === true,
    abortAll: (reason) => {
      for (const { life } of all.values()) life?.abort(reason);
    },
    destroyIdle: () => {
      for (const socket of idle.all()) socket.destroy();
    },
    destroyAll: () => {
      for (const socket of all.keys()) socket.destroy();
    },
  };
};
