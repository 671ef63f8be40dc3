import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { GuardedFetchNeeds } from '../../../src/adapters/guarded-fetch/guarded-fetch.ts';
import { atHome, begun, noHost, path, png, refusal, settings, stays } from '../../support/fetching.ts';
import { pretendInternet } from '../../support/pretend-internet.ts';
import { webServer } from '../../support/web-server.ts';

t.test('the time limit holds over all of a fetch, and nothing stays open', async (t) => {
  const server = await webServer(t, ({ url }, response) => {
    if (url === '/silent') return;
    if (url === '/slow') {
      const timer = setInterval(() => response.write('.'), 5);
      response.once('close', () => clearInterval(timer));
    }
  });
  const { fetchMedia } = begun(t, { ...atHome, timeoutMs: 100 });
  for (const name of ['silent', 'slow']) {
    t.same(await fetchMedia(`${server.url}/${name}`, path, stays)(), refusal('it took longer than 0.1 s'), name);
    await server.idle();
  }
  const net = { ...pretendInternet({}, server), lookup: () => new Promise<never>(() => undefined) };
  t.same(await begun(t, { ...settings, timeoutMs: 20 }, net).fetchMedia('http://slow.example', path, stays)(), refusal('it took longer than 0.02 s'));
});

t.test('an answer to a lookup that comes too late opens no connection', async (t) => {
  const server = await webServer(t, (_, response) => response.end(png));
  const late = { answer: (): void => undefined };
  const net = pretendInternet({}, server);
  const lookup: GuardedFetchNeeds['lookup'] = () =>
    new Promise((resolve) => {
      late.answer = () => resolve([{ address: '93.184.215.14', family: 4 }]);
    });
  const { fetchMedia } = begun(t, { ...settings, timeoutMs: 20 }, { ...net, lookup });
  await fetchMedia('http://slow.example', path, stays)();
  late.answer();
  await new Promise((resolve) => setImmediate(resolve));
  t.same(net.dialled, []);
  t.equal(server.connections(), 0);
});

t.test('broken connections are refusals, not defects', async (t) => {
  const server = await webServer(t, ({ url }, response) => {
    if (url === '/reset') response.socket?.resetAndDestroy();
    if (url === '/cut') response.writeHead(200, { 'content-length': 1000 }).write('half', () => response.destroy());
    if (url === '/reset-later') response.writeHead(200).write('half', () => response.socket?.resetAndDestroy());
  });
  const { fetchMedia } = begun(t, atHome);
  t.same(await fetchMedia(`${server.url}/reset`, path, stays)(), noHost);
  t.same(await fetchMedia(`${server.url}/cut`, path, stays)(), refusal('the connection broke off in the middle'));
  t.same(await fetchMedia(`${server.url}/reset-later`, path, stays)(), refusal('the connection broke off in the middle'));
});

t.test('a server that does not speak HTTP is like one that does not answer', async (t) => {
  for (const words of ['SSH-2.0-OpenSSH_9.6\r\n', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`, 'HTTP/1.1 101 Switching Protocols\r\n\r\n']) {
    const server = createServer((socket) => socket.on('error', () => undefined).end(words)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.teardown(() => server.close());
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    t.same(await begun(t, atHome).fetchMedia(address, path, stays)(), noHost, words.slice(0, 20));
  }
});

t.test('a closed port of one\'s own network is refused in the same words as a network that may not be read', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  t.same(await begun(t, atHome).fetchMedia(`http://127.0.0.1:${port}/`, path, stays)(), noHost);
  t.same(await begun(t, settings).fetchMedia('http://127.0.0.1/', path, stays)(), noHost);
});

t.test('a certificate that is not valid is named', async (t) => {
  const server = await webServer(t, (_, response) => response.end(png));
  const net = pretendInternet({ 'a.example': [['93.184.215.14']] }, server);
  const openSocket: GuardedFetchNeeds['openSocket'] = (peer) => {
    const socket = net.openSocket({ ...peer, isTls: false });
    socket.once('connect', () => socket.destroy(Object.assign(new Error('no trust'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })));
    return socket;
  };
  const { fetchMedia } = begun(t, settings, { ...net, openSocket });
  t.same(await fetchMedia('https://a.example/', path, stays)(), refusal("its host's certificate is not valid"));
  t.same(server.seen, []);
});

t.test('real TLS is spoken for https: a server without it gets a hello and no request', async (t) => {
  const bytes: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', (data) => {
      bytes.push(data);
      socket.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  t.same(await begun(t, atHome).fetchMedia(`https://localhost:${(server.address() as AddressInfo).port}/`, path, stays)(), noHost);
  t.equal(bytes[0]?.[0], 22, 'a handshake record');
});

t.test('when the caller leaves, the fetch ends at once and its connection is closed', async (t) => {
  const left = new AbortController();
  left.abort();
  const server = await webServer(t, ({ url }, response) => {
    if (url === '/half') response.writeHead(200, { 'content-length': 1000 }).write('half');
    leave.abort();
  });
  let leave = new AbortController();
  const { fetchMedia } = begun(t, atHome);
  t.same(await fetchMedia(server.url, path, { ...stays, signal: left.signal })(), E.left({ tag: 'ClientGone' }));
  t.equal(server.connections(), 0, 'who has left before causes nothing');
  for (const name of ['silent', 'half']) {
    leave = new AbortController();
    t.same(await fetchMedia(`${server.url}/${name}`, path, { ...stays, signal: leave.signal })(), E.left({ tag: 'ClientGone' }), name);
    await server.idle();
  }
});

t.test('closing ends what is still being fetched', async (t) => {
  const arrived = new EventTarget();
  const server = await webServer(t, () => arrived.dispatchEvent(new Event('request')));
  const { fetchMedia, close } = begun(t, atHome);
  const fetching = fetchMedia(server.url, path, stays)();
  await once(arrived, 'request');
  await close();
  t.same(await fetching, noHost);
  await server.idle();
});
