import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { Memory } from '../../../src/ports/memory.ts';
import { atHome, begun, got, megabyte, noHost, path, png, refusal, settings, stays, type Outcome } from '../../support/fetching.ts';
import { pretendInternet } from '../../support/pretend-internet.ts';
import { webServer } from '../../support/web-server.ts';

t.test('a picture is read from a public host, which learns nothing of us', async (t) => {
  const server = await webServer(t, (_, response) => {
    response.setHeader('content-type', 'text/html');
    response.setHeader('set-cookie', 'a=b');
    response.end(png);
  });
  const net = pretendInternet({ 'pictures.example': [['93.184.215.14', '2606:2800:21f::1']] }, server);
  const { fetchMedia } = begun(t, settings, net);
  t.same(await fetchMedia('http://pictures.example/a%20b.png?c=d#e', path, stays)(), got(png));
  t.same(await fetchMedia('HTTPS://Pictures.EXAMPLE.:8443/', path, stays)(), got(png), 'the type is told by the content');
  t.same(net.dialled, ['93.184.215.14:80', '93.184.215.14:8443']);
  const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Pollux', connection: 'close' };
  t.same(server.seen, [
    { line: 'GET /a%20b.png?c=d', headers: { host: 'pictures.example', ...headers } },
    { line: 'GET /', headers: { host: 'pictures.example.:8443', ...headers } },
  ]);
  t.equal(server.connections(), 2, 'no connection is used again');
});

t.test('one\'s own network is read when that is allowed, by number and by name', async (t) => {
  const server = await webServer(t, (_, response) => response.end(png));
  const { fetchMedia } = begun(t, atHome);
  for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '0x7f.1']) {
    t.same(await fetchMedia(`http://${host}:${server.port}/`, path, stays)(), got(png), host);
  }
});

t.test('no proxy of the environment is used', async (t) => {
  const server = await webServer(t, (_, response) => response.end(png));
  const proxy = await webServer(t, (_, response) => response.end('proxied'));
  t.intercept(process, 'env', { value: { ...process.env, HTTP_PROXY: proxy.url, http_proxy: proxy.url, ALL_PROXY: proxy.url, NODE_USE_ENV_PROXY: '1' } });
  t.same(await begun(t, atHome).fetchMedia(server.url, path, stays)(), got(png));
  t.equal(proxy.connections(), 0);
});

t.test('redirects are followed, each judged like the first address', async (t) => {
  const server = await webServer(t, ({ url = '/' }, response) => {
    const [, status, to] = url.split('/', 3);
    if (status === 'end') response.end(png);
    else response.writeHead(Number(status), { location: decodeURIComponent(to ?? '') }).end('elsewhere');
  });
  const zone = { 'a.example': [['93.184.215.14']], 'b.example': [['93.184.215.15']], 'inner.example': [['10.0.0.1']] };
  const fetched = async (t: Test, address: string): Promise<{ readonly outcome: Outcome; readonly dialled: readonly string[] }> => {
    const net = pretendInternet(zone, server);
    return { outcome: await begun(t, settings, net).fetchMedia(address, path, stays)(), dialled: net.dialled };
  };
  const to = (address: string): string => `http://a.example/302/${encodeURIComponent(address)}`;

  for (const status of [301, 302, 303, 307, 308]) {
    const { outcome, dialled } = await fetched(t, `http://a.example/${status}/${encodeURIComponent('//b.example/end')}`);
    t.same(outcome, got(png), String(status));
    t.same(dialled, ['93.184.215.14:80', '93.184.215.15:80']);
  }
  t.same((await fetched(t, to('/end'))).outcome, got(png), 'a relative address');
  t.same((await fetched(t, to('https://a.example/end'))).outcome, got(png), 'from http up to https');

  const refused: readonly (readonly [string, Outcome])[] = [
    ['http://127.0.0.1/end', noHost],
    ['http://[::1]/end', noHost],
    ['http://[::ffff:a9fe:a9fe]/latest/meta-data/', noHost],
    ['http://2130706433/end', noHost],
    ['http://inner.example/end', noHost],
    ['http://unknown.example/end', noHost],
    ['http://metadata.google.internal/computeMetadata/v1/', noHost],
    ['http://a.example:22/end', refusal('this port is not read from')],
    ['http://user@a.example/end', refusal('an address with a user name or password in it is not read')],
    ['file:///etc/passwd', refusal('only http and https addresses are read')],
    ['gopher://a.example/end', refusal('only http and https addresses are read')],
    ['data:image/png;base64,iVBORw0KGgo=', refusal('only http and https addresses are read')],
    ['http://:99999/', refusal('it is not a valid web address')],
  ];
  for (const [address, expected] of refused) {
    const { outcome, dialled } = await fetched(t, to(address));
    t.same(outcome, expected, address);
    t.same(dialled, ['93.184.215.14:80'], 'nothing but the first host was asked');
  }
  t.same((await fetched(t, `https://a.example/302/${encodeURIComponent('http://a.example/end')}`)).outcome, refusal('it redirects from https to http'));
  t.same((await fetched(t, 'http://a.example/302')).outcome, refusal('its server answered 302'), 'without saying where to');
  t.same((await fetched(t, 'http://a.example/304/%2Fend')).outcome, refusal('its server answered 304'));
});

