import type { Dispatcher } from 'undici';
import { E, TE, pipe } from '../kernel/fp.ts';
import { caught, thrown, type ProxyError } from '../kernel/proxy-error.ts';
import type { Secret } from '../kernel/secret.ts';
import { failure } from '../gemini/failure.ts';
import { readModelPage } from '../gemini/frame.ts';
import type { Frame, GeminiModel } from '../gemini/response.ts';
import type { AskGemini, FetchModels, OpenGemini, UpstreamCall } from '../ports/capabilities.ts';
import { bodyValues } from './body-values.ts';
import { dispatcherFor, type ProxySettings } from './dispatcher.ts';
import { codeOf } from './error-code.ts';
import { geminiFrames } from './gemini-frames.ts';
import { untilAborted } from './until-aborted.ts';
import { withoutSecret } from './without-secret.ts';
import { watchdog, type Silence, type Watchdog } from './watchdog.ts';

export type GeminiClientSettings = {
  /** Origin and path before `/v1beta`, without a slash at the end. */
  readonly baseUrl: string;
  readonly proxies: ProxySettings;
  readonly connectTimeoutMs: number;
  readonly firstByteTimeoutMs: number;
  readonly idleTimeoutMs: number;
};

export type GeminiClient = {
  readonly openGemini: OpenGemini;
  readonly askGemini: AskGemini;
  readonly fetchModels: FetchModels;
  /** Asks for one model only: enough to tell whether the key works. */
  readonly probeKey: FetchModels;
  readonly close: () => Promise<void>;
};

const mostErrorBytes = 1024 * 1024;
const mostPages = 50;
const modelsTimeoutMs = 15_000;

/** A connection closed under our hands while it was idle: nothing was answered, so asking again on a fresh one is safe. */
const lostReuse: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** The code of an error, or of what caused it. */
const networkCode = (cause: unknown): string => {
  const code = codeOf(cause);
  if (code !== '') return code;
  return cause instanceof Error && cause.cause !== undefined ? networkCode(cause.cause) : 'unknown';
};

/** What a failed call says: why we ended it ourselves, what a generator threw, or what the network did. */
const errorOf = (cause: unknown, dog: Watchdog): ProxyError => {
  const bite = dog.bite();
  if (bite !== null) return bite;
  return cause instanceof Error && 'proxyError' in cause ? caught(cause) : { tag: 'Unreachable', reason: networkCode(cause) };
};

type Answer = Dispatcher.ResponseData;

const headersFor = (secret: Secret): Record<string, string> => ({
  'x-goog-api-key': secret.reveal(),
  'content-type': 'application/json',
  accept: '*/*',
  'accept-encoding': 'identity',
});

const ownFolder = /^(tunedModels|dynamic)\/(.+)$/s;

/** `tunedModels/x` and `dynamic/x` have their own folders; every other id lies under `models/`, odd ones included. */
const pathOf = (model: string, method: string): string => {
  const [, folder = 'models', id = model] = ownFolder.exec(model) ?? [];
  return `${folder}/${encodeURIComponent(Buffer.from(id).toString('utf8'))}:${method}`;
};

async function* fedBy(body: AsyncIterable<Buffer>, dog: Watchdog): AsyncGenerator<Buffer, void, undefined> {
  for await (const bytes of body) {
    dog.fed();
    yield bytes;
  }
}

const errorText = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const bytes of body) {
    pieces.push(bytes);
    size += bytes.length;
    if (size > mostErrorBytes) break;
  }
  return Buffer.concat(pieces).toString('utf8');
};

async function* frames(answer: Answer, { model, secret }: UpstreamCall, dog: Watchdog): AsyncGenerator<Frame, void, undefined> {
  try {
    yield* geminiFrames(bodyValues(fedBy(answer.body, dog)), model);
  } catch (cause) {
    throw thrown(withoutSecret(secret)(brokenOff(errorOf(cause, dog))));
  } finally {
    dog.stop();
    answer.body.destroy();
  }
}

/** A connection that breaks after the answer began is a cut, whatever the network calls it. */
const brokenOff = (error: ProxyError): ProxyError => (error.tag === 'Unreachable' ? { tag: 'StreamCut' } : error);

/** Never ends a body that was read to its end: its connection is used again. */
const refusal = async (answer: Answer, { model, secret }: Pick<UpstreamCall, 'model' | 'secret'>): Promise<ProxyError> =>
  withoutSecret(secret)(failure(answer.statusCode, await errorText(answer.body), model));

