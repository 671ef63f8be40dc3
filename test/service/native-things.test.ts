import t, { type Test } from 'tap';
import { headerOf } from '../support/google-fake/google-fake.ts';
import { errorIn, flash, hello, native, twoKeys, type Native } from '../support/google-fake/native-service.ts';
import { startServiceProcess, temporaryFolder } from '../support/service-process.ts';
import { googleFake } from '../support/google-fake/google-fake.ts';

const [keyA = '', keyB = ''] = twoKeys;
const threeKeys = [...twoKeys, 'AIza-made-up-key-c'];

type File = { readonly name: string; readonly uri: string };

const startHeaders = { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start', 'x-goog-upload-header-content-length': '5', 'x-goog-upload-header-content-type': 'text/plain' };

/** The address of an upload that has begun. */
const begin = async ({ post }: Pick<Native, 'post'>, { path = '/upload/v1beta/files', headers = {}, file = {} } = {}): Promise<string> => {
  const answer = await post(path, { file }, { ...startHeaders, ...headers });
  return answer.headers.get('x-goog-upload-url') ?? '';
};

/** Sends bytes without any password, as the book says. */
const send = (address: string, bytes: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(address, { method: 'POST', body: bytes, headers: { 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '0', ...headers } });

const upload = async (service: Pick<Native, 'post'>, bytes = 'bytes'): Promise<File> => ((await (await send(await begin(service), bytes)).json()) as { readonly file: File }).file;

/** Makes a file with this key, past the service. */
const putFile = ({ google }: Pick<Native, 'google'>, key: string, id: string): string => {
  google.shelfOf(key).set(`files/${id}`, { name: `files/${id}`, uri: `https://generativelanguage.googleapis.com/v1beta/files/${id}`, state: 'ACTIVE' });
  return `files/${id}`;
};

const withFile = (uri: string): object => ({ contents: [{ parts: [{ fileData: { fileUri: uri, mimeType: 'text/plain' } }, { text: 'What is it?' }] }] });

t.test('an upload goes to an address of ours, whose id is the permit, and its bytes where it was begun', async (t) => {
  const service = await native(t);
  const address = await begin(service);
  const { google, url, password } = service;
  t.match(address, new RegExp(`^${url}/upload/v1beta/files\\?upload_id=[A-Za-z0-9]{24}&upload_protocol=resumable$`));
  t.notOk([password, ...twoKeys, google.url].some((text) => address.includes(text)));
  const begunBy = google.asked().at(-1)?.key;
  const first = await fetch(address, { method: 'PUT', body: 'by', headers: { 'x-goog-upload-command': 'upload', 'x-goog-upload-offset': '0' } });
  t.equal(first.headers.get('x-goog-upload-status'), 'active');
  const asked = await fetch(address, { method: 'POST', headers: { 'x-goog-upload-command': 'query' } });
  t.equal(asked.headers.get('x-goog-upload-size-received'), '2');
  const last = await send(`${address}&key=wrong&host=elsewhere.example&upload_url=https://elsewhere.example`, 'tes', { 'x-goog-upload-offset': '2', 'x-forwarded-host': 'elsewhere.example', 'content-type': 'application/json' });
  t.equal(last.headers.get('x-goog-upload-status'), 'final');
  t.match(await last.json(), { file: { sizeBytes: '5', uri: /^https:\/\/generativelanguage\.googleapis\.com\/v1beta\/files\/made/ } });
  const chunks = google.asked().slice(1);
  t.same([...new Set(chunks.map(({ key }) => key))], [begunBy]);
  t.notOk(chunks.some(({ query }) => /key=|elsewhere/.test(query)));
});

t.test('the head of an upload\'s start holds no address and no key of Google\'s', async (t) => {
  const service = await native(t);
  const answer = await service.post('/upload/v1beta/files', {}, startHeaders);
  const head = JSON.stringify([...answer.headers]);
  t.equal(answer.headers.get('x-goog-upload-control-url'), null);
  t.notOk([service.google.url, 'made0001', ...twoKeys, service.password].some((text) => head.includes(text)));
  t.equal(answer.headers.get('x-goog-upload-chunk-granularity'), '262144');
});

t.test('an unknown upload is a 404, also without a password', async (t) => {
  const { url, google } = await native(t);
  const told = await send(`${url}/upload/v1beta/files?upload_id=AAAAAAAAAAAAAAAAAAAAAAAA&upload_protocol=resumable`, 'x');
  t.match(await errorIn(told), { code: 404, status: 'NOT_FOUND' });
  t.equal(google.asked().length, 0);
});

t.test('the address of an upload has our scheme, host and prefix as the caller knows them', async (t) => {
  const behind = await native(t, { settings: { TRUST_PROXY_HOPS: '1' } });
  const forwarded = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'pollux.example', 'x-forwarded-prefix': '/gemini' };
  t.match(await begin(behind, { headers: forwarded }), /^https:\/\/pollux\.example\/gemini\/upload\/v1beta\/files\?upload_id=/);
  const alone = await native(t);
  t.match(await begin(alone, { headers: forwarded }), alone.url);
  const named = await native(t, { settings: { HOST_URL: 'https://named.example/deep' } });
  t.match(await begin(named), /^https:\/\/named\.example\/deep\/upload\/v1beta\/files\?/);
  t.match(await begin(named, { path: '/upload/v1/files' }), /^https:\/\/named\.example\/deep\/upload\/v1\/files\?/);
});

t.test('bytes go to Google\'s hosts alone, whatever the start was told', async (t) => {
  const service = await native(t);
  for (const address of ['https://elsewhere.example/upload?upload_id=x', 'http://127.0.0.1:1/x', 'https://googleapis.com.elsewhere.example/x', 'http://storage.googleapis.com/x', 'https://u:p@storage.googleapis.com/x', 'nonsense']) {
    service.google.instead((got, response) => {
      if (!got.path.startsWith('/upload')) return false;
      response.writeHead(200, { 'x-goog-upload-url': address, 'x-goog-upload-status': 'active' });
      response.end();
      return true;
    });
    const answer = await service.post('/upload/v1beta/files', {}, startHeaders);
    t.equal(answer.status, 502, address);
    t.equal(answer.headers.get('x-goog-upload-url'), null);
  }
});

t.test('a refused start tries the next key; an upload in one request comes as it is', async (t) => {
  const service = await native(t);
  service.google.instead((got, response) => {
    if (got.key !== keyA || got.method !== 'POST') return false;
    response.writeHead(429, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { code: 429, message: 'x', status: 'RESOURCE_EXHAUSTED' } }));
    return true;
  });
  t.ok((await upload(service)).name);
  const body = '--b\r\ncontent-type: application/json\r\n\r\n{"file":{"displayName":"d"}}\r\n--b\r\ncontent-type: text/plain\r\n\r\nplain\r\n--b--\r\n';
  const whole = await service.post('/upload/v1beta/files', body, { 'x-goog-upload-protocol': 'multipart', 'content-type': 'multipart/related; boundary=b' });
  const { file } = (await whole.json()) as { file: File };
  t.match(file, { displayName: 'd', sizeBytes: '5' });
  t.equal(service.google.asked().at(-1)?.body.toString(), body);
  t.equal((await service.call(`/v1beta/${file.name}`)).status, 200);
});

