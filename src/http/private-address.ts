import { BlockList, isIP } from 'node:net';
import { canonicalAddress } from './caller-address.ts';

type Subnet = readonly [network: string, prefix: number];

/** Loopback and private networks (RFC 1918, RFC 4193), and an IPv6 network's own links. */
const ownNetworks: readonly Subnet[] = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
];

/**
 * From here the fronts of Google's, Azure's and Railway's platforms speak to a container; nobody's own network is here.
 */
const platformNetworks: readonly Subnet[] = [
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
];

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

const isWithin = (subnets: readonly Subnet[]): ((text: string) => boolean) => {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, familyOf(network));
  return (text) => {
    const address = canonicalAddress(text);
    return address !== null && list.check(address, familyOf(address));
  };
};

/** Whether this is an address of loopback or a private network; false for what is no address. */
export const isPrivateAddress = isWithin(ownNetworks);

/** Whether a proxy in front may stand here: where no caller of the internet speaks from. */
export const isProxyAddress = isWithin([...ownNetworks, ...platformNetworks]);
