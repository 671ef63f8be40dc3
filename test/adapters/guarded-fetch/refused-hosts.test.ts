import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { guardedFetch, type GuardedFetchNeeds, type GuardedFetchSettings } from '../../../src/adapters/guarded-fetch/guarded-fetch.ts';
import { openDirectly, systemLookup } from '../../../src/adapters/guarded-fetch/guarded-connect.ts';
import { reachOf, targetOf } from '../../../src/adapters/guarded-fetch/target.ts';
import { pretendInternet } from '../../support/pretend-internet.ts';
import { seeded } from '../../support/random.ts';
import { webServer } from '../../support/web-server.ts';

const settings: GuardedFetchSettings = { timeoutMs: 20_000, mostBytes: 1024, allowPrivate: false };
const stays = new AbortController().signal;
const noHost = /its host is not at a public address, or does not answer/;

const messageOf = (outcome: E.Either<unknown, unknown>): string =>
  E.isLeft(outcome) && typeof outcome.left === 'object' && outcome.left !== null && 'message' in outcome.left ? String(outcome.left.message) : 'no refusal';

/** Spellings of 127.0.0.1, 0.0.0.0, 169.254.169.254, 10.0.0.1 and others that browsers read as addresses. */
const spellings = [
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0x0.0x0.0x1',
  '0X7F.1',
  '017700000001',
  '0177.0.0.01',
  '0177.0x0.1',
  '%31%32%37.0.0.1',
  '１２７.０.０.１',
  '①②⑦.⓪.⓪.①',
  '127。0。0。1',
  '0',
  '0.0.0.0',
  '0x0',
  '00000000000',
  '169.254.169.254',
  '169.254.43518',
  '2852039166',
  '0xa9fea9fe',
  '0251.0376.0251.0376',
  '10.1',
  '0x0a000001',
  '100.100.100.200',
  '192.168.0.1',
  '172.16.0.1',
  '255.255.255.255',
  '224.0.0.1',
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]',
  '[2001:0:53aa:64c:0:0:80ff:fffe]',
  '[fe80::1]',
  '[fd00:ec2::254]',
  '[fd00::1]',
  '[ff02::1]',
  'metadata.google.internal',
  'METADATA.google.internal.',
  'metadata.goog..',
  'instance-data',
] as const;

t.test('no spelling of an inner address or of a metadata name passes', (t) => {
  for (const host of spellings) {
    for (const address of [`http://${host}/`, `https://${host}:8443/a?b`, `http:\\\\${host}`, ` http:/${host}\n`]) {
      const target = targetOf(address, reachOf(false));
      t.match(E.isLeft(target) ? target.left : target.right.href, noHost, address);
    }
  }
  t.end();
});

t.test('metadata stays out of reach where one\'s own network is allowed', (t) => {
  const hosts = ['169.254.169.254', '2852039166', '[::ffff:169.254.169.254]', '169.254.170.2', '168.63.129.16', '100.100.100.200', '[fd00:ec2::254]'];
  for (const host of [...hosts, '[fd20:ce::254]', '[fe80::a9fe:a9fe]', '[64:ff9b::a9fe:a9fe]', '0.0.0.0', '[::]', 'metadata.google.internal', 'metadata']) {
    const target = targetOf(`http://${host}/`, reachOf(true));
    t.match(E.isLeft(target) ? target.left : target.right.href, noHost, host);
  }
  for (const host of ['127.0.0.1', '[::1]', '10.0.0.1', '192.168.1.1', '[fd12::1]', '100.64.0.1', '198.18.0.5', 'nas', 'localhost']) {
    t.ok(E.isRight(targetOf(`http://${host}:9000/`, reachOf(true))), host);
  }
  t.end();
});

t.test('addresses that are not for reading are refused with the reason', (t) => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /valid web address/],
    ['/etc/passwd', /valid web address/],
    ['pictures.example/a.png', /valid web address/],
    ['http://', /valid web address/],
    ['http://a b/', /valid web address/],
    ['http://[::1', /valid web address/],
    ['http://[fe80::1%25eth0]/', /valid web address/],
    ['http://256.256.256.256/', /valid web address/],
    ['http://1.2.3.4.5/', /valid web address/],
    ['http://a.example:65536/', /valid web address/],
    [`http://a.example/${'a'.repeat(16_384)}`, /valid web address/],
    ['file:///etc/passwd', /only http and https/],
    ['ftp://a.example/', /only http and https/],
    ['gopher://127.0.0.1:6379/_PING', /only http and https/],
    ['jar:http://a.example!/', /only http and https/],
    ['javascript:alert(1)', /only http and https/],
    ['http://user:pass@a.example/', /user name or password/],
    ['http://a.example@127.0.0.1/', /user name or password/],
    ['http://127.0.0.1\\@a.example/', noHost],
    ['http://127.0.0.1#@a.example/', noHost],
    ['http://127.0.0.1?@a.example/', noHost],
  ];
  for (const [address, reason] of cases) {
    const target = targetOf(address, reachOf(false));
    t.match(E.isLeft(target) ? target.left : target.right.href, reason, address.slice(0, 60));
  }
  t.end();
});

t.test('only ports of web servers are read from; at home any that needs no rights', (t) => {
  const isOpen = (port: number, allowPrivate: boolean): boolean => E.isRight(targetOf(`http://a.example:${port}/`, reachOf(allowPrivate)));
  for (const port of [80, 443, 8080, 8443]) t.ok(isOpen(port, false), String(port));
  for (const port of [0, 1, 21, 22, 23, 25, 53, 79, 81, 110, 143, 444, 445, 587, 3306, 5432, 6379, 8000, 9200, 11211, 27017, 65535]) {
    t.notOk(isOpen(port, false), String(port));
    t.equal(isOpen(port, true), port >= 1024, String(port));
  }
  t.end();
});

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
  const needs: GuardedFetchNeeds = { lookup: systemLookup, openSocket: (peer) => openDirectly({ ...peer, port: server.port }) };
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