t.test('uploads of Google\'s older libraries come as they are: media, multipart, resumable', async (t) => {
  const service = await native(t);
  const { google, call, post } = service;
  const media = await call('/upload/v1beta/files?uploadType=media', { method: 'POST', body: Buffer.from([0, 255, 10, 13]), headers: { 'content-type': 'image/png' } });
  const { file } = (await media.json()) as { readonly file: File };
  t.match(file, { mimeType: 'image/png', sizeBytes: '4' });
  t.same(google.asked().at(-1)?.body, Buffer.from([0, 255, 10, 13]));
  t.equal((await call(`/v1beta/${file.name}`)).status, 200);
  const parts = '--b\r\ncontent-type: application/json\r\n\r\n{"file":{"displayName":"d"}}\r\n--b\r\ncontent-type: text/plain\r\n\r\nplain\r\n--b--\r\n';
  const related = await post('/upload/v1beta/files?uploadType=multipart', parts, { 'content-type': 'multipart/related; boundary=b' });
  t.match(await related.json(), { file: { displayName: 'd', sizeBytes: '5' } });
  const begun = await post('/upload/v1beta/files?alt=json&uploadType=resumable', { file: { displayName: 'r' } }, { 'x-upload-content-type': 'text/plain', 'x-upload-content-length': '8' });
  const address = begun.headers.get('location') ?? '';
  t.match(address, new RegExp(`^${service.url}/upload/v1beta/files\\?upload_id=[A-Za-z0-9]{24}&`));
  t.notOk([google.url, service.password, ...twoKeys].some((text) => JSON.stringify([...begun.headers]).includes(text)));
  const some = await fetch(address, { method: 'PUT', body: 'half', headers: { 'content-range': 'bytes 0-3/8' }, redirect: 'manual' });
  t.same([some.status, some.headers.get('range')], [308, 'bytes=0-3']);
  const rest = await fetch(address, { method: 'PUT', body: 'half', headers: { 'content-range': 'bytes 4-7/8' } });
  t.match(await rest.json(), { file: { displayName: 'r', sizeBytes: '8', mimeType: 'text/plain' } });
  t.equal(new Set(google.asked().slice(-3).map(({ key }) => key)).size, 1);
});

