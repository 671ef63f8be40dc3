import type { KeyFault, ProxyError } from './proxy-error.ts';

/** A key that Google turned away: its place in GEMINI_API_KEYS, and why. */
export type RefusedKey = { readonly number: number; readonly fault: KeyFault; readonly reason: string };

/** What is told when Google refuses all keys: each reason once, with the numbers of its keys. */
export const noUsableKey = (keys: readonly RefusedKey[]): ProxyError => {
  const numbersOf = new Map<string, readonly string[]>();
  for (const { number, reason } of keys) numbersOf.set(reason, [...(numbersOf.get(reason) ?? []), `#${number}`]);
  const reasons = [...numbersOf].map(([reason, numbers]) => `${numbers.join(', ')}: ${reason}`);
  return { tag: 'NoUsableKey', reasons, ...(keys.some(({ fault }) => fault === 'unpaid') ? { unpaid: true } : {}) };
};
