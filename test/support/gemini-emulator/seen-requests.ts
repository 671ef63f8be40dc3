import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { parsed } from './json.ts';

/** How the connection of a request ended; `at` in ms of performance.now(). */
export type Closing = { readonly early: boolean; readonly at: number };

/** A request that arrived, and what became of it so far. */
export type SeenRequest = {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The key in the header x-goog-api-key. */
  readonly key: string | null;
  /** The key in the query, where it would leak into logs. */
  readonly queryKey: string | null;
  readonly model: string | null;
  /** What comes after the colon, `generateContent` for one. */
  readonly action: string | null;
  readonly body: unknown;
  /** The body as it came. */
  readonly text: string;
  /** In ms of performance.now(). */
  readonly at: number;
  /** The status sent, null while none has been. */
  readonly status: number | null;
  readonly framesSent: number;
  readonly bytesSent: number;
  /** The client left before the answer was whole. */
  readonly closedEarly: boolean;
  /** The emulator dropped the connection, as a fault asked for. */
  readonly dropped: boolean;
  readonly closed: Promise<Closing>;
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A request in the log that the server still writes to. */
export type OpenRequest = Writable<SeenRequest>;

const closing = (entry: OpenRequest, response: ServerResponse): Promise<Closing> =>
  new Promise((resolve) => {
    response.once('close', () => {
      entry.closedEarly = !response.writableFinished && !entry.dropped;
      if (response.headersSent) entry.status = response.statusCode;
      resolve({ early: entry.closedEarly, at: performance.now() });
    });
  });

const action = /\/models\/([^:]+)(?::(\w+))?$/;

/** Notes a request, before anything is answered. */
export const noteRequest = (request: IncomingMessage, response: ServerResponse, body: string): OpenRequest => {
  const url = new URL(request.url ?? '/', 'http://emulator');
  const [, model, method] = action.exec(url.pathname) ?? [];
  const key = request.headers['x-goog-api-key'];
  const entry: OpenRequest = {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    key: typeof key === 'string' ? key : null,
    queryKey: url.searchParams.get('key'),
    model: model === undefined ? null : decodeURIComponent(model),
    action: method ?? null,
    body: parsed(body),
    text: body,
    at: performance.now(),
    status: null,
    framesSent: 0,
    bytesSent: 0,
    closedEarly: false,
    dropped: false,
    closed: Promise.resolve({ early: false, at: 0 }),
  };
  entry.closed = closing(entry, response);
  return entry;
};