t.test('the bytes of a file go up as they are, whatever stands in them', async (t) => {
  const service = await native(t, { settings: { MODEL_ALIASES: 'an-alias=gemini-2.5-flash' } });
  const file = `{"model":"an-alias","fileUri":"${service.url}/v1beta/files/abc"}`;
  const parts = `--b\r\ncontent-type: application/json\r\n\r\n{"file":{}}\r\n--b\r\ncontent-type: application/json\r\n\r\n${file}\r\n--b--\r\n`;
  await service.post('/upload/v1beta/files', parts, { 'x-goog-upload-protocol': 'multipart', 'content-type': 'multipart/related; boundary=b' });
  t.equal(service.last().body.toString(), parts);
  await service.post('/upload/v1beta/files?uploadType=media', file);
  t.equal(service.last().body.toString(), file);
  await send(await begin(service), file);
  t.equal(service.last().body.toString(), file);
});

t.test('aliases hold where the model stands in the body alone: caches, batches, interactions', async (t) => {
  const service = await native(t, { settings: { MODEL_ALIASES: 'an-alias=gemini-2.5-flash,gpt-*=gemini-flash-latest' } });
  const cases: readonly (readonly [string, string, string])[] = [
    ['/v1beta/cachedContents', '{"model":"models/an-alias","contents":[{"parts":[{"text":"an-alias é"}]}]}', '{"model":"models/gemini-2.5-flash","contents":[{"parts":[{"text":"an-alias é"}]}]}'],
    ['/v1beta/interactions', '{ "model" : "gpt-5", "input": "gpt-5" }', '{ "model" : "gemini-flash-latest", "input": "gpt-5" }'],
    ['/v1beta/models/gemini-2.5-flash:batchGenerateContent', '{"batch":{"model":"models\\/an-alias"}}', '{"batch":{"model":"models\\/gemini-2.5-flash"}}'],
    ['/v1beta/models/an-alias:batchEmbedContents', '{"requests":[{"model":"models/an-alias"}]}', '{"requests":[{"model":"models/gemini-2.5-flash"}]}'],
    ['/v1beta/cachedContents', '{"model":"models/gemini-2.5-flash"}', '{"model":"models/gemini-2.5-flash"}'],
  ];
  for (const [path, asked, up] of cases) {
    t.equal((await service.post(path, asked)).status, 200, path);
    t.equal(service.last().body.toString(), up);
  }
});

t.test('what an uploader does with its file goes to the key that has it: poll, generate, delete', async (t) => {
  const service = await native(t, { keys: threeKeys });
  const { google, call, post, last } = service;
  for (let at = 0; at < 4; at += 1) {
    const file = await upload(service);
    const home = threeKeys.find((key) => google.shelfOf(key).has(file.name));
    t.equal((await call(`/v1beta/${file.name}`)).status, 200);
    t.equal(last().key, home);
    for (const uri of [file.uri, file.name, `${service.url}/v1beta/${file.name}`, `${service.url}/v1beta/${file.name}`.replaceAll('/', '\\/')]) {
      const body = JSON.stringify(withFile('HERE')).replace('HERE', uri);
      const answer = await post(`${flash}:generateContent`, body);
      t.equal(answer.status, 200, uri);
      t.equal(last().key, home);
      t.notOk(last().body.toString().includes(service.url.slice(7)), 'our own address is Google\'s there');
    }
    const snake = { contents: [{ parts: [{ file_data: { file_uri: file.uri } }] }] };
    t.equal((await post(`${flash}:countTokens`, { generateContentRequest: snake })).status, 200);
    t.equal((await call(`/v1beta/${file.name}`, { method: 'DELETE' })).status, 200);
    t.notOk(threeKeys.some((key) => google.shelfOf(key).has(file.name)));
  }
});

