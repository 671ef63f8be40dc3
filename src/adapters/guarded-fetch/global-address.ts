import { isIPv4, isIPv6 } from 'node:net';
import { hextetsOf } from '../../kernel/hextets.ts';

/** Where an address leads: to the internet, to one's own machine or network, or where no fetch ever goes. */
export type AddressKind = 'public' | 'private' | 'forbidden';

const bitsOf = (numbers: readonly number[], width: number): string =>
  numbers.map((number) => number.toString(2).padStart(width, '0')).join('');

const bitsOfV4 = (address: string): string => bitsOf(address.split('.').map(Number), 8);
const bitsOfV6 = (address: string): string => bitsOf(hextetsOf(address), 16);

/** `10.0.0.0/8` as the bits that all of its addresses begin with. */
const prefixOf = (range: string): string => {
  const [address = '', length] = range.split('/');
  return (address.includes(':') ? bitsOfV6 : bitsOfV4)(address).slice(0, Number(length));
};

const prefixesOf = (...ranges: readonly string[]): readonly string[] => ranges.map(prefixOf);

/** Where Alibaba's and Azure's clouds answer any program of a machine, with its credentials too. */
const metadataV4 = prefixesOf('100.100.100.200/32', '168.63.129.16/32');

/**
 * The special ranges of IANA's IPv4 registry that are not one's own network, with multicast. Metadata is in 169.254.
 */
const specialV4 = prefixesOf(
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.175.48.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
);

/**
 * Loopback, private and shared. 198.18.0.0/15 is for benchmarks; local proxies make up addresses in it for all names.
 */
const privateV4 = prefixesOf(
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '198.18.0.0/15',
);

/** The same of AWS, Google, Scaleway and Oracle. */
const metadataV6 = prefixesOf('fd00:ec2::/32', 'fd20:ce::254/128', 'fd00:42::42/128', 'fd00:c1::a9fe:a9fe/128');

const privateV6 = prefixesOf('::1/128', 'fc00::/7');

/** Global unicast, and what is special in it: Teredo and its neighbours, documentation, 6to4, AS112. */
const globalV6 = prefixesOf('2000::/3');
const specialV6 = prefixesOf('2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20');

const mapped = prefixOf('::ffff:0:0/96');

const isIn = (bits: string, ...tables: readonly (readonly string[])[]): boolean =>
  tables.some((prefixes) => prefixes.some((prefix) => bits.startsWith(prefix)));

const kindOfV4 = (bits: string): AddressKind => {
  if (isIn(bits, metadataV4, specialV4)) return 'forbidden';
  return isIn(bits, privateV4) ? 'private' : 'public';
};

const kindOfV6 = (bits: string): AddressKind => {
  if (isIn(bits, metadataV6, specialV6)) return 'forbidden';
  if (isIn(bits, privateV6)) return 'private';
  return isIn(bits, globalV6) ? 'public' : 'forbidden';
};

/**
 * What kind of address this is (IANA's special-purpose registries). An IPv4 address mapped into IPv6 counts as itself;
 * every other embedding (NAT64, 6to4, Teredo), a zone, and what is no address at all is forbidden.
 */
export const addressKind = (address: string): AddressKind => {
  if (isIPv4(address)) return kindOfV4(bitsOfV4(address));
  if (!isIPv6(address) || address.includes('%')) return 'forbidden';
  const bits = bitsOfV6(address);
  return bits.startsWith(mapped) ? kindOfV4(bits.slice(mapped.length)) : kindOfV6(bits);
};
