import t from 'tap';
import { asked, chat, model, pollux, question, toldBy } from '../support/pollux.ts';
import { startService } from '../support/service.ts';
import { TE } from '../../src/kernel/fp.ts';
import { onFirstUse } from '../../src/compose/on-first-use.ts';
import type { Handler } from '../../src/http/route.ts';
import { json } from '../../src/ports/reply.ts';
import { serving } from '../support/serving.ts';

const page = 'text/html; charset=utf-8';

t.test('without a key the status page stands and chat names the setting to fill', async (t) => {
  const service = await startService({ GEMINI_API_KEYS: '', GEMINI_BASE_URL: 'http://127.0.0.1:9' });
  t.teardown(() => service.close());
  const shown = await fetch(`${service.url}/`);
  t.equal(shown.status, 200);
  t.equal(shown.headers.get('content-type'), page);
  t.match(await shown.text(), 'GEMINI_API_KEYS');
  for (const stream of [false, true]) {
    const refused = await chat(service, question('Hello', { stream }));
    t.equal(refused.status, 503, `stream: ${stream}`);
    t.match(refused.headers.get('content-type'), 'application/json');
    t.equal(refused.headers.get('x-should-retry'), 'false');
    t.match((await toldBy(refused)).error, { code: 'no_keys', message: /GEMINI_API_KEYS/ });
  }
  t.ok(service.log.some((line) => line.includes('No Gemini key is set')));
});

const chatPaths = ['/v1/chat/completions', '/chat/completions', '/v1/v1/chat/completions', '/v1/chat/completions/', '//v1//chat/completions', '/v1beta/openai/chat/completions', '/openai/v1/chat/completions', '/api/v1/chat/completions', '/v1/chat/completions/v1/chat/completions', '/v1/chat/completions/chat/completions', '/v1/chat/completions?api-version=1'];

t.test('the routes answer with /v1, without it, with it twice, and with slashes to spare', async (t) => {
  const { url, password } = await pollux(t);
  const headers = { authorization: `Bearer ${password}`, 'content-type': 'application/json' };
  for (const path of chatPaths) {
    const answered = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(question('Hello')) });
    t.equal(answered.status, 200, `POST ${path}`);
    t.match((await toldBy(answered)).choices[0]?.message.content, 'You wrote: “Hello”');
  }
  for (const path of ['/v1/models', '/models', '/v1/v1/models/', '/v1/models/gemini-2.5-flash', '/models/models/gemini-2.5-flash', '/v1/models/models%2Fgemini-2.5-flash', '/v1/models/gemini-2.5-flash/', '/v1beta/openai/models', '/openai/v1/models/gemini-2.5-flash', '/api/v1/models', '/v1/chat/completions/models']) {
    const listed = await fetch(`${url}${path}`, { headers });
    t.equal(listed.status, 200, `GET ${path}`);
    t.match(await listed.json(), path.includes('flash') ? { object: 'model', id: 'gemini-2.5-flash' } : { object: 'list' });
  }
  const wrong: readonly (readonly [method: string, path: string, status: number])[] = [
    ['POST', '/v1/chat', 404],
    ['POST', '/v2/chat/completions', 404],
    ['GET', '/v1/chat/completions', 405],
    ['DELETE', '/v1/models', 405],
  ];
  for (const [method, path, status] of wrong) {
    const refused = await fetch(`${url}${path}`, { method, headers });
    t.equal(refused.status, status, `${method} ${path}`);
    t.match((await toldBy(refused)).error.message, status === 404 ? /base address .* \/v1/ : /not allowed/);
  }
  for (const path of ['/v1/models', '/v1beta/openai/models/gemini-2.5-flash']) {
    t.equal((await fetch(`${url}${path}?key=${password}`)).status, 200, `${path} with the password as ?key=`);
    const wrongKey = await fetch(`${url}${path}?key=wrong`);
    t.same([wrongKey.status, wrongKey.headers.get('www-authenticate')], [401, 'Bearer realm="Pollux"']);
  }
  t.equal((await fetch(`${url}/v1/chat/completions?key=${password}`, { method: 'POST', body: '{}' })).status, 401, 'not for POST');
});

