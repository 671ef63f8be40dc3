import { EventEmitter } from 'node:events';
import { Agent, createServer, request, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { E, TE, pipe } from '../../src/kernel/fp.ts';
import { boundConnections } from '../../src/http/connections.ts';
import type { Lifetime } from '../../src/http/lifetime.ts';
import { frameAround, frameChunks, lastChunk } from '../../src/http/own-chunks.ts';
import type { Route } from '../../src/http/route.ts';
import { json, type Reply } from '../../src/ports/reply.ts';
import { gate } from '../support/pollux.ts';
import { eventually, serving, wire } from '../support/serving.ts';

const get = (pattern: string): string => `GET ${pattern} HTTP/1.1\r\nhost: x\r\n\r\n`;
const numbered = (number: number): Route => ({ method: 'GET', pattern: `/${number}`, handle: () => TE.right(json(200, { number })) });

/** A route that answers when it may. */
const held = () => {
  const { until, open } = gate();
  const route: Route = { method: 'GET', pattern: '/held', handle: () => async () => until.then(() => TE.right(json(200, { held: true }))()) };
  return { route, open };
};

t.test('requests that come together on one connection are all answered, in order', async (t) => {
  const { port } = await serving(t, [1, 2, 3].map(numbered));
  const { send, until } = wire(port);
  send([1, 2, 3].map((number) => get(`/${number}`)).join(''));
  const all = await until('{"number":3}');
  t.same([...all.matchAll(/"number":(\d)/g)].map(([, number]) => number), ['1', '2', '3']);
});

t.test('an answer that is ready waits for those before it, a stream too', async (t) => {
  const { route, open } = held();
  const pieces = Array.from({ length: 200 }, (_, at) => `data: ${at} ${'x'.repeat(1000)}\n\n`);
  const stream: Route = {
    method: 'GET',
    pattern: '/stream',
    handle: () =>
      TE.right({
        kind: 'streamed',
        status: 200,
        headers: {},
        tail: (async function* () {
          yield* pieces;
        })(),
        fail: null,
        heartbeat: { text: () => '', afterMs: 0 },
      }),
  };
  const { port, lines } = await serving(t, [route, stream, numbered(3)]);
  const { send, until } = wire(port);
  send(get('/held') + get('/stream') + get('/3'));
  await until('');
  open();
  const all = await until('{"number":3}');
  t.ok(all.indexOf('"held"') < all.indexOf('data: 0 ') && all.indexOf('data: 199 ') < all.indexOf('"number"'), 'in order and whole');
  await eventually(() => lines.length === 3);
  t.same(lines.map(({ message }) => message), ['request', 'request', 'request']);
});

t.test('requests of one connection are worked off one after the other, thirty too', async (t) => {
  const seen = { now: 0, most: 0 };
  const busy: Route = {
    method: 'GET',
    pattern: '/busy/{id}',
    handle: (_received, { id }) => async () => {
      seen.now += 1;
      seen.most = Math.max(seen.most, seen.now);
      await new Promise((resolve) => setImmediate(resolve));
      seen.now -= 1;
      return E.right(json(200, { number: id }));
    },
  };
  const { port, lines } = await serving(t, [busy]);
  const { send, until } = wire(port);
  send(Array.from({ length: 30 }, (_, at) => get(`/busy/${at}`)).join(''));
  const all = await until('"number":"29"');
  t.same([...all.matchAll(/"number":"(\d+)"/g)].map(([, number]) => Number(number)), Array.from({ length: 30 }, (_, at) => at));
  t.equal(seen.most, 1);
  await eventually(() => lines.length === 30);
  send(get('/busy/30'));
  await until('"number":"30"');
});

t.test('who sends hundreds at once has so many answered, in order, and then its connection ends', async (t) => {
  const { route, open } = held();
  const { port, lines } = await serving(t, [route, numbered(1)]);
  const { send, closed } = wire(port);
  send(get('/held') + get('/1').repeat(500));
  await eventually(() => lines.length === 0);
  open();
  const all = await closed;
  t.equal(all.split('{"number":1}').length - 1, 64);
  t.match(all.slice(all.lastIndexOf('HTTP/1.1')), /connection: close/i, 'the last one says so');
  t.equal(lines.length, 65);
});

/** An exchange that ends when a test says so. */
const exchange = () => {
  const endings: (() => void)[] = [];
  const life: Lifetime = {
    signal: new AbortController().signal,
    abort: () => undefined,
    isWhole: () => true,
    hasBegunToAnswer: () => false,
    onEnd: (run) => endings.push(run),
    disconnected: () => undefined,
  };
  return { life, end: () => endings.splice(0).forEach((run) => run()) };
};

t.test('four thousand wait on all connections together; past them a connection ends with the answer at work', (t) => {
  const open = boundConnections({ most: Infinity, mostPerGroup: Infinity, groupOf: () => null }, { isStopping: () => false, noteAtWork: () => undefined });
  let begun = 0;
  const connected = () => {
    const state = { isEnded: false };
    const running: (() => void)[] = [];
    const socket = Object.assign(new EventEmitter(), { writable: true, destroySoon: () => (state.isEnded = true) }) as unknown as Socket;
    open.open(socket);
    const ask = (count: number): void => {
      for (let each = 0; each < count; each += 1) {
        open.take(socket, {
          response: { shouldKeepAlive: true } as ServerResponse,
          headCharacters: () => 100,
          start: () => {
            begun += 1;
            const { life, end } = exchange();
            running.push(end);
            return life;
          },
        });
      }
    };
    return { socket, state, ask, finish: () => running.splice(0).forEach((end) => end()) };
  };
  const crowd = Array.from({ length: 64 }, connected);
  for (const { ask } of crowd) ask(65);
  t.equal(begun, 64);
  const late = connected();
  late.ask(2);
  t.equal(begun, 65);
  late.finish();
  t.same([begun, late.state.isEnded], [65, true], 'its second one is not begun');
  const [first, second] = crowd;
  first?.finish();
  t.equal(begun, 66);
  second?.socket.emit('close');
  const next = connected();
  next.ask(65);
  next.finish();
  t.same([begun, next.state.isEnded], [68, false], 'there is room again');
  t.end();
});

t.test('a request that waits for its turn still has its body read, and one that asks before sending is told to go on', async (t) => {
  const { route, open } = held();
  const echo: Route = { method: 'POST', pattern: '/echo', handle: ({ readBody }) => pipe(readBody, TE.map((body): Reply => ({ kind: 'whole', status: 200, headers: {}, body }))) };
  const { port } = await serving(t, [route, echo]);
  const { send, until } = wire(port);
  send(`${get('/held')}POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 300000\r\n\r\n${'x'.repeat(300_000)}`);
  open();
  const all = await until('x'.repeat(300_000));
  t.ok(all.indexOf('"held"') < all.indexOf('xxx'));
  const asking = wire(port);
  asking.send(`${get('/held')}POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n`);
  await asking.until('100 Continue');
  asking.send('abc');
  await asking.until('\r\n\r\nabc');
});

t.test('requests that still wait for their turn end with their connection: nothing of them is begun', async (t) => {
  const { route } = held();
  const begun: string[] = [];
  const echo: Route = { method: 'POST', pattern: '/echo', handle: ({ readBody }) => pipe(readBody, TE.map((body): Reply => ({ kind: 'whole', status: 200, headers: {}, body }))) };
  const seen: Route = { ...route, handle: (received, target) => {
    begun.push(target.path);
    return route.handle(received, target);
  } };
  const { port, lines, origin } = await serving(t, [seen, echo], { mostBodyBytes: 1000, memoryBudgetBytes: 60_000 });
  const { send, socket } = wire(port);
  send(`${get('/held')}POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n${'x'.repeat(900)}`);
  await eventually(() => begun.length > 0);
  socket.destroy();
  await eventually(() => lines.length > 0);
  t.same(lines.map(({ message, facts }) => [message, facts['route']]), [['client gone', '/held']]);
  const again = await fetch(`${origin}/echo`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: new Uint8Array(900) });
  t.equal((await again.arrayBuffer()).byteLength, 900, 'the budget for bodies is whole');
});

