import t, { type Test } from 'tap';
import { memoryImages } from '../../src/adapters/images/memory-images.ts';
import { lastingLinks, signedLinks } from '../../src/adapters/images/image-links.ts';
import { byteRange } from '../../src/http/byte-range.ts';
import { imageRoutes, type ImageRouteNeeds } from '../../src/http/image-routes.ts';
import { named, oddNames, pictureOf } from '../support/pictures.ts';
import { eventually, serving, wire } from '../support/serving.ts';

const image = named(300_000);
const store = memoryImages({ mostImages: 10, mostBytes: 10_000_000 });
t.before(() => store.put(image)());

type Answer = { readonly status: number; readonly headers: Headers; readonly body: Buffer };
type Ask = (path: string, headers?: Readonly<Record<string, string>>, method?: string) => Promise<Answer>;

const site = async (t: Test, over: Partial<ImageRouteNeeds> = {}): Promise<Ask> => {
  const { origin } = await serving(t, imageRoutes({ findImage: store.find, checkLink: lastingLinks.checkLink, ...over }));
  return async (path, headers = {}, method = 'GET') => {
    const response = await fetch(`${origin}${path}`, { headers, method });
    return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
  };
};

const etagOf = async (): Promise<string> => (await store.find(image.name))?.etag ?? '';

const errorOf = ({ body }: Answer): unknown => (JSON.parse(body.toString()) as { readonly error: unknown }).error;

t.test('a picture is served without a password, safe to show and to keep', async (t) => {
  const ask = await site(t);
  for (const path of [`/images/${image.name}`, `/v1/images/${image.name}`]) {
    const { status, headers, body } = await ask(path, { origin: 'https://chat.example' });
    t.equal(status, 200);
    t.ok(body.equals(image.bytes));
    const expected = {
      'content-type': 'image/png',
      'content-length': '300000',
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'accept-ranges': 'bytes',
      etag: await etagOf(),
    };
    for (const [name, value] of Object.entries(expected)) t.equal(headers.get(name), value, name);
  }
});

t.test('HEAD tells all that GET does, without the picture', async (t) => {
  const { status, headers, body } = await (await site(t))(`/images/${image.name}`, { range: 'bytes=0-9' }, 'HEAD');
  t.equal(status, 200, 'a range is for GET alone');
  t.equal(headers.get('content-length'), '300000');
  t.equal(headers.get('content-type'), 'image/png');
  t.equal(body.length, 0);
});

t.test('who has the picture already is told so', async (t) => {
  const ask = await site(t);
  const etag = await etagOf();
  const cases: readonly (readonly [string, number])[] = [
    [etag, 304],
    [`W/${etag}`, 304],
    [`"other", ${etag}`, 304],
    ['*', 304],
    ['"other"', 200],
    [etag.slice(1, -1), 200],
  ];
  for (const [tag, expected] of cases) {
    const { status, headers, body } = await ask(`/images/${image.name}`, { 'if-none-match': tag, range: 'bytes=0-9' });
    t.equal(status === 206 ? 200 : status, expected, tag);
    if (expected !== 304) continue;
    t.equal(headers.get('etag'), etag);
    t.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable');
    t.equal(body.length, 0);
  }
});

t.test('a part is served alone', async (t) => {
  const ask = await site(t);
  const cases: readonly (readonly [string, number, number])[] = [
    ['bytes=0-0', 0, 0],
    ['bytes=10-200000', 10, 200_000],
    ['bytes=299999-', 299_999, 299_999],
    ['bytes=-5', 299_995, 299_999],
    ['bytes=5-999999999', 5, 299_999],
    ['bytes=-999999999', 0, 299_999],
  ];
  for (const [range, start, end] of cases) {
    const { status, headers, body } = await ask(`/images/${image.name}`, { range });
    t.equal(status, 206, range);
    t.equal(headers.get('content-range'), `bytes ${start}-${end}/300000`);
    t.equal(headers.get('content-length'), String(end - start + 1));
    t.ok(body.equals(Buffer.from(image.bytes).subarray(start, end + 1)));
  }
});

t.test('a part beyond the end is refused with the size', async (t) => {
  const answer = await (await site(t))(`/images/${image.name}`, { range: 'bytes=300000-' });
  t.equal(answer.status, 416);
  t.equal(answer.headers.get('content-range'), 'bytes */300000');
  t.match(errorOf(answer), { type: 'invalid_request_error' });
});

t.test('a part of another picture than the one at hand comes whole', async (t) => {
  const ask = await site(t);
  const statusIf = async (tag: string): Promise<number> => (await ask(`/images/${image.name}`, { range: 'bytes=0-9', 'if-range': tag })).status;
  t.equal(await statusIf(await etagOf()), 206);
  t.equal(await statusIf(`W/${await etagOf()}`), 200, 'a weak tag is not enough');
  t.equal(await statusIf('"other"'), 200);
  t.equal(await statusIf('Wed, 21 Oct 2026 07:28:00 GMT'), 200);
});

