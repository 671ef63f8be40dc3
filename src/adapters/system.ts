import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { NewId, Now, Random, Wait } from '../ports/capabilities.ts';

/** Wall time, ms since the epoch. */
export const now: Now = () => Date.now();

/** Milliseconds on a clock that never goes back. */
export const monotonic: Now = () => performance.now();

/** Not for secrets. */
export const random: Random = () => Math.random();

/** Waits; an abort ends the wait at once. */
export const wait: Wait = (milliseconds, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
  });

const idLength = 24;
/**
 * Letters and digits enough for some hundred ids: random bytes in base64 without its two other signs, so that each is
 * as likely as the next. (All in the engine's own code: a loop that runs so seldom is never compiled.)
 */
const randomLetters = (): Buffer =>
  Buffer.from(randomBytes(idLength * 192).toString('base64').replaceAll(/[+/=]/g, ''), 'latin1');

/** Cuts ids from letters of which each is given once. The system is asked for many at a time: 4 µs an id otherwise. */
const idMaker = (): NewId => {
  let letters: Buffer = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at + idLength > letters.length) {
      letters = randomLetters();
      at = 0;
    }
    at += idLength;
    return letters.toString('latin1', at - idLength, at);
  };
};

/** 24 letters and digits, 142 random bits. */
export const newId: NewId = idMaker();

/**
 * How many files and connections this process may have open; null where the system doesn't say (it is Linux that does).
 */
export const descriptorLimit = (): number | null => {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
};
