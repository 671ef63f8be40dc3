import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import t from 'tap';
import { E, TE, pipe } from '../../src/kernel/fp.ts';
import { thrown, type ProxyError } from '../../src/kernel/proxy-error.ts';
import type { Signal } from '../../src/kernel/signal.ts';
import type { Handler, Route } from '../../src/http/route.ts';
import { openaiErrors } from '../../src/openai/errors.ts';
import type { AccessFacts, Received } from '../../src/pipeline/exchange.ts';
import type { ByteSource } from '../../src/ports/byte-source.ts';
import { json, type Reply } from '../../src/ports/reply.ts';
import { openaiDoor } from '../../src/compose/doors.ts';
import type { Door } from '../../src/http/door.ts';
import { eventually, serving, wire } from '../support/serving.ts';

const get = (pattern: string, handle: Handler): Route => ({ method: 'GET', pattern, handle });
const post = (pattern: string, handle: Handler): Route => ({ method: 'POST', pattern, handle });
const fine = get('/fine', () => TE.right(json(200, { fine: true })));

const echo = post('/echo', ({ readBody }) =>
  pipe(
    readBody,
    TE.map((body): Reply => ({ kind: 'whole', status: 200, headers: { 'content-type': 'text/plain' }, body })),
  ),
);
const never: Handler = () => () => new Promise(() => undefined);

const streamed = (tail: AsyncGenerator<string, void, undefined>, heartbeatMs = 0): Reply => ({
  kind: 'streamed',
  status: 200,
  headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
  tail,
  fail: openaiErrors.inStream,
  heartbeat: { text: () => ': keep-alive\n\n', afterMs: heartbeatMs },
});

async function* textsOf(...texts: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* texts;
}

const bodyOf = (raw: string): string => raw.slice(raw.indexOf('\r\n\r\n') + 4);
const errorOf = (raw: string): unknown => (JSON.parse(bodyOf(raw)) as { readonly error: unknown }).error;

const abortOf = (signal: Signal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));

/** A route that shows what it received, and stays open until its signal aborts. */
const held = (): { readonly route: Route; readonly received: Promise<Received> } => {
  let tell: (received: Received) => void = () => undefined;
  const received = new Promise<Received>((resolve) => {
    tell = resolve;
  });
  return {
    received,
    route: get('/held', (one, target) => {
      tell(one);
      return never(one, target);
    }),
  };
};

type Pieces = readonly (string | Uint8Array)[];

/** A tail that is poured, so many pieces in a tick. */
const pouring = (pieces: Pieces, atOnce: number): Extract<Reply, { readonly kind: 'streamed' }>['tail'] => {
  const left = [...pieces];
  async function* tail(): AsyncGenerator<string | Uint8Array, void, undefined> {
    for (let next = left.shift(); next !== undefined; next = left.shift()) yield next;
  }
  const pour = async (take: (piece: string | Uint8Array) => boolean): Promise<void> => {
    while (left.length > 0) {
      for (let count = 0; count < atOnce; count += 1) {
        const piece = left.shift();
        if (piece !== undefined && !take(piece)) return;
      }
      await new Promise(setImmediate);
    }
  };
  return Object.assign(tail(), { pour });
};

t.test('every answer carries the common headers and leaves its connection open', async (t) => {
  const { port } = await serving(t, [fine]);
  const { send, until, socket } = wire(port);
  send('GET /fine HTTP/1.1\r\nhost: x\r\n\r\n');
  const first = await until('{"fine":true}');
  for (const expected of [
    'HTTP/1.1 200 OK\r\n',
    'x-request-id: req_1\r\n',
    'openai-processing-ms: 0\r\n',
    'openai-version: 2020-10-01\r\n',
    'cache-control: no-store\r\n',
    'x-content-type-options: nosniff\r\n',
    'access-control-allow-origin: *\r\n',
    'content-length: 13\r\n',
    'Connection: keep-alive\r\n',
    'Keep-Alive: timeout=75\r\n',
  ]) {
    t.match(first, expected);
  }
  send('HEAD /v1/fine HTTP/1.1\r\nhost: x\r\n\r\n');
  const head = (await until('req_2')).slice(first.length);
  t.match(head, 'content-length: 13\r\n');
  send('GET /nothing?secret=1 HTTP/1.1\r\nhost: x\r\n\r\n');
  const all = await until('unknown_url');
  t.match(all, 'HTTP/1.1 404 Unknown request URL');
  t.notMatch(all, 'secret');
  t.equal(all.split('{"fine":true}').length, 2, 'the answer to HEAD has no body');
  send('DELETE /fine HTTP/1.1\r\nhost: x\r\n\r\n');
  t.match(await until('method_not_allowed'), 'allow: GET, HEAD, OPTIONS');
  socket.destroy();
});

t.test('a preflight needs no password and no route', async (t) => {
  const { origin } = await serving(t, [fine], { corsOrigins: ['https://chat.example.com'] });
  const answer = await fetch(`${origin}/v1/chat/completions`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://chat.example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-title',
    },
  });
  t.equal(answer.status, 204);
  t.equal(answer.headers.get('access-control-allow-origin'), 'https://chat.example.com');
  t.equal(answer.headers.get('access-control-allow-headers'), 'authorization,content-type,x-title');
  t.match(answer.headers.get('access-control-allow-methods'), 'POST');
  t.equal(answer.headers.get('vary'), 'origin');
  const error = await fetch(`${origin}/nothing`, { headers: { origin: 'https://chat.example.com' } });
  t.equal(error.headers.get('access-control-allow-origin'), 'https://chat.example.com', 'errors can be read across origins too');
  await error.body?.cancel();
});