t.test('a page in a browser may ask: preflight without a password, CORS on answers, errors and streams', async (t) => {
  const { url, password } = await pollux(t);
  const origin = 'https://chat.example.com';
  const wanted = 'authorization,content-type,x-stainless-os,x-title';
  const preflight = await fetch(`${url}/v1/chat/completions`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': wanted },
  });
  t.equal(preflight.status, 204);
  t.equal(preflight.headers.get('access-control-allow-headers'), wanted);
  t.match(preflight.headers.get('access-control-allow-methods'), 'POST');
  const ask = (body: object, pass = password): Promise<Response> => chat({ url, password: pass }, body, { headers: { origin } });
  const answers = [preflight, await ask(question('Hello')), await ask(question('Hello', { stream: true })), await ask({}), await ask(question('Hello'), 'wrong')];
  t.same(answers.map(({ status }) => status), [204, 200, 200, 400, 401]);
  for (const answer of answers) {
    t.equal(answer.headers.get('access-control-allow-origin'), '*', `${answer.status}`);
    t.equal(answer.headers.get('access-control-allow-credentials'), null, 'never credentials beside *');
    await answer.body?.cancel();
  }
  t.match(answers[1]?.headers.get('access-control-expose-headers'), 'retry-after');
});

t.test('only the named pages may ask where CORS_ORIGINS names some', async (t) => {
  const { url, password } = await pollux(t, { settings: { CORS_ORIGINS: 'https://chat.example.com' } });
  for (const [origin, allowed] of [['https://chat.example.com', 'https://chat.example.com'], ['https://evil.example.com', null]] as const) {
    const answer = await fetch(`${url}/v1/models`, { headers: { origin, authorization: `Bearer ${password}` } });
    t.equal(answer.headers.get('access-control-allow-origin'), allowed, origin);
    t.match(answer.headers.get('vary'), 'origin');
    t.equal(answer.headers.get('access-control-allow-credentials'), null);
    await answer.body?.cancel();
  }
});

t.test('/healthz asks nobody: no password, no key, no Gemini, and no limit', async (t) => {
  const { url, emulator } = await pollux(t, { settings: { MAX_REQUESTS_PER_MINUTE: '1' } });
  await emulator.arrived(2);
  const before = emulator.requests.length;
  for (let count = 0; count < 5; count += 1) {
    const health = await fetch(`${url}/healthz`);
    t.equal(health.status, 200);
    t.same(await health.json(), { status: 'ok' });
  }
  const head = await fetch(`${url}/healthz`, { method: 'HEAD' });
  t.equal(head.status, 200);
  t.equal(emulator.requests.length, before);
  t.equal(asked(emulator).length, 0);
});

t.test('the status line of an error tells its first sentence, and nothing of the request', async (t) => {
  const { url, password } = await pollux(t);
  const mark = 'marked-by-the-caller';
  const post = (body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json', ...headers }, body });
  const text = (content: unknown, over: object = {}): string => JSON.stringify({ model, messages: [{ role: 'user', content }], ...over });
  const refusals: readonly (readonly [sent: Promise<Response>, status: number, reason: RegExp])[] = [
    [fetch(`${url}/${mark}`), 404, /^Unknown request URL/],
    [fetch(`${url}/v1/models/${mark}`, { headers: { authorization: `Bearer ${password}` } }), 404, /^Unknown model/],
    [post(text('a'), { authorization: `Bearer ${mark}` }), 401, /^Incorrect API key/],
    [post(`{"${mark}`), 400, /./],
    [post(text('a', { model: `${mark} ${mark}` })), 404, /^Unknown model/],
    [post(text([{ type: mark }])), 400, /messages/],
    [post(text([{ type: 'image_url', image_url: { url: `${mark}://${mark}` } }])), 400, /messages/],
    [post(text('a', { stop: Array.from({ length: 9 }, () => mark) })), 400, /stop/],
    [post(text('a', { tools: [{ type: mark }] })), 400, /tools/],
    [post(text('a', { tools: [{ type: 'function', function: { name: 'a' } }], tool_choice: { type: 'function', function: { name: mark } } })), 400, /tool_choice/],
    [post('x', { 'content-type': `text/${mark}` }), 415, /./],
  ];
  for (const [sent, status, reason] of refusals) {
    const answer = await sent;
    t.equal(answer.status, status, `${reason.source}: ${answer.statusText}`);
    t.match(answer.statusText, reason);
    t.notMatch(answer.statusText, mark);
    t.match(answer.statusText, /^[\x20-\x7e]{1,120}$/);
    await answer.body?.cancel();
  }
  t.equal((await fetch(`${url}/healthz`)).statusText, 'OK');
});

t.test('a handler is loaded by the first request for it, once for all, and anew when that failed', async (t) => {
  let [loads, files] = [0, 0];
  const handle: Handler = () => TE.right(json(200, 'here'));
  const load = async (): Promise<Handler> => {
    loads += 1;
    if (files === 0) throw new Error('no file could be opened');
    return handle;
  };
  const { origin } = await serving(t, [{ method: 'GET', pattern: '/models', handle: onFirstUse(load) }]);
  const ask = async (): Promise<number> => (await fetch(`${origin}/v1/models`)).status;
  t.equal(loads, 0, 'nothing at start');
  t.same([await ask(), loads], [500, 1]);
  files = 1;
  t.same([await Promise.all([ask(), ask(), ask()]), loads], [[200, 200, 200], 2], 'three at once load it once');
  t.same([await ask(), loads], [200, 2]);
});

const sound = Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(4), Buffer.from('WAVEfmt '), Buffer.alloc(60)]);

