import type { ServerResponse } from 'node:http';
import type { Now, Wait } from '../ports/capabilities.ts';

/** Where the body of a reply that comes in pieces goes, behind its head. */
export type BodyOutlet = {
  readonly response: ServerResponse;
  /** When the request came, ms; the first heartbeat is due so long after it. */
  readonly startedAt: number;
  readonly now: Now;
  readonly wait: Wait;
  readonly isClosed: () => boolean;
  readonly writeHead: () => unknown;
};
