import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { headerOf } from '../support/google-fake/google-fake.ts';
import { errorIn, flash, hello, native, twoKeys, type Native } from '../support/google-fake/native-service.ts';
import { gate, reading } from '../support/pollux.ts';
import { eventually } from '../support/serving.ts';

const [keyA = '', keyB = ''] = twoKeys;

/** Bytes on a raw connection, until the other end closes it. */
const raw = (port: number, text: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let got = '';
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => (got += piece));
    socket.on('close', () => resolve(got));
    socket.on('error', () => undefined);
    socket.write(text);
  });

const portOf = ({ url }: Native): number => Number(new URL(url).port);

t.test('exactly one key goes up, and no credential of the caller', async (t) => {
  const { google, last, url, password } = await native(t);
  const places: readonly (readonly [string, Record<string, string>])[] = [
    ['', { 'x-goog-api-key': password }],
    [`?key=${password}`, {}],
    ['', { 'x-api-key': password }],
    ['', { authorization: `Bearer ${password}` }],
    ['', { authorization: `Bearer ${password}`, 'x-goog-api-key': password }],
    ['', { authorization: 'Bearer ', 'x-goog-api-key': password }],
    ['', { authorization: 'Bearer of-nobody', 'x-goog-api-key': password }],
    [`?key=`, { 'x-goog-api-key': password }],
    [`?access_token=${password}&oauth_token=${password}&key=${password}`, { cookie: `a=${password}` }],
  ];
  for (const [query, headers] of places) {
    const answer = await fetch(`${url}${flash}:generateContent${query}`, { method: 'POST', headers, body: JSON.stringify(hello) });
    t.equal(answer.status, 200, JSON.stringify([query, headers]));
    const got = last();
    const keys = got.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'x-goog-api-key');
    t.equal(keys.length, 1);
    t.ok(twoKeys.includes(got.key));
    t.notOk(JSON.stringify([got.rawHeaders, got.query, got.path]).includes(password), 'the password stays here');
    t.notOk(['authorization', 'cookie', 'x-api-key'].some((name) => headerOf(got, name) !== undefined));
  }
  google.clear();
  const wrong = await fetch(`${url}${flash}:generateContent?key=wrong`, { method: 'POST', body: JSON.stringify(hello) });
  t.match(await errorIn(wrong), { code: 401, status: 'UNAUTHENTICATED' });
  const none = await fetch(`${url}${flash}:generateContent`, { method: 'POST', body: JSON.stringify(hello) });
  t.match(await errorIn(none), { code: 401, status: 'UNAUTHENTICATED', message: /x-goog-api-key/ });
  t.equal(google.asked().length, 0);
});

t.test('only headers of a list go up, and none of what is between two hops comes down', async (t) => {
  const { call, last } = await native(t);
  const answer = await call(`${flash}:generateContent`, {
    method: 'POST',
    body: JSON.stringify(hello),
    headers: {
      'content-type': 'application/json',
      'x-goog-api-client': 'google-genai-sdk/2.32.0',
      'x-server-timeout': '60',
      'x-goog-user-project': 'a-project',
      'x-gemini-api-privileged-user-id': 'an-installation',
      'x-forwarded-for': '192.0.2.1',
      origin: 'https://page.example',
      referer: 'https://page.example/',
      via: '1.1 somewhere',
      'cf-ray': 'x',
    },
  });
  const names = last().rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  t.same(names.toSorted(), ['accept', 'accept-encoding', 'connection', 'content-length', 'content-type', 'host', 'user-agent', 'x-goog-api-client', 'x-goog-api-key', 'x-server-timeout']);
  t.equal(headerOf(last(), 'accept-encoding'), 'identity');
  t.same(['server', 'alt-svc'].map((name) => answer.headers.get(name)), [null, null]);
});

t.test('a password in the query, and the id of an upload, never stand in the log', async (t) => {
  const service = await native(t);
  const { url, password, log } = service;
  await fetch(`${url}${flash}:generateContent?key=${password}`, { method: 'POST', body: JSON.stringify(hello) });
  await fetch(`${url}/upload/v1beta/files?upload%5Fid=of-nobody-at-all`, { method: 'POST', body: 'x' });
  await eventually(() => log.filter((line) => line.includes('"request"')).length === 2);
  t.notOk(log.some((line) => line.includes(password) || line.includes('of-nobody-at-all') || twoKeys.some((key) => line.includes(key))));
  t.match(log.find((line) => line.includes('generateContent')), /"route":"\/v1beta\/models\/\{id\}:generateContent","status":200.*"model":"gemini-2.5-flash","streamed":false,"key":"#1","attempts":1,"promptTokens":11,"completionTokens":5/);
});

const odd = '{ "contents":[{"parts":[{"text":"é \\ud83d\\ude00 \\/ "}], "role":"user"}],\n "generation_config": {"topK": 1e0, "unknownField": 123456789012345678901234567890}, "toolConfig":null,"labels":{"a":"b"} }';

t.test('bytes go up as they are: unknown fields, long numbers, both casings, odd blanks', async (t) => {
  const { post, last } = await native(t);
  for (const body of [odd, '', 'not json at all', '\u0000\u0001', '{"a":1}'.repeat(20_000), `{"data":"${'A/9+'.repeat(500_000)}"}`, `{"uri":"https://x.example/a","data":"${'A/9+'.repeat(500_000)}"}`]) {
    await post(`${flash}:generateContent`, body);
    t.same(last().body, Buffer.from(body));
  }
});

