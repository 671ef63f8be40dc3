import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t, { type Test } from 'tap';
import { E, TE } from '../../src/kernel/fp.ts';
import type { ProxyError } from '../../src/kernel/proxy-error.ts';
import type { Route } from '../../src/http/route.ts';
import { openaiErrors } from '../../src/openai/errors.ts';
import type { Begun, Reply } from '../../src/ports/reply.ts';
import { eventually, serving, wire } from '../support/serving.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const begun = (text: string, rest: Begun['rest']): Reply => ({
  kind: 'begun',
  status: 200,
  headers: { 'content-type': 'text/event-stream; charset=utf-8' },
  fail: openaiErrors.inStream,
  heartbeat: { text: () => ': keep-alive\n\n', afterMs: 0 },
  text,
  rest,
});

const routeOf = (reply: () => Reply): Route => ({ method: 'GET', pattern: '/stream', handle: () => TE.right(reply()) });

const ask = (version = '1.1', method = 'GET'): string => `${method} /stream HTTP/${version}\r\nhost: x\r\n\r\n`;

const bodyOf = (raw: string): string => raw.slice(raw.indexOf('\r\n\r\n') + 4);

/** The sockets that this process accepts. */
const accepted = (t: Test): readonly Socket[] => {
  const sockets: Socket[] = [];
  const note = (message: unknown): void => {
    sockets.push((message as { readonly socket: Socket }).socket);
  };
  subscribe('net.server.socket', note);
  t.teardown(() => unsubscribe('net.server.socket', note));
  return sockets;
};

async function* tailOf(...texts: readonly (string | Error)[]): AsyncGenerator<string, void, undefined> {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield text;
  }
}

t.test('its first text has gone to the system before the rest is made, which leaves with the end', async (t) => {
  const sockets = accepted(t);
  const seen: boolean[] = [];
  let taken = 0;
  const rest: Begun['rest'] = () => {
    const socket = sockets.at(-1);
    seen.push(socket !== undefined && socket.bytesWritten > 0 && socket.writableLength === 0);
    return { body: Buffer.from('data: zwei ü\n\ndata: [DONE]\n\n'), taken: () => (taken += 1) };
  };
  const { port } = await serving(t, [routeOf(() => begun('data: eins\n\n', rest))]);
  const { send, until, socket } = wire(port);
  for (const times of [1, 2]) {
    send(ask());
    await eventually(() => seen.length === times);
    const answer = await until('0\r\n\r\n');
    t.match(answer, 'HTTP/1.1 200 OK\r\n');
  }
  const all = await until('x-request-id: req_2');
  t.same(seen, [true, true]);
  const answers = all.split('HTTP/1.1 200 OK').slice(1).map(bodyOf);
  t.equal(answers[0], 'c\r\ndata: eins\n\n\r\n1d\r\ndata: zwei ü\n\ndata: [DONE]\n\n\r\n0\r\n\r\n');
  t.notMatch(all, 'content-length');
  await eventually(() => taken === 2);
  socket.destroy();
});

t.test('it is read by a client while the rest is waited for', async (t) => {
  let tell: (body: string) => void = () => undefined;
  const rest: Begun['rest'] = () => new Promise((resolve) => (tell = (body) => resolve({ body })));
  const { port } = await serving(t, [routeOf(() => begun('data: one\n\n', rest))]);
  const { send, until, socket } = wire(port);
  send(ask());
  t.notMatch(await until('data: one'), 'two');
  tell('data: two\n\n');
  t.match(await until('0\r\n\r\n'), /data: one\n\n\r\n[^]*data: two\n\n\r\n0\r\n\r\n$/);
  socket.destroy();
});

t.test('it goes on as a stream where the rest is one, and tells what that throws', async (t) => {
  const replies = [
    begun('data: one\n\n', () => ({ tail: tailOf('data: two\n\n', 'data: three\n\n') })),
    begun('data: one\n\n', () => ({ tail: tailOf('data: two\n\n', new Error('made-up')) })),
    begun('data: one\n\n', () => Promise.resolve({ tail: tailOf('data: two\n\n') })),
  ];
  const { port, lines } = await serving(t, [routeOf(() => replies.shift() ?? begun('', () => ({ body: '' })))]);
  const bodies: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { send, until, socket } = wire(port);
    send(ask());
    bodies.push(bodyOf(await until('\r\n0\r\n\r\n')));
    socket.destroy();
  }
  t.equal(bodies[0], 'b\r\ndata: one\n\n\r\nb\r\ndata: two\n\n\r\nd\r\ndata: three\n\n\r\n0\r\n\r\n');
  t.match(bodies[1], /^b\r\ndata: one\n\n\r\nb\r\ndata: two\n\n\r\n[^]*"error"[^]*\r\n0\r\n\r\n$/);
  t.notMatch(bodies[1], 'made-up');
  t.equal(bodies[2], 'b\r\ndata: one\n\n\r\nb\r\ndata: two\n\n\r\n0\r\n\r\n');
  t.match(lines.filter(({ level }) => level === 'error'), [{ message: 'defect' }]);
});