t.test('four redirects are followed, a fifth and a loop are not', async (t) => {
  const server = await webServer(t, ({ url = '/' }, response) => {
    const left = Number(url.slice(1));
    if (left === 0) response.end(png);
    else response.writeHead(302, { location: Number.isNaN(left) ? url : `/${left - 1}` }).end();
  });
  const { fetchMedia } = begun(t, atHome);
  t.same(await fetchMedia(`${server.url}/4`, path, stays)(), got(png));
  const before = server.seen.length;
  t.same(await fetchMedia(`${server.url}/5`, path, stays)(), refusal('it redirects more than 4 times'));
  t.same(await fetchMedia(`${server.url}/loop`, path, stays)(), refusal('it redirects more than 4 times'));
  t.equal(server.seen.length - before, 10);
});

t.test('answers that hold no content are refused with their status', async (t) => {
  const server = await webServer(t, ({ url = '/' }, response) => response.writeHead(Number(url.slice(1))).end('a secret'));
  const { fetchMedia } = begun(t, atHome);
  for (const status of [201, 204, 206, 300, 400, 401, 403, 404, 410, 429, 500, 503]) {
    t.same(await fetchMedia(`${server.url}/${status}`, path, stays)(), refusal(`its server answered ${status}`));
  }
});

t.test('content is told by its bytes, and refused where Gemini does not read it', async (t) => {
  const bodies: Readonly<Record<string, Buffer>> = {
    '/text': Buffer.from('plain words'),
    '/empty': Buffer.alloc(0),
    '/page': Buffer.from('<!doctype html><p>a secret'),
    '/unknown': Buffer.from([0, 1, 2, 3]),
  };
  const server = await webServer(t, ({ url = '' }, response) => response.setHeader('content-type', 'image/png').end(bodies[url]));
  const { fetchMedia } = begun(t, atHome);
  t.same(await fetchMedia(`${server.url}/text`, path, stays)(), got(Buffer.from('plain words'), 'text/plain'));
  t.same(await fetchMedia(`${server.url}/empty`, path, stays)(), refusal('it is empty'));
  t.same(
    await fetchMedia(`${server.url}/page`, path, stays)(),
    refusal('it is a web page or other markup (HTML, SVG, XML), not a picture or file that Gemini reads'),
  );
  t.same(await fetchMedia(`${server.url}/unknown`, path, stays)(), refusal('it is no picture or file of a kind that Gemini reads'));
});

