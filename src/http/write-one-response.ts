import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/**
 * Writes a response that leads nowhere in chunks, more than its reader takes at once. It says by fields whether that is
 * so, and V8 takes those for what stays: at the first stream it throws away what it has compiled for all others.
 */
export const writeOneResponse = (): void => {
  const message = new IncomingMessage(new Socket());
  Object.assign(message, { httpVersionMajor: 1, httpVersionMinor: 1 });
  const response = new ServerResponse(message);
  response.writeHead(200);
  response.write(Buffer.alloc(2 * response.writableHighWaterMark));
  response.end();
};
