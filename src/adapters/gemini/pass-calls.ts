import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { E } from '../../kernel/fp.ts';
import { sizeOf } from '../../kernel/pieced-bytes.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import {
  isInPieces,
  type PassCall,
  type PassedAnswer,
  type PassedBody,
  type PassedCall,
} from '../../ports/passing-on.ts';
import { watchdogs, type Silence, type Watchdog } from '../watchdog.ts';
import { byteQueue, type ByteQueue } from './byte-queue.ts';
import { brokenOff, connectionError } from './connection-error.ts';
import type { Connections, DispatchOptions } from './dispatch-call.ts';
import { dispatcherFor } from './dispatcher.ts';
import { inSlices, sliceBytes } from './in-slices.ts';
import type { GeminiRequestSettings } from './gemini-requests.ts';

/** Passes calls on to Google. */
export type PassCalls = { readonly passCall: PassCall; readonly close: () => Promise<void> };

/** Where Google is, how long it may be silent, and which headers of its answers nobody reads. */
export type PassCallSettings = GeminiRequestSettings & {
  readonly silence: Silence;
  readonly unread: ReadonlySet<string>;
};

/** A kept connection that broke before anything was answered: what makes nothing may be asked again. */
const lostReuse: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Headers that hold an address of Google's, which is made ours; our key is taken out of it there. */
const addresses: ReadonlySet<string> = new Set(['location', 'x-goog-upload-url']);

type Head = Pick<PassedAnswer, 'headers' | 'type'>;

/** How an answer's head is read. */
type Reading = { readonly secret: string } & Pick<PassCallSettings, 'unread'>;

/**
 * The headers of an answer that somebody reads, but for any that holds the key that it was asked with. The type is
 * found on the way: answers have many sets of headers, and each look into one is a slow one.
 */
const headOf = (raw: readonly (Buffer | string)[] | null, { secret, unread }: Reading): Head => {
  const headers: Record<string, string> = {};
  const pairs = raw ?? [];
  let type = '';
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const name = (pairs[at]?.toString('latin1') ?? '').toLowerCase();
    if (unread.has(name)) continue;
    const value = pairs[at + 1]?.toString('latin1') ?? '';
    if (addresses.has(name) || !value.includes(secret)) headers[name] = value;
    if (name === 'content-type') type = value;
  }
  return { headers, type };
};

/** Its page says where it leads, in words that nobody has looked at; the header says it too. */
const isRedirect = (status: number): boolean => status >= 300 && status < 400;

const withoutBody = ({ headers: { 'content-length': _, 'content-type': __, ...headers } }: Head): Head =>
  ({ headers, type: '' });

type Answered = E.Either<ProxyError, PassedAnswer>;
type Settle = (answered: Answered) => void;

/** What undici tells of a call: a record, and the same functions for all calls (`dispatch-call.ts`). */
type Handler = Dispatcher.DispatchHandler & {
  readonly dog: Watchdog;
  readonly reading: Reading;
  readonly settle: Settle;
  abort: () => void;
  queue: ByteQueue | null;
  /** Whether the answer's bytes go down. */
  isPassed: boolean;
};

const nothingBegun = (): void => undefined;

function onConnect(this: Handler, abort: () => void): void {
  this.abort = abort;
  this.dog.onBite(abort);
}

function onData(this: Handler, piece: Buffer): boolean {
  return !this.isPassed || (this.queue?.push(piece) ?? true);
}

function onComplete(this: Handler): void {
  this.queue?.end(null);
}

function onError(this: Handler, cause: unknown): void {
  const { dog, queue } = this;
  dog.stop();
  const error = connectionError(cause, dog);
  if (queue === null) this.settle(E.left(error));
  else queue.end(brokenOff(error));
}

const handlerOf = (dog: Watchdog, reading: Reading, settle: Settle): Handler => {
  const handler: Handler = {
    dog,
    reading,
    settle,
    abort: nothingBegun,
    queue: null,
    isPassed: true,
    onConnect,
    onHeaders: (status, raw, resume) => {
      if (status < 200) return true;
      handler.queue = byteQueue({ resume, abort: handler.abort }, dog);
      handler.isPassed = !isRedirect(status);
      const head = headOf(raw, reading);
      const { headers, type } = handler.isPassed ? head : withoutBody(head);
      settle(E.right({ status, headers, type, body: handler.queue.source }));
      return true;
    },
    onData,
    onComplete,
    onError,
  };
  return handler;
};

