import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** A pipe must not hold the process: it may have no writer. Windows knows neither this flag nor the next. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const withoutLinks = flags | (constants.O_NOFOLLOW ?? 0);

const notRead = (code: string): Error => Object.assign(new Error(`${code}: not read`), { code });

/**
 * The text of a plain file of at most so many bytes, at once. Throws with a `code` for anything else: the system's,
 * `EISDIR`, `NOT_A_FILE` (a pipe, a socket, a device) or `TOO_LARGE`. Links are followed only where that is said.
 */
export const readPlainFile = (path: string, mostBytes: number, links: 'refused' | 'followed' = 'refused'): string => {
  const file = openSync(path, links === 'refused' ? withoutLinks : flags);
  try {
    const facts = fstatSync(file);
    if (!facts.isFile()) throw notRead(facts.isDirectory() ? 'EISDIR' : 'NOT_A_FILE');
    if (facts.size > mostBytes) throw notRead('TOO_LARGE');
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
};
