import type { ServerResponse } from 'node:http';
import type { ProxyError } from '../kernel/proxy-error.ts';

/** What lives as long as one response. */
export type Lifetime = {
  /** Its reason is a ProxyError: ClientGone or ShuttingDown. */
  readonly signal: AbortSignal;
  readonly abort: (reason: ProxyError) => void;
  /** True once the head of the answer has gone out. */
  readonly hasBegunToAnswer: () => boolean;
  /** Runs once when the response has been closed, however it ended; at once when it already has. */
  readonly onEnd: (run: () => void) => void;
};

/** Follows a response to its close. A close before its end aborts the signal with ClientGone. */
export const lifetime = (response: ServerResponse, onDefect: (cause: unknown) => void): Lifetime => {
  const controller = new AbortController();
  const endings: (() => void)[] = [];
  let isOver = false;
  const runSafely = (run: () => void): void => {
    try {
      run();
    } catch (cause) {
      onDefect(cause);
    }
  };
  response.once('close', () => {
    isOver = true;
    if (!response.writableFinished) controller.abort({ tag: 'ClientGone' });
    endings.forEach(runSafely);
  });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    hasBegunToAnswer: () => response.headersSent,
    onEnd: (run) => {
      if (isOver) runSafely(run);
      else endings.push(run);
    },
  };
};
