import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { Secret } from '../../kernel/secret.ts';
import type { CallBody } from '../../gemini/call-body.ts';
import { errorFromAnswer } from '../../gemini/error-from-answer.ts';
import { retryAfterIn, withToldWait } from '../../gemini/retry-after.ts';
import { errorText } from './answer-body.ts';
import { dispatchCall, type Answer, type Connections, type Settle } from './dispatch-call.ts';
import { dispatcherFor, type ProxySettings } from './dispatcher.ts';
import { perText } from '../../kernel/remember.ts';
import { codeOf } from '../error-code.ts';
import { inSlices, sliceBytes } from './in-slices.ts';
import { now } from '../system.ts';
import type { Watchdog } from '../watchdog.ts';
import { withoutSecret } from './without-secret.ts';

/** Where Gemini is, and the way to it. */
export type GeminiRequestSettings = {
  /** Origin and path before `/v1beta`, without a slash at the end. */
  readonly baseUrl: string;
  readonly proxies: ProxySettings;
  readonly connectTimeoutMs: number;
};

/** A call to make: a POST when it has a body. */
export type Call = {
  readonly path: string;
  readonly secret: Secret;
  readonly body?: CallBody;
  /** Ends the call where it bites. */
  readonly dog: Pick<Watchdog, 'onBite' | 'bite'>;
};

/** Makes calls; the path is what follows `/v1beta/`. */
export type GeminiRequests = {
  /** Tells what becomes of a call in the tick in which it is known: an answer once, or why there is none. */
  readonly ask: (call: Call, settle: Settle) => void;
  readonly request: (call: Call) => Promise<Answer>;
  readonly close: () => Promise<void>;
};

/**
 * A connection closed under our hands while it was idle: nothing was answered, so asking again on a fresh one is safe.
 */
const lostReuse: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Node's or undici's code of an error, or of what caused it; `unknown` where there is none. */
export const networkCode = (cause: unknown): string => {
  const code = codeOf(cause);
  if (code !== '') return code;
  return cause instanceof Error && cause.cause !== undefined ? networkCode(cause.cause) : 'unknown';
};

type Sent = {
  /** Pieces in turn where it is long. */
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | null;
  /** Names and values in turn. */
  readonly headers: string[];
};

/** The body for one try. */
const sentOf = (body: CallBody | undefined): Sent => {
  if (body === undefined || typeof body === 'string') return { body: body ?? null, headers: [] };
  const [only] = body;
  if (only !== undefined && body.length === 1 && only.length <= sliceBytes) return { body: only, headers: [] };
  const length = body.reduce((sum, piece) => sum + piece.length, 0);
  return { body: inSlices(body), headers: ['content-length', String(length)] };
};

const headersFor = (secret: Secret): string[] => [
  'x-goog-api-key',
  secret.reveal(),
  'content-type',
  'application/json',
  'accept',
  '*/*',
  'accept-encoding',
  'identity',
];

/** Reads why a call was refused. Never ends a body that was read to its end: its connection is used again. */
export const answerError = async (answer: Answer, model: string, secret: Secret): Promise<ProxyError> => {
  const error = errorFromAnswer(answer.statusCode, await errorText(answer.body.pieces()), model);
  return withoutSecret(secret)(withToldWait(error, retryAfterIn(answer.retryAfter, now())));
};

/** Calls over kept-alive connections. The key travels in its header only; redirects are not followed. */
export const geminiRequests = ({ baseUrl, proxies, connectTimeoutMs }: GeminiRequestSettings): GeminiRequests => {
  const keptAlive = dispatcherFor(proxies, connectTimeoutMs, 'kept alive');
  const fresh = dispatcherFor(proxies, connectTimeoutMs, 'fresh');
  const { origin, pathname } = new URL(baseUrl);
  const root = `${pathname === '/' ? '' : pathname}/v1beta/`;
  // Known texts: undici looks through a text that was just put together letter by letter.
  const pathOf = perText((path) => root + path);

  const callOver = (connections: Connections, { path, secret, body: given, dog }: Call, settle: Settle): void => {
    const { body, headers } = sentOf(given);
    const method = given === undefined ? 'GET' : 'POST';
    const all = [...headersFor(secret), ...headers];
    dispatchCall(connections, { origin, path: pathOf(path), method, headers: all, body }, { dog, settle });
  };

  const ask = (call: Call, { resolve, reject }: Settle): void => {
    const rejectOrRepeat = (cause: unknown): void => {
      if (call.dog.bite() !== null || !lostReuse.has(networkCode(cause))) reject(cause);
      else callOver(fresh, call, { resolve, reject });
    };
    callOver(keptAlive, call, { resolve, reject: rejectOrRepeat });
  };

  return {
    ask,
    request: (call) => new Promise((resolve, reject) => ask(call, { resolve, reject })),
    close: async () => {
      await Promise.all([keptAlive.destroy(), fresh.destroy()]);
    },
  };
};
