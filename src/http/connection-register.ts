import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { emptyLine, placeOf, type Line, type Place } from '../kernel/line.ts';
import type { Arrival } from './connections.ts';
import type { Lifetime } from './lifetime.ts';

/** How many connections may be open: in all, and from one of those that `groupOf` tells apart (null: not counted). */
export type ConnectionBounds = {
  readonly most: number;
  readonly mostPerGroup: number;
  readonly groupOf: (socket: Socket) => string | null;
};

type Group = { readonly name: string; count: number; readonly idle: Line<Socket> };

/** One connection: the exchange that it carries, if any, and the requests behind that one. */
export type Connection = {
  readonly socket: Socket;
  readonly group: Group | null;
  /** Where it stands while it is idle: among all of them, and among those of its group. */
  readonly places: { readonly inAll: Place<Socket>; readonly inGroup: Place<Socket> };
  life: Lifetime | null;
  readonly waiting: Arrival[];
  waitingCharacters: number;
  /** True once it is to end behind those that wait. */
  isClosing: boolean;
};

/** The open connections and, in the order in which they fell idle, the idle ones. Each step takes constant time. */
export type ConnectionRegister = {
  readonly all: ReadonlyMap<Duplex, Connection>;
  readonly idle: Pick<Line<Socket>, 'all'>;
  /** Takes a new one, for which the longest idle one may have to go; null when all others are at work. */
  readonly add: (socket: Socket) => Connection | null;
  readonly remove: (connection: Connection) => void;
  /** It has fallen idle. */
  readonly rest: (connection: Connection) => void;
  /** It is idle no longer. */
  readonly work: (connection: Connection) => void;
  /** How many carry an exchange. */
  readonly atWork: () => number;
};

type Groups = { readonly join: (name: string | null) => Group | null; readonly leave: (group: Group | null) => void };

const groupsByName = (): Groups => {
  const groups = new Map<string, Group>();
  return {
    join: (name) => {
      if (name === null) return null;
      const group = groups.get(name) ?? { name, count: 0, idle: emptyLine() };
      groups.set(name, group);
      group.count += 1;
      return group;
    },
    leave: (group) => {
      if (group === null) return;
      group.count -= 1;
      if (group.count === 0) groups.delete(group.name);
    },
  };
};

const openConnection = (socket: Socket, group: Connection['group']): Connection => ({
  socket,
  group,
  places: { inAll: placeOf(socket), inGroup: placeOf(socket) },
  life: null,
  waiting: [],
  waitingCharacters: 0,
  isClosing: false,
});

/** Makes the register. Where there are too many of a group, the longest idle one of that group goes. */
export const connectionRegister = ({ most, mostPerGroup, groupOf }: ConnectionBounds): ConnectionRegister => {
  const all = new Map<Duplex, Connection>();
  const idle = emptyLine<Socket>();
  const groups = groupsByName();
  const rest = ({ places, group }: Connection): void => {
    idle.join(places.inAll);
    group?.idle.join(places.inGroup);
  };
  const work = ({ places, group }: Connection): void => {
    idle.leave(places.inAll);
    group?.idle.leave(places.inGroup);
  };
  const remove = (connection: Connection): void => {
    if (!all.delete(connection.socket)) return;
    work(connection);
    groups.leave(connection.group);
  };
  const crowdAround = ({ group }: Connection): Line<Socket> | null => {
    if (group !== null && group.count > mostPerGroup) return group.idle;
    return all.size > most ? idle : null;
  };
  const add = (socket: Socket): Connection | null => {
    const connection = openConnection(socket, groups.join(groupOf(socket)));
    all.set(socket, connection);
    rest(connection);
    const longestIdle = crowdAround(connection)?.first();
    const longest = longestIdle === undefined ? undefined : all.get(longestIdle);
    if (longest === undefined) return connection;
    remove(longest);
    if (longest === connection) return null;
    longest.socket.destroy();
    return connection;
  };
  return { all, idle, add, remove, rest, work, atWork: () => all.size - idle.length() };
};
