import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { tinyPng } from '../support/gemini-emulator/canned-media.ts';
import { asked, chat, contentOf, dataOf, emulated, madeUpKeys, pollux, question, settingsFor, toldBy, type Pollux } from '../support/pollux.ts';
import { startService } from '../support/service.ts';
import { webServer } from '../support/web-server.ts';

type Body = { readonly contents: readonly { readonly role: string; readonly parts: readonly object[] }[]; readonly systemInstruction?: object };

const imageModel = 'gemini-3-pro-image';
const drawing = { model: imageModel, messages: [{ role: 'user', content: 'Draw a red square.' }] };
const address = /!\[\]\(([^)]+)\)/;

const folderFor = async (t: Test): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'pollux-settings-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
};

const lastBody = ({ emulator }: Pollux): Body => asked(emulator).at(-1)?.body as Body;

const content = async (service: Pollux, body: object): Promise<string> => (await toldBy(await chat(service, body))).choices[0]?.message.content ?? '';

const drawn = async (service: Pollux): Promise<string> => address.exec(await content(service, drawing))?.[1] ?? '';

const get = ({ url, password }: Pollux, path: string): Promise<Response> => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${password}` } });

t.test('EXTRA_MODELS and MODEL_ALIASES are listed, and an alias asks for its model', async (t) => {
  const service = await pollux(t, { settings: { EXTRA_MODELS: 'mine,gemini-2.5-flash', MODEL_ALIASES: 'gpt-4o=gemini-2.5-flash,fast=gemini-3.5-flash-nothinking' } });
  const { data } = (await (await get(service, '/v1/models')).json()) as { readonly data: readonly { readonly id: string }[] };
  for (const id of ['mine', 'gpt-4o', 'fast', 'gemini-2.5-flash']) t.equal(data.filter((model) => model.id === id).length, 1, id);
  t.match(await (await chat(service, question('Hello', { model: 'gpt-4o' }))).json(), { model: 'gpt-4o' });
  t.equal(asked(service.emulator).at(-1)?.model, 'gemini-2.5-flash');
  await chat(service, question('Hello', { model: 'fast' }));
  t.match(asked(service.emulator).at(-1), { model: 'gemini-3.5-flash', body: { generationConfig: { thinkingConfig: { thinkingLevel: 'MINIMAL' } } } });
});

t.test('SYSTEM_PROMPT_MODE says which system messages stay in place', async (t) => {
  const messages = [{ role: 'system', content: 'one' }, { role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }, { role: 'system', content: 'two' }];
  const inPlace = (first: readonly object[]) => [['user', first], ['model', [{ text: 'b' }]], ['user', [{ text: 'two' }]]];
  const cases = [
    [{}, { parts: [{ text: 'one' }] }, inPlace([{ text: 'a' }])],
    [{ SYSTEM_PROMPT_MODE: 'instruction' }, { parts: [{ text: 'one' }, { text: 'two' }] }, null],
    [{ SYSTEM_PROMPT_MODE: 'user' }, undefined, inPlace([{ text: 'one' }, { text: 'a' }])],
  ] as const;
  for (const [settings, instruction, turns] of cases) {
    const service = await pollux(t, { settings });
    t.equal((await chat(service, question('', { messages }))).status, 200);
    const { contents, systemInstruction } = lastBody(service);
    t.same(systemInstruction, instruction);
    if (turns !== null) t.same(contents.map(({ role, parts }) => [role, parts]), turns);
  }
});

t.test('KEY_STRATEGY=sticky keeps a conversation on one key, round-robin does not', async (t) => {
  for (const [strategy, keys] of [['sticky', 1], ['round-robin', 3]] as const) {
    const service = await pollux(t, { keys: madeUpKeys, settings: { KEY_STRATEGY: strategy } });
    for (let count = 0; count < 6; count += 1) await (await chat(service, question('Hello'))).text();
    t.equal(new Set(asked(service.emulator).map(({ key }) => key)).size, keys, strategy);
  }
});

t.test('HISTORY_IMAGE_SUBMIT_TYPE says which pictures go back', async (t) => {
  const picture = (side: number): string => tinyPng(side, side, [1, 2, 3]).toString('base64');
  const answer = (side: number): object => ({ role: 'assistant', content: `before ![](data:image/png;base64,${picture(side)}) after` });
  const user = { role: 'user', content: 'go on' };
  for (const [which, sides] of [['last', [2]], ['all', [1, 2]]] as const) {
    const service = await pollux(t, { settings: { HISTORY_IMAGE_SUBMIT_TYPE: which } });
    await chat(service, { model: imageModel, messages: [user, answer(1), user, answer(2), user, { role: 'assistant', content: 'no picture' }, user] });
    const parts = lastBody(service).contents.flatMap((turn) => turn.parts) as readonly { readonly text?: string; readonly inlineData?: { readonly data: string } }[];
    t.same(parts.flatMap(({ inlineData }) => inlineData?.data ?? []), sides.map(picture), which);
    t.equal(parts.filter(({ text }) => text === '[image]').length, 2, 'each of them is told in words');
  }
});

t.test('IMAGE_STORAGE_DIR is where pictures are written, and served from', async (t) => {
  const folder = await folderFor(t);
  const service = await pollux(t, { settings: { IMAGE_STORAGE_DIR: join(folder, 'a', 'b') } });
  const url = await drawn(service);
  t.ok((await readdir(join(folder, 'a', 'b'))).includes(new URL(url).pathname.slice('/images/'.length)));
  t.equal((await fetch(url)).status, 200);
});

t.test('IMAGE_LINK_TTL signs links and lets them end, and history knows them all the same', async (t) => {
  const service = await pollux(t, { settings: { IMAGE_LINK_TTL: '60' } });
  const url = await drawn(service);
  const shown = await fetch(url);
  t.match([shown.status, shown.headers.get('cache-control')], [200, /^private, max-age=(?:60|59)/]);
  t.equal((await fetch(url.replace(/\?.*/, ''))).status, 404, 'without its signature');
  t.equal((await fetch(url.replace(/expires=\d+/, 'expires=9999999999'))).status, 404, 'with another end');
  const messages = [{ role: 'user', content: 'a' }, { role: 'assistant', content: `![](${url.replace(/expires=\d+/, 'expires=1')})` }, { role: 'user', content: 'b' }];
  await chat(service, { model: imageModel, messages });
  t.match(lastBody(service).contents[1]?.parts, [{ text: '[image]' }, { inlineData: { mimeType: 'image/png' } }]);
});

t.test('MEMORY_MAX_IMAGE_NUMBER bounds what memory holds', async (t) => {
  const service = await pollux(t, { settings: { IMAGE_STORAGE_TYPE: 'memory', MEMORY_MAX_IMAGE_NUMBER: '2' } });
  const urls = [await drawn(service), await drawn(service), await drawn(service)];
  t.same(await Promise.all(urls.map(async (url) => (await fetch(url)).status)), [404, 200, 200]);
});

t.test('IMAGE_REPLY_FORMAT has its form in streams and whole answers, and a request may ask for another', async (t) => {
  const forms = {
    markdown: { text: /!\[\]\(http:[^)]+\/images\//, images: 0 },
    images: { text: /^(?!.*!\[)/s, images: 1 },
    'data-url': { text: /!\[\]\(data:image\/png;base64,/, images: 0 },
  };
  type Shown = { readonly content?: string | null; readonly images?: readonly object[] };
  const imagesIn = (shown: readonly Shown[]): readonly object[] => shown.flatMap(({ images = [] }) => images);
  for (const [format, { text, images }] of Object.entries(forms)) {
    const service = await pollux(t, { settings: { IMAGE_REPLY_FORMAT: format } });
    const streamed = await (await chat(service, { ...drawing, stream: true })).text();
    const deltas = dataOf(streamed).flatMap((data) => (data === '[DONE]' ? [] : (JSON.parse(data) as { readonly choices: readonly { readonly delta: Shown }[] }).choices.map(({ delta }) => delta)));
    const { message } = (await toldBy(await chat(service, drawing))).choices[0] ?? { message: { content: null } };
    for (const [form, written, shown] of [['streamed', contentOf(streamed), deltas], ['whole', message.content ?? '', [message]]] as const) {
      t.match(written, text, `${format}, ${form}`);
      t.equal(imagesIn(shown).length, images, `${format}, ${form}`);
    }
    t.match(await content(service, { ...drawing, model: `${imageModel}:markdown` }), forms.markdown.text, 'a suffix wins');
  }
});

t.test('SPACE_ID and SPACE_HOST make it feel at home on Hugging Face', async (t) => {
  const service = await pollux(t, { settings: { SPACE_ID: 'me/space', SPACE_HOST: 'me-space.hf.space', MAX_REQUESTS_PER_DAY_PER_IP: '1' } });
  const from = (chain: string): Promise<Response> =>
    chat(service, drawing, { headers: { 'x-forwarded-for': chain, 'x-hf-authorization': 'Bearer hf_made-up-token' } });
  t.match((await toldBy(await from('198.51.100.1'))).choices[0]?.message.content, /!\[\]\(https:\/\/me-space\.hf\.space\/images\//);
  t.equal((await from('203.0.113.1, 198.51.100.1')).status, 429, 'one hop is trusted');
  t.equal((await from('198.51.100.2')).status, 200);
  t.notMatch(JSON.stringify([service.emulator.requests.map(({ headers }) => headers), service.log]), /hf_made-up-token/);
  t.match((await fetch(service.url)).headers.get('content-security-policy'), /frame-ancestors https:\/\/huggingface\.co;/);
});

t.test('VERSION is shown, and DEBUG tells more', async (t) => {
  const service = await pollux(t, { settings: { VERSION: '9.9-mine', DEBUG: 'true', LOG_LEVEL: '' } });
  t.match(await (await fetch(service.url)).text(), '9.9-mine');
  t.ok(service.log.some((line) => line.includes('"level":"debug"')));
  const emulator = await emulated(t);
  const quiet = await startService({ ...settingsFor(emulator, madeUpKeys), LOG_LEVEL: '' });
  t.teardown(() => quiet.close());
  await (await chat(quiet, question('Hello'))).text();
  t.notOk(quiet.log.some((line) => line.includes('"level":"debug"')));
});

t.test('PROXY_URL is another name for the address of Gemini, and HTTP_PROXY the way there', async (t) => {
  const emulator = await emulated(t);
  const service = await startService({ ...settingsFor(emulator, madeUpKeys), GEMINI_BASE_URL: '', PROXY_URL: emulator.url });
  t.teardown(() => service.close());
  t.equal((await chat(service, question('Hello'))).status, 200);
  const proxy = await webServer(t, (_request, response) => response.writeHead(403).end());
  const behind = await startService({ ...settingsFor(emulator, madeUpKeys), HTTP_PROXY: proxy.url });
  t.teardown(() => behind.close());
  t.equal((await chat(behind, question('Hello'))).status, 502);
  t.ok(proxy.connections() > 0);
});

t.test('the time limits of the way to Gemini hold', async (t) => {
  const first = await pollux(t, { settings: { UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '100' } });
  first.emulator.fault('stall-before-head', { times: 9 });
  const late = await chat(first, question('Hello'));
  t.match([late.status, (await toldBy(late)).error.code], [504, 'upstream_timeout']);
  const idle = await pollux(t, { settings: { UPSTREAM_IDLE_TIMEOUT_MS: '100' } });
  idle.emulator.fault('stall-mid-stream', { afterFrames: 3 });
  const cut = await (await chat(idle, question('Hello', { stream: true }))).text();
  t.match(dataOf(cut).at(-1), /"code":"upstream_timeout"/);
});

t.test('the limits of bodies hold', async (t) => {
  const service = await pollux(t, { settings: { MAX_BODY_MB: '1', MAX_INFLIGHT_BODY_MB: '1', REQUEST_TIMEOUT_MS: '100' } });
  t.equal((await chat(service, question('x'.repeat(1_100_000)))).status, 413);
  const headers = { authorization: `Bearer ${service.password}`, 'content-type': 'application/json' };
  const slow = new ReadableStream({ start: (sender) => sender.enqueue(Buffer.from('{')) });
  t.equal((await fetch(`${service.url}/v1/chat/completions`, { method: 'POST', headers, body: slow, duplex: 'half' } as RequestInit)).status, 408);
});

t.test('the limits of pictures by web address hold', async (t) => {
  const png = Buffer.concat([tinyPng(2, 2, [1, 2, 3]), Buffer.alloc(1_100_000)]);
  const { url } = await webServer(t, (request, response) => (request.url === '/silent' ? undefined : response.end(png)));
  const ask = (path: string): object => ({ model: imageModel, messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: `${url}${path}` } }] }] });
  const service = await pollux(t, { settings: { ALLOW_PRIVATE_IMAGE_URLS: 'true', IMAGE_FETCH_MAX_MB: '1', IMAGE_FETCH_TIMEOUT_MS: '100' } });
  for (const path of ['/large', '/silent']) {
    const refused = await chat(service, ask(path));
    t.match([refused.status, (await toldBy(refused)).error.param], [400, 'messages.0.content.0.image_url.url'], path);
  }
});
