import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Wait } from '../ports/capabilities.ts';
import type { Headers, Reply, Streamed, Whole } from '../ports/reply.ts';

/** Where a reply goes, and what is known of its reader. */
export type Outlet = {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** Added to every answer; the reply's own win, but for `vary`, where both are told. */
  readonly headers: () => Headers;
  /** A reader that takes nothing for so long is cut off. */
  readonly readerTimeoutMs: number;
  /** True while a caller waits with its body for our `100 Continue`, and so sends none. */
  readonly holdsBody: () => boolean;
  readonly wait: Wait;
  /** Told what a stream threw, and the text that shows it to the caller. */
  readonly frameOf: (cause: unknown) => string;
};

/** A body that nobody wants is read on and thrown away for so long: a reset at once would destroy the answer too. */
const lingerMs = 1000;

const merged = (common: Headers, own: Headers): Headers => {
  const vary = [common['vary'], own['vary']].filter((value) => value !== undefined).join(', ');
  return { ...common, ...own, ...(vary === '' ? {} : { vary }) };
};

const bodyIsUnread = ({ message }: Outlet): boolean => !message.complete;

const isClosed = ({ response }: Outlet): boolean => response.destroyed || response.socket === null;

/** Node's own timer of a socket: it runs out only when not one byte could be handed over, and then destroys it. */
const watchReader = ({ response, readerTimeoutMs }: Outlet): void => {
  response.socket?.setTimeout(readerTimeoutMs);
};

const drained = (outlet: Outlet): Promise<void> => {
  const { response } = outlet;
  watchReader(outlet);
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      response.socket?.setTimeout(0);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
};

const discardBody = async ({ message, wait, holdsBody, response }: Outlet): Promise<void> => {
  if (holdsBody()) return;
  const enough = new AbortController();
  const stop = (): void => enough.abort();
  message.once('end', stop);
  response.once('close', stop);
  message.resume();
  await wait(lingerMs, enough.signal);
};

const end = async (outlet: Outlet, body?: string | Uint8Array): Promise<void> => {
  const { response } = outlet;
  if (bodyIsUnread(outlet)) {
    if (body !== undefined) response.write(body);
    watchReader(outlet);
    await discardBody(outlet);
    response.end();
    return;
  }
  response.end(body);
  watchReader(outlet);
};

const headOf = (outlet: Outlet, { headers }: Reply): Headers => ({
  ...merged(outlet.headers(), headers),
  ...(bodyIsUnread(outlet) ? { connection: 'close' } : {}),
});

const hasNoBody = ({ status }: Reply): boolean => status === 204 || status === 304;

const sendWhole = (reply: Whole, outlet: Outlet): Promise<void> => {
  const { response, message } = outlet;
  const length = String(Buffer.byteLength(reply.body));
  response.writeHead(reply.status, { ...headOf(outlet, reply), ...(hasNoBody(reply) ? {} : { 'content-length': length }) });
  return message.method === 'HEAD' || hasNoBody(reply) ? end(outlet) : end(outlet, reply.body);
};

const write = async (outlet: Outlet, text: string): Promise<void> => {
  if (!isClosed(outlet) && !outlet.response.write(text)) await drained(outlet);
};

/** The head waits for the first text and leaves with it; what the tail throws (it never should) becomes a last frame. */
const pour = async (reply: Streamed, outlet: Outlet): Promise<void> => {
  const { response } = outlet;
  const first = await reply.tail.next();
  if (isClosed(outlet)) return;
  response.writeHead(reply.status, headOf(outlet, reply));
  try {
    for (let next = first; next.done !== true; next = await reply.tail.next()) {
      await write(outlet, next.value);
      if (isClosed(outlet)) return;
    }
  } catch (cause) {
    await write(outlet, outlet.frameOf(cause));
  }
  await end(outlet);
};

/** Ends a reply that nobody will read: whatever its tail holds is let go. */
export const discard = async (reply: Reply): Promise<void> => {
  if (reply.kind === 'streamed') await reply.tail.return(undefined);
};

const sendStream = async (reply: Streamed, outlet: Outlet): Promise<void> => {
  const { response, message } = outlet;
  if (message.method === 'HEAD') {
    response.writeHead(reply.status, headOf(outlet, reply));
    await Promise.all([discard(reply), end(outlet)]);
    return;
  }
  try {
    await pour(reply, outlet);
  } finally {
    await discard(reply);
  }
};

/**
 * Writes a reply to the socket; nothing else does. A whole one leaves in one write; a stream in one write a text, no
 * faster than it is read. Rejects only before anything was written.
 */
export const send = async (reply: Reply, outlet: Outlet): Promise<void> => {
  if (isClosed(outlet)) return discard(reply);
  if (reply.kind === 'whole') await sendWhole(reply, outlet);
  else await sendStream(reply, outlet);
};