t.test('two files of one caller are with one key, so that they can stand in one request', async (t) => {
  const service = await native(t, { keys: threeKeys });
  const files = [await upload(service), await upload(service), await upload(service)];
  const both = { contents: files.map(({ uri }) => ({ parts: [{ fileData: { fileUri: uri } }] })) };
  t.equal((await service.post(`${flash}:generateContent`, both)).status, 200);
  const cache = (await (await service.post('/v1beta/cachedContents', { model: 'models/gemini-2.5-flash', ...hello })).json()) as { readonly name: string };
  t.equal((await service.post(`${flash}:generateContent`, { ...withFile(files[0]?.uri ?? ''), cachedContent: cache.name })).status, 200);
});

t.test('things of two keys in one request are a 400 that says so', async (t) => {
  const service = await native(t);
  const [one, two] = [putFile(service, keyA, 'one'), putFile(service, keyB, 'two')];
  for (const name of [one, two]) t.equal((await service.call(`/v1beta/${name}`)).status, 200);
  service.google.clear();
  const answer = await service.post(`${flash}:generateContent`, { contents: [{ parts: [{ fileData: { fileUri: one } }, { fileData: { fileUri: two } }] }] });
  t.match(await errorIn(answer), { code: 400, status: 'FAILED_PRECONDITION', message: /different keys/ });
  t.equal(service.google.asked().length, 0);
});

t.test('a file or a cache is used at every door, by the key that has it', async (t) => {
  const service = await native(t, { keys: threeKeys });
  const { google, post, call } = service;
  const [one, two] = [putFile(service, threeKeys[1] ?? '', 'one'), putFile(service, threeKeys[2] ?? '', 'two')];
  for (const name of [one, two]) t.equal((await call(`/v1beta/${name}`)).status, 200);
  const cache = (await (await post('/v1beta/cachedContents', { model: 'models/gemini-2.5-flash', ...hello })).json()) as { readonly name: string };
  const model = 'gemini-2.5-flash';
  const chat = (...files: readonly string[]): object => ({ model, messages: [{ role: 'user', content: files.map((file_id) => ({ type: 'file', file: { file_id } })) }] });
  const document = { type: 'document', source: { type: 'file', file_id: two } };
  const messages = { model, max_tokens: 100, messages: [{ role: 'user', content: [document] }] };
  const asks: readonly (readonly [string, object])[] = [
    ['/v1/chat/completions', chat(one)],
    ['/v1/chat/completions', { ...chat(one), stream: true }],
    ['/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hello' }], cached_content: cache.name }],
    ['/v1/responses', { model, input: [{ role: 'user', content: [{ type: 'input_file', file_id: two }] }] }],
    ['/v1/messages', messages],
    ['/v1/messages/count_tokens', messages],
  ];
  for (const [path, body] of asks) {
    for (const _ of threeKeys) {
      const answer = await post(path, body, { authorization: `Bearer ${service.password}` });
      t.equal(answer.status, 200, `${path} ${await answer.text()}`);
    }
  }
  google.clear();
  const apart = await post('/v1/chat/completions', chat(one, two), { authorization: `Bearer ${service.password}` });
  t.match([apart.status, await errorIn(apart)], [400, { code: 'belongs_apart', message: /different keys/ }]);
  t.equal(google.asked().length, 0);
});

t.test('why a batch or an operation failed is told without the owner\'s project and key, one by one and in lists', async (t) => {
  const service = await native(t);
  const error = { code: 7, message: 'Permission denied on projects/123456789012 é' };
  for (const name of ['batches/b', 'operations/o']) service.google.shelfOf(keyA).set(name, { name, done: true, error });
  for (const path of ['/v1beta/batches/b', '/v1beta/operations/o', '/v1beta/batches']) {
    const answer = await service.call(path);
    const told = await answer.text();
    t.match(told, 'Permission denied on […] é', path);
    t.notMatch(told, /123456789012/, path);
    t.ok(['batches/b', 'operations/o'].some((name) => told.includes(name)));
  }
});