t.test('bytes come down as they are: whole, as events, as an array', async (t) => {
  const { google, post } = await native(t);
  const cases: readonly (readonly [string, string, string])[] = [
    [':generateContent', 'application/json; charset=UTF-8', '{"candidates":[],  "n": 123456789012345678901}\n'],
    [':streamGenerateContent?alt=sse', 'text/event-stream', 'data: {"a":1}\r\n\r\ndata: {"b":\n\n: own\n\ndata: {}\n\n'],
    [':streamGenerateContent', 'application/json; charset=UTF-8', '[{\n "a": 1\n}\n,\r\n{"b":2}]'],
  ];
  for (const [method, type, body] of cases) {
    google.instead((got, response) => {
      if (got.method !== 'POST') return false;
      response.writeHead(200, { 'content-type': type });
      for (const piece of body) response.write(piece);
      response.end();
      return true;
    });
    const answer = await post(`${flash}${method}`, hello);
    t.equal(answer.headers.get('content-type'), type);
    t.equal(await answer.text(), body);
  }
});

t.test('a stream is as it was asked: events with alt=sse, an array without, and no [DONE]', async (t) => {
  const { post } = await native(t);
  const events = await (await post(`${flash}:streamGenerateContent?alt=sse`, hello)).text();
  t.match(events, /^data: \{.*\}\r\n\r\ndata: \{.*\}\r\n\r\n$/);
  const array = await (await post(`${flash}:streamGenerateContent`, hello)).text();
  t.equal((JSON.parse(array) as unknown[]).length, 2);
  t.notMatch(events + array, /DONE/);
});

const toldInStream = { error: { code: 429, message: 'Quota exceeded for project 123456789012 of key AIza-made-up-key-a', status: 'RESOURCE_EXHAUSTED', details: [{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }] }] } };

t.test('an error inside a stream is cleaned, and its key rests as for one that was an answer', async (t) => {
  for (const [query, separator, end] of [['?alt=sse', '\r\n\r\ndata: ', '\r\n\r\n'], ['', '\n,\r\n', '\n]'], ['?alt=sse', '\r\n\r\n', '\n']] as const) {
    const { google, post, log } = await native(t);
    let spent: string | null = null;
    google.instead((got, response) => {
      if (got.method !== 'POST' || spent !== null) return false;
      spent = got.key;
      const isSse = query !== '';
      response.writeHead(200, { 'content-type': isSse ? 'text/event-stream' : 'application/json' });
      response.write(`${isSse ? 'data: ' : '['}{"candidates":[{"content":{"parts":[{"text":"Hel"}]}}]}${separator}${JSON.stringify(toldInStream, null, 2).slice(0, 9)}`);
      setTimeout(() => response.end(`${JSON.stringify(toldInStream, null, 2).slice(9)}${end}`), 20);
      return true;
    });
    const told = await (await post(`${flash}:streamGenerateContent${query}`, hello)).text();
    t.match(told, '"text":"Hel"');
    t.match(told, /"status":"RESOURCE_EXHAUSTED"/);
    t.notMatch(told, /123456789012|AIza/);
    await eventually(() => log.some((line) => line.includes('"error":"QuotaSpent"')));
    google.clear();
    for (const _ of [1, 2, 3]) await post(`${flash}:generateContent`, hello);
    t.notOk(google.asked().some(({ key }) => key === spent), 'its key rests for the day');
  }
});

t.test('a stream that opens with an error is as good as a refusal: the next key answers unseen, or its status is told', async (t) => {
  for (const query of ['?alt=sse', '']) {
    const { google, post } = await native(t);
    const open = query === '' ? '[' : 'data: ';
    const failing = (keys: readonly string[], error: object): void =>
      google.instead((got, response) => {
        if (got.method !== 'POST' || !keys.includes(got.key)) return false;
        response.writeHead(200, { 'content-type': query === '' ? 'application/json' : 'text/event-stream' });
        // It says so, and does not end.
        response.write(`${open}${JSON.stringify(error)}\n\n`);
        return true;
      });
    failing([keyA], toldInStream);
    for (const _ of [1, 2]) t.match(await (await post(`${flash}:streamGenerateContent${query}`, hello)).text(), `from ${keyB}`);
    google.clear();
    failing([keyA, keyB], { error: { code: 503, message: 'The model is overloaded. Please try again later.', status: 'UNAVAILABLE' } });
    const refused = await post(`${flash}:streamGenerateContent${query}`, hello);
    t.match([refused.status, await errorIn(refused)], [503, { code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded. Please try again later.' }]);
  }
});

t.test('a whole answer that is nothing but an error is as good as a refusal too', async (t) => {
  const { google, post, call } = await native(t);
  google.instead((got, response) => {
    if (got.key !== keyA) return false;
    response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
    response.flushHeaders();
    setTimeout(() => response.end(JSON.stringify(toldInStream, null, 2)), 20);
    return true;
  });
  for (const _ of [1, 2]) t.match(await (await post(`${flash}:generateContent`, hello)).text(), `from ${keyB}`);
  t.equal((await call(flash)).status, 200);
  t.equal((await call('/v1beta/files')).status, 200);
});

t.test('an error behind the other fields of a whole answer is cleaned, counts for its key, and changes no length', async (t) => {
  const picture = 'A/9+'.repeat(200_000);
  for (const data of ['', picture]) for (const [before, after] of [[{ candidates: [{ content: { parts: [{ inlineData: { data } }] } }] }, {}], [{ candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: { error: { code: 500, message: 'projects/123456789012' }, data } } }] } }] }, { usageMetadata: { promptTokenCount: 1 }, modelVersion: 'm' }]]) {
    const { google, post } = await native(t);
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'CONSUMER_SUSPENDED', metadata: { consumer: 'projects/123456789012' } }];
    const error = { code: 403, message: `Permission denied: Consumer 'api_key:${keyA}' has been suspended.`, status: 'PERMISSION_DENIED', details };
    const body = JSON.stringify({ ...before, error, ...after }, null, 2);
    google.instead((got, response) => {
      if (got.method !== 'POST') return false;
      response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8', ...(data === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }) });
      for (let at = 0; at < body.length; at += 50_000) response.write(body.slice(at, at + 50_000));
      response.end();
      return true;
    });
    const answer = await post(`${flash}:generateContent`, hello);
    const told = await answer.text();
    t.equal(answer.status, 200);
    t.equal(Buffer.byteLength(told), Buffer.byteLength(body));
    const said = JSON.parse(told) as { readonly error: { readonly code: number } };
    t.match(said, { ...before, ...after, error: { code: 403 } }, 'all else is as it came');
    t.notMatch(JSON.stringify(said.error), new RegExp(`${keyA}|123456789012`));
    const suspended = google.asked().at(-1)?.key;
    google.instead(() => false);
    google.clear();
    for (const _ of [1, 2, 3]) await post(`${flash}:generateContent`, hello);
    t.same(google.asked().map(({ key }) => key), Array.from({ length: 3 }, () => twoKeys.find((key) => key !== suspended)), 'its key is asked no more');
  }
});