t.test('three hundred that sit idle keep nobody out: the longest idle go first', async (t) => {
  const { port, origin } = await serving(t, [numbered(1)], { mostConnections: 20 });
  const idle = Array.from({ length: 300 }, () => wire(port));
  const gone: number[] = [];
  idle.forEach(({ closed }, at) => void closed.then(() => gone.push(at)));
  await eventually(() => gone.length >= 280);
  t.same(await (await fetch(`${origin}/1`)).json(), { number: 1 });
  t.ok(gone.every((at) => at < 290), 'the youngest are still there');
  for (const { socket } of idle) socket.destroy();
});

t.test('a slow head is idle too, and one at work is never cut off for a new one', async (t) => {
  const { route, open } = held();
  const { port } = await serving(t, [route, numbered(1)], { mostConnections: 3 });
  const [first, second] = [wire(port), wire(port)];
  for (const { send } of [first, second]) send(get('/held'));
  const slow = wire(port);
  slow.send('GET /1 HTTP/1.1\r\nhost:');
  const third = wire(port);
  await slow.closed;
  third.send(get('/held'));
  await new Promise((resolve) => setImmediate(resolve));
  const fourth = wire(port);
  fourth.send(get('/1'));
  const refused = await fourth.until('}}');
  t.match(refused, /^HTTP\/1\.1 503 .*"code":"busy"/s);
  t.match(refused, /connection: close/i);
  fourth.socket.destroy();
  open();
  for (const { until } of [first, second, third]) t.match(await until('"held":true'), '200');
  const fifth = wire(port);
  fifth.send(get('/1'));
  t.match(await fifth.until('"number"'), '200', 'there is room again');
});

