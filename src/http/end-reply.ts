import type { Headers, Reply } from '../ports/reply.ts';
import { signalSource } from '../kernel/signal.ts';
import type { Outlet } from './outlet.ts';
import type { WritePiece } from './own-chunks.ts';
import { inPieces, readerPace, type ReaderPace } from './reader-pace.ts';
import { headLines } from './reply-head.ts';

/** A body that nobody wants is read on and thrown away for so long: a reset at once would destroy the answer too. */
const lingerMs = 1000;

const bodyIsUnread = ({ message, progress }: Outlet): boolean => !message.complete && !progress.isTaken;

/** A response without a socket is not closed: it waits for those before it on the same connection. */
export const isClosed = ({ message, response }: Outlet): boolean => response.destroyed || message.socket.destroyed;

/** For the last bytes. Node's own timer of a socket: it runs out only when not one byte could be handed over. */
const watchReader = ({ response, readerTimeoutMs }: Outlet): void => {
  response.socket?.setTimeout(readerTimeoutMs);
};

const discardBody = async ({ message, wait, progress, response }: Outlet): Promise<void> => {
  if (progress.isHeldBack) return;
  const enough = signalSource();
  const stop = (): void => enough.abort('enough');
  message.once('end', stop);
  response.once('close', stop);
  message.resume();
  await wait(lingerMs, enough.signal);
};

/**
 * No faster than it is read: what is handed to a socket all at once is copied there, and held until the last byte is
 * taken.
 */
export const writeInPieces = async (
  body: string | Uint8Array,
  outlet: Outlet,
  { drained, write }: Pick<ReaderPace, 'drained'> & { readonly write: WritePiece },
): Promise<void> => {
  for (const piece of inPieces(body)) {
    if (isClosed(outlet)) return;
    if (!write(piece)) await drained();
  }
};

/** What waits for the end of an answer: who follows how it is read, and who wrote it. */
type AtEnd = { readonly pace: () => ReaderPace; readonly taken?: (() => void) | undefined };

/** Watches the last bytes. What the system has taken at once, as it nearly always does, needs no watching. */
const watchEnd = (outlet: Outlet, { pace, taken }: AtEnd): void => {
  const { socket } = outlet.response;
  if (socket === null) return;
  if (socket.writableLength === 0) return taken?.();
  pace().behind();
  watchReader(outlet);
};

const endUnread = async (outlet: Outlet, body: string | Uint8Array): Promise<void> => {
  if (body.length > 0) outlet.response.write(body);
  watchReader(outlet);
  await discardBody(outlet);
  outlet.response.end();
};

/** What is left to wait for; mostly nothing. */
export type Rest = Promise<void> | null;

/** Ends an answer with its last piece. */
export const endReply = (
  outlet: Outlet,
  body: string | Uint8Array,
  { pace = () => readerPace(outlet), taken }: Partial<AtEnd> = {},
): Rest => {
  if (bodyIsUnread(outlet)) return endUnread(outlet, body);
  if (body.length > 0) outlet.response.end(body);
  else outlet.response.end();
  watchEnd(outlet, { pace, taken });
  return null;
};

/**
 * The same of an answer of which nothing has gone out yet. It may leave with others, unless somebody waits for the
 * bytes that it was written into.
 */
export const endWhole = (outlet: Outlet, body: string | Uint8Array, atEnd: Partial<AtEnd>): Rest => {
  if (bodyIsUnread(outlet) || atEnd.taken !== undefined) return endReply(outlet, body, atEnd);
  outlet.leave(() => {
    if (isClosed(outlet)) return;
    try {
      void endReply(outlet, body, atEnd);
    } catch (cause) {
      outlet.noteFailure(cause);
      outlet.response.destroy();
    }
  });
  return null;
};

const closing: Headers = { connection: 'close' };

/** The lines of a reply's head. `length`: what tells its length, where that is known. */
export const headOf = (outlet: Outlet, { headers }: Pick<Reply, 'headers'>, length: Headers): string[] => {
  const records = [...outlet.headers(), headers, length];
  return headLines(bodyIsUnread(outlet) ? [...records, closing] : records);
};