t.test('the first byte passes at once, whatever frame it is of', async (t) => {
  const { google, post } = await native(t);
  let goOn = (): void => undefined;
  google.instead((got, response) => {
    if (got.method !== 'POST') return false;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('da');
    goOn = () => response.end('ta: {}\n\n');
    return true;
  });
  const answer = await post(`${flash}:streamGenerateContent?alt=sse`, hello);
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  t.equal(Buffer.from(first?.value ?? []).toString(), 'da');
  goOn();
  t.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), 'ta: {}\n\n');
});

t.test('every method of a model is passed, known or not, with the version that was asked', async (t) => {
  const { post, call, last } = await native(t);
  const model = (version: string) => `/${version}/models/gemini-2.5-flash`;
  for (const version of ['v1', 'v1beta', 'v1alpha']) {
    for (const method of ['generateContent', 'countTokens', 'embedContent', 'predict', 'somethingNew']) {
      const answer = await post(`${model(version)}:${method}`, hello);
      t.equal(answer.status, 200);
      t.equal(last().path, `${model(version)}:${method}`);
    }
    t.match(await (await call(model(version), { headers: { 'x-goog-api-client': 'x' } })).json(), { name: 'models/gemini-2.5-flash' });
  }
  const embedded = await post(`${flash}:batchEmbedContents`, { requests: [{ model: 'models/gemini-2.5-flash', content: hello.contents[0] }] });
  t.same(await embedded.json(), { embeddings: [{ values: [0.1, 0.2, 0.3] }] });
});

t.test('odd writings of a path mean what they say: doubled versions, slashes to spare, %3A and %2F', async (t) => {
  const { post, call, last } = await native(t);
  const same = [
    '/v1beta/v1beta/models/gemini-2.5-flash:generateContent',
    '/v1beta/v1beta/v1beta/models/gemini-2.5-flash:generateContent',
    '/v1/v1beta/models/gemini-2.5-flash:generateContent',
    '//v1beta//models//gemini-2.5-flash:generateContent',
    '/v1beta/models/gemini-2.5-flash:generateContent/',
    '/v1beta/models/gemini-2.5-flash%3AgenerateContent',
    '/v1beta/models%2Fgemini-2.5-flash:generateContent',
    '/v1beta/models/models/gemini-2.5-flash:generateContent',
    '/v1beta/models/models%2Fgemini-2.5-flash%3agenerateContent',
    '/v1beta%2Fmodels%2Fgemini-2.5-flash:generateContent',
    '/v1%2Fv1beta/models/gemini-2.5-flash:generateContent',
    '/%76%31beta/models/gemini-2.5-flash:generateContent',
    '/models/gemini-2.5-flash:generateContent',
    '/models%2Fgemini-2.5-flash%3AgenerateContent',
  ];
  for (const path of same) {
    t.equal((await post(path, hello)).status, 200, path);
    t.equal(last().path, `${flash}:generateContent`, path);
  }
  t.equal((await call('/v1beta/v1beta/models/')).status, 200);
  t.equal(last().path, '/v1beta/models');
});

t.test('steps, backslashes and doubled encodings in a path are a 400 in any writing', async (t) => {
  const service = await native(t);
  const paths = [
    '/v1beta/../v1/models', '/v1beta/models/..', '/v1beta/models/../files', '/v1beta/models/%2e%2e/files', '/v1beta/models/.%2E/x',
    '/v1beta/models/./x', '/v1beta/models/%2e', '/v1beta/models/x%5c..%5cy', '/v1beta/models/x\\y', '/v1beta/models/x%00', '/v1beta/models/%252e%252e/x',
    '/v1beta/models/x%252Fy', '/v1beta/models/%zz', '/v1beta/files%2f..%2fmodels', '/upload/v1beta/../files',
  ];
  for (const path of paths) {
    const told = await raw(portOf(service), `GET ${path} HTTP/1.1\r\nhost: x\r\nx-goog-api-key: ${service.password}\r\nconnection: close\r\n\r\n`);
    t.match(told, /^HTTP\/1\.1 400 /, path);
    t.match(told, /"status":"INVALID_ARGUMENT"/, path);
  }
  t.equal(service.google.asked().length, 0);
});

t.test('what names a host in the path or the query goes nowhere but to Google', async (t) => {
  const { call, last, google } = await native(t);
  await call('/v1beta//elsewhere.example/models');
  await call('/v1beta/models/@elsewhere.example?host=elsewhere.example&url=https://elsewhere.example');
  t.equal(last().path, '/v1beta/models/%40elsewhere.example');
  t.equal(google.asked().length, 1);
});

t.test('unknown names of the query go up as they were written, credentials and callbacks do not', async (t) => {
  const { call, last } = await native(t);
  await call('/v1beta/models?pageSize=2&fields=models(name)&%24.xgafv=2&$.xgafv=1&callback=x&quotaUser=me&new%20one=a+b&key=x&prettyPrint=false&$alt=json&%24fields=a&$httpMethod=DELETE');
  t.equal(last().query, 'pageSize=2&fields=models(name)&new%20one=a+b&prettyPrint=false&$alt=json&%24fields=a');
});