t.test('what is not clean HTTP is refused in words, reaches no handler, and loses its connection', async (t) => {
  let calls = 0;
  const count: Handler = () => {
    calls += 1;
    return TE.right(json(200, {}));
  };
  const { port, lines } = await serving(t, [get('/', count), post('/', count)]);
  const table: readonly (readonly [what: string, request: string, status: number])[] = [
    ['two hosts', 'GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n', 400],
    ['two hosts, and a request behind them', 'GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n', 400],
    ['two passwords', 'GET / HTTP/1.1\r\nhost: a\r\nauthorization: a\r\nAuthorization: b\r\n\r\n', 400],
    ['two content types', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-type: a\r\ncontent-type: b\r\ncontent-length: 0\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', 400],
    ['the same length twice', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n', 400],
    ['length and chunks', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    ['a hexadecimal length', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0x4\r\n\r\nabcd', 400],
    ['a folded header', 'GET / HTTP/1.1\r\nhost: a\r\nx: b\r\n c\r\n\r\n', 400],
    ['a space before the colon', 'GET / HTTP/1.1\r\nhost: a\r\nx : b\r\n\r\n', 400],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nhost: a\r\nx: \0\r\n\r\n', 400],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\r\n\r\n', 400],
    ['no host', 'GET / HTTP/1.1\r\nx: a\r\n\r\n', 400],
    ['too large a head', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ['an unknown expectation', 'POST / HTTP/1.1\r\nhost: a\r\nexpect: tea\r\ncontent-length: 4\r\n\r\n', 417],
    ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: a\r\n\r\n', 405],
  ];
  for (const [what, request, status] of table) {
    const { send, closed, socket } = wire(port);
    send(request);
    const answer = await closed;
    socket.destroy();
    t.match(answer, new RegExp(`^HTTP/1.1 ${status} `), what);
    t.type((errorOf(answer) as { readonly message: unknown }).message, 'string', `${what}: in the shape of OpenAI's errors`);
    t.match(answer, 'x-request-id: req_', `${what}: with a request id`);
  }
  t.equal(calls, 0);
  t.notOk(lines.some(({ level }) => level === 'error'));
});

t.test('a path with a broken escape is only unknown, and `__proto__` is only a header', async (t) => {
  const { port } = await serving(t, [fine]);
  const { send, until, socket } = wire(port);
  send('GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n');
  await until('unknown_url');
  send('GET /fine HTTP/1.1\r\nhost: x\r\n__proto__: y\r\n\r\n');
  await until('{"fine":true}');
  socket.destroy();
});

t.test('a target with scheme and host before its path is the same route', async (t) => {
  const { port } = await serving(t, [fine, get('/', (_, { query }) => TE.right(json(200, { query })))]);
  const { send, until, socket } = wire(port);
  for (const [target, told] of [['http://other.example/fine', '{"fine":true}'], ['HTTPS://u@h:1/?a=b', '{"query":"a=b"}'], ['http://x?c', '{"query":"c"}'], ['http://y', '{"query":""}'], ['ftp://x/fine', 'unknown_url']] as const) {
    send(`GET ${target} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await until(told);
  }
  t.pass();
  socket.destroy();
});

t.test('an Upgrade is ignored: there is no tunnel', async (t) => {
  const { port } = await serving(t, [fine]);
  const { send, until, socket } = wire(port);
  send('GET /fine HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  t.match(await until('{"fine":true}'), 'HTTP/1.1 200 OK');
  socket.destroy();
});

t.test('a request whose head comes too slowly is cut off', async (t) => {
  const { port } = await serving(t, [fine], { headersTimeoutMs: 100 });
  const { send, closed } = wire(port);
  send('GET /fine HTTP/1.1\r\nhost: x\r\nx:');
  t.match(await closed, 'HTTP/1.1 408 The request came too slowly');
});

t.test("a proxy's forwarding header is not lost behind thousands of others", async (t) => {
  const { origin, port } = await serving(t, [get('/who', ({ caller }) => TE.right(json(200, caller.address)))], { trustProxyHops: 1 });
  const { send, until, socket } = wire(port);
  send(`GET /who HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 1.1.1.1\r\n${'a:\r\n'.repeat(3000)}x-forwarded-for: 203.0.113.9\r\n\r\n`);
  t.match(await until('"'), '"203.0.113.9"');
  socket.destroy();
  const plain = await fetch(`${origin}/who`);
  t.equal(await plain.json(), '127.0.0.1');
});

t.test('the address is read from Forwarded where no X-Forwarded-For was sent', async (t) => {
  const { origin } = await serving(t, [get('/who', ({ caller }) => TE.right(json(200, caller.address)))], { trustProxyHops: 1 });
  const who = async (headers: Readonly<Record<string, string>>): Promise<unknown> => (await fetch(`${origin}/who`, { headers })).json();
  t.equal(await who({ forwarded: 'for=1.1.1.1, For="[2001:db8::1]:4711";proto=https' }), '2001:db8::1');
  t.equal(await who({ forwarded: 'for=1.1.1.1', 'x-forwarded-for': '203.0.113.9' }), '203.0.113.9');
  t.equal(await who({ forwarded: 'for=_hidden' }), '127.0.0.1');
});

t.test("a proxy's word on the host counts, not a line that the caller wrote above it", async (t) => {
  const { port } = await serving(t, [get('/where', ({ origin }) => TE.right(json(200, { origin })))], { trustProxyHops: 1 });
  const { send, until } = wire(port);
  send('GET /where HTTP/1.1\r\nhost: x\r\nx-forwarded-host: evil.example\r\nX-Forwarded-Host: a.example\r\n\r\n');
  t.match(await until('"origin"'), '{"origin":"http://a.example"}');
});

t.test('a caller is from its own network only if no proxy left a trace', async (t) => {
  const { origin } = await serving(t, [get('/own', ({ caller }) => TE.right(json(200, caller.isFromOwnNetwork())))]);
  const ask = async (headers: Readonly<Record<string, string>>): Promise<unknown> => (await fetch(`${origin}/own`, { headers })).json();
  t.equal(await ask({}), true, 'fetch says sec-fetch-mode of itself, and no more');
  for (const name of ['x-forwarded-for', 'x-real-ip', 'cf-connecting-ip', 'forwarded']) t.equal(await ask({ [name]: '10.0.0.1' }), false, name);
});

t.test('a body is given whole, in one piece or in chunks', async (t) => {
  const { port, origin } = await serving(t, [echo]);
  const large = 'ä'.repeat(400_000);
  const answer = await fetch(`${origin}/v1/echo`, { method: 'POST', body: large, headers: { 'content-type': 'application/json' } });
  t.ok((await answer.text()) === large);
  const { send, until, socket } = wire(port);
  send('POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n');
  send('3;name=value\r\ndef\r\n0\r\n\r\n');
  t.match(await until('abcdef'), 'content-length: 6');
  socket.destroy();
});

t.test('an answer at once to a body that came with its head leaves the connection open', async (t) => {
  const { port } = await serving(t, [echo]);
  const { send, until, socket } = wire(port);
  const request = (body: string): string =>
    `POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  send(request('{"a":1}'));
  await until('{"a":1}');
  send(request(''));
  await until('content-length: 0');
  send(request('{"b":2}') + request('{"c":3}'));
  const answers = await until('{"c":3}');
  t.match(answers, '{"b":2}');
  t.notMatch(answers.toLowerCase(), 'connection: close');
  socket.destroy();
});

t.test('a body that is announced as too large is refused before a byte of it is read', async (t) => {
  const { port } = await serving(t, [echo], { mostBodyBytes: 10 });
  const { send, until, closed, socket } = wire(port);
  send('POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 11\r\n\r\n');
  const answer = await until('request_too_large');
  t.match(answer, 'HTTP/1.1 413');
  t.match(answer, 'connection: close');
  send('x'.repeat(11));
  await closed;
  socket.destroy();
});

t.test('a body that grows too large is refused', async (t) => {
  const { port } = await serving(t, [echo], { mostBodyBytes: 10 });
  const { send, until, socket } = wire(port);
  send('POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n6\r\nabcdef\r\n6\r\nabcdef\r\n');
  t.match(await until('request_too_large'), 'HTTP/1.1 413');
  socket.destroy();
});

t.test('a caller that is still sending reads the whole refusal before its connection goes', async (t) => {
  const { port, waits } = await serving(t, [echo], { mostBodyBytes: 10 });
  const { socket, send, until, closed } = wire(port);
  send('POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 30000000\r\n\r\n');
  socket.write('x'.repeat(10_000_000));
  t.match(await until('}}'), 'request_too_large');
  await eventually(() => waits.pending().includes(1000));
  waits.fire(1000);
  await closed;
  t.pass('the connection is closed');
});

t.test('all bodies in memory share one budget, given back when their exchanges end', async (t) => {
  const { received, route } = held();
  const holding: Route = {
    ...post('/hold', (one, target) =>
      pipe(
        one.readBody,
        TE.flatMap(() => route.handle(one, target)),
      ),
    ),
  };
  const { port, origin } = await serving(t, [echo, holding], { memoryBudgetBytes: 60_000 });
  const first = wire(port);
  first.send('POST /hold HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\n12345678');
  await received;
  const ask = async (): Promise<number> => {
    const answer = await fetch(`${origin}/echo`, { method: 'POST', body: '12345', headers: { 'content-type': 'application/json' } });
    await answer.text();
    return answer.status;
  };
  t.equal(await ask(), 503);
  first.socket.destroy();
  await abortOf((await received).signal);
  t.equal(await ask(), 200);
});

t.test('a body that comes too slowly is given up', async (t) => {
  const { port, waits } = await serving(t, [echo], { requestTimeoutMs: 5000 });
  const { send, until, socket } = wire(port);
  send('POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\n123');
  await eventually(() => waits.pending().includes(5000));
  waits.fire(5000);
  const answer = await until('}}');
  t.match(answer, 'HTTP/1.1 408');
  t.match(answer, 'connection: close');
  socket.destroy();
});

t.test('a body of another kind, or compressed, is refused', async (t) => {
  const { origin } = await serving(t, [echo]);
  const kinds: readonly Record<string, string>[] = [
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  ];
  for (const headers of kinds) {
    const answer = await fetch(`${origin}/echo`, { method: 'POST', body: '{}', headers });
    t.equal(answer.status, 415);
    await answer.text();
  }
  for (const type of ['text/json', 'application/x-json', 'Application/Problem+JSON; charset=UTF8', '']) {
    const answer = await fetch(`${origin}/echo`, { method: 'POST', body: Buffer.from('{}'), headers: { 'content-type': type } });
    t.equal(answer.status, 200, type);
    await answer.text();
  }
});

t.test('who asks before sending a body is told to go on only when the body is wanted', async (t) => {
  const refuse = post('/refuse', () => TE.left<ProxyError, Reply>({ tag: 'WrongPassword' }));
  const { port } = await serving(t, [echo, refuse]);
  const wanted = wire(port);
  wanted.send('POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n');
  await wanted.until('HTTP/1.1 100 Continue');
  wanted.send('abc');
  await wanted.until('\r\n\r\nabc');
  wanted.socket.destroy();
  const refused = wire(port);
  refused.send('POST /refuse HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n');
  const answer = await refused.closed;
  t.match(answer, /^HTTP\/1.1 401/);
});

t.test('whatever a handler does wrong is a 500 with a request id, its stack in the log alone', async (t) => {
  const isWrong = true;
  const wrong: Readonly<Record<string, Handler>> = {
    throws: () => {
      throw new Error('thrown-here');
    },
    rejects: () => () => Promise.reject(new Error('thrown-here')),
    'tells-a-defect': () => TE.left<ProxyError, Reply>({ tag: 'Defect', cause: new Error('thrown-here') }),
    'sends-an-odd-header': () => TE.right(json(200, {}, { x: 'thrown-here\n' })),
    'streams-nothing': () =>
      TE.right(
        streamed(
          (async function* () {
            if (isWrong) throw new Error('thrown-here');
            yield '';
          })(),
        ),
      ),
    throwsNoError: () => () => Promise.reject(Object.create(null)),
  };
  const { origin, lines } = await serving(t, [fine, ...Object.entries(wrong).map(([name, handle]) => get(`/${name}`, handle))]);
  for (const name of Object.keys(wrong)) {
    const answer = await fetch(`${origin}/${name}`);
    t.equal(answer.status, 500, name);
    t.notMatch(await answer.text(), 'thrown-here');
    t.ok(lines.some(({ message, facts }) => message === 'defect' && facts['requestId'] === answer.headers.get('x-request-id')), `${name} is logged`);
  }
  t.match(Object(lines[0]?.facts['error']).stack, /thrown-here\n.*server.test/s);
  t.same(lines.filter(({ facts }) => 'thrown' in Object(facts['error'])).map(({ facts }) => facts['error']), [{ thrown: 'object' }], 'what is no error is told by its kind');
  t.equal((await fetch(`${origin}/fine`)).status, 200, 'the service goes on');
});

t.test('a stream leaves head and first text together, each text in one write, and ends', async (t) => {
  const steps: (() => void)[] = [];
  async function* stepwise(): AsyncGenerator<string, void, undefined> {
    for (const text of ['data: one\n\n', 'data: two\n\n']) {
      yield text;
      await new Promise<void>((resolve) => steps.push(resolve));
    }
  }
  const { port } = await serving(t, [get('/stream', () => TE.right(streamed(stepwise())))]);
  const { socket, send, until } = wire(port);
  const chunks: string[] = [];
  socket.on('data', (chunk: string) => chunks.push(chunk));
  send('GET /stream HTTP/1.1\r\nhost: x\r\norigin: https://a.example\r\n\r\n');
  const head = await until('one\n\n');
  t.equal(chunks.length, 1);
  t.match(head, 'cache-control: no-cache');
  t.match(head, 'access-control-allow-origin: *');
  t.match(head, 'text/event-stream');
  await eventually(() => steps.length === 1);
  steps[0]?.();
  await until('two\n\n');
  t.equal(chunks.length, 2);
  await eventually(() => steps.length === 2);
  steps[1]?.();
  await until('0\r\n\r\n');
  socket.destroy();
});

t.test('a stream that is silent has heartbeats, counted from the request and from the last text', async (t) => {
  let clock = 5000;
  const steps: (() => void)[] = [];
  async function* slow(): AsyncGenerator<string, void, undefined> {
    await new Promise<void>((resolve) => steps.push(resolve));
    yield 'data: one\n\n';
    await new Promise<void>((resolve) => steps.push(resolve));
    yield 'data: two\n\n';
  }
  const route = get('/stream', () => {
    clock += 9000;
    return TE.right(streamed(slow(), 15_000));
  });
  const { port, waits } = await serving(t, [route], { now: () => clock });
  const { send, until, closed } = wire(port);
  send('GET /stream HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  await eventually(() => waits.pending().includes(6000));
  clock += 6000;
  waits.fire(6000);
  t.match(await until(': keep-alive'), 'text/event-stream', 'the first one brings the head');
  clock += 14_000;
  steps[0]?.();
  await until('one');
  clock += 1000;
  await eventually(() => waits.pending().includes(15_000));
  waits.fire(15_000);
  await eventually(() => waits.pending().includes(14_000));
  steps[1]?.();
  const all = await closed;
  t.equal(all.split(': keep-alive').length, 2, 'no other one is due while texts come');
  t.same(waits.pending(), [], 'and nothing is left waiting');
});

t.test('a stream of nothing is an empty answer', async (t) => {
  const { origin } = await serving(t, [get('/stream', () => TE.right(streamed(textsOf())))]);
  const answer = await fetch(`${origin}/stream`);
  t.equal(answer.status, 200);
  t.equal(await answer.text(), '');
});

t.test('a stream that throws, as it never should, still ends with an error frame and no stack', async (t) => {
  const tails: Readonly<Record<string, unknown>> = { odd: new Error('thrown-here'), foreseen: thrown({ tag: 'StreamCut' }) };
  const failing = (name: string): Handler => () =>
    TE.right(
      streamed(
        (async function* () {
          yield 'data: one\n\n';
          throw tails[name];
        })(),
      ),
    );
  const passing = (error: ProxyError): Handler => () => {
    const bytes = Buffer.from('data: one\n\n');
    const pour: ByteSource['pour'] = ({ take, end }) => {
      take(bytes);
      end(error);
      return { resume: () => undefined };
    };
    const body: ByteSource = { whole: () => null, begun: () => Promise.resolve(null), first: () => bytes, ending: () => bytes, close: () => undefined, pour };
    return TE.right<Reply>({ kind: 'passed', status: 200, headers: {}, body, fail: ({ tag }) => `data: ${tag}\n\n`, heartbeat: { text: () => '', afterMs: 0 } });
  };
  const { origin, lines } = await serving(t, [
    get('/odd', failing('odd')),
    get('/foreseen', failing('foreseen')),
    get('/passed', passing({ tag: 'Defect', cause: new Error('thrown-here') })),
    get('/passed-foreseen', passing({ tag: 'StreamCut' })),
  ]);
  t.match(await (await fetch(`${origin}/odd`)).text(), /^data: one\n\ndata: \{"error".*\n\n$/);
  t.match(await (await fetch(`${origin}/foreseen`)).text(), 'stream_cut');
  t.equal(lines.filter(({ message }) => message === 'defect').length, 1);
  t.equal(await (await fetch(`${origin}/passed`)).text(), 'data: one\n\ndata: Defect\n\n');
  t.equal(await (await fetch(`${origin}/passed-foreseen`)).text(), 'data: one\n\ndata: StreamCut\n\n');
  t.equal(lines.filter(({ message }) => message === 'defect').length, 2);
});

t.test('HEAD of a stream sends its head and lets go of the rest', async (t) => {
  let isLetGo = false;
  const tail = textsOf('data: one\n\n');
  const letGo: AsyncGenerator<string, void, undefined> = Object.assign(tail, {
    return: () => {
      isLetGo = true;
      return Promise.resolve({ done: true as const, value: undefined });
    },
  });
  const { origin } = await serving(t, [get('/stream', () => TE.right(streamed(letGo)))]);
  const answer = await fetch(`${origin}/stream`, { method: 'HEAD' });
  t.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  t.ok(isLetGo);
});

const leaving: Readonly<Record<string, (socket: ReturnType<typeof wire>['socket']) => void>> = {
  'closes its connection': (socket) => socket.destroy(),
  'resets its connection': (socket) => socket.resetAndDestroy(),
  'half-closes its connection': (socket) => socket.end(),
};

for (const [what, leave] of Object.entries(leaving)) {
  t.test(`a caller that ${what} aborts its exchange as ClientGone`, async (t) => {
    const { route, received } = held();
    const { port, lines } = await serving(t, [route]);
    const { send, socket } = wire(port);
    send('GET /held HTTP/1.1\r\nhost: x\r\n\r\n');
    const { signal, onEnd, note } = await received;
    note({ model: 'gemini-x' });
    let ends = 0;
    onEnd(() => {
      ends += 1;
    });
    leave(socket);
    await abortOf(signal);
    t.same(signal.reason, { tag: 'ClientGone' });
    await eventually(() => lines.length > 0);
    t.match(lines, [{ level: 'info', message: 'client gone', facts: { status: null, route: '/held', model: 'gemini-x' } }]);
    onEnd(() => {
      ends += 1;
    });
    t.equal(ends, 2, 'what is hung on an end that has been runs at once');
    socket.destroy();
  });
}

t.test('a caller that leaves while its body is read aborts the reading', async (t) => {
  let result: E.Either<ProxyError, unknown> | undefined;
  const reading = post('/read', ({ readBody }) => async () => {
    result = await readBody();
    return E.left({ tag: 'ClientGone' });
  });
  const { port, waits } = await serving(t, [reading]);
  const { send, socket } = wire(port);
  send('POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\n123');
  await eventually(() => waits.pending().includes(60_000));
  socket.destroy();
  await eventually(() => result !== undefined);
  t.same(result, E.left({ tag: 'ClientGone' }));
  t.notOk(waits.pending().includes(60_000), 'and nothing waits for the rest');
});

t.test('a caller that leaves a stream ends its tail, also when the tail waits', async (t) => {
  let isEnded = false;
  const waiting = get('/stream', ({ signal }) =>
    TE.right(
      streamed(
        (async function* () {
          try {
            yield 'data: one\n\n';
            await abortOf(signal);
            yield 'data: nobody reads this\n\n';
          } finally {
            isEnded = true;
          }
        })(),
      ),
    ),
  );
  const { port } = await serving(t, [waiting]);
  const { send, until, socket } = wire(port);
  send('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
  await until('one');
  socket.destroy();
  await eventually(() => isEnded);
  t.pass();
});

t.test('a reply that comes after its caller has left is let go', async (t) => {
  let isEnded = false;
  let answer: (result: E.Either<ProxyError, Reply>) => void = () => undefined;
  const late = get('/late', () => () => new Promise((resolve) => { answer = resolve; }));
  const { port, lines } = await serving(t, [late]);
  const { send, socket } = wire(port);
  socket.once('connect', () => send('GET /late HTTP/1.1\r\nhost: x\r\n\r\n'));
  await eventually(() => answer.length === 1);
  socket.destroy();
  await eventually(() => lines.length > 0);
  const tail = Object.assign(textsOf('data: one\n\n'), {
    return: () => {
      isEnded = true;
      return Promise.resolve({ done: true as const, value: undefined });
    },
  });
  answer(E.right(streamed(tail)));
  await eventually(() => isEnded);
  t.pass();
});

t.test('a reader that stops holds the stream back, and is cut off in the end', async (t) => {
  const text = `data: ${'x'.repeat(65_536)}\n\n`;
  let made = 0;
  let isEnded = false;
  async function* endless(): AsyncGenerator<string, void, undefined> {
    try {
      for (;;) {
        made += 1;
        yield text;
      }
    } finally {
      isEnded = true;
    }
  }
  const { port, waits } = await serving(t, [get('/stream', () => TE.right(streamed(endless())))], { readerTimeoutMs: 300 });
  const { socket, send } = wire(port);
  socket.pause();
  send('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
  await eventually(() => {
    waits.fire(300);
    return isEnded;
  });
  t.ok(made * text.length < 32 * 1024 * 1024, `${made} texts were taken`);
  socket.destroy();
});

t.test('a whole answer that nobody reads is cut off too', async (t) => {
  const body = Buffer.alloc(32 * 1024 * 1024);
  const { port, lines, waits } = await serving(t, [get('/large', () => TE.right({ kind: 'whole', status: 200, headers: {}, body }))], { readerTimeoutMs: 300 });
  const { socket, send } = wire(port);
  socket.pause();
  send('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
  await eventually(() => {
    waits.fire(300);
    return lines.length > 0;
  });
  t.match(lines, [{ message: 'client gone' }]);
  socket.destroy();
});

/** A connection that takes so many bytes of the system's buffer at a time, when it is told to. */
const sipping = (port: number, bytes: number): { readonly socket: Socket; readonly sip: () => Promise<number> } => {
  let taken: (count: number) => void = () => undefined;
  const buffer = Buffer.alloc(bytes);
  const onSip = (count: number): boolean => {
    taken(count);
    return false;
  };
  const socket = connect({ port, host: '127.0.0.1', onread: { buffer, callback: onSip } });
  socket.on('error', () => undefined).once('close', () => taken(0)).pause();
  return {
    socket,
    sip: () =>
      new Promise((resolve) => {
        taken = resolve;
        if (socket.destroyed) resolve(0);
        socket.resume();
      }),
  };
};

const textOfSize = (size: number): string => 'x👋'.repeat(Math.ceil(size / 5));

t.test('a reader who takes a little now and then is cut off as well, and one who takes enough is not', async (t) => {
  const body = textOfSize(24 * 1024 * 1024);
  const large = get('/large', () => TE.right({ kind: 'whole', status: 200, headers: {}, body }));
  const { port, lines, waits } = await serving(t, [large]);
  const window = 60_000;
  const slow = sipping(port, 512);
  slow.socket.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
  await eventually(() => waits.pending().includes(window));
  let sips = 0;
  while (lines.length === 0) {
    sips += (await slow.sip()) > 0 ? 1 : 0;
    waits.fire(window);
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.match(lines, [{ message: 'client gone' }]);
  t.ok(sips >= 1, 'although it took something each time');

  const fast = sipping(port, 256 * 1024);
  fast.socket.write('GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  let taken = 0;
  let sinceWindow = 0;
  for (let count = await fast.sip(); count > 0; count = await fast.sip()) {
    taken += count;
    sinceWindow += count;
    if (sinceWindow < 8 * 1024 * 1024) continue;
    sinceWindow = 0;
    waits.fire(window);
  }
  t.ok(taken > Buffer.byteLength(body), 'all of it arrives');
  await eventually(() => lines.length === 2);
  t.match(lines[1], { message: 'request', facts: { status: 200 } });
  slow.socket.destroy();
});

t.test('a large text arrives as it is, in whatever pieces it left', async (t) => {
  const text = `${'y'.repeat(65_535)}👋${textOfSize(300_000)}`;
  const whole = get('/whole', () => TE.right({ kind: 'whole', status: 200, headers: {}, body: text }));
  const stream = get('/stream', () => TE.right(streamed(textsOf('a', text, text, 'z'))));
  const { origin } = await serving(t, [whole, stream]);
  t.ok((await (await fetch(`${origin}/whole`)).text()) === text);
  t.ok((await (await fetch(`${origin}/stream`)).text()) === `a${text}${text}z`);
});

t.test('each request leaves one line: its pattern, never its path, its query, or a password', async (t) => {
  let clock = 5000;
  const noted: Partial<AccessFacts> = { model: 'gemini-x', attempts: 2 };
  const routes: readonly Route[] = [
    get('/models/{id}', ({ note }) => {
      note(noted);
      clock += 42;
      return TE.right(json(200, {}));
    }),
    { ...fine, quiet: true },
  ];
  const { origin, lines } = await serving(t, routes, { now: () => clock });
  const headers = { authorization: 'Bearer made-up-password' };
  await (await fetch(`${origin}/v1/models/made-up-id?key=made-up-password`, { headers })).text();
  await (await fetch(`${origin}/fine`)).text();
  await (await fetch(`${origin}/made-up-path`)).text();
  await eventually(() => lines.length === 3);
  t.match(lines, [
    { level: 'info', message: 'request', facts: { requestId: 'req_1', method: 'GET', route: '/models/{id}', status: 200, ms: 42, address: '127.0.0.1', model: 'gemini-x', attempts: 2 } },
    { level: 'debug', facts: { route: '/fine' } },
    { level: 'info', facts: { route: null, status: 404, error: 'NoSuchRoute' } },
  ]);
  t.ok(Number(lines[0]?.facts['bytes']) > 100);
  t.notMatch(JSON.stringify(lines), 'made-up');
});

t.test('an address that is taken is told as a value', async (t) => {
  const { port } = await serving(t, [fine]);
  await t.rejects(serving(t, [fine], { port }), { code: 'EADDRINUSE' });
});

t.test('a server that stops', async (t) => {
  t.test('closes idle connections at once, and silent ones after a second', async (t) => {
    const { port, server, waits } = await serving(t, [fine]);
    const idle = wire(port);
    idle.send('GET /fine HTTP/1.1\r\nhost: x\r\n\r\n');
    await idle.until('{"fine":true}');
    const silent = wire(port);
    await once(silent.socket, 'connect');
    const stopped = server.stop(20_000);
    await idle.closed;
    await eventually(() => waits.pending().includes(1000));
    waits.fire(1000);
    await silent.closed;
    await stopped;
    await t.rejects(fetch(`http://127.0.0.1:${port}/fine`), 'and takes no new ones');
  });

  t.test('lets what runs finish, and then closes its connection', async (t) => {
    let finish: () => void = () => undefined;
    const wanted = new Promise<void>((resolve) => {
      finish = resolve;
    });
    async function* slow(): AsyncGenerator<string, void, undefined> {
      yield 'data: one\n\n';
      await wanted;
      yield 'data: two\n\n';
    }
    let isAsked = false;
    const routes = [
      get('/stream', () => TE.right(streamed(slow()))),
      get('/whole', () => async () => {
        isAsked = true;
        await wanted;
        return E.right(json(200, { whole: true }));
      }),
    ];
    const { port, server } = await serving(t, routes);
    const [stream, whole] = [wire(port), wire(port)];
    stream.send('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
    await stream.until('one');
    whole.send('GET /whole HTTP/1.1\r\nhost: x\r\n\r\n');
    await eventually(() => isAsked);
    const stopped = server.stop(20_000);
    finish();
    t.match(await stream.closed, /two\n\n\r\n0\r\n\r\n$/);
    const answer = await whole.closed;
    t.match(answer, '{"whole":true}');
    t.match(answer, 'connection: close');
    await stopped;
  });

  t.test('ends what is left at the deadline: streams with their error frame, the others with a 503', async (t) => {
    let asked = 0;
    const routes = [
      get('/stream', ({ signal }) =>
        TE.right(
          streamed(
            (async function* () {
              yield 'data: one\n\n';
              await abortOf(signal);
              yield `data: ${JSON.stringify(signal.reason)}\n\n`;
            })(),
          ),
        ),
      ),
      get('/deaf', () => {
        asked += 1;
        return () => new Promise(() => undefined);
      }),
    ];
    const { port, server, waits } = await serving(t, routes);
    const [stream, deaf] = [wire(port), wire(port)];
    stream.send('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
    await stream.until('one');
    deaf.send('GET /deaf HTTP/1.1\r\nhost: x\r\n\r\nGET /deaf HTTP/1.1\r\nhost: x\r\n\r\n');
    await eventually(() => asked === 1);
    const stopped = server.stop(20_000);
    await eventually(() => waits.pending().includes(20_000));
    waits.fire(20_000);
    t.match(await stream.closed, /data: \{"tag":"ShuttingDown"\}\n\n\r\n0\r\n\r\n$/);
    t.match(await deaf.closed, /^HTTP\/1.1 503 .*restarting/s);
    await stopped;
  });

  t.test('gives up bodies that have stopped coming, and no others, after three seconds', async (t) => {
    let pieces = 0;
    const taken = post('/stream', ({ streamBody }) => async () => {
      const body = streamBody(1000);
      if (E.isLeft(body)) return body;
      let size = 0;
      for await (const piece of body.right.pieces) {
        pieces += 1;
        size += piece.length;
      }
      return E.right(json(200, { size }));
    });
    const { port, server, waits } = await serving(t, [echo, { ...taken, accepts: 'bytes' }]);
    const [held, stalled, alive] = [wire(port), wire(port), wire(port)];
    held.send('POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"a":');
    for (const { send } of [stalled, alive]) send('POST /stream HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nfirst');
    await eventually(() => pieces === 2 && waits.pending().filter((ms) => ms === 60_000).length === 3);
    const stopped = server.stop(20_000);
    await eventually(() => waits.pending().filter((ms) => ms === 3000).length === 3);
    alive.send('las');
    await eventually(() => pieces === 3);
    waits.fire(3000);
    t.match(await held.until('restarting"}}'), /^HTTP\/1.1 503 /);
    waits.fire(1000);
    await held.closed;
    t.equal(await stalled.closed, '');
    await eventually(() => waits.pending().filter((ms) => ms === 3000).length === 1);
    alive.send('t');
    t.match(await alive.closed, '{"size":9}');
    await stopped;
  });

  t.test('cuts off what does not even listen to its last word', async (t) => {
    async function* deaf(): AsyncGenerator<string, void, undefined> {
      yield 'data: one\n\n';
      await new Promise(() => undefined);
    }
    const { port, server, waits } = await serving(t, [get('/stream', () => TE.right(streamed(deaf())))]);
    const { send, until, closed } = wire(port);
    send('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
    await until('one');
    const stopped = server.stop(20_000);
    await eventually(() => waits.pending().includes(21_000));
    waits.fire(21_000);
    await closed;
    await stopped;
    t.pass();
  });
});

const foreignDoor: Door = {
  prefixes: ['/foreign', '/v1/models/foreign'],
  shares: [{ prefix: '/v1/models', header: 'foreign-version' }],
  bases: ['/foreign', '/v1'],
  errors: (id) => ({ whole: ({ tag }) => json(400, { foreign: tag, id }), inStream: ({ tag }) => `foreign: ${tag}\n\n` }),
  headers: (requestId) => ({ 'foreign-id': requestId }),
  readableHeaders: ['foreign-id'],
  routes: [get('/models', () => TE.right(json(200, 'foreign'))), get('/torn', () => TE.left({ tag: 'StreamCut' }))],
};

t.test('every door has its own errors and headers, also before a route is found', async (t) => {
  const doors = [openaiDoor([get('/models', () => TE.right(json(200, 'first')))]), foreignDoor] as const;
  const { origin, port } = await serving(t, [], { doors });
  const foreign = { 'foreign-version': '1' };
  const table: readonly (readonly [request: string, headers: Record<string, string>, who: 'first' | 'foreign', body: unknown])[] = [
    ['GET /v1/models', {}, 'first', 'first'],
    ['GET /v1/models', foreign, 'foreign', 'foreign'],
    ['GET //v1/models/', foreign, 'foreign', 'foreign'],
    ['GET /v1/chat', foreign, 'first', { error: { code: 'unknown_url' } }],
    ['GET /foreign/models?a=b', {}, 'foreign', 'foreign'],
    ['GET /foreign/torn', {}, 'foreign', { foreign: 'StreamCut' }],
    ['GET /foreign/nowhere', {}, 'foreign', { foreign: 'NoSuchRoute' }],
    ['PUT /foreign/models', {}, 'foreign', { foreign: 'MethodNotAllowed' }],
    ['GET /v1/models/foreign/x', {}, 'foreign', { foreign: 'NoSuchRoute' }],
    ['PUT /v1/models', foreign, 'foreign', { foreign: 'MethodNotAllowed' }],
    ['GET /foreigners', {}, 'first', { error: { code: 'unknown_url' } }],
    ['GET /nowhere', {}, 'first', { error: { code: 'unknown_url' } }],
  ];
  for (const [request, headers, who, body] of table) {
    const [method = '', path = ''] = request.split(' ');
    const answer = await fetch(`${origin}${path}`, { method, headers });
    const got: unknown = await answer.json();
    const isForeign = who === 'foreign';
    const id = answer.headers.get(isForeign ? 'foreign-id' : 'x-request-id');
    t.match(got, typeof body === 'object' && isForeign ? { ...body, id } : body, request);
    t.equal(answer.headers.get('access-control-expose-headers')?.startsWith('foreign-id'), isForeign, request);
    t.same([answer.headers.has('foreign-id'), answer.headers.has('openai-version')], [isForeign, !isForeign], request);
    t.equal(answer.headers.get('x-content-type-options'), 'nosniff', request);
  }
  const { send, closed } = wire(port);
  send('GET /foreign/models HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n');
  t.match(await closed, '{"foreign":"InvalidRequest"', 'a request that cannot be trusted, but has a path');
  const noPath = wire(port);
  noPath.send('\x16\x03\x01\r\n\r\n');
  t.match(await noPath.closed, 'openai-version: ', 'the first door answers what has no path');
});

const readSlowly = async (readable: Readable): Promise<string> => {
  let all = '';
  for await (const piece of readable.setEncoding('utf8')) {
    all += String(piece);
    await new Promise(setImmediate);
  }
  return all;
};

t.test('a stream that is poured is written whole and in its order, however much comes in a tick and however slowly it is read', async (t) => {
  const sizes = [1, 3, 70_000, 4095, 4096, 4097, 2, 9000, 16_000, 5];
  const pieces: Pieces = Array.from({ length: 300 }, (_, at) => {
    const piece = `${at}:${(at % 3 === 0 ? 'é' : 'e').repeat(sizes[at % sizes.length] ?? 1)};`;
    return at % 7 === 0 ? Buffer.from(piece) : piece;
  });
  const whole = Buffer.concat(pieces.map((piece) => Buffer.from(piece))).toString();
  const routes = [1, 2, 9].map((atOnce) => get(`/${atOnce}`, () => TE.right({ ...streamed(textsOf()), tail: pouring(pieces, atOnce) } as Reply)));
  const { port, origin } = await serving(t, routes);
  for (const atOnce of [1, 2, 9]) {
    const answer = await fetch(`${origin}/${atOnce}`);
    t.ok((await answer.text()) === whole, `${atOnce} in a tick`);
    const message = await new Promise<IncomingMessage>((resolve) => request(`${origin}/${atOnce}`, resolve).end());
    t.ok((await readSlowly(message)) === whole, `${atOnce} in a tick, slowly`);
    const old = connect(port, '127.0.0.1');
    old.write(`GET /${atOnce} HTTP/1.0\r\nhost: x\r\n\r\n`);
    t.ok(bodyOf(await readSlowly(old)) === whole, `${atOnce} in a tick, without chunks`);
  }
});

t.test('a stream that is poured stops where its reader takes nothing', async (t) => {
  const piece = `data: ${'x'.repeat(1000)}\n\n`;
  const most = 64 * 1024;
  const poured = { pieces: 0 };
  const endless = pouring([piece], 1);
  const stopped = new Promise<void>((resolve) => {
    const pour = async (take: (piece: string | Uint8Array) => boolean): Promise<void> => {
      while (take(piece) && poured.pieces < most) {
        poured.pieces += 1;
        if (poured.pieces % 16 === 0) await new Promise(setImmediate);
      }
      resolve();
    };
    Object.assign(endless, { pour });
  });
  const { port } = await serving(t, [get('/stream', () => TE.right({ ...streamed(textsOf()), tail: endless } as Reply))]);
  const socket = connect(port, '127.0.0.1').pause();
  socket.write('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
  await stopped;
  socket.destroy();
  t.ok(poured.pieces < most, `${poured.pieces} pieces`);
});
