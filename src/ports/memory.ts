import type { ProxyError } from '../kernel/proxy-error.ts';

/**
 * What one exchange holds of the service's memory (MEMORY_BUDGET_MB). Bytes are reserved before they are used, and all
 * of them are let go when the response has been closed, if not before.
 */
export type Memory = {
  /** Reserves so many bytes; null when there was room, else why not, and nothing is reserved. */
  readonly take: (bytes: number) => ProxyError | null;
  /** Lets go of so many bytes that were taken. */
  readonly giveBack: (bytes: number) => void;
};

/** A part of what an exchange holds, which can be let go before the rest. */
export type Portion = Memory & { readonly letGo: () => void };

/** Begins a portion of an exchange's memory. */
export const portionOf = (memory: Memory): Portion => {
  let held = 0;
  const giveBack = (bytes: number): void => {
    const less = Math.min(bytes, held);
    held -= less;
    memory.giveBack(less);
  };
  return {
    take: (bytes) => {
      const refusal = memory.take(bytes);
      if (refusal === null) held += bytes;
      return refusal;
    },
    giveBack,
    letGo: () => giveBack(held),
  };
};

/**
 * How an answer is held: its memory, and whether all that has come so far is still held, since nothing has gone out
 * yet.
 */
export type Holding = { readonly memory: Memory; readonly isCollected: () => boolean };

/** What an exchange holds: of its request until Gemini has begun to answer, of its answer until the end. */
export type Held = { readonly request: Portion; readonly answer: Portion };

/**
 * What a byte that came costs until its exchange ends, in bytes, measured with the built service (docs/reliability.md).
 * JSON: the bytes, their text, what was parsed of it, what Gemini is sent. Forms: the bytes, and files as base64, in
 * JSON and in what is sent. Media: the unpacked bytes and those three. Answers: text, what was parsed of it, what is
 * written. What a stream keeps: its text, that of its last event, and that one's bytes. Sound that was encoded for a
 * whole answer: its bytes, alone and together, and as base64. Values of JSON that are shorter than their share of the
 * bytes: an empty object is 3 bytes of text, and 64 of memory. Bytes that are passed on as they are: themselves.
 */
export const costs = { bytes: 1, json: 4, form: 5, media: 4, answer: 5, kept: 4, sound: 3, value: 64 } as const;
