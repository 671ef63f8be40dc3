import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ProxyError } from '../kernel/proxy-error.ts';
import { signalSource, type Signal } from '../kernel/signal.ts';

/** What lives as long as one response. */
export type Lifetime = {
  /** Its reason is a ProxyError: ClientGone or ShuttingDown. */
  readonly signal: Signal;
  readonly abort: (reason: ProxyError) => void;
  /** True once all of the answer has been handed to the system. */
  readonly isWhole: () => boolean;
  /** True once the head of the answer has gone out. */
  readonly hasBegunToAnswer: () => boolean;
  /**
   * Runs once when the response has been closed, however it ended; at once when it already has. What was told last runs
   * first, so that the line of a request, which was told of at its beginning, knows what all others note.
   */
  readonly onEnd: (run: () => void) => void;
  /** The connection is gone. Node tells only the response whose turn it is, not those that wait behind it. */
  readonly disconnected: () => void;
};

type OnDefect = (cause: unknown) => void;

/**
 * Follows a response to its close. A close before its end aborts the signal with ClientGone. The socket is the
 * request's: a response has none while the one to an earlier request of the same connection is not finished.
 */
export const exchangeLifetime = (response: ServerResponse, socket: Socket, onDefect: OnDefect): Lifetime => {
  const { signal, abort } = signalSource();
  const endings: (() => void)[] = [];
  let isWhole = false;
  let isOver = false;
  const runSafely = (run: () => void): void => {
    try {
      run();
    } catch (cause) {
      onDefect(cause);
    }
  };
  response.on('close', () => {
    if (isOver) return;
    isOver = true;
    // An answer that was still in the socket's buffer when the connection broke seems finished too.
    isWhole = response.writableFinished && !socket.destroyed && socket.errored === null;
    if (!isWhole) abort({ tag: 'ClientGone' });
    for (const run of endings.toReversed()) runSafely(run);
  });
  return {
    signal,
    abort,
    isWhole: () => isWhole,
    hasBegunToAnswer: () => response.headersSent,
    onEnd: (run) => {
      if (isOver) runSafely(run);
      else endings.push(run);
    },
    disconnected: () => {
      if (isOver || response.socket !== null) return;
      response.destroy();
      response.emit('close');
    },
  };
};
