import { isIPv4, isIPv6 } from 'node:net';
import { hextetsOf } from '../../kernel/hextets.ts';
import { perText } from '../../kernel/remember.ts';

const mapped = '0:0:0:0:0:ffff';
const nat64 = '64:ff9b:0:0:0:0';

const withoutZone = (address: string): string => {
  const at = address.indexOf('%');
  return at === -1 ? address : address.slice(0, at);
};

const wordsOf = (address: string): readonly string[] => hextetsOf(address).map((hextet) => hextet.toString(16));

const isWrapped = (words: readonly string[]): boolean => [mapped, nat64].includes(words.slice(0, 6).join(':'));

/**
 * Whom an address counts as in the limits: an IPv4 address itself, also when IPv6 wraps it (::ffff:, 64:ff9b::); an
 * IPv6 address its /64, of which one household or server owns every address; anything else `unknown`, all together.
 */
export const addressGroup = perText((address: string): string => {
  const bare = withoutZone(address);
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return 'unknown';
  const words = wordsOf(bare);
  if (!isWrapped(words)) return `${words.slice(0, 4).join(':')}::/64`;
  return hextetsOf(bare).slice(6).flatMap((hextet) => [hextet >> 8, hextet & 255]).join('.');
});

/** The /48 of an IPv6 address, which is what one customer gets at most; null for all else. */
export const addressSite = (address: string): string | null => {
  const bare = withoutZone(address);
  if (!isIPv6(bare)) return null;
  const words = wordsOf(bare);
  return isWrapped(words) ? null : `${words.slice(0, 3).join(':')}::/48`;
};
