import { randomFillSync } from 'node:crypto';
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

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const idLength = 24;
/** Bytes from here on would favour the first letters. */
const fairBytes = 256 - (256 % alphabet.length);

/** Random bytes of which each is given once. The system is asked for 4096 at a time: 4 µs an id otherwise, 0.3 so. */
const randomSource = (): (() => number) => {
  const bytes = Buffer.alloc(4096);
  let at = bytes.length;
  return () => {
    if (at === bytes.length) {
      randomFillSync(bytes);
      at = 0;
    }
    const byte = bytes[at] ?? 0;
    at += 1;
    return byte;
  };
};

const idMaker = (): NewId => {
  const nextByte = randomSource();
  return () => {
    let id = '';
    while (id.length < idLength) {
      const byte = nextByte();
      if (byte < fairBytes) id += alphabet[byte % alphabet.length] ?? '';
    }
    return id;
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
