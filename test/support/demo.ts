// The service in front of an emulated Gemini, for people: `npm run demo`. With --stay, or on a terminal, it waits for
// clients until Ctrl-C.
import { once } from 'node:events';
import process from 'node:process';
import { startGeminiEmulator } from './gemini-emulator/start-gemini-emulator.ts';
import { contentOf, type Told } from './pollux.ts';
import { startService, type TestService } from './service.ts';

const model = 'gemini-3.5-flash';
const imageModel = 'gemini-3.1-flash-image';
const password = 'demo';
const wholeFrames = /^[\s\S]*\n\n/;

const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

const ask = ({ url }: TestService, path: string, body?: object): Promise<Response> =>
  fetch(`${url}/v1/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/** Prints the answer's text as it comes. */
const printStream = async (response: Response): Promise<void> => {
  const decoder = new TextDecoder();
  let waiting = '';
  for await (const piece of response.body ?? []) {
    waiting += decoder.decode(piece, { stream: true });
    const [whole = ''] = wholeFrames.exec(waiting) ?? [];
    process.stdout.write(contentOf(whole));
    waiting = waiting.slice(whole.length);
  }
  say();
};

const listed = async (response: Response): Promise<number> => ((await response.json()) as { readonly data: readonly object[] }).data.length;

const show = async (service: TestService): Promise<void> => {
  const content = 'Hello! Who are you?';
  say(`You, to ${model}: ${content}`);
  say();
  await printStream(await ask(service, 'chat/completions', { model, stream: true, messages: [{ role: 'user', content }] }));
  say();
  say(`GET /v1/models lists ${await listed(await ask(service, 'models'))} models.`);
};

/** A picture from the request to the address that shows it. */
const showPicture = async (service: TestService): Promise<void> => {
  const content = 'Draw a red square.';
  say();
  say(`You, to ${imageModel}: ${content}`);
  const answer = (await (await ask(service, 'chat/completions', { model: imageModel, messages: [{ role: 'user', content }] })).json()) as Told;
  const text = answer.choices[0]?.message.content ?? '';
  say(text);
  const [, address = ''] = /!\[\]\(([^)]+)\)/.exec(text) ?? [];
  const picture = await fetch(address);
  const { byteLength } = await picture.arrayBuffer();
  say(`GET ${new URL(address).pathname} answers ${picture.status}, ${picture.headers.get('content-type')}, ${byteLength} bytes.`);
};

const stay = async ({ url }: TestService): Promise<void> => {
  say();
  say('To try it with a client:');
  say(`  base URL  ${url}/v1`);
  say(`  API key   ${password}`);
  say(`  model     ${model}`);
  say(`The status page is ${url}/ – Ctrl-C ends the demo.`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
};

const demo = async (): Promise<void> => {
  const emulator = await startGeminiEmulator({ frameDelayMs: 40 });
  const service = await startService({ PASSWORD: password, GEMINI_BASE_URL: emulator.url, GEMINI_API_KEYS: 'made-up-key-one,made-up-key-two' });
  try {
    say('Pollux in front of an emulated Gemini on this machine. The answers are canned: no key and no network is used.');
    say();
    await show(service);
    await showPicture(service);
    if (process.stdout.isTTY || process.argv.includes('--stay')) await stay(service);
  } finally {
    await service.close();
    await emulator.close();
  }
};

await demo();
