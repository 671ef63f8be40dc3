import type { Test } from 'tap';
import type { EmulatorOptions, GeminiEmulator } from './gemini-emulator/emulator.ts';
import type { SeenRequest } from './gemini-emulator/seen-requests.ts';
import { startGeminiEmulator } from './gemini-emulator/start-gemini-emulator.ts';
import { checkUpstream, throwSchemaFaults } from './schema-watch.ts';
import { eventually } from './serving.ts';
import { startService, type TestService } from './service.ts';

/** The service in front of an emulated Gemini. */
export type Pollux = TestService & { readonly emulator: GeminiEmulator };

export type PolluxOptions = {
  readonly keys?: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
  readonly emulator?: EmulatorOptions;
};

/** Keys that nobody has. */
export const madeUpKeys: readonly string[] = ['made-up-key-one', 'made-up-key-two', 'made-up-key-three'];

/** The settings that put the service in front of this emulator, with these keys and without limits. */
export const settingsFor = (emulator: GeminiEmulator, keys: readonly string[]): Readonly<Record<string, string>> => ({
  GEMINI_BASE_URL: emulator.url,
  GEMINI_API_KEYS: keys.join(','),
  MAX_REQUESTS_PER_MINUTE: '0',
  MAX_REQUESTS_PER_DAY_PER_IP: '0',
});

/** An emulator that is closed with the test; all that it was sent is then checked against Google's schema. */
export const emulated = async (t: Test, options: EmulatorOptions = {}): Promise<GeminiEmulator> => {
  const emulator = await startGeminiEmulator(options);
  t.teardown(async () => {
    for (const { path, body } of emulator.requests) checkUpstream(path, body);
    await emulator.close();
    throwSchemaFaults();
  });
  return emulator;
};

/**
 * Starts an emulator and the service, without limits and with one key unless told; both end with the test. The check
 * of the keys at the start is over, so that it can't undo what a test teaches.
 */
export const pollux = async (t: Test, { keys = madeUpKeys.slice(0, 1), settings = {}, emulator: options = {} }: PolluxOptions = {}): Promise<Pollux> => {
  const emulator = await emulated(t, options);
  const service = await startService({ ...settingsFor(emulator, keys), ...settings });
  t.teardown(() => service.close());
  await eventually(() => service.log.some((line) => line.includes('Keys checked')));
  return { ...service, emulator };
};

/** The model asked unless a test says so. */
export const model = 'gemini-2.5-flash';

/** A chat request with one question. */
export const question = (text: string, over: object = {}): object => ({ model, messages: [{ role: 'user', content: text }], ...over });

type Asking = { readonly headers?: Readonly<Record<string, string>>; readonly signal?: AbortSignal };

/** Asks for a chat answer with the password. */
export const chat = ({ url, password }: Pick<TestService, 'url' | 'password'>, body: object, { headers = {}, signal }: Asking = {}): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });

/** What the emulator was asked for answers, in order; probes of keys and model lists left out. */
export const asked = ({ requests }: GeminiEmulator): readonly SeenRequest[] => requests.filter(({ method }) => method === 'POST');

/** The parts of an answer that tests look at. */
export type Told = {
  readonly choices: readonly { readonly message: { readonly content: string | null }; readonly finish_reason: string }[];
  readonly error: { readonly message: string; readonly type: string; readonly param: string | null; readonly code: string | null };
};

/** The JSON of an answer. */
export const toldBy = async (response: Response): Promise<Told> => (await response.json()) as Told;

/** The data of the frames in a stream's text, comments left out. */
export const dataOf = (text: string): readonly string[] =>
  text.split('\n\n').flatMap((frame) => (frame.startsWith('data: ') ? [frame.slice(6)] : []));

/** The answer's text in a stream's text. */
export const contentOf = (text: string): string =>
  dataOf(text)
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data) as { readonly choices?: readonly { readonly delta: { readonly content?: string } }[] })
    .map(({ choices }) => choices?.[0]?.delta.content ?? '')
    .join('');

/** Reads a stream piece by piece: until it holds a text, and to its end. Both give all that has come. */
export type StreamReader = { readonly until: (text: string) => Promise<string>; readonly rest: () => Promise<string> };

/** Begins to read a response. */
export const reading = (response: Response): StreamReader => {
  const pieces = response.body?.values();
  const decoder = new TextDecoder();
  let got = '';
  const readWhile = async (goesOn: () => boolean): Promise<string> => {
    while (goesOn()) {
      const next = await pieces?.next();
      if (next?.done !== false) break;
      got += decoder.decode(next.value, { stream: true });
    }
    return got;
  };
  return { until: (text) => readWhile(() => !got.includes(text)), rest: () => readWhile(() => true) };
};

/** A promise, and what resolves it. */
export const gate = (): { readonly until: Promise<void>; readonly open: () => void } => {
  let open = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { until, open: () => open() };
};

/** One text of an answer as Gemini frames it. */
export const frame = (text: string, finishReason?: string): object => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, ...(finishReason === undefined ? {} : { finishReason }), index: 0 }],
});
