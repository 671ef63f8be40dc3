import t from 'tap';
import { TE, pipe } from '../../src/kernel/fp.ts';
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
        heartbeat: { text: '', afterMs: 0 },
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

t.test('requests that still wait for their turn end with their connection: nothing of them is kept', async (t) => {
  const { route } = held();
  const ended: string[] = [];
  const isRead = gate();
  const echo: Route = {
    method: 'POST',
    pattern: '/echo',
    handle: ({ readBody, onEnd, signal }) => {
      onEnd(() => ended.push((signal.reason as { readonly tag: string }).tag));
      return pipe(
        readBody,
        TE.map((body): Reply => {
          isRead.open();
          return { kind: 'whole', status: 200, headers: {}, body };
        }),
      );
    },
  };
  const { port, lines, origin } = await serving(t, [route, echo], { mostBodyBytes: 1000, memoryBudgetBytes: 60_000 });
  const { send, socket } = wire(port);
  send(`${get('/held')}POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n${'x'.repeat(900)}`);
  await isRead.until;
  socket.destroy();
  await eventually(() => lines.length === 2);
  t.same(ended, ['ClientGone']);
  t.same(lines.map(({ message }) => message), ['client gone', 'client gone']);
  const again = await fetch(`${origin}/echo`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: new Uint8Array(900) });
  t.equal((await again.arrayBuffer()).byteLength, 900, 'the budget for bodies is whole again');
});
