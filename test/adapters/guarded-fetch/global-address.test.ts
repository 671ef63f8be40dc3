import { BlockList } from 'node:net';
import t from 'tap';
import { addressKind } from '../../../src/adapters/guarded-fetch/global-address.ts';
import { seeded } from '../../support/random.ts';

const kinds = {
  public: [
    '1.0.0.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '::FFFF:808:808',
    '2001:200::1',
    '2606:4700::1111',
    '2a00:1450:4001:80b::200e',
    '3ffe:ffff::1',
  ],
  private: [
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.255',
    '172.16.0.0',
    '172.31.255.255',
    '192.168.0.0',
    '192.168.255.255',
    '198.18.0.1',
    '198.19.255.255',
    '::1',
    '0:0:0:0:0:0:0:1',
    'fc00::',
    'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.1.2.3',
  ],
  forbidden: [
    '0.0.0.0',
    '0.255.255.255',
    '100.100.100.200',
    '168.63.129.16',
    '169.254.0.0',
    '169.254.169.254',
    '169.254.170.2',
    '169.254.255.255',
    '192.0.0.0',
    '192.0.0.192',
    '192.0.0.255',
    '192.0.2.1',
    '192.31.196.1',
    '192.52.193.1',
    '192.88.99.1',
    '192.175.48.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.0',
    '239.255.255.255',
    '240.0.0.0',
    '255.255.255.255',
    '::',
    '::2',
    '::7f00:1',
    '::127.0.0.1',
    '::ffff:0.0.0.0',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::8.8.8.8',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:0:7f00:1::',
    '2001:1ff:ffff::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:808:808::1',
    '2620:4f:8000::1',
    '3fff::1',
    '3fff:fff::1',
    '4000::1',
    '5f00::1',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd00:42::42',
    'fd00:c1::a9fe:a9fe',
    'fd20:ce::254',
    'fe80::1',
    'fe80::a9fe:a9fe',
    'fe80::1%eth0',
    '2606:4700::1111%eth0',
    'febf::1',
    'fec0::1',
    'ff02::1',
    '',
    'localhost',
    '8.8.8.8.',
    '[::1]',
    '010.0.0.1',
    '127.1',
    '0x7f000001',
    '2130706433',
  ],
} as const;

for (const [kind, addresses] of Object.entries(kinds)) {
  t.test(`addresses that are ${kind}`, (t) => {
    for (const address of addresses) t.equal(addressKind(address), kind, JSON.stringify(address));
    t.end();
  });
}

const listOf = (type: 'ipv4' | 'ipv6', ...ranges: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges.join(' ').split(' ')) {
    const [address = '', length] = range.split('/');
    list.addSubnet(address, Number(length), type);
  }
  return list;
};

/** Written from the registries once more, and asked by Node's own code. */
const notGlobalV4 = listOf(
  'ipv4',
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24',
  '192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3',
);
const globalV6 = listOf('ipv6', '2000::/3');
const notGlobalV6 = listOf('ipv6', '2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20');

const below = (random: () => number, most: number): number => Math.floor(random() * most);

t.test('no more and no fewer of 200,000 addresses are public than by the registries', (t) => {
  const random = seeded(7);
  const wrong: string[] = [];
  const first = [10, 100, 127, 168, 169, 172, 192, 198, 203];
  const second = [0, 18, 31, 51, 52, 63, 88, 100, 168, 175, 254];
  for (let count = 0; count < 100_000; count += 1) {
    const near = count % 2 === 0;
    const a = near ? (first[below(random, first.length)] ?? 0) : below(random, 256);
    const b = near ? (second[below(random, second.length)] ?? 0) : below(random, 256);
    const address = [a, b, below(random, 256), below(random, 256)].join('.');
    if ((addressKind(address) === 'public') === notGlobalV4.check(address, 'ipv4')) wrong.push(address);
  }
  const starts = ['2001:', '2001:0', '2001:1', '2001:db8', '2002:', '2620:4f:8000', '2620:4f:8001', '3fff:', '3fff:1000', '64:ff9b', 'fe80:', 'fd00:ec2', '2', '3', ''];
  const word = (): string => below(random, 65_536).toString(16);
  for (let count = 0; count < 100_000; count += 1) {
    const words = `${starts[below(random, starts.length)]}:${word()}:${word()}:${word()}`.split(':').filter((part) => part !== '');
    const address = `${words.slice(0, 7).join(':')}::${word()}`.replace(/^(?=::)/, '');
    const isGlobal = globalV6.check(address, 'ipv6') && !notGlobalV6.check(address, 'ipv6');
    if ((addressKind(address) === 'public') !== isGlobal) wrong.push(address);
  }
  t.same(wrong, []);
  t.end();
});
