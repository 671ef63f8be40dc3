import t from 'tap';
import { freely } from '../../support/capabilities.ts';
import { E } from '../../../src/kernel/fp.ts';
import { guardedFetch, type GuardedFetchNeeds, type GuardedFetchSettings } from '../../../src/adapters/guarded-fetch/guarded-fetch.ts';
import { callerLookup } from '../../../src/adapters/guarded-fetch/caller-lookup.ts';
import { openDirectly } from '../../../src/adapters/guarded-fetch/guarded-connect.ts';
import { pretendInternet } from '../../support/pretend-internet.ts';
import { seeded } from '../../support/random.ts';
import { webServer } from '../../support/web-server.ts';

const settings: GuardedFetchSettings = { timeoutMs: 20_000, mostBytes: 1024, allowPrivate: false };
const stays = { signal: new AbortController().signal, memory: freely };
const noHost = /its host is not at a public address, or does not answer/;

const messageOf = (outcome: E.Either<unknown, unknown>): string =>
  E.isLeft(outcome) && typeof outcome.left === 'object' && outcome.left !== null && 'message' in outcome.left ? String(outcome.left.message) : 'no refusal';

t.test('a name is refused when one of its addresses is, or when it has none', async (t) => {
  const server = await webServer(t, (_, response) => response.end('a text'));
  const zones = [
    [],
    ['127.0.0.1'],
    ['::1'],
    ['93.184.215.14', '10.0.0.1'],
    ['10.0.0.1', '93.184.215.14'],
    ['93.184.215.14', '::ffff:127.0.0.1'],
    ['2606:2800:21f::1', 'fe80::1%eth0'],
    ['64:ff9b::5db8:d70e'],
    ['2002:5db8:d70e::'],
    ['0.0.0.0'],
    ['169.254.169.254'],
    ['168.63.129.16'],
    ['not an address'],
  ];
  for (const addresses of zones) {
    const net = pretendInternet({ 'a.example': [addresses] }, server);
    const fetched = await guardedFetch(settings, net).fetchMedia('http://a.example/', 'p', stays)();
    t.match(messageOf(fetched), noHost, addresses.join());
    t.same(net.dialled, []);
    t.same(net.asked, ['a.example'], 'and it was asked for once');
  }
  t.equal(server.connections(), 0);
});

t.test('a name that turns inwards after the check leads nowhere', async (t) => {
  const server = await webServer(t, ({ url }, response) => {
    if (url === '/again') response.writeHead(302, { location: '/' }).end();
    else response.end('a text');
  });
  const net = pretendInternet({ 'turns.example': [['93.184.215.14'], ['127.0.0.1']] }, server);
  const { fetchMedia } = guardedFetch(settings, net);
  t.same(await fetchMedia('http://turns.example/', 'p', stays)(), E.right({ mimeType: 'text/plain', data: 'YSB0ZXh0' }));
  t.same(net.asked, ['turns.example'], 'one lookup serves check and connection');
  t.match(messageOf(await fetchMedia('http://turns.example/', 'p', stays)()), noHost);
  t.same(net.dialled, ['93.184.215.14:80']);

  const redirecting = pretendInternet({ 'turns.example': [['93.184.215.14'], ['127.0.0.1']] }, server);
  t.match(messageOf(await guardedFetch(settings, redirecting).fetchMedia('http://turns.example/again', 'p', stays)()), noHost);
  t.same(redirecting.dialled, ['93.184.215.14:80'], 'a redirect to itself is looked up anew');
});

t.test('a socket that is connected elsewhere than checked gets no request', async (t) => {
  const server = await webServer(t, (_, response) => response.end('a text'));
  for (const claimed of ['127.0.0.1', '::ffff:10.0.0.1', '']) {
    const net = pretendInternet({ 'a.example': [['93.184.215.14']] }, { port: server.port, claimed });
    t.match(messageOf(await guardedFetch(settings, net).fetchMedia('http://a.example/', 'p', stays)()), noHost, claimed);
    t.equal(net.dialled.length, 1);
  }
  t.same(server.seen, []);
});

t.test('the real resolver leads no name to this machine', async (t) => {
  const server = await webServer(t, (_, response) => response.end('a text'));
  const onAnyPort = (host: string): string => `http://${host}:${server.port}/`;
  const needs: GuardedFetchNeeds = { lookup: callerLookup({ allowPrivate: true }), openSocket: (peer) => openDirectly({ ...peer, port: server.port }) };
  for (const host of ['localhost', 'LOCALHOST.']) {
    t.match(messageOf(await guardedFetch(settings, needs).fetchMedia(`http://${host}/`, 'p', stays)()), noHost, host);
    t.match(messageOf(await guardedFetch(settings).fetchMedia(onAnyPort(host), 'p', stays)()), /this port/);
  }
  t.equal(server.connections(), 0);
});

type Draw = () => number;

const below = (draw: Draw, most: number): number => Math.floor(draw() * most);
const oneOf = <A>(draw: Draw, all: readonly [A, ...A[]]): A => all[below(draw, all.length)] ?? all[0];