t.test('each request tells how many are at work with it, whatever became of those before it', async (t) => {
  const { route, open } = held();
  const told: number[] = [];
  const { port, lines } = await serving(t, [route, numbered(1), numbered(2)], { noteAtWork: (atWork) => told.push(atWork) });
  const [first, second, third] = [wire(port), wire(port), wire(port)];
  first.send(get('/1') + get('/2'));
  await first.until('"number":2');
  second.send(get('/held'));
  await eventually(() => told.length === 3);
  third.send(get('/held'));
  await eventually(() => told.length === 4);
  second.socket.destroy();
  await eventually(() => lines.length === 3);
  first.send(get('/1'));
  await eventually(() => told.length === 5);
  open();
  await third.until('"held"');
  third.send(get('/1'));
  await third.until('"number":1');
  t.same(told, [1, 1, 1, 2, 2, 1]);
});

t.test('one address takes only so many, a trusted proxy more', async (t) => {
  const count = async (trustProxyHops: number): Promise<number> => {
    const { port } = await serving(t, [numbered(1)], { mostConnections: 100, mostConnectionsPerAddress: 5, trustProxyHops });
    const open = Array.from({ length: 30 }, () => wire(port));
    let gone = 0;
    for (const { closed } of open) void closed.then(() => (gone += 1));
    const last = wire(port);
    last.send(get('/1'));
    await last.until('"number"');
    if (trustProxyHops === 0) await eventually(() => gone === 26);
    return 31 - gone;
  };
  t.equal(await count(0), 5);
  t.equal(await count(1), 31);
});

