import type { BehindText, Begun, Reply, Streamed, Written } from '../ports/reply.ts';
import { signalSource } from '../kernel/signal.ts';
import { endReply, headOf, isClosed, writeInPieces, type Rest } from './end-reply.ts';
import type { Outlet } from './outlet.ts';
import { frameChunks, lastChunk, type WritePiece } from './own-chunks.ts';
import { pieceSize, readerPace, type ReaderPace } from './reader-pace.ts';
import { streamWriter, type BegunWriting, type StreamWriter } from './stream-writer.ts';

/** What comes in one piece is read to its end, so that what it used is counted. */
const discardRest = async ({ rest }: Begun): Promise<void> => {
  const known = await rest();
  if ('tail' in known) await known.tail.return(undefined);
};

/** Ends a reply that nobody will read: whatever its tail holds is let go. */
export const discardReply = (reply: Reply): Promise<unknown> | null => {
  if (reply.kind === 'streamed') return reply.tail.return(undefined);
  if (reply.kind === 'begun') return discardRest(reply);
  if (reply.kind === 'passed') reply.body.close();
  return null;
};

/** A stream's reader, and what writes to it. */
type Writing = { readonly writer: StreamWriter; readonly pace: () => ReaderPace };

/** What is told of a stream before its first text: all that is held of its reply as long as it goes on. */
type Head = Pick<Streamed, 'status' | 'headers' | 'heartbeat'>;

const headIn = ({ status, headers, heartbeat }: Head): Head => ({ status, headers, heartbeat });

const writingOf = (head: Head, outlet: Outlet, begun: BegunWriting | null): Writing => {
  let made: ReaderPace | null = null;
  const pace = (): ReaderPace => (made ??= readerPace(outlet));
  const writer = streamWriter({
    ...outlet,
    startedAt: begun === null ? outlet.startedAt : outlet.now(),
    pace,
    isClosed: () => isClosed(outlet),
    writeHead: () => outlet.response.writeHead(head.status, headOf(outlet, head, {})),
    writeLarge: (piece, write) => writeInPieces(piece, outlet, { ...pace(), write }),
    heartbeat: head.heartbeat,
    begun,
  });
  return { writer, pace };
};

type Poured = Pick<Streamed, 'tail' | 'fail'>;

/**
 * What the tail throws (it never should) becomes a last frame. It is thrown on while nothing has gone out, and where a
 * length was promised: a frame would pass for the content there.
 */
const pourTail = async ({ tail, fail }: Poured, outlet: Outlet, writer: StreamWriter): Promise<void> => {
  const { write, pour } = writer;
  try {
    for (let next = await tail.next(); next.done !== true; next = await tail.next()) {
      if (isClosed(outlet)) return;
      const rest = write(next.value) ?? pour(tail);
      if (rest !== null) await rest;
    }
  } catch (cause) {
    if (!outlet.response.headersSent || fail === null) throw cause;
    await write(fail(outlet.noteFailure(cause)));
  }
};

/** What a stream goes on with, and its end; heartbeats while nothing comes. */
const pourStream = async (reply: Poured, outlet: Outlet, { writer, pace }: Writing): Promise<void> => {
  const poured = signalSource();
  const heartbeats = writer.heartbeats(poured.signal).catch(() => undefined);
  try {
    await pourTail(reply, outlet, writer);
  } finally {
    poured.abort('poured');
    await Promise.all([heartbeats, reply.tail.return(undefined)]);
  }
  if (!isClosed(outlet)) await endReply(outlet, writer.end(), { pace });
};

const sendHead = async (reply: Streamed | Begun, outlet: Outlet): Promise<void> => {
  outlet.response.writeHead(reply.status, headOf(outlet, reply, {}));
  await Promise.all([discardReply(reply), endReply(outlet, '')]);
};

/** Writes a stream as it comes. */
export const sendStream = (reply: Streamed, outlet: Outlet): Promise<void> =>
  outlet.message.method === 'HEAD'
    ? sendHead(reply, outlet)
    : pourStream(reply, outlet, writingOf(headIn(reply), outlet, null));

/** All that is behind it, in one write with its end: Node gathers what is written in one tick. */
const writeRest = (outlet: Outlet, { body, taken }: Written, { put, isFramed }: BegunWriting): Rest => {
  const end = (): Rest => endReply(outlet, isFramed ? lastChunk : '', { taken });
  if (body.length > pieceSize) {
    const { drained } = readerPace(outlet);
    return writeInPieces(body, outlet, { drained, write: put }).then(async () => end() ?? undefined);
  }
  put(body);
  return end();
};

/** Makes what is behind a stream's first text, and writes it. */
const goOn = (reply: Begun, outlet: Outlet, begun: BegunWriting): Rest => {
  const go = (behind: BehindText): Rest =>
    'tail' in behind
      ? pourStream({ tail: behind.tail, fail: reply.fail }, outlet, writingOf(headIn(reply), outlet, begun))
      : writeRest(outlet, behind, begun);
  const behind = reply.rest();
  return behind instanceof Promise ? behind.then(async (known) => go(known) ?? undefined) : go(behind);
};

/**
 * Writes a stream's first text before the rest is made: what is written while a response is corked leaves as soon as
 * that ends, and not when the tick is over.
 */
export const sendBegun = (reply: Begun, outlet: Outlet): Rest => {
  const { response } = outlet;
  if (outlet.message.method === 'HEAD') return sendHead(reply, outlet);
  response.writeHead(reply.status, headOf(outlet, reply, {}));
  const framed = frameChunks(response);
  const put: WritePiece = framed ?? ((piece) => response.write(piece));
  response.cork();
  put(reply.text);
  response.uncork();
  return goOn(reply, outlet, { put, isFramed: framed !== null });
};
