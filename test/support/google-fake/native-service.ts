import type { Test } from 'tap';
import { eventually } from '../serving.ts';
import { startService, type TestService } from '../service.ts';
import { googleFake, type Got, type GoogleFake } from './google-fake.ts';

/** The service in front of a Google whose keys have their own things. */
export type Native = TestService & {
  readonly google: GoogleFake;
  /** Asks with the password, as Google's clients send it. */
  readonly call: (path: string, init?: RequestInit) => Promise<Response>;
  /** Posts JSON, or bytes as they are. */
  readonly post: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Response>;
  /** What the fake was asked last. */
  readonly last: () => Got;
};

/** Two keys that nobody has. */
export const twoKeys: readonly string[] = ['AIza-made-up-key-a', 'AQ.made-up-key-b'];

/** One question. */
export const hello = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };

export const flash = '/v1beta/models/gemini-2.5-flash';

type Options = { readonly keys?: readonly string[]; readonly settings?: Readonly<Record<string, string>>; readonly google?: GoogleFake };

/** Starts both; they end with the test. */
export const native = async (t: Test, { keys = twoKeys, settings = {}, google: given }: Options = {}): Promise<Native> => {
  const google = given ?? (await googleFake(t));
  const service = await startService({
    GEMINI_BASE_URL: google.url,
    GEMINI_API_KEYS: keys.join(','),
    MAX_REQUESTS_PER_MINUTE: '0',
    MAX_REQUESTS_PER_DAY_PER_IP: '0',
    ...settings,
  });
  t.teardown(() => service.close());
  await eventually(() => service.log.some((line) => line.includes('Keys checked')));
  const call = (path: string, { headers, ...init }: RequestInit = {}): Promise<Response> => {
    const all = new Headers(headers);
    if (!all.has('x-goog-api-key') && !all.has('authorization')) all.set('x-goog-api-key', service.password);
    return fetch(`${service.url}${path}`, { ...init, headers: all });
  };
  return {
    ...service,
    google,
    call,
    post: (path, body, headers = {}) =>
      call(path, {
        method: 'POST',
        body: typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    last: () => {
      const got = google.asked().at(-1);
      if (got === undefined) throw new Error('nothing was asked');
      return got;
    },
  };
};

/** An error as Google's clients read it. */
export type ToldError = { readonly code: number; readonly message: string; readonly status: string; readonly details?: readonly Record<string, unknown>[] };

export const errorIn = async (response: Response): Promise<ToldError> => ((await response.json()) as { readonly error: ToldError }).error;
