import type { ServerResponse } from 'node:http';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Now, Wait } from '../ports/capabilities.ts';
import type { Passed } from '../ports/reply.ts';
import { signalSource, type Signal } from '../kernel/signal.ts';
import { readerPace } from './reader-pace.ts';

/** Where passed bytes go. */
export type PassedOutlet = {
  readonly response: ServerResponse;
  readonly readerTimeoutMs: number;
  readonly startedAt: number;
  readonly now: Now;
  readonly wait: Wait;
  readonly isClosed: () => boolean;
  readonly writeHead: () => unknown;
  readonly end: () => Promise<void> | null;
};

const begin = ({ response, writeHead }: PassedOutlet): void => {
  if (!response.headersSent) writeHead();
};

/** What may wait for the reader before no more is taken: what one read of Google's socket brings, framed. */
const mostWaiting = 72 * 1024;

/** When something went out last, ms. */
type Written = { at: number };

const keepAlive = async (
  { heartbeat: { text, afterMs } }: Passed,
  outlet: PassedOutlet,
  { written, over }: { readonly written: Written; readonly over: Signal },
): Promise<void> => {
  const { response, isClosed, now, wait } = outlet;
  for (;;) {
    await wait(Math.min(Math.max(written.at + afterMs - now(), 1), afterMs), over);
    if (over.aborted || isClosed()) return;
    if (now() - written.at < afterMs) continue;
    const beat = response.writableNeedDrain ? '' : text();
    written.at = now();
    if (beat === '') continue;
    begin(outlet);
    response.write(beat);
  }
};

/** Pours a body into the response, no faster than it is read. Resolves when nothing comes any more. */
const pourBody = (reply: Passed, outlet: PassedOutlet, written: Written): Promise<ProxyError | null> =>
  new Promise((resolve) => {
    const { response, isClosed, now } = outlet;
    const pace = readerPace(outlet);
    const flow = reply.body.pour({
      take: (piece) => {
        if (isClosed()) return false;
        begin(outlet);
        written.at = now();
        // Node gathers what is written in one tick, so that what one read brought leaves in one write.
        if (response.write(piece)) return true;
        pace.behind();
        return response.writableLength < mostWaiting;
      },
      end: resolve,
    });
    response.on('drain', () => {
      pace.caughtUp();
      flow.resume();
    });
    // Whoever takes nothing any more has left: what still comes is given up with the source.
    response.once('close', () => resolve({ tag: 'ClientGone' }));
  });

/** True when all has been written; false where nothing in the answer could tell that it is not whole. */
const sendBody = async (reply: Passed, outlet: PassedOutlet): Promise<boolean> => {
  const over = signalSource();
  const written = { at: outlet.startedAt };
  const beating =
    reply.heartbeat.afterMs === 0 ? null : keepAlive(reply, outlet, { written, over: over.signal });
  try {
    const error = await pourBody(reply, outlet, written);
    if (error === null || outlet.isClosed()) return true;
    const words = reply.fail(error);
    if (words === null) return false;
    begin(outlet);
    outlet.response.write(words);
    return true;
  } finally {
    over.abort('over');
    reply.body.close();
    if (beating !== null) await beating;
  }
};

/**
 * Sends an answer whose bytes pass, no faster than it is read. An answer that breaks off ends with words that tell so,
 * or its connection is cut: never as if it were whole.
 */
export const sendPassed = async (reply: Passed, outlet: PassedOutlet): Promise<void> => {
  const isWhole = await sendBody(reply, outlet);
  if (outlet.isClosed()) return;
  begin(outlet);
  if (isWhole) await outlet.end();
  else outlet.response.destroy();
};