t.test('a password behind a second question mark is a password too, and does not go up', async (t) => {
  const { url, password, last, call } = await native(t);
  for (const query of [`alt=sse?key=${password}`, `alt=sse;key=${password}`, `alt=sse&key=${password}?x=y`]) {
    const answer = await fetch(`${url}${flash}:streamGenerateContent?${query}`, { method: 'POST', body: JSON.stringify(hello) });
    t.equal(answer.status, query.endsWith('x=y') ? 401 : 200, query);
    await answer.text();
    if (answer.status === 200) t.equal(last().query, 'alt=sse');
  }
  await call(`${flash}:streamGenerateContent?alt=sse?key=${password}&fields=a(b)/c`, { method: 'POST', body: JSON.stringify(hello) });
  t.equal(last().query, 'alt=sse&fields=a(b)/c');
});

t.test('whatever Google says beside its answer, our key does not come down: headers that hold it, pages of redirects', async (t) => {
  const { google, call, url } = await native(t);
  const heads: readonly (readonly [number, (key: string) => Record<string, string>])[] = [
    [200, (key) => ({ 'content-type': 'application/json', 'x-goog-api-key': key, 'x-echo': `for ${key}`, 'x-kept': 'kept' })],
    [302, (key) => ({ 'content-type': 'text/html', location: `${google.url}/v1beta/files/x?key=${key}&a=b`, 'x-kept': 'kept' })],
  ];
  const asking: readonly (readonly [string, string])[] = [['POST', `${flash}:generateContent`], ['POST', '/v1beta/cachedContents'], ['GET', '/v1beta/files/x'], ['GET', '/v1beta/files'], ['GET', '/v1beta/models']];
  for (const [status, head] of heads) {
    google.instead((got, response) => {
      response.writeHead(status, head(got.key));
      response.end(status === 200 ? '{}' : `<a href="/files/x?key=${got.key}">moved</a>`);
      return true;
    });
    for (const [method, path] of asking) {
      const answer = await call(path, { method, ...(method === 'POST' ? { body: '{}' } : {}), redirect: 'manual' });
      const told = JSON.stringify([[...answer.headers], await answer.text()]);
      t.notOk(twoKeys.some((key) => told.includes(key)), told);
      t.equal(answer.headers.get('x-kept'), 'kept', `${status} ${path}`);
      if (status === 302 && !['/v1beta/files', '/v1beta/models'].includes(path)) t.equal(answer.headers.get('location'), `${url}/v1beta/files/x?a=b`);
    }
  }
});

t.test('an error names what the caller itself named: a model, a thing', async (t) => {
  const { post, call } = await native(t);
  const model = await errorIn(await post('/v1beta/models/my-gemini.shop:generateContent', hello));
  t.equal(model.message, 'models/my-gemini.shop is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.');
  t.equal((await errorIn(await call('/v1beta/files/x7-shop_a'))).message, 'You do not have permission to access the File x7-shop_a or it may not exist.');
});