t.test('keys of one project share what it has', async (t) => {
  const service = await native(t, { keys: [`${keyA}@shop`, `${keyB}@shop`] });
  for (const key of twoKeys) putFile(service, key, 'shared');
  t.equal((await service.call('/v1beta/files/shared')).status, 200);
  for (let at = 0; at < 4; at += 1) t.equal((await service.post(`${flash}:generateContent`, withFile('files/shared'))).status, 200);
  t.equal(new Set(service.google.asked().filter(({ method }) => method === 'POST').map(({ key }) => key)).size, 2);
});

t.test('caches, batches, operations, stores and interactions go home', async (t) => {
  const service = await native(t, { keys: threeKeys });
  const { post, call, google, last } = service;
  const made = async (path: string, body: object): Promise<string> => {
    const thing = (await (await post(path, body)).json()) as { readonly name?: string; readonly id?: string };
    return thing.name ?? `interactions/${thing.id}`;
  };
  for (let at = 0; at < 3; at += 1) {
    const names = [
      await made('/v1beta/cachedContents', { model: 'models/gemini-2.5-flash', ...hello }),
      await made(`${flash}:batchGenerateContent`, { batch: {} }),
      await made('/v1beta/models/veo-3.0-generate-001:predictLongRunning', { instances: [{ prompt: 'x' }] }),
      await made('/v1beta/fileSearchStores', { displayName: 's' }),
      await made('/v1beta/interactions', { model: 'gemini-2.5-flash', input: 'x' }),
    ];
    for (const name of names) {
      const home = threeKeys.find((key) => google.shelfOf(key).has(name));
      google.clear();
      t.equal((await call(`/v1beta/${name}`)).status, 200, name);
      t.same(google.asked().map(({ key }) => key), [home], name);
    }
    const [cache, batch, , store, interaction = ''] = names;
    const home = (name = ''): string | undefined => threeKeys.find((key) => google.shelfOf(key).has(name));
    await post(`${flash}:generateContent`, { ...hello, cached_content: cache });
    t.equal(last().key, home(cache));
    await post(`/v1beta/${batch}:cancel`, {});
    t.equal(last().key, home(batch));
    await call(`/v1beta/${cache}?updateMask=ttl`, { method: 'PATCH', body: '{"ttl":"60s"}' });
    t.equal(last().key, home(cache));
    await post(`${flash}:generateContent`, { ...hello, tools: [{ fileSearch: { fileSearchStoreNames: [store] } }] });
    t.equal(last().key, home(store));
    t.equal((await call(`/v1beta/${store}/documents/doc1`)).status, 200);
    t.equal((await call(`/v1beta/${store}/upload/operations/op1`)).status, 200);
    const next = await post('/v1beta/interactions', { model: 'gemini-2.5-flash', input: 'y', previous_interaction_id: interaction.replace('interactions/', '') });
    t.equal(next.status, 200);
    t.equal(last().key, home(interaction));
    t.equal((await post(`/v1beta/${interaction}/cancel`, {})).status, 200);
  }
});

t.test('a streamed interaction is known by its first event, and passes with its [DONE]', async (t) => {
  const service = await native(t, { keys: threeKeys });
  const streamed = await (await service.post('/v1beta/interactions', { model: 'gemini-2.5-flash', input: 'x', stream: true })).text();
  t.match(streamed, /\ndata: \[DONE\]\n\n$/);
  const id = /"id":"([^"]+)"/.exec(streamed)?.[1] ?? '';
  const before = service.google.asked().length;
  t.equal((await service.call(`/v1beta/interactions/${id}?stream=true&last_event_id=e1`)).status, 200);
  t.equal(service.google.asked().length, before + 1, 'nobody else was asked');
  t.equal(service.last().query, 'stream=true&last_event_id=e1');
});

