import { isIP } from 'node:net';
import type { LookupAddress } from 'node:dns';

const mostCharacters = 1_048_576;

const wordsOf = (line: string): readonly string[] => {
  const comment = line.indexOf('#');
  return (comment === -1 ? line : line.slice(0, comment)).split(/[ \t\r]/).filter((word) => word !== '');
};

/** The addresses that a hosts file (hosts(5)) gives a name, in its order; none where it doesn't know the name. */
export const addressesInHosts = (text: string, hostname: string): readonly LookupAddress[] =>
  text
    .slice(0, mostCharacters)
    .split('\n')
    .flatMap((line) => {
      const [address = '', ...names] = wordsOf(line);
      const family = isIP(address);
      return family !== 0 && names.some((name) => name.toLowerCase() === hostname) ? [{ address, family }] : [];
    });
