import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import t, { type Test } from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { secret } from '../../../src/kernel/secret.ts';
import { call, clientKey, clientOf, noProxies, outcomeOf, startedEmulator } from '../../support/client-calls.ts';

const listening = async (t: Test, server: Server): Promise<number> => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

type Seen = { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string };

const answer = JSON.stringify({ candidates: [{ content: { parts: [{ text: 'well' }] }, finishReason: 'STOP' }] });

/** A server that notes requests as they came and always answers the same. */
const noting = async (t: Test): Promise<{ readonly url: string; readonly seen: readonly Seen[] }> => {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const pieces: string[] = [];
    request.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: pieces.join('') });
      response.writeHead(200, { 'content-type': 'application/json' }).end(request.method === 'GET' ? '{"models":[]}' : answer);
    });
  });
  return { url: `http://127.0.0.1:${await listening(t, server)}`, seen };
};

const controller = new AbortController();

t.test('the key travels in its header and nowhere else', async (t) => {
  const { url, seen } = await noting(t);
  const client = clientOf(t, url);
  await outcomeOf(client, call());
  await outcomeOf(client, call({ streamed: false }));
  await client.fetchModels(secret(clientKey), controller.signal)();
  await client.probeKey(secret(clientKey), controller.signal)();
  t.equal(seen.length, 4);
  for (const { headers, ...rest } of seen) {
    const { 'x-goog-api-key': key, ...others } = headers;
    t.equal(key, clientKey);
    t.notOk(JSON.stringify([rest, others]).includes(clientKey), rest.url);
  }
});

t.test('no compressed answer is asked for, and the body goes out as it is', async (t) => {
  const { url, seen } = await noting(t);
  const body = '{"contents":[{"parts":[{"text":"Grüße 👋"}]}]}';
  await outcomeOf(clientOf(t, url), call({ body }));
  t.match(seen, [{ method: 'POST', body, headers: { 'content-type': 'application/json', 'accept-encoding': 'identity', 'content-length': String(Buffer.byteLength(body)) } }]);
});

t.test('each model has its own path, whatever its name', async (t) => {
  const { url, seen } = await noting(t);
  const client = clientOf(t, url);
  const paths: readonly (readonly [string, string])[] = [
    ['gemini-3.8-flash', '/v1beta/models/gemini-3.8-flash:generateContent'],
    ['tunedModels/mine-1', '/v1beta/tunedModels/mine-1:generateContent'],
    ['dynamic/mine-1', '/v1beta/dynamic/mine-1:generateContent'],
    ['my model?key=x#y', '/v1beta/models/my%20model%3Fkey%3Dx%23y:generateContent'],
    ['../../v1/files', '/v1beta/models/..%2F..%2Fv1%2Ffiles:generateContent'],
    ['tunedModels/../files', '/v1beta/tunedModels/..%2Ffiles:generateContent'],
    ['tunedModels/', '/v1beta/models/tunedModels%2F:generateContent'],
    ['a\r\nx-more: yes', '/v1beta/models/a%0D%0Ax-more%3A%20yes:generateContent'],
    ['half \ud83d', '/v1beta/models/half%20%EF%BF%BD:generateContent'],
  ];
  for (const [model] of paths) t.match(await outcomeOf(client, call({ model, streamed: false })), { error: null }, model);
  t.same(seen.map(({ url: path }) => path), paths.map(([, path]) => path));
  await outcomeOf(client, call());
  t.equal(seen.at(-1)?.url, '/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse');
});

t.test('a base URL may have a path', async (t) => {
  const { url, seen } = await noting(t);
  const client = clientOf(t, `${url}/google/gemini`);
  await outcomeOf(client, call({ streamed: false }));
  await client.probeKey(secret(clientKey), controller.signal)();
  t.same(seen.map(({ url: path }) => path), ['/google/gemini/v1beta/models/gemini-3.8-flash:generateContent', '/google/gemini/v1beta/models?pageSize=1']);
});

t.test('nobody there is told by its code', async (t) => {
  const server = createServer();
  const port = await listening(t, server);
  await new Promise((resolve) => server.close(resolve));
  t.match(await outcomeOf(clientOf(t, `http://127.0.0.1:${port}`), call()), { at: 'head', error: { tag: 'Unreachable', reason: 'ECONNREFUSED' } });
});