t.test('/v1/models is Google\'s for its clients and OpenAI\'s for OpenAI\'s', async (t) => {
  const { url, password } = await native(t);
  const listed = async (path: string, headers: Record<string, string>) => (await fetch(`${url}${path}`, { headers })).json() as Promise<unknown>;
  t.match(await listed('/v1/models', { 'x-goog-api-key': password }), { models: [{ name: /^models\// }] });
  t.match(await listed('/v1/models', { authorization: `Bearer ${password}`, 'x-goog-api-client': 'google-genai-sdk' }), { models: [] });
  t.match(await listed(`/v1/models?key=${password}`, {}), { models: [] });
  t.match(await listed('/v1/models', { authorization: `Bearer ${password}` }), { object: 'list', data: [] });
  t.match(await listed('/v1/files', { authorization: `Bearer ${password}` }), { error: { type: /./ } });
  t.match(await listed('/v1/files', { 'x-goog-api-key': password }), {});
  const chat = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: { 'x-goog-api-key': password }, body: '{"model":"gemini-2.5-flash"}' });
  t.match(await chat.json(), { error: { type: 'invalid_request_error' } });
});

t.test('/v1beta/openai is another name of /v1, in answers and errors', async (t) => {
  const { url, password } = await native(t);
  for (const base of ['/v1beta/openai', '/v1alpha/openai', '/v1/openai']) {
    t.match(await (await fetch(`${url}${base}/models`, { headers: { authorization: `Bearer ${password}` } })).json(), { object: 'list' });
    t.match(await (await fetch(`${url}${base}/models`, { headers: { authorization: 'Bearer wrong' } })).json(), { error: { type: 'invalid_request_error' } });
    t.match(await (await fetch(`${url}${base}/models?key=${password}`)).json(), { object: 'list' });
  }
});

t.test('what there is not is a 404, a wrong method a 405 that names the right ones', async (t) => {
  const { call } = await native(t);
  for (const path of ['/v1beta', '/v1beta/nothing', '/v1beta/models/x/y', '/upload/v1beta/models', '/download/v1beta/files/x', '/v1beta/interactions/a/b/c']) {
    t.match(await errorIn(await call(path)), { code: 404, status: 'NOT_FOUND' }, path);
  }
  const wrong = await call('/v1beta/models', { method: 'DELETE' });
  t.equal(wrong.status, 405);
  t.equal(wrong.headers.get('allow'), 'GET, HEAD, OPTIONS');
  t.match(await errorIn(wrong), { code: 405 });
  const head = await call('/v1beta/models/gemini-2.5-flash', { method: 'HEAD' });
  t.equal(head.status, 200);
  t.equal(await head.text(), '');
});

t.test('what must not go through a pool that many share is refused in words', async (t) => {
  const { call, post, google } = await native(t);
  const refused: readonly (readonly [string, string])[] = [
    ['POST', '/v1alpha/auth_tokens'], ['POST', '/v1beta/tunedModels/x:transferOwnership'], ['GET', '/v1beta/webhooks'], ['POST', '/v1beta/webhooks/x'],
    ['POST', '/v1beta/credentials'], ['POST', '/v1beta/files:register'], ['GET', '/v1beta/agents'], ['POST', '/v1beta/environments'], ['GET', '/v1beta/voices'],
  ];
  for (const [method, path] of refused) {
    const answer = method === 'GET' ? await call(path) : await post(path, {});
    t.match(await errorIn(answer), { code: 403, status: 'PERMISSION_DENIED', message: /not passed on: / }, path);
  }
  t.equal(google.asked().length, 0);
  const wished = await native(t, { settings: { NATIVE_AGENTS: 'true' } });
  t.equal((await wished.post('/v1beta/agents', { id: 'x' })).status, 200);
  t.equal((await wished.post('/v1alpha/auth_tokens', {})).status, 403);
});

t.test('an expectation that nobody knows is told with one status, in head and body', async (t) => {
  const service = await native(t);
  const told = await raw(portOf(service), `POST ${flash}:generateContent HTTP/1.1\r\nhost: x\r\nexpect: tea\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`);
  t.match(told, /^HTTP\/1\.1 417 /);
  t.match(told, '"code":417');
});

t.test('the Live API is refused before any switch of protocols', async (t) => {
  const service = await native(t);
  for (const path of ['/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent', '//ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContentConstrained']) {
    const told = await raw(portOf(service), `GET ${path}?key=${service.password} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    t.match(told, /^HTTP\/1\.1 501 /);
    t.match(told, /\r\nconnection: close\r\n/i);
    t.match(told, /"status":"UNIMPLEMENTED"/);
  }
});

t.test('a page may ask beforehand for the headers of uploads, without a password', async (t) => {
  const { url } = await native(t);
  const asked = 'x-goog-api-key, x-goog-api-client, x-goog-upload-command, x-goog-upload-offset, x-goog-upload-protocol, x-server-timeout, content-type';
  const answer = await fetch(`${url}/upload/v1beta/files`, { method: 'OPTIONS', headers: { origin: 'https://page.example', 'access-control-request-method': 'PUT', 'access-control-request-headers': asked } });
  t.equal(answer.status, 204);
  t.equal(answer.headers.get('access-control-allow-headers'), asked);
  t.match(answer.headers.get('access-control-allow-methods'), /PUT, PATCH, DELETE/);
  t.match(answer.headers.get('access-control-expose-headers'), /x-goog-upload-url, x-goog-upload-status, x-goog-upload-size-received, x-goog-upload-chunk-granularity, retry-after/);
});

const quotaError = (period: 'Minute' | 'Day', delay: string): string =>
  JSON.stringify({
    error: {
      code: 429,
      message: 'You exceeded your current quota. Please retry.',
      status: 'RESOURCE_EXHAUSTED',
      details: [
        { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaMetric: 'generativelanguage.googleapis.com/generate_content_free_tier_requests', quotaId: `GenerateRequestsPer${period}PerProjectPerModel-FreeTier`, quotaValue: '10' }] },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: delay },
      ],
    },
  });

/** Makes these keys answer every post with an error. */
const failing = ({ google }: Native, keys: readonly string[], [status, body]: readonly [number, string]): void =>
  google.instead((got, response) => {
    if (got.method !== 'POST' || !keys.includes(got.key)) return false;
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(body);
    return true;
  });

t.test('a 429 tries the next key unseen, and its key rests for the model', async (t) => {
  const service = await native(t);
  failing(service, [keyA], [429, quotaError('Minute', '34s')]);
  for (let at = 0; at < 3; at += 1) {
    const answer = await service.post(`${flash}:streamGenerateContent?alt=sse`, hello);
    t.equal(answer.status, 200);
    t.match(await answer.text(), keyB);
  }
  t.equal(service.google.asked().filter(({ key }) => key === keyA).length, 1);
});

t.test('when all keys are out there is one 429 with Retry-After and RetryInfo, and the quota\'s name for a day', async (t) => {
  const minute = await native(t);
  failing(minute, twoKeys, [429, quotaError('Minute', '34s')]);
  const first = await minute.post(`${flash}:generateContent`, hello);
  t.equal(first.status, 429);
  t.match(first.headers.get('retry-after'), /^3\d$/);
  t.match(await errorIn(first), { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: /^3\ds$/ }] });
  const asked = minute.google.asked().length;
  t.equal((await minute.post(`${flash}:generateContent`, hello)).status, 429);
  t.equal(minute.google.asked().length, asked, 'nobody is asked any more');
  t.equal((await minute.post(`${flash}:countTokens`, hello)).status, 429, 'asked all the same, and refused by Google');
  t.ok(minute.google.asked().length > asked);
  const day = await native(t);
  failing(day, twoKeys, [429, quotaError('Day', '12s')]);
  t.match(await errorIn(await day.post(`${flash}:generateContent`, hello)), { details: [{ violations: [{ quotaId: /PerDay/ }] }, { retryDelay: /^\d{3,}s$/ }] });
});

t.test('a 429 of countTokens does not rest the key for answers', async (t) => {
  const service = await native(t);
  service.google.instead((got, response) => {
    if (!got.path.endsWith(':countTokens')) return false;
    response.writeHead(429, { 'content-type': 'application/json' });
    response.end(quotaError('Minute', '30s'));
    return true;
  });
  t.equal((await service.post(`${flash}:countTokens`, hello)).status, 429);
  t.equal((await service.post(`${flash}:generateContent`, hello)).status, 200);
});

const refusal = (code: number, status: string, [message, reason]: readonly [string, string?]): string =>
  JSON.stringify({ error: { code, message, status, ...(reason === undefined ? {} : { details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com', metadata: { service: 'generativelanguage.googleapis.com', consumer: 'projects/123456789012' } }] }) } });

t.test('what Google says of a key is never the caller\'s: the next one answers, and none left is a 503', async (t) => {
  const bad: readonly (readonly [number, string])[] = [
    [400, refusal(400, 'INVALID_ARGUMENT', ['API key not valid. Please pass a valid API key.', 'API_KEY_INVALID'])],
    [401, refusal(401, 'UNAUTHENTICATED', ['Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.', 'ACCESS_TOKEN_TYPE_UNSUPPORTED'])],
    [401, refusal(401, 'UNAUTHENTICATED', ['Words that nobody knew.'])],
    [403, refusal(403, 'PERMISSION_DENIED', ["Consumer 'api_key:AIza-made-up-key-a' has been suspended.", 'CONSUMER_SUSPENDED'])],
    [403, refusal(403, 'PERMISSION_DENIED', ['Your API key was reported as leaked. Please use another API key.'])],
    [403, refusal(403, 'PERMISSION_DENIED', ['Gemini API has not been used in project 123456789012 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/generativelanguage.googleapis.com/overview?project=123456789012 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.', 'SERVICE_DISABLED'])],
  ];
  for (const [status, body] of bad) {
    const one = await native(t);
    failing(one, [keyA], [status, body]);
    for (let at = 0; at < 2; at += 1) t.equal((await one.post(`${flash}:generateContent`, hello)).status, 200, body);
    const all = await native(t);
    failing(all, twoKeys, [status, body]);
    const answer = await all.post(`${flash}:generateContent`, hello);
    const error = await errorIn(answer);
    t.match(error, { code: 503, status: 'UNAVAILABLE' }, body);
    t.notMatch(JSON.stringify(error), /AIza|AQ\.|123456789012|console\.developers|projects\//);
  }
});

t.test('an error of Google\'s comes with its status, words and details, without keys, projects and links to them', async (t) => {
  const service = await native(t);
  const said = {
    error: {
      code: 400,
      message: `Invalid JSON payload. Key AIza-other-key, project 123456789012 and projects/my-shop-77, see https://console.cloud.google.com/x?project=9 or https://ai.google.dev/gemini-api/docs, account me@my-shop.iam.gserviceaccount.com`,
      status: 'INVALID_ARGUMENT',
      details: [
        { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'contents[0].parts[1]', description: 'Unknown name "x"' }] },
        { '@type': 'type.googleapis.com/google.rpc.Help', links: [{ url: 'https://console.developers.google.com/123456789012' }] },
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'X', metadata: { consumer: 'projects/123456789012', service: 's' } },
      ],
    },
  };
  failing(service, twoKeys, [400, JSON.stringify(said)]);
  const answer = await service.post(`${flash}:generateContent`, hello);
  t.equal(answer.status, 400);
  const error = await errorIn(answer);
  t.match(error, { code: 400, status: 'INVALID_ARGUMENT', message: /^Invalid JSON payload\. Key \[…\], / });
  t.match(error.details?.[0], said.error.details[0]);
  t.equal(error.details?.length, 2);
  t.match(error.message, 'https://ai.google.dev/gemini-api/docs');
  t.notMatch(JSON.stringify(error), /AIza|123456789012|my-shop|console/);
  t.equal(service.google.asked().length, 1, 'the request\'s own fault costs no other key');
});

