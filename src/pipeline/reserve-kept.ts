import type { ProxyError } from '../kernel/proxy-error.ts';
import { costs, type Memory } from '../ports/memory.ts';

/** As much as a whole answer may be. */
const mostBytes = 64 * 1024 * 1024;
/** Every exchange has so much anyway: short answers reserve nothing. */
const freeBytes = 16 * 1024;
const stepBytes = 64 * 1024;

const tooLong: ProxyError = { tag: 'BadAnswer', reason: 'an answer of more than 64 MiB', isLasting: true };

/**
 * Told what a writer keeps until its end, after each read, it reserves that in steps of 64 KiB until the exchange ends.
 * Tells where that is too much, or where there is no memory for it; null where all is well.
 */
export const reserveKept = (memory: Memory): ((kept: number) => ProxyError | null) => {
  let reserved = 0;
  return (kept) => {
    if (kept <= Math.max(freeBytes, reserved)) return null;
    if (kept > mostBytes) return tooLong;
    const wanted = Math.ceil(kept / stepBytes) * stepBytes;
    const refusal = memory.take((wanted - reserved) * costs.kept);
    if (refusal === null) reserved = wanted;
    return refusal;
  };
};