/** A proxy that opens tunnels, and what it was asked for; `to` sends all of them to one port of this machine. */
const tunnelling = async (t: Test, to?: number): Promise<{ readonly url: string; readonly targets: readonly string[]; readonly heard: readonly string[] }> => {
  const targets: string[] = [];
  const heard: string[] = [];
  const server = createServer((_, response) => response.writeHead(500).end());
  server.on('connect', (request, socket, head) => {
    targets.push(request.url ?? '');
    heard.push(JSON.stringify(request.headers));
    const upstream = connect(to ?? Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    for (const end of [socket, upstream]) end.on('error', () => undefined);
    socket.on('close', () => upstream.destroy());
  });
  return { url: `http://127.0.0.1:${await listening(t, server)}`, targets, heard };
};

t.test('HTTP_PROXY carries calls of http, and never sees the key in its own request', async (t) => {
  const emulator = await startedEmulator(t);
  const proxy = await tunnelling(t);
  const client = clientOf(t, emulator.url, { proxies: { ...noProxies, httpProxy: proxy.url } });
  for (let count = 0; count < 5; count += 1) t.match(await outcomeOf(client, call()), { error: null });
  t.same([...new Set(proxy.targets)], [`127.0.0.1:${emulator.port}`]);
  t.ok(proxy.targets.length <= 2, 'a tunnel is used again');
  t.notOk(proxy.heard.join().includes(clientKey));
});

t.test('NO_PROXY goes straight there, other hosts still through the proxy', async (t) => {
  const emulator = await startedEmulator(t);
  const proxy = await tunnelling(t);
  for (const noProxy of ['127.0.0.1', `127.0.0.1:${emulator.port}`, 'example.com, 127.0.0.1', '*']) {
    t.match(await outcomeOf(clientOf(t, emulator.url, { proxies: { ...noProxies, httpProxy: proxy.url, noProxy } }), call()), { error: null }, noProxy);
  }
  t.same(proxy.targets, []);
  t.match(await outcomeOf(clientOf(t, emulator.url, { proxies: { ...noProxies, httpProxy: proxy.url, noProxy: 'example.com' } }), call()), { error: null });
  t.equal(proxy.targets.length, 1);
});

/** A TCP end that takes the first bytes of a TLS handshake and hangs up. */
const handshakes = async (t: Test): Promise<{ readonly port: number; readonly hellos: readonly string[] }> => {
  const hellos: string[] = [];
  const server = createServer();
  server.removeAllListeners('connection').on('connection', (socket) => {
    socket.once('data', (bytes: Buffer) => {
      hellos.push(bytes.toString('latin1'));
      socket.destroy();
    });
    socket.on('error', () => undefined);
  });
  return { port: await listening(t, server), hellos };
};

t.test('HTTPS_PROXY carries calls of https in a tunnel, and HTTP_PROXY when there is no other', async (t) => {
  const { port, hellos } = await handshakes(t);
  const proxy = await tunnelling(t, port);
  for (const proxies of [{ ...noProxies, httpsProxy: proxy.url }, { ...noProxies, httpProxy: proxy.url }]) {
    const outcome = await outcomeOf(clientOf(t, 'https://gemini.example', { proxies }), call());
    t.match(outcome, { at: 'head', error: { tag: 'Unreachable' } });
  }
  t.same([...new Set(proxy.targets)], ['gemini.example:443']);
  t.ok(hellos.length >= 2);
  for (const hello of hellos) {
    t.equal(hello.charCodeAt(0), 0x16, 'a TLS handshake');
    t.ok(hello.includes('gemini.example'), 'that names the host');
  }
  t.notOk(proxy.heard.join().includes(clientKey));
});

t.test('HTTPS_PROXY alone leaves calls of http alone', async (t) => {
  const emulator = await startedEmulator(t);
  const proxy = await tunnelling(t);
  t.match(await outcomeOf(clientOf(t, emulator.url, { proxies: { ...noProxies, httpsProxy: proxy.url } }), call()), { error: null });
  t.same(proxy.targets, []);
});

t.test('a proxy that refuses or is not there makes Gemini unreachable', async (t) => {
  const server = createServer();
  server.on('connect', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  const port = await listening(t, server);
  const through = (proxy: number) => clientOf(t, 'http://gemini.example', { proxies: { ...noProxies, httpProxy: `http://127.0.0.1:${proxy}` } });
  t.match(await outcomeOf(through(port), call()), { at: 'head', error: { tag: 'Unreachable' } });
  server.close();
  server.closeAllConnections();
  t.match(await outcomeOf(through(port), call()), { at: 'head', error: { tag: 'Unreachable', reason: 'ECONNREFUSED' } });
});

t.test('a proxy that hangs up or says nothing is given up, and not run against', async (t) => {
  const ways: readonly (readonly [string, string, (socket: Duplex) => unknown])[] = [
    ['hangs up', 'ECONNRESET', (socket) => socket.end()],
    ['says nothing', 'UND_ERR_CONNECT_TIMEOUT', () => undefined],
  ];
  for (const [way, reason, answer] of ways) {
    let tunnels = 0;
    const server = createServer().on('connect', (_, socket: Duplex) => {
      tunnels += 1;
      answer(socket);
    });
    const proxies = { ...noProxies, httpProxy: `http://127.0.0.1:${await listening(t, server)}` };
    for (const baseUrl of ['http://gemini.example', 'https://gemini.example']) {
      t.match(await outcomeOf(clientOf(t, baseUrl, { proxies, connectTimeoutMs: 200 }), call()), { at: 'head', error: { tag: 'Unreachable', reason } }, way);
    }
    t.ok(tunnels <= 4, `${way}: ${tunnels}`);
  }
});

t.test('all pages of the models are read', async (t) => {
  const emulator = await startedEmulator(t, { pageSize: 10 });
  const read = await clientOf(t, emulator.url).fetchModels(secret('k1'), controller.signal)();
  t.equal(E.isRight(read) ? new Set(read.right.map(({ name }) => name)).size : 0, 27);
  t.same(emulator.requests.map(({ query }) => query['pageSize']), ['1000', '1000', '1000']);
});

t.test('pages that never end are given up after 50', async (t) => {
  const server = createServer((_, response) => response.end('{"models":[{"name":"models/a"}],"nextPageToken":"again & again"}'));
  const read = await clientOf(t, `http://127.0.0.1:${await listening(t, server)}`).fetchModels(secret('k1'), controller.signal)();
  t.equal(E.isRight(read) ? read.right.length : 0, 50);
});

t.test('what goes wrong with the models is told as with answers', async (t) => {
  const emulator = await startedEmulator(t, { keys: ['k1'] });
  const client = clientOf(t, emulator.url);
  const rows = [
    ['html-200', { tag: 'BadAnswer', reason: 'a model list that is no JSON' }],
    ['array', { tag: 'BadAnswer', reason: 'no model list' }],
    [503, { tag: 'GeminiFault', status: 503 }],
    ['location', { tag: 'LocationRefused' }],
    ['redirect', { tag: 'BadAnswer', reason: 'a redirect' }],
  ] as const;
  for (const [kind, left] of rows) {
    emulator.fault(kind, { on: 'models' });
    t.match(await client.fetchModels(secret('k1'), controller.signal)(), { left }, String(kind));
  }
  t.match(await client.fetchModels(secret('k1'), AbortSignal.abort())(), { left: { tag: 'ClientGone' } });
});

t.test('a key is probed with one small request', async (t) => {
  const emulator = await startedEmulator(t, { keys: ['k1'] });
  const client = clientOf(t, emulator.url);
  t.match(await client.probeKey(secret('k1'), controller.signal)(), { _tag: 'Right' });
  t.same(emulator.requests.map(({ path, query }) => [path, query]), [['/v1beta/models', { pageSize: '1' }]]);
  t.match(await client.probeKey(secret('k2'), controller.signal)(), { left: { tag: 'KeyRefused', fault: 'invalid' } });
  emulator.failKey('k1', 'leaked');
  t.match(await client.probeKey(secret('k1'), controller.signal)(), { left: { tag: 'KeyRefused', fault: 'leaked' } });
});
