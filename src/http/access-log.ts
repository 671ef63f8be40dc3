import type { AccessFacts } from '../pipeline/exchange.ts';
import type { Log, LogFacts } from '../ports/capabilities.ts';
import type { EndedRequest } from '../ports/metrics.ts';

/** What is noted on the way for the line of a request; undefined where nothing was. */
export type NotedFacts = { -readonly [Name in keyof AccessFacts]: AccessFacts[Name] | undefined };

/** All of them from the start, so that those of all requests have one shape. */
export const nothingNoted = (): NotedFacts => ({
  error: undefined,
  model: undefined,
  streamed: undefined,
  dropped: undefined,
  key: undefined,
  attempts: undefined,
  promptTokens: undefined,
  completionTokens: undefined,
});

/** What is known of one exchange when its response has been closed; nothing of the request itself hangs on it. */
export type Access = EndedRequest & {
  readonly requestId: string;
  readonly method: string;
  /** The pattern of the table, never the path: that may hold anything. Null when there was none. */
  readonly route: string | null;
  /** Bytes sent, heads included. */
  readonly bytes: number;
  readonly address: string | null;
  readonly clientGone: boolean;
  readonly quiet: boolean;
  readonly facts: Readonly<NotedFacts>;
};

const accessFacts = ({ requestId, method, route, status, milliseconds, bytes, address, facts }: Access): LogFacts => {
  const { error, model, streamed, dropped, key, attempts, promptTokens, completionTokens } = facts;
  return {
    requestId,
    method,
    route,
    status,
    ms: milliseconds,
    bytes,
    address,
    error,
    model,
    streamed,
    dropped,
    key,
    attempts,
    promptTokens,
    completionTokens,
  };
};

/**
 * Writes the one line of a request: no path, no query, no header, no text of anybody's. Its facts are put together when
 * lines are written: what is done right behind an answer keeps the next request waiting.
 */
export const logAccess = (log: Log, access: Access): void =>
  log(access.quiet ? 'debug' : 'info', access.clientGone ? 'client gone' : 'request', () => accessFacts(access));
