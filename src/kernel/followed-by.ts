import type { Items } from './ready-stream.ts';

/** An item, and what comes behind it; the rest is closed with it. */
export async function* followedBy<A, S>(first: A, rest: Items<A, S>): Items<A, S> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return();
  }
}