t.test('without chunks it ends with its connection, and what answers HEAD has no body', async (t) => {
  let asked = 0;
  const rest: Begun['rest'] = () => {
    asked += 1;
    return { body: 'data: two\n\n' };
  };
  const { port } = await serving(t, [routeOf(() => begun('data: one\n\n', rest))]);
  const old = wire(port);
  old.send(ask('1.0'));
  t.equal(bodyOf(await old.closed), 'data: one\n\ndata: two\n\n');
  const head = wire(port);
  head.send(`${ask('1.1', 'HEAD')}${ask()}`);
  const raw = await head.until('0\r\n\r\n');
  t.equal(raw.split('data: one').length, 2);
  t.equal(asked, 3, 'what it used is counted all the same');
  head.socket.destroy();
});

t.test('a first text of nothing leaves with the rest, and a rest of any size arrives', async (t) => {
  const sizes = [0, 1, 8191, 8192, 65_536, 65_537, 400_000];
  let size = 0;
  const { port } = await serving(t, [routeOf(() => begun('', () => ({ body: Buffer.alloc(size, 'a') })))]);
  for (size of sizes) {
    const answer = await fetch(`http://127.0.0.1:${port}/stream`);
    t.equal((await answer.text()).length, size);
  }
});

t.test('the rest is made for a caller who has left as well: what it used is counted', async (t) => {
  let answer: (reply: E.Either<ProxyError, Reply>) => void = () => undefined;
  const handle: Route['handle'] = () => () => new Promise((resolve) => (answer = resolve));
  const { port, lines } = await serving(t, [{ method: 'GET', pattern: '/stream', handle }]);
  const { send, socket } = wire(port);
  socket.once('connect', () => send(ask()));
  const idle = answer;
  await eventually(() => answer !== idle);
  socket.destroy();
  await eventually(() => lines.length > 0);
  let asked = 0;
  let isClosed = false;
  const tail = Object.assign(tailOf('data: two\n\n'), {
    return: () => {
      isClosed = true;
      return Promise.resolve({ done: true as const, value: undefined });
    },
  });
  answer(E.right(begun('data: one\n\n', () => ((asked += 1), { tail }))));
  await eventually(() => isClosed);
  t.equal(asked, 1);
});

t.test('while it goes on nothing is held of how its rest was made', async (t) => {
  const held: { plan?: WeakRef<object> } = {};
  let end: () => void = () => undefined;
  const ending = new Promise<void>((resolve) => (end = resolve));
  async function* waiting(): AsyncGenerator<string, void, undefined> {
    yield 'data: two\n\n';
    await ending;
    yield 'data: three\n\n';
  }
  const reply = (): Reply => {
    const plan = { tail: waiting() };
    held.plan = new WeakRef(plan);
    return begun('data: one\n\n', () => ({ tail: plan.tail }));
  };
  const { port } = await serving(t, [routeOf(reply)]);
  const { send, until, socket } = wire(port);
  send(ask());
  await until('data: two');
  await eventually(() => {
    collectGarbage();
    return held.plan?.deref() === undefined;
  });
  end();
  t.match(await until('0\r\n\r\n'), 'data: three');
  socket.destroy();
});

t.test('the rest does not wait where the body of the request was not read', async (t) => {
  const handle: Route['handle'] = () => TE.right(begun('data: one\n\n', () => ({ body: 'data: two\n\n' })));
  const { port, waits } = await serving(t, [{ method: 'POST', pattern: '/stream', handle }]);
  const { send, until, socket } = wire(port);
  send('POST /stream HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a"');
  t.match(await until('data: two'), 'data: one');
  t.same(waits.pending().filter((milliseconds) => milliseconds === 1000).length > 0, true, 'it lingers');
  waits.fire(1000);
  socket.destroy();
});