/** Calls to Gemini over kept-alive connections. The key travels in its header only; redirects are not followed. */
export const geminiClient = (settings: GeminiClientSettings): GeminiClient => {
  const { proxies, connectTimeoutMs } = settings;
  const dispatcher = dispatcherFor(proxies, connectTimeoutMs, 'kept alive');
  const fresh = dispatcherFor(proxies, connectTimeoutMs, 'fresh');
  const { origin, pathname } = new URL(settings.baseUrl);
  const root = `${pathname === '/' ? '' : pathname}/v1beta/`;
  const silence: Silence = { firstByteMs: settings.firstByteTimeoutMs, idleMs: settings.idleTimeoutMs };

  const once =
    (connections: Dispatcher) =>
    (path: string, secret: Secret, { body, signal }: { readonly body?: string; readonly signal: AbortSignal }): Promise<Answer> =>
      untilAborted(
        connections.request({
          origin,
          path: root + path,
          method: body === undefined ? 'GET' : 'POST',
          headers: headersFor(secret),
          body: body ?? null,
          signal,
        }),
        signal,
      );

  const request: ReturnType<typeof once> = async (path, secret, options) => {
    try {
      return await once(dispatcher)(path, secret, options);
    } catch (cause) {
      if (options.signal.aborted || !lostReuse.has(networkCode(cause))) throw cause;
      return once(fresh)(path, secret, options);
    }
  };

  const openGemini: OpenGemini = (call) => async () => {
    const dog = watchdog(silence, call.signal);
    try {
      const answer = await request(pathOf(call.model, call.streamed ? 'streamGenerateContent?alt=sse' : 'generateContent'), call.secret, { body: call.body, signal: dog.signal });
      if (answer.statusCode === 200) return E.right(frames(answer, call, dog));
      const error = await refusal(answer, call);
      dog.stop();
      return E.left(error);
    } catch (cause) {
      dog.stop();
      return E.left(errorOf(cause, dog));
    }
  };

  const askGemini: AskGemini = ({ model, method, body, secret, signal }) => async () => {
    const dog = watchdog(silence, signal);
    try {
      const answer = await request(pathOf(model, method), secret, { body, signal: dog.signal });
      if (answer.statusCode !== 200) return E.left(await refusal(answer, { model, secret }));
      return E.right(await answer.body.json());
    } catch (cause) {
      return E.left(cause instanceof SyntaxError ? { tag: 'BadAnswer', reason: 'an answer that is no JSON' } : errorOf(cause, dog));
    } finally {
      dog.stop();
    }
  };

  const page = async (query: string, secret: Secret, signal: AbortSignal): Promise<unknown> => {
    const dog = watchdog({ firstByteMs: modelsTimeoutMs, idleMs: modelsTimeoutMs }, signal);
    try {
      const answer = await request(`models?${query}`, secret, { signal: dog.signal });
      if (answer.statusCode !== 200) throw thrown(await refusal(answer, { model: '', secret }));
      return await answer.body.json();
    } catch (cause) {
      throw thrown(cause instanceof SyntaxError ? { tag: 'BadAnswer', reason: 'a model list that is no JSON' } : errorOf(cause, dog));
    } finally {
      dog.stop();
    }
  };

  const allPages = async (secret: Secret, signal: AbortSignal): Promise<readonly GeminiModel[]> => {
    const models: GeminiModel[] = [];
    let token: string | null = '';
    for (let count = 0; token !== null && count < mostPages; count += 1) {
      const read = readModelPage(await page(`pageSize=1000${token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`}`, secret, signal));
      if (read === null) throw thrown({ tag: 'BadAnswer', reason: 'no model list' });
      for (const model of read.models) models.push(model);
      token = read.next;
    }
    return models;
  };

  return {
    openGemini,
    askGemini,
    fetchModels: (secret, signal) => TE.tryCatch(() => allPages(secret, signal), caught),
    probeKey: (secret, signal) =>
      pipe(
        TE.tryCatch(() => page('pageSize=1', secret, signal), caught),
        TE.map((value) => readModelPage(value)?.models ?? []),
      ),
    close: async () => {
      await Promise.all([dispatcher.destroy(), fresh.destroy()]);
    },
  };
};