const form = (fields: Readonly<Record<string, string | Buffer>>): FormData => {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') made.append(name, value);
    else made.append(name, new Blob([new Uint8Array(value)]), 'a.wav');
  }
  return made;
};

/** An endpoint, what it is asked whole and streamed, and what it calls the prompt and the functions. */
type Endpoint = { readonly path: string; readonly bodies: readonly (object | FormData)[]; readonly prompt: string; readonly tools: 'tools' | null };

const alsoStreamed = (body: object, streams: object): readonly object[] => [body, { ...body, ...streams }];

const endpoints: readonly Endpoint[] = [
  { path: 'chat/completions', bodies: alsoStreamed(question('Hello'), { stream: true }), prompt: 'messages', tools: 'tools' },
  { path: 'responses', bodies: alsoStreamed({ model, input: 'Hello' }, { stream: true }), prompt: 'input', tools: 'tools' },
  { path: 'completions', bodies: alsoStreamed({ model, prompt: 'Hello' }, { stream: true }), prompt: 'prompt', tools: null },
  { path: 'images/generations', bodies: alsoStreamed({ model: 'gemini-3.1-flash-image', prompt: 'a cat' }, { stream: true }), prompt: 'prompt', tools: null },
  { path: 'audio/speech', bodies: alsoStreamed({ model: 'gemini-2.5-flash-preview-tts', input: 'Hello', voice: 'alloy' }, { stream_format: 'sse' }), prompt: 'input', tools: null },
  { path: 'audio/transcriptions', bodies: [form({ model, file: sound }), form({ model, file: sound, stream: 'true' })], prompt: 'file', tools: null },
];

t.test('a refusal of Gemini names the field as the endpoint calls it, and none that it has not, whole and streamed', async (t) => {
  const { emulator, url, password } = await pollux(t);
  const told = async (path: string, body: object): Promise<object> => {
    const isForm = body instanceof FormData;
    const headers = { authorization: `Bearer ${password}`, ...(isForm ? {} : { 'content-type': 'application/json' }) };
    return (await toldBy(await fetch(`${url}/v1/${path}`, { method: 'POST', headers, body: isForm ? body : JSON.stringify(body) }))).error;
  };
  const refusing = (message: string): void => emulator.answerWith({ status: 400, body: JSON.stringify({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }) });
  for (const { path, bodies, prompt, tools } of endpoints) {
    for (const body of bodies) {
      refusing('The input token count (40000) exceeds the maximum number of tokens allowed (32768).');
      t.match(await told(path, body), { code: 'context_length_exceeded', param: prompt }, path);
      refusing('Function calling is not enabled for models/x');
      t.match(await told(path, body), { param: tools }, path);
    }
  }
});
