import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { isObject } from '../kernel/is-object.ts';

/** undici's reader of a connection, as far as the connection's end needs it. */
type Reader = {
  paused: boolean;
  readonly resume: () => void;
  readonly llhttp: { readonly llhttp_resume: (pointer: unknown) => void };
  readonly ptr: unknown;
};

const isReader = (value: unknown): value is Reader =>
  typeof value === 'object' && value !== null && 'paused' in value && 'resume' in value && 'llhttp' in value;

const isSocket = (value: unknown): value is Socket => isObject(value) && typeof value['prependListener'] === 'function';

/** What undici tells of each connection that has come to stand. */
const channel = 'undici:client:connected';

/** At these it asserts that the reader is not paused, where the connection could not be kept alive anyway. */
const ends = ['end', 'error', 'close'] as const;

/**
 * What has come is read before the end is; nothing of it where the connection is gone. A body that only the end ends
 * is paused once more, with nothing in it.
 */
const goOn = (socket: Socket, reader: Reader): void => {
  if (reader.paused && !socket.destroyed) reader.resume();
  if (reader.paused && !socket.destroyed) reader.llhttp.llhttp_resume(reader.ptr);
  reader.paused = false;
};

/**
 * Makes what has paused readers of undici 7 go on when their connection ends: it throws there what nobody can catch
 * (nodejs/undici#5360; mended in undici 8, which needs Node 22). `name`: under which a connection holds its reader.
 */
export const finishPaused = (name: () => symbol): (() => void) => {
  const follow = (message: unknown): void => {
    const socket: unknown = isObject(message) ? message['socket'] : null;
    if (!isSocket(socket)) return;
    const atEnd = (): void => {
      const reader: unknown = Reflect.get(socket, name());
      if (isReader(reader)) goOn(socket, reader);
    };
    for (const end of ends) socket.prependListener(end, atEnd);
  };
  return () => {
    unsubscribe(channel, follow);
    subscribe(channel, follow);
  };
};