/** A body as undici takes it; `length` in bytes where it is known. */
type Sent = { readonly body: Uint8Array | AsyncIterable<Uint8Array> | Readable | null; readonly length: number | null };

/** While bytes go up, Google's silence is no silence. */
async function* watchSending(
  pieces: AsyncIterable<Uint8Array>,
  { awaits }: Pick<Watchdog, 'awaits'>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) {
    awaits();
    yield piece;
  }
}

/** No stream: that would give undici's requests another shape, and V8 would throw its code away. */
const heldSent = (pieces: readonly Uint8Array[]): Sent => {
  const size = sizeOf(pieces);
  const [first = null] = pieces;
  const isShort = pieces.length < 2 && size <= sliceBytes;
  return { body: isShort ? first : inSlices(pieces), length: size };
};

const sentOf = (body: PassedBody, dog: Watchdog): Sent => {
  if (body === null) return { body, length: null };
  if (isInPieces(body)) return heldSent(body);
  return { body: Readable.from(watchSending(body.pieces, dog), { objectMode: false }), length: body.length };
};

type Ways = {
  readonly keptAlive: Dispatcher;
  readonly fresh: Dispatcher;
  readonly origin: string;
  readonly root: string;
  readonly watch: ReturnType<typeof watchdogs>;
  readonly unread: ReadonlySet<string>;
};

const methods = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE'] as const;

const headersOf = ({ headers, secret }: PassedCall, length: number | null): string[] => {
  const all = [...headers, 'x-goog-api-key', secret.reveal()];
  if (length !== null) all.push('content-length', String(length));
  return all;
};

const optionsOf = (call: PassedCall, { origin, root }: Ways, dog: Watchdog): DispatchOptions => {
  const { body, length } = sentOf(call.body, dog);
  return {
    origin: call.origin ?? origin,
    path: call.origin === undefined ? root + call.path : call.path,
    method: methods.find((method) => method === call.method) ?? 'POST',
    headers: headersOf(call, length),
    body,
  };
};

type Asking = { readonly call: PassedCall; readonly ways: Ways };

/** One call. It is Left as soon as the dog bites, also while it waits for a connection. */
const dispatchOver = (connections: Connections, { call, ways }: Asking, settle: Settle): void => {
  const dog = ways.watch(call.signal);
  dog.onBite(() => settle(E.left(connectionError(null, dog))));
  if (dog.bite() !== null) return;
  const reading = { secret: call.secret.reveal(), unread: ways.unread };
  connections.dispatch(optionsOf(call, ways, dog), handlerOf(dog, reading, settle));
};

const mayBeLost = (answered: Answered): boolean =>
  E.isLeft(answered) && answered.left.tag === 'Unreachable' && lostReuse.has(answered.left.reason);

/**
 * Calls whose bytes pass in both directions as they are. Redirects are not followed. What may not be sent twice, and a
 * body that comes only once, has a connection of its own.
 */
export const passCalls = (settings: PassCallSettings): PassCalls => {
  const { baseUrl, proxies, connectTimeoutMs, silence, unread } = settings;
  const { origin, pathname } = new URL(baseUrl);
  const ways: Ways = {
    keptAlive: dispatcherFor(proxies, connectTimeoutMs, 'kept alive'),
    fresh: dispatcherFor(proxies, connectTimeoutMs, 'fresh'),
    origin,
    root: pathname === '/' ? '' : pathname,
    watch: watchdogs(silence),
    unread,
  };
  return {
    passCall: (call) => () =>
      new Promise((resolve) => {
        const isHeld = call.body === null || isInPieces(call.body);
        const dispatchFresh = (): void => dispatchOver(ways.fresh, { call, ways }, resolve);
        if (call.isOnce || !isHeld) return dispatchFresh();
        dispatchOver(ways.keptAlive, { call, ways }, (answered) =>
          mayBeLost(answered) && !call.signal.aborted ? dispatchFresh() : resolve(answered),
        );
      }),
    close: async () => {
      await Promise.all([ways.keptAlive.destroy(), ways.fresh.destroy()]);
    },
  };
};
