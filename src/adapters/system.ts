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
 * Letters and digits of some hundred ids, each behind what stands before it: random bytes in base64 without its two
 * other signs, so that each is as likely as the next. (All in the engine's own code: a loop that runs so seldom is
 * never compiled.)
 */
const randomIds = (before: string): Buffer => {
  const letters = randomBytes(idLength * 192).toString('base64').replaceAll(/[+/=]/g, '');
  return Buffer.from(letters.replaceAll(/.{24}/g, `${before}$&`), 'latin1');
};

/** Cuts ids from letters of which each is given once. The system is asked for many at a time: 4 µs an id otherwise. */
const idMaker = (before: string): NewId => {
  const length = before.length + idLength;
  let ids: Buffer = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at + length > ids.length) {
      ids = randomIds(before);
      at = 0;
    }
    at += length;
    return ids.toString('latin1', at - length, at);
  };
};

/** 24 letters and digits, 142 random bits. */
export const newId: NewId = idMaker('');

/**
 * A request's: in one piece, not put together of two. Node looks through each header by a regular expression, which V8
 * runs itself for no text of two pieces (0.5 µs a request).
 */
export const newRequestId: NewId = idMaker('req_');

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
