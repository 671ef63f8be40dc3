import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { reasons } from '../../../src/adapters/guarded-fetch/reasons.ts';
import { reachOf, targetOf } from '../../../src/adapters/guarded-fetch/target.ts';

const noHost = /its host is not at a public address, or does not answer/;

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

t.test('a host has at most 253 characters, and a long row of dots takes no time', async (t) => {
  const reach = reachOf(false);
  const host = (length: number): string => `${'a'.repeat(60)}.`.repeat(4).padEnd(length, 'b');
  t.ok(E.isRight(targetOf(`http://${host(253)}/a`, reach)));
  t.ok(E.isRight(targetOf(`http://${host(253)}./a`, reach)), 'and a dot at its end');
  t.same(targetOf(`http://${host(255)}/a`, reach), E.left(reasons.notAnAddress));
  for (const long of [`http://a${'.'.repeat(16_000)}a/`, `http://${'.'.repeat(16_000)}/`, `http://${'天'.repeat(5000)}/`, `//a${'.'.repeat(16_000)}a/`]) {
    t.same(targetOf(long, reach, new URL('http://a.example/')), E.left(reasons.notAnAddress));
  }
  t.ok(E.isRight(targetOf(`/a?b=//${'c'.repeat(5000)}`, reach, new URL('http://a.example/'))), 'what follows the host may be long');
});
