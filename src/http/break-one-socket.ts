import { Socket } from 'node:net';

/**
 * Breaks a socket that leads nowhere. Streams hold a null until they break (`errored`), and V8 takes it for one that
 * stays: at the first error it throws away all that it has compiled for streams (27 functions, when the first idle
 * connection to Google runs out).
 */
export const breakOneSocket = (): void => {
  const socket = new Socket();
  socket.on('error', () => undefined);
  socket.destroy(new Error('broken on purpose'));
};