t.test('chunks that are framed here are whole at every length, keep their connection, and are none for HTTP/1.0', async (t) => {
  const lengths = [1, 15, 16, 0, 255, 256, 8191, 8192, 70_000];
  const body = lengths.map((length, at) => String(at).repeat(length)).join('');
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    const chunk = frameChunks(response);
    const write = chunk ?? ((piece: Uint8Array) => response.write(piece));
    for (const [at, length] of lengths.entries()) write(Buffer.from(String(at).repeat(length)));
    response.end(chunk === null ? '' : lastChunk);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => {
    agent.destroy();
    server.close();
  });
  const sockets = new Set<Socket>();
  for (let turn = 0; turn < 3; turn += 1) {
    const answer = await new Promise<string>((resolve, reject) => {
      const asked = request({ port, host: '127.0.0.1', agent }, (message) => {
        sockets.add(message.socket);
        text(message).then(resolve, reject);
      });
      asked.on('error', reject);
      asked.end();
    });
    t.ok(answer === body, `turn ${turn}`);
  }
  t.equal(sockets.size, 1);
  const old = connect(port, '127.0.0.1');
  old.write('GET / HTTP/1.0\r\n\r\n');
  const answered = await text(old);
  t.ok(answered.slice(answered.indexOf('\r\n\r\n') + 4) === body);
});

t.test('a piece is found in the frame in which it came, whatever its length, and in no other', (t) => {
  const around = (before: string, piece: string, after: string): string | null => {
    const all = Buffer.from(before + piece + after);
    return frameAround(all.subarray(before.length, before.length + piece.length))?.toString() ?? null;
  };
  for (const length of [1, 15, 16, 255, 256, 4095, 4096, 70_000]) {
    const piece = 'x'.repeat(length);
    const size = length.toString(16);
    const frame = `${size}\r\n${piece}\r\n`;
    for (const before of ['', '\r\n', 'x\r\n', '0', '1']) {
      for (const after of ['', '0\r\n\r\n', '1f4\r\n']) t.ok(around(`${before}${size}\r\n`, piece, `\r\n${after}`) === frame);
    }
    const others = [
      ['', '\r\n'], ['\r\n', '\r\n'], [`${size}\r\n`, ''], [`${size}\r\n`, '\r'], [`${size}\r\n`, '\n\n'],
      [`${size}\n\n`, '\r\n'], [`${size};a=b\r\n`, '\r\n'], [`${(length + 1).toString(16)}\r\n`, '\r\n'],
      [`${size} \r\n`, '\r\n'],
    ] as const;
    for (const [before, after] of others) t.equal(around(before, piece, after), null, JSON.stringify([before, length, after]));
  }
  t.equal(around('0\r\n', '', '\r\n'), null);
  t.end();
});

t.test('bytes of an answer are said to be taken only once nobody reads them any more', async (t) => {
  const { route, open } = held();
  const state = { taken: 0 };
  const letters = 'abcdefghijklmnop';
  const sizes = [1, 60_000, 97_000, 4_000_000];
  const bodies = sizes.map((size): Route => ({
    method: 'GET',
    pattern: `/${size}`,
    handle: () => {
      const body = Buffer.alloc(size, letters);
      const taken = (): void => {
        state.taken += 1;
        body.fill(0);
      };
      return TE.right({ kind: 'whole', status: 200, headers: {}, body, taken });
    },
  }));
  const { port } = await serving(t, [route, numbered(3), ...bodies]);
  const ask = async (paths: readonly string[], pauseMs: number): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.pause();
    socket.write(paths.map((path) => get(path)).join('').replace(/\r\n\r\n$/, '\r\nconnection: close\r\n\r\n'));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    return text(socket);
  };
  const paths = sizes.map((size) => `/${size}`);
  const asking = [ask(paths, 0), ask(paths, 300), ask(['/held', ...paths], 0), ask(paths.toReversed(), 100)];
  setTimeout(open, 200);
  const whole = sizes.map((size) => Buffer.alloc(size, letters).toString());
  for (const all of await Promise.all(asking)) {
    t.notOk(all.includes('\0'), 'nothing that was written since');
    for (const body of whole) t.ok(all.includes(`\r\n\r\n${body}`), `${body.length} bytes as they were`);
  }
  t.ok(state.taken >= 6, 'small ones are taken at once');
});
