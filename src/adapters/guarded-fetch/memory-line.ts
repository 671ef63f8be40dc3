import type { ProxyError } from '../../kernel/proxy-error.ts';
import { costs, type Memory } from '../../ports/memory.ts';
import { monotonic, random, wait } from '../system.ts';

/** Reserves memory for one fetch, and waits for it where there is none; null when it could be had, else why not. */
export type Reserve = (bytes: number) => Promise<ProxyError | null>;

/** A fetch that may have to wait for memory. */
export type Waiting = { readonly reserve: Reserve; readonly leave: () => void };

/** Lets one fetch wait: `exchange` is the memory of its request, `held` the part of it that the fetch takes. */
export type JoinLine = (exchange: Memory, held: Memory, signal: AbortSignal) => Waiting;

/** How long who is not the first in line waits, ms: from so long to twice as long, so that not all give up at once. */
const shortestPatience = 1000;
const pauseMs = 25;

/**
 * Who waits for memory, in line. Of many requests that hold a part each, none would ever get the rest: so the first in
 * line waits as long as its fetch may take, and the others give up after a second or two, which makes room for it.
 */
export const memoryLine = (): JoinLine => {
  // An exchange stands in line from its first wait until the last of its fetches that waited has ended; a Map keeps
  // the order in which they came.
  const line = new Map<Memory, number>();
  const isFirst = (exchange: Memory): boolean => line.keys().next().value === exchange;
  return (exchange, held, signal) => {
    const patience = shortestPatience * (1 + random());
    let joinedAt: number | null = null;
    const join = (): number => {
      if (joinedAt === null) line.set(exchange, (line.get(exchange) ?? 0) + 1);
      joinedAt ??= monotonic();
      return joinedAt;
    };
    return {
      reserve: async (bytes) => {
        for (;;) {
          const full = held.take(bytes * costs.media);
          if (full?.tag !== 'Busy' || signal.aborted) return full;
          // By the clock: where there is much to do, few of these pauses fit into a second.
          if (monotonic() - join() >= patience && !isFirst(exchange)) return full;
          await wait(pauseMs, signal);
        }
      },
      leave: () => {
        if (joinedAt === null) return;
        const others = (line.get(exchange) ?? 1) - 1;
        if (others === 0) line.delete(exchange);
        else line.set(exchange, others);
      },
    };
  };
};