t.test('ranges are read as RFC 9110 has them', async (t) => {
  const cases: readonly (readonly [string | null, unknown])[] = [
    [null, 'whole'], ['', 'whole'], ['bytes=', 'whole'], ['bytes=-', 'whole'], ['bytes=a-b', 'whole'], ['bytes=5-1', 'whole'], ['items=0-1', 'whole'],
    ['bytes=0-1,5-6', 'whole'], ['bytes=0-1e3', 'whole'], [`bytes=0-${'9'.repeat(30)}`, 'whole'], ['bytes=-0', 'outside'], ['bytes=10-', 'outside'],
    ['bytes=10-20', 'outside'], ['bytes=0-', { start: 0, end: 9 }], ['BYTES=9-9', { start: 9, end: 9 }], ['bytes= 1 - 2', { start: 1, end: 2 }],
  ];
  for (const [header, expected] of cases) await t.test(String(header), async (t) => t.same(byteRange(header, 10), expected));
});

/** True where the client itself makes the picture's address of it, or where there are only slashes to spare. */
const reaches = (path: string): boolean =>
  new URL(`http://x/images/${path}`).pathname.split('/').filter((segment) => segment !== '').join('/') === `images/${image.name}`;

t.test('anything else is a 404 in the shape of OpenAI, and is not kept by caches', async (t) => {
  const ask = await site(t);
  const paths = [...oddNames(image.name).map((name) => encodeURI(name)), named().name, encodeURIComponent(`../${image.name}`)];
  for (const path of paths.filter((each) => !reaches(each))) {
    const answer = await ask(`/images/${path}`);
    t.equal(answer.status, 404, path);
    t.match(errorOf(answer), { type: 'invalid_request_error' });
    t.equal(answer.headers.get('cache-control'), 'no-store');
  }
  t.equal((await ask('/images')).status, 404, 'there is no list');
  t.equal((await ask(`/images/${image.name}`, {}, 'DELETE')).status, 405);
});

t.test('paths that no client would make lead nowhere', async (t) => {
  const { port } = await serving(t, imageRoutes({ findImage: store.find, checkLink: lastingLinks.checkLink }));
  for (const path of [`/images/../images/${image.name}`, `/images/./${image.name}`, `/images/%2e%2e/${image.name}`, `/images/..%2f${image.name}`, `/images/${image.name}%00`]) {
    const { send, closed } = wire(port);
    send(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    t.match(await closed, 'HTTP/1.1 404 ', path);
  }
});

t.test('a link with an end opens until then, and is for one cache alone', async (t) => {
  const { queryFor, checkLink } = signedLinks(60, Buffer.alloc(32, 7), () => 1_000_000);
  const ask = await site(t, { checkLink });
  const { status, headers } = await ask(`/images/${image.name}${queryFor(image.name)}`);
  t.equal(status, 200);
  t.equal(headers.get('cache-control'), 'private, max-age=60, immutable');
  for (const query of ['', '?expires=9999999999&signature=x', queryFor(named().name)]) {
    const refused = await ask(`/images/${image.name}${query}`);
    t.equal(refused.status, 404, query);
    t.match(errorOf(refused), { message: 'There is no such picture: it is gone, or its link has ended.' });
  }
});

t.test('a picture that fails on the way is cut off: no error text passes for a part of it', async (t) => {
  let fail: () => void = () => undefined;
  const failing = new Promise<void>((resolve) => {
    fail = resolve;
  });
  const found = {
    mimeType: 'image/png',
    size: 1000,
    etag: '"x"',
    bytes: async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
      yield pictureOf(10);
      await failing;
      throw new Error('the disk failed');
    },
  };
  const { port, lines } = await serving(t, imageRoutes({ findImage: () => Promise.resolve(found), checkLink: lastingLinks.checkLink }));
  const { send, until, closed } = wire(port);
  send('GET /images/x HTTP/1.1\r\nhost: x\r\n\r\n');
  t.match(await until('PNG'), 'content-length: 1000\r\n');
  fail();
  t.notMatch(await closed, 'error');
  await eventually(() => lines.some(({ message }) => message === 'defect'));
});

t.test('a store that fails is a 500 of ours', async (t) => {
  const ask = await site(t, { findImage: () => Promise.reject(new Error('the disk failed')) });
  const answer = await ask(`/images/${image.name}`);
  t.equal(answer.status, 500);
  t.notMatch(answer.body.toString(), 'disk');
});

t.test('readers of pictures count against the memory', async (t) => {
  const { port } = await serving(t, imageRoutes({ findImage: store.find, checkLink: lastingLinks.checkLink }), { mostExchanges: 2 });
  const large = named(8_000_000);
  await store.put(large)();
  const readers = Array.from({ length: 3 }, () => wire(port));
  for (const [at, { socket, send, until }] of readers.entries()) {
    send(`GET /images/${large.name} HTTP/1.1\r\nhost: x\r\n\r\n`);
    t.match(await until('\r\n\r\n'), at < 2 ? 'HTTP/1.1 200' : 'HTTP/1.1 503');
    socket.pause();
  }
  for (const { socket } of readers) socket.destroy();
});