t.test('content that is compressed all the same is unpacked', async (t) => {
  const packed: Readonly<Record<string, Buffer>> = {
    gzip: gzipSync(png),
    'X-GZIP': gzipSync(png),
    deflate: deflateSync(png),
    br: brotliCompressSync(png),
    identity: png,
    'aws-chunked': png,
  };
  const server = await webServer(t, ({ url = '' }, response) => {
    const encoding = url.slice(1);
    if (encoding === 'cut') response.setHeader('content-encoding', 'gzip').end(gzipSync(png).subarray(0, 50));
    else if (encoding === 'twice') response.setHeader('content-encoding', 'gzip, gzip').end(gzipSync(gzipSync(png)));
    else response.setHeader('content-encoding', encoding).end(packed[encoding]);
  });
  const { fetchMedia } = begun(t, atHome);
  for (const encoding of Object.keys(packed)) t.same(await fetchMedia(`${server.url}/${encoding}`, path, stays)(), got(png), encoding);
  t.same(await fetchMedia(`${server.url}/cut`, path, stays)(), refusal('the connection broke off in the middle'));
  t.same(await fetchMedia(`${server.url}/twice`, path, stays)(), refusal('it is no picture or file of a kind that Gemini reads'));
});

t.test('no more is read than the limit, whatever is declared or packed', async (t) => {
  const full = Buffer.concat([png, Buffer.alloc(megabyte - png.length, 7)]);
  const server = await webServer(t, ({ url }, response) => {
    if (url === '/full') response.end(full);
    if (url === '/declared') response.writeHead(200, { 'content-length': megabyte + 1 }).flushHeaders();
    if (url === '/over') response.end(Buffer.concat([full, Buffer.alloc(1)]));
    if (url === '/bomb') response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(64 * megabyte)));
    if (url === '/endless') {
      const more = (): void => void (response.destroyed || response.write(full, more));
      more();
    }
  });
  const { fetchMedia } = begun(t, atHome);
  t.same(await fetchMedia(`${server.url}/full`, path, stays)(), got(full));
  for (const name of ['declared', 'over', 'bomb', 'endless']) {
    t.same(await fetchMedia(`${server.url}/${name}`, path, stays)(), refusal('it is larger than 1 MB'), name);
    await server.idle();
  }
  t.same(await begun(t, { ...atHome, mostBytes: 5 }).fetchMedia(`${server.url}/full`, path, stays)(), refusal('it is larger than 5 bytes'));
});

t.test('a body of single bytes is put together', async (t) => {
  const small = png.subarray(0, 3000);
  const server = await webServer(t, (_, response) => {
    for (const byte of small) response.write(Buffer.from([byte]));
    response.end();
  });
  t.same(await begun(t, atHome).fetchMedia(server.url, path, stays)(), got(small));
});

t.test('what is fetched is reserved as it is unpacked; without memory for it the fetch ends, and nothing stays held', async (t) => {
  const packed = brotliCompressSync(Buffer.concat([png, Buffer.alloc(megabyte / 2)]));
  const server = await webServer(t, ({ url }, response) => {
    if (url === '/packed') response.setHeader('content-encoding', 'br').end(packed);
    else response.end(png);
  });
  const { fetchMedia } = begun(t, atHome);
  const state = { held: 0 };
  const memoryOf = (most: number): Memory => ({
    take: (bytes) => {
      if (state.held + bytes > most) return { tag: 'Busy', message: 'full' };
      state.held += bytes;
      return null;
    },
    giveBack: (bytes) => {
      state.held -= bytes;
    },
  });
  for (const [name, most] of [['packed', 17 * megabyte], ['plain', 100_000]] as const) {
    t.match(await fetchMedia(`${server.url}/${name}`, path, { ...stays, memory: memoryOf(most) })(), E.left({ tag: 'Busy' }), name);
    t.equal(state.held, 0, name);
  }
  t.same(await fetchMedia(server.url, path, { ...stays, memory: memoryOf(megabyte) })(), got(png));
  t.ok(state.held >= 4 * png.length, 'what is held counts unpacked, with the copies that are made of it');
});