t.test('an error that holds nothing of the owner comes byte for byte', async (t) => {
  const service = await native(t);
  const said = '{\n  "error": {\n    "code": 400,\n    "message": "* GenerateContentRequest.contents: contents is not specified\\n",\n    "status": "INVALID_ARGUMENT"\n  }\n}\n';
  failing(service, twoKeys, [400, said]);
  t.equal(await (await service.post(`${flash}:generateContent`, {})).text(), said);
});

const fault = (status: number): string => JSON.stringify({ error: { code: status, message: 'The model is overloaded. Please try again later.', status: status === 503 ? 'UNAVAILABLE' : 'INTERNAL' } });

t.test('a 5xx is tried again at most twice for what makes nothing, and never for what may have been made', async (t) => {
  for (const status of [500, 503]) {
    const service = await native(t);
    failing(service, twoKeys, [status, fault(status)]);
    const answer = await service.post(`${flash}:generateContent`, hello);
    t.equal(answer.status, status);
    t.match(await errorIn(answer), { code: status, message: /overloaded/ });
    t.equal(service.google.asked().length, 3);
  }
  const making: readonly (readonly [string, object])[] = [
    ['/v1beta/models/veo-3.0-generate-001:predictLongRunning', {}], [`${flash}:batchGenerateContent`, {}], ['/v1beta/cachedContents', {}],
    ['/v1beta/fileSearchStores', {}], ['/v1beta/interactions', { model: 'gemini-2.5-flash', input: 'x' }],
  ];
  for (const [path, body] of making) {
    const service = await native(t);
    failing(service, twoKeys, [500, fault(500)]);
    t.equal((await service.post(path, body)).status, 500, path);
    t.equal(service.google.asked().length, 1, path);
  }
  const unstored = await native(t);
  failing(unstored, [keyA], [500, fault(500)]);
  t.equal((await unstored.post('/v1beta/interactions', { model: 'm', input: 'x', store: false })).status, 200);
});

t.test('a connection that breaks before the answer is tried again, but for what may have been made', async (t) => {
  const breaking = (service: Native): void => {
    let times = 0;
    service.google.instead((got, response) => {
      if (got.method !== 'POST' || (times += 1) > 1) return false;
      response.socket?.destroy();
      return true;
    });
  };
  const free = await native(t);
  breaking(free);
  t.equal((await free.post(`${flash}:generateContent`, hello)).status, 200);
  const making = await native(t);
  breaking(making);
  t.match(await errorIn(await making.post('/v1beta/cachedContents', {})), { code: 502, status: 'UNAVAILABLE' });
  t.equal(making.google.asked().length, 1);
});

