import type { AccessFacts } from '../pipeline/exchange.ts';
import type { Log, Now } from '../ports/capabilities.ts';

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

/** What is known of one exchange when its response has been closed. */
export type Access = {
  readonly requestId: string;
  readonly method: string;
  /** The pattern of the table, never the path: that may hold anything. Null when there was none. */
  readonly route: string | null;
  /** Null when the caller left before any answer. */
  readonly status: number | null;
  readonly startedAt: number;
  /** Bytes sent, heads included. */
  readonly bytes: number;
  readonly address: string | null;
  readonly clientGone: boolean;
  readonly quiet: boolean;
  readonly facts: Readonly<NotedFacts>;
};

const lineMessage = ({ clientGone }: Access): string => (clientGone ? 'client gone' : 'request');

/** Writes the one line of a request: no path, no query, no header, no text of anybody's. */
export const logAccess = (log: Log, now: Now, access: Access): void => {
  const { requestId, method, route, status, startedAt, bytes, address, quiet, facts } = access;
  const { error, model, streamed, dropped, key, attempts, promptTokens, completionTokens } = facts;
  log(quiet ? 'debug' : 'info', lineMessage(access), {
    requestId,
    method,
    route,
    status,
    ms: now() - startedAt,
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
  });
};