t.test('files that an answer tells of belong to its key: results of batches, videos', async (t) => {
  const service = await native(t, { keys: threeKeys });
  const { post, call, google, last } = service;
  const batch = (await (await post(`${flash}:batchGenerateContent`, {})).json()) as { readonly name: string };
  const done = (await (await call(`/v1beta/${batch.name}`)).json()) as { readonly response: { readonly responsesFile: string } };
  google.clear();
  t.equal(await (await call(`/download/v1beta/${done.response.responsesFile}:download?alt=media`)).text(), `bytes of ${done.response.responsesFile}`);
  t.equal(google.asked().length, 1);
  t.equal(last().path, `/download/v1beta/${done.response.responsesFile}:download`);
  const video = (await (await post('/v1beta/models/veo-3.0-generate-001:predictLongRunning', {})).json()) as { readonly name: string };
  const polled = JSON.stringify(await (await call(`/v1beta/${video.name}`)).json());
  const file = /files\/made\d+/.exec(polled)?.[0] ?? '';
  google.clear();
  const answer = await call(`/v1beta/${file}:download?alt=media`);
  t.equal(answer.headers.get('content-type'), 'video/mp4');
  t.equal(await answer.text(), `bytes of ${file}`);
  t.equal(google.asked().length, 1);
});

t.test('a name that nobody knows is looked for once, key by key, and then known', async (t) => {
  const service = await native(t, { keys: threeKeys });
  const { call, google, post } = service;
  putFile(service, 'AIza-made-up-key-c', 'lost');
  t.equal((await call('/v1beta/files/lost')).status, 200);
  google.clear();
  t.equal((await call('/v1beta/files/lost')).status, 200);
  t.equal(google.asked().length, 1);
  putFile(service, 'AIza-made-up-key-c', 'named');
  google.clear();
  t.equal((await post(`${flash}:generateContent`, withFile('https://generativelanguage.googleapis.com/v1beta/files/named'))).status, 200);
  const deleted = putFile(service, 'AIza-made-up-key-c', 'to-delete');
  t.equal((await call(`/v1beta/${deleted}`, { method: 'DELETE' })).status, 200);
  t.equal(google.asked().filter(({ method }) => method === 'DELETE').length, 1, 'only the one that has it is asked to');
});

t.test('an absent name is Google\'s own 403, answers fast the second time, and rests no key', async (t) => {
  const service = await native(t, { keys: threeKeys });
  const first = await service.call('/v1beta/files/absent');
  t.match(await errorIn(first), { code: 403, status: 'PERMISSION_DENIED', message: 'You do not have permission to access the File absent or it may not exist.' });
  service.google.clear();
  t.equal((await service.call('/v1beta/files/absent')).status, 403);
  t.equal(service.google.asked().length, 1);
  t.match(await errorIn(await service.post(`${flash}:generateContent`, withFile('files/absent'))), { code: 403 });
  for (const key of threeKeys) {
    const answers = await Promise.all([1, 2, 3].map(async () => (await service.post(`${flash}:generateContent`, hello)).text()));
    t.ok(answers.join('').includes(key) || answers.length === 3);
  }
  const used = new Set(service.google.asked().filter(({ path }) => path.endsWith(':generateContent')).map(({ key }) => key));
  t.equal(used.size, 3, 'all keys are in use');
});

t.test('prose that looks like a name is harmless', async (t) => {
  const service = await native(t);
  await upload(service);
  service.google.clear();
  service.google.instead((got, response) => {
    if (got.method !== 'POST') return false;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{}');
    return true;
  });
  t.equal((await service.post(`${flash}:generateContent`, { contents: [{ parts: [{ text: 'See files/readme and cachedContents/x, batches/y.' }] }] })).status, 200);
  t.equal(service.google.asked().length, 1);
});

t.test('the limit of a bound key is told, its fault is a 503, and a thing whose key is gone a 404', async (t) => {
  const service = await native(t);
  const file = await upload(service);
  const home = twoKeys.find((key) => service.google.shelfOf(key).has(file.name));
  service.google.instead((got, response) => {
    if (got.key !== home || got.method !== 'POST') return false;
    response.writeHead(429, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { code: 429, message: 'Quota exceeded.', status: 'RESOURCE_EXHAUSTED', details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }] } }));
    return true;
  });
  const over = await service.post(`${flash}:generateContent`, withFile(file.uri));
  t.match(await errorIn(over), { code: 429, message: 'Quota exceeded.' });
  t.equal(over.headers.get('retry-after'), '7');
  t.match(await errorIn(await service.post(`${flash}:generateContent`, withFile(file.uri))), { code: 429, details: [{ retryDelay: /^\ds$/ }] });
  t.equal((await service.post(`${flash}:generateContent`, hello)).status, 200, 'the other key answers what is nobody\'s');
  const other = await native(t);
  const bound = await upload(other);
  other.google.instead((got, response) => {
    if (got.method !== 'POST') return false;
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } }));
    return true;
  });
  t.match(await errorIn(await other.post(`${flash}:generateContent`, withFile(bound.uri))), { code: 503, status: 'UNAVAILABLE' });
});