/** Heads behind which nothing comes. */
const emptyHeads: readonly ((response: ServerResponse) => void)[] = [
  (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
  (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(),
  (response) => response.writeHead(204).end(),
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    setImmediate(() => response.destroy());
  },
];

t.test('an answer without a byte is asked for once more, whole or streamed; what may have been made is not, and is told', async (t) => {
  const { google, post } = await native(t);
  for (const play of emptyHeads) {
    for (const path of [`${flash}:streamGenerateContent?alt=sse`, `${flash}:generateContent`]) {
      let times = 0;
      google.instead((got, response) => {
        if (got.method !== 'POST' || (times += 1) > 1) return false;
        play(response);
        return true;
      });
      t.match(await (await post(path, hello)).text(), /Hello/, `${path} ${String(play)}`);
    }
  }
  google.instead((got, response) => {
    if (got.method === 'POST') emptyHeads.at(-1)?.(response);
    return got.method === 'POST';
  });
  t.match(await errorIn(await post('/v1beta/cachedContents', {})), { code: 502, status: 'UNAVAILABLE' });
});

t.test('questions count against the limit of a minute; polls, lists, counts of tokens and bytes don\'t', async (t) => {
  const { post, call, url, google } = await native(t, { settings: { MAX_REQUESTS_PER_MINUTE: '2' } });
  const begun = await post('/upload/v1beta/files', { file: {} }, { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start' });
  const address = begun.headers.get('x-goog-upload-url') ?? '';
  t.match(address, url);
  for (let at = 0; at < 2; at += 1) t.equal((await post(`${flash}:generateContent`, hello)).status, 200);
  const over = await post(`${flash}:generateContent`, hello);
  t.match(await errorIn(over), { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: /^\d+s$/ }] });
  t.match(over.headers.get('retry-after'), /^\d+$/);
  t.equal((await post(`${flash}:countTokens`, hello)).status, 200);
  t.equal((await call('/v1beta/models')).status, 200);
  t.equal((await call('/v1beta/files')).status, 200);
  const sent = await fetch(address, { method: 'POST', headers: { 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '0' }, body: 'bytes' });
  t.equal(sent.status, 200);
  t.ok(google.asked().length > 0);
});

t.test('a body that is too large, or packed, is refused in Google\'s shape', async (t) => {
  const { post, google } = await native(t, { settings: { MAX_BODY_MB: '1' } });
  t.match(await errorIn(await post(`${flash}:generateContent`, 'x'.repeat(1_100_000))), { code: 413, status: 'INVALID_ARGUMENT' });
  t.match(await errorIn(await post(`${flash}:generateContent`, '{}', { 'content-encoding': 'gzip' })), { code: 415, status: 'INVALID_ARGUMENT' });
  t.equal(google.asked().length, 0);
});

type Body = NonNullable<RequestInit['body']>;

/** Leaves in the middle of a request; resolves with the ms after which the call at Google's is closed. */
const closedAfter = async ({ google, url, password, post, last }: Native, [path, body]: readonly [string, Body]): Promise<number> => {
  google.clear();
  google.instead((got, response) => {
    if (got.path.endsWith(':countTokens')) return false;
    if (got.path.endsWith(':streamGenerateContent')) response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n');
    return true;
  });
  const leaving = new AbortController();
  const init = { method: 'POST', headers: { 'x-goog-api-key': password, 'x-goog-upload-command': 'upload' }, body, signal: leaving.signal, duplex: 'half' } as const;
  const answer = fetch(path.startsWith('/') ? `${url}${path}` : path, init);
  const reading = answer.then(({ body: bytes }) => bytes?.getReader().read()).catch(() => undefined);
  await eventually(() => google.asked().length === 1);
  if (path.includes('alt=sse')) await reading;
  const left = last();
  const leftAt = performance.now();
  leaving.abort();
  const later = post(`${flash}:countTokens`, hello);
  await eventually(() => left.isGone || google.asked().length > 1);
  const took = performance.now() - leftAt;
  await (await later).text();
  return left.isGone ? took : Number.POSITIVE_INFINITY;
};

t.test('a caller who leaves ends the call at Google\'s at once, and no key rests for it', async (t) => {
  const service = await native(t);
  const { post } = service;
  const start = { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start' };
  const address = (await post('/upload/v1beta/files', { file: {} }, start)).headers.get('x-goog-upload-url') ?? '';
  const body = JSON.stringify(hello);
  const moments: Readonly<Record<string, () => readonly [string, Body]>> = {
    'before the head': () => [`${flash}:generateContent`, body],
    'in a stream': () => [`${flash}:streamGenerateContent?alt=sse`, body],
    'while something is made': () => ['/v1beta/cachedContents', body],
    'while bytes go up': () => [address, new ReadableStream({ start: (to) => to.enqueue(Buffer.alloc(1000)) })],
  };
  for (const [moment, request] of Object.entries(moments)) {
    const took: number[] = [];
    for (let at = 0; at < 5; at += 1) took.push(await closedAfter(service, request()));
    t.ok(took.every(Number.isFinite), `${moment}: closed before a later question is answered`);
    t.ok(Math.min(...took) < 100, `${moment}: closed after ${took.map(Math.round).join(', ')} ms`);
  }
  service.google.clear();
  t.equal((await post(`${flash}:generateContent`, hello)).status, 200);
});

t.test('a stream that breaks tells so at a frame\'s border, and is cut anywhere else', async (t) => {
  const { google, post } = await native(t);
  const breaksAfter = (type: string, text: string): void =>
    google.instead((got, response) => {
      if (got.method !== 'POST') return false;
      response.writeHead(200, { 'content-type': type });
      response.write(text);
      setImmediate(() => setTimeout(() => response.socket?.destroy(), 20));
      return true;
    });
  for (const border of ['data: {}\n\n', 'data: {}\r\n\r\n']) {
    breaksAfter('text/event-stream', border);
    const told = await (await post(`${flash}:streamGenerateContent?alt=sse`, hello)).text();
    t.ok(told.startsWith(border));
    t.match(JSON.parse(told.slice(border.length).replace('data: ', '')), { error: { code: 502, status: 'UNAVAILABLE', message: /cut off/ } });
    t.ok(told.endsWith('}\n\n'));
  }
  for (const [type, cut, method] of [['text/event-stream', 'data: {"a', ':streamGenerateContent?alt=sse'], ['application/json', '[{"a":1},', ':streamGenerateContent'], ['application/json', '{"candidates":', ':generateContent']] as const) {
    breaksAfter(type, cut);
    const answer = await post(`${flash}${method}`, hello);
    await t.rejects(answer.text(), `${type} ${cut}`);
  }
  google.clear();
  google.instead((got, response) => {
    if (got.method !== 'POST') return false;
    response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
    response.end('data: {"half":');
    return true;
  });
  await t.rejects(async () => (await post(`${flash}:streamGenerateContent?alt=sse`, hello)).text(), 'closed cleanly within a frame');
});

const beat = ': keep-alive\n\n';

/** Longer than a second, after which a heartbeat is due. */
const pastBeat = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1200));

