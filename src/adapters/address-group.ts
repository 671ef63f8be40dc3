import { isIPv4, isIPv6 } from 'node:net';
import { hextetsOf } from './hextets.ts';

const mapped = '0:0:0:0:0:ffff';
const nat64 = '64:ff9b:0:0:0:0';

/**
 * Whom an address counts as in the limits: an IPv4 address itself, also when IPv6 wraps it (::ffff:, 64:ff9b::); an
 * IPv6 address its /64, of which one household or server owns every address; anything else `unknown`, all together.
 */
export const addressGroup = (address: string): string => {
  const bare = address.replace(/%.*$/s, '');
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return 'unknown';
  const hextets = hextetsOf(bare);
  const words = hextets.map((hextet) => hextet.toString(16));
  const prefix = words.slice(0, 6).join(':');
  if (prefix !== mapped && prefix !== nat64) return `${words.slice(0, 4).join(':')}::/64`;
  return hextets.slice(6).flatMap((hextet) => [hextet >> 8, hextet & 255]).join('.');
};