/** Inner IPv4 addresses as one number: a range's start and size. */
const innerRanges: readonly [readonly [number, number], ...(readonly [number, number])[]] = [
  [0x00_00_00_00, 2 ** 24],
  [0x0a_00_00_00, 2 ** 24],
  [0x64_40_00_00, 2 ** 22],
  [0x7f_00_00_00, 2 ** 24],
  [0xa9_fe_00_00, 2 ** 16],
  [0xac_10_00_00, 2 ** 20],
  [0xc0_a8_00_00, 2 ** 16],
  [0xc6_12_00_00, 2 ** 17],
  [0xe0_00_00_00, 2 ** 29],
];

const innerV4 = (draw: Draw): number => {
  const [start, size] = oneOf(draw, innerRanges);
  return start + below(draw, size);
};

const octets = (value: number): readonly [number, number, number, number] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const dotted = (value: number): string => octets(value).join('.');
const hex = (value: number): string => value.toString(16);
const hextets = (value: number): string => `${hex(value >>> 16)}:${hex(value & 65_535)}`;
const randomHextets = (draw: Draw, count: number): string => Array.from({ length: count }, () => hex(below(draw, 65_536))).join(':');

const spellingsOfV4: readonly [(value: number, draw: Draw) => string, ...((value: number, draw: Draw) => string)[]] = [
  dotted,
  (value) => `${dotted(value)}.`,
  String,
  (value) => `0x${hex(value)}`,
  (value) => `0${value.toString(8)}`,
  (value, draw) => octets(value).map((octet) => oneOf(draw, [String(octet), `0x${hex(octet)}`, `0${octet.toString(8)}`])).join('.'),
  (value) => `${value >>> 24}.${value & 0xff_ff_ff}`,
  (value) => `${value >>> 24}.${(value >>> 16) & 255}.${value & 65_535}`,
  (value) => Array.from(dotted(value), (character) => `%${hex(character.charCodeAt(0))}`).join(''),
  (value) => dotted(value).replaceAll(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  (value) => `[::ffff:${dotted(value)}]`,
  (value) => `[::ffff:${hextets(value)}]`,
  (value) => `[::${hextets(value)}]`,
  (value) => `[64:ff9b::${hextets(value)}]`,
  (value, draw) => `[64:ff9b:1:${randomHextets(draw, 3)}:${hextets(value)}]`,
  (value, draw) => `[2002:${hextets(value)}:${randomHextets(draw, 5)}]`,
  (value, draw) => `[2001:0:${randomHextets(draw, 4)}:${hextets(~value >>> 0)}]`,
];

const innerV6: readonly [(draw: Draw) => string, ...((draw: Draw) => string)[]] = [
  (draw) => `${hex(0xfc00 + below(draw, 512))}:${randomHextets(draw, 7)}`,
  (draw) => `${hex(0xfe80 + below(draw, 64))}::${randomHextets(draw, 4)}`,
  (draw) => `${hex(0xff00 + below(draw, 256))}::${randomHextets(draw, 2)}`,
  (draw) => `2001:db8:${randomHextets(draw, 6)}`,
  (draw) => `3fff:${hex(below(draw, 4096))}:${randomHextets(draw, 6)}`,
  (draw) => `${hex(0x4000 + below(draw, 0x8000))}:${randomHextets(draw, 7)}`,
  (draw) => `::${randomHextets(draw, 1)}`,
];

const publicOnes = ['93.184.215.14', '8.8.8.8', '2606:4700::1111', '2a00:1450:4001:80b::200e'] as const;

t.test('100,000 made-up hosts that lead inwards get no connection', async (t) => {
  const draw = seeded(20_260_301);
  const server = await webServer(t, (_, response) => response.end('a text'));
  const opened = { names: 0, elsewhere: [] as string[] };
  const needs: GuardedFetchNeeds = {
    lookup: async () => {
      const inner = draw() < 0.5 ? dotted(innerV4(draw)) : oneOf(draw, innerV6)(draw);
      const all = [inner, ...publicOnes.filter(() => draw() < 0.3)].toSorted(() => draw() - 0.5);
      return all.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
    openSocket: (peer) => {
      if (!peer.host.endsWith('.example')) opened.elsewhere.push(peer.host);
      opened.names += 1;
      return openDirectly({ ...peer, port: server.port });
    },
  };
  const { fetchMedia } = guardedFetch(settings, needs);
  const written = (): string => (draw() < 0.7 ? oneOf(draw, spellingsOfV4)(innerV4(draw), draw) : `[${oneOf(draw, innerV6)(draw)}]`);
  const named = (): string => `${hex(below(draw, 2 ** 30))}.example${oneOf(draw, ['', '.'])}`;
  const wrong: string[] = [];
  for (let count = 0; count < 100_000; count += 1) {
    const address = `${oneOf(draw, ['http', 'http', 'https'])}://${draw() < 0.9 ? written() : named()}${oneOf(draw, ['', ':8080', ':80', ':443'])}/`;
    const message = messageOf(await fetchMedia(address, 'p', stays)());
    if (!noHost.test(message)) wrong.push(`${address} ${message}`);
  }
  t.same(wrong.slice(0, 20), []);
  t.same(opened.elsewhere, [], 'no written address comes as far as a socket');
  t.ok(opened.names > 9000, 'names do, since their lookup is part of the connection');
  t.equal(server.connections(), 0);
});