t.test('a heartbeat stands between frames, with a blank line of its own, and never in JSON', async (t) => {
  const { google, post } = await native(t, { settings: { STREAM_KEEPALIVE_SECONDS: '1' } });
  const [first, second] = [gate(), gate()];
  google.instead(async (got, response) => {
    if (got.method !== 'POST') return false;
    const isEvents = got.query === 'alt=sse';
    await (isEvents ? first.until : pastBeat());
    response.writeHead(200, { 'content-type': isEvents ? 'text/event-stream' : 'application/json' });
    response.write('data: {"a":1}\n\n');
    await (isEvents ? second.until : pastBeat());
    response.write('data: {"b"');
    await pastBeat();
    response.end(':2}\n\n');
    return true;
  });
  const array = post(`${flash}:streamGenerateContent`, hello).then((answer) => answer.text());
  const events = reading(await post(`${flash}:streamGenerateContent?alt=sse`, hello));
  await events.until(beat);
  first.open();
  await events.until(`data: {"a":1}\n\n${beat}`);
  second.open();
  t.equal((await events.rest()).replaceAll(beat, ''), 'data: {"a":1}\n\ndata: {"b":2}\n\n');
  t.equal(await array, 'data: {"a":1}\n\ndata: {"b":2}\n\n');
});

t.test('keys are tried behind heartbeats, and the last failure comes as an event', async (t) => {
  const { google, post } = await native(t, { settings: { STREAM_KEEPALIVE_SECONDS: '1' } });
  const held = gate();
  google.instead(async (got, response) => {
    if (got.method !== 'POST') return false;
    await held.until;
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(refusal(400, 'INVALID_ARGUMENT', ['contents is not specified']));
    return true;
  });
  const answer = await post(`${flash}:streamGenerateContent?alt=sse`, hello);
  t.equal(answer.status, 200);
  const events = reading(answer);
  await events.until(beat);
  held.open();
  const told = await events.rest();
  t.match(told, /^: keep-alive\n\n/);
  t.match(JSON.parse(told.slice(told.indexOf('data: ') + 6)), { error: { code: 400, message: 'contents is not specified' } });
});

t.test('aliases of models hold in paths, and in the models that a body names', async (t) => {
  const { post, call, last } = await native(t, { settings: { MODEL_ALIASES: 'gemini-pro=gemini-2.5-flash' } });
  t.equal((await post('/v1beta/models/gemini-pro:generateContent', { contents: [{ role: 'function', parts: [{ text: 'gemini-pro' }] }], generation_config: { max_output_tokens: 4 } })).status, 200);
  t.equal(last().path, `${flash}:generateContent`);
  t.equal(last().body.toString(), '{"contents":[{"role":"function","parts":[{"text":"gemini-pro"}]}],"generation_config":{"max_output_tokens":4}}');
  await post('/v1beta/models/gemini-pro:countTokens', { generateContentRequest: { model: 'models/gemini-pro', ...hello } });
  t.match(JSON.parse(last().body.toString()), { generateContentRequest: { model: 'models/gemini-2.5-flash' } });
  t.match(await (await call('/v1beta/models/gemini-pro')).json(), { name: 'models/gemini-2.5-flash' });
});

t.test('models page by page, all pages of one key', async (t) => {
  const { call, google } = await native(t);
  const names: string[] = [];
  let token: string | undefined = '';
  while (token !== undefined) {
    const page = (await (await call(`/v1beta/models?pageSize=2${token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`}`)).json()) as { models: { name: string }[]; nextPageToken?: string };
    names.push(...page.models.map(({ name }) => name));
    token = page.nextPageToken;
  }
  t.equal(new Set(names).size, names.length);
  t.equal(names.length, 5);
  t.equal(new Set(google.asked().map(({ key }) => key)).size, 1);
  t.match(await errorIn(await call('/v1beta/models?pageToken=of-elsewhere')), { code: 400, status: 'INVALID_ARGUMENT' });
});

t.test('what stands in place of a model is in the log only where it is a name', async (t) => {
  const { post, log, google } = await native(t);
  for (const word of ['words%20of%20a%20secret', 'long'.repeat(1000), 'secret@place']) await post(`/v1beta/models/${word}:generateContent`, hello);
  t.equal(google.asked().length, 3, 'they pass');
  t.notOk(log.some((line) => /secret|longlong/.test(line)));
  await post(`${flash}:generateContent`, hello);
  t.ok(log.some((line) => line.includes('"model":"gemini-2.5-flash"')));
});