/** Everything that a list gives, page by page. */
const allOf = async ({ call }: Pick<Native, 'call'>, [path, field]: readonly [string, string]): Promise<readonly string[]> => {
  const names: string[] = [];
  let token: string | undefined = '';
  while (token !== undefined) {
    const page = (await (await call(`${path}?pageSize=2${token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`}`)).json()) as Record<string, unknown>;
    names.push(...((page[field] ?? []) as readonly { readonly name: string }[]).map(({ name }) => name));
    token = page['nextPageToken'] as string | undefined;
  }
  return names;
};

t.test('lists run over all keys, page by page, each thing once', async (t) => {
  const service = await native(t, { keys: threeKeys });
  const made = [keyA, 'AIza-made-up-key-c'].flatMap((key, at) => Array.from({ length: 3 + at }, (_, each) => putFile(service, key, `f${at}-${each}`)));
  t.same((await allOf(service, ['/v1beta/files', 'files'])).toSorted(), made.toSorted());
  service.google.clear();
  t.equal((await service.call(`/v1beta/${made.at(-1)}`)).status, 200);
  t.equal(service.google.asked().length, 1, 'what a list has told is known');
  t.same(await allOf(service, ['/v1beta/cachedContents', 'cachedContents']), []);
  for (let at = 0; at < 4; at += 1) await service.post('/v1beta/fileSearchStores', {});
  t.equal((await allOf(service, ['/v1beta/fileSearchStores', 'fileSearchStores'])).length, 4);
  for (let at = 0; at < 4; at += 1) await service.post(`${flash}:batchGenerateContent`, {});
  t.equal((await allOf(service, ['/v1beta/batches', 'operations'])).length, 4);
});

t.test('a page token of elsewhere is a 400, and a key that is out of quota is passed over', async (t) => {
  const service = await native(t);
  for (const token of ['abc', 'at2', '000000000000.at2', '.']) t.match(await errorIn(await service.call(`/v1beta/files?pageToken=${token}`)), { code: 400, status: 'INVALID_ARGUMENT' }, token);
  const there = putFile(service, keyB, 'there');
  service.google.instead((got, response) => {
    if (got.key !== keyA || got.path !== '/v1beta/files') return false;
    response.writeHead(429, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { code: 429, message: 'x', status: 'RESOURCE_EXHAUSTED' } }));
    return true;
  });
  t.same(await allOf(service, ['/v1beta/files', 'files']), [there]);
});

t.test('things made by a multipart body that is streamed are known too, and chunks need no limit but their own', async (t) => {
  const service = await native(t, { settings: { MAX_BODY_MB: '1' } });
  const big = 'x'.repeat(3 * 1024 * 1024);
  t.equal((await send(await begin(service), big)).status, 200);
  t.equal(service.google.asked().at(-1)?.body.length, big.length);
  t.equal(headerOf(service.last(), 'content-length'), String(big.length));
});

const withProcess = async (t: Test, folder: string, googleUrl: string): Promise<Pick<Native, 'post' | 'call'> & { readonly end: () => Promise<unknown> }> => {
  const running = await startServiceProcess(t, { GEMINI_BASE_URL: googleUrl, GEMINI_API_KEYS: threeKeys.join(','), DATA_DIR: folder });
  const call: Native['call'] = (path, init = {}) => fetch(`${running.url}${path}`, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), 'x-goog-api-key': running.password } });
  return {
    call,
    post: (path, body, headers = {}) => call(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }),
    end: async () => {
      running.signal('SIGTERM');
      return running.ended;
    },
  };
};

t.test('names and uploads that were begun outlive a restart', async (t) => {
  const google = await googleFake(t);
  const folder = temporaryFolder(t);
  const first = await withProcess(t, folder, google.url);
  const files = [await upload(first), await upload(first)];
  const cache = (await (await first.post('/v1beta/cachedContents', {})).json()) as { readonly name: string };
  const address = await begin(first);
  await first.end();
  const second = await withProcess(t, folder, google.url);
  google.clear();
  for (const name of [...files.map((file) => file.name), cache.name]) t.equal((await second.call(`/v1beta/${name}`)).status, 200);
  t.equal(google.asked().length, 3, 'nobody was asked in vain');
  const there = new URL(address);
  const answer = await second.call(`${there.pathname}${there.search}`, { method: 'POST', body: 'bytes', headers: { 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '0' } });
  t.match(await answer.json(), { file: { sizeBytes: '5' } });
  await second.end();
});

t.test('an id in a body leads nowhere but to the thing of that name', async (t) => {
  const { google, post } = await native(t);
  for (const id of ['../models/gemini-2.5-flash', '..', '.', 'x?key=y#z', 'a/../../v1beta/files']) {
    await post('/v1beta/interactions', { model: 'gemini-2.5-flash', input: 'x', previous_interaction_id: id });
  }
  const paths = google.asked().filter(({ method }) => method === 'GET').map(({ path, query }) => `${path}?${query}`);
  t.ok(paths.length > 0);
  for (const path of paths) t.match(path, /^\/v1beta\/interactions\/[\w%.-]*%[\w%.-]*\?$/);
});

t.test('a list asks so many empty homes for a page, and tells where the next ones are', async (t) => {
  const keys = Array.from({ length: 40 }, (_, at) => `AIza-made-up-key-${at}`);
  const { google, call } = await native(t, { keys });
  putFile({ google }, keys[39] ?? '', 'last');
  const found: unknown[] = [];
  let token = '';
  let pages = 0;
  do {
    const before = google.asked().length;
    const page = (await (await call(`/v1beta/files?pageToken=${encodeURIComponent(token)}`)).json()) as { readonly files?: readonly unknown[]; readonly nextPageToken?: string };
    t.ok(google.asked().length - before <= 16);
    found.push(...(page.files ?? []));
    token = page.nextPageToken ?? '';
    pages += 1;
  } while (token !== '' && pages < 10);
  t.match(found, [{ name: 'files/last' }]);
});

t.test('a stream whose length Google tells goes on without it, since heartbeats may stand in it', async (t) => {
  const { google, call } = await native(t);
  const open: (() => void)[] = [];
  google.instead((got, response) => {
    if (!got.path.endsWith(':streamGenerateContent')) return false;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': '24' });
    response.write('data: {}\r\n\r\n');
    open.push(() => response.end('data: {}\r\n\r\n'));
    return true;
  });
  const answer = await call(`${flash}:streamGenerateContent?alt=sse`, { method: 'POST', body: JSON.stringify(hello) });
  t.equal(answer.headers.get('content-length'), null);
  open[0]?.();
  t.equal(await answer.text(), 'data: {}\r\n\r\n'.repeat(2));
});

t.test('a file that nobody knows here is looked for key by key at every door, once', async (t) => {
  const model = 'gemini-2.5-flash';
  const inChat = (file_id: string): object => ({ model, messages: [{ role: 'user', content: [{ type: 'file', file: { file_id } }] }] });
  const inMessage = (file_id: string): object => ({ model, max_tokens: 100, messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id } }] }] });
  const asks: readonly (readonly [string, (name: string) => object])[] = [
    ['/v1/chat/completions', inChat],
    ['/v1/chat/completions', (name) => ({ ...inChat(name), stream: true })],
    ['/v1/responses', (name) => ({ model, input: [{ role: 'user', content: [{ type: 'input_file', file_id: name }] }] })],
    ['/v1/messages', inMessage],
    ['/v1/messages/count_tokens', inMessage],
  ];
  for (const [path, bodyOf] of asks) {
    const service = await native(t, { keys: threeKeys });
    const ask = (name: string) => service.post(path, bodyOf(name), { authorization: `Bearer ${service.password}` });
    const name = putFile(service, threeKeys[2] ?? '', 'elsewhere');
    for (const _ of threeKeys) {
      const answer = await ask(name);
      t.equal(answer.status, 200, `${path} ${await answer.text()}`);
    }
    t.equal(service.google.asked().filter(({ method, path: asked }) => method === 'GET' && asked.includes('elsewhere')).length, 3, path);
    service.google.clear();
    for (const _ of threeKeys) {
      const absent = await ask('files/absent');
      t.equal(absent.status, 400, `${path} ${await absent.text()}`);
    }
    const asked = service.google.asked();
    t.same([asked.filter(({ method }) => method === 'POST').length, asked.filter(({ method }) => method === 'GET').length], [3, 3], `${path}: looked for once a minute`);
  }
});
