import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProxyError } from '../kernel/proxy-error.ts';
import type { Now, Wait } from '../ports/capabilities.ts';
import type { Headers } from '../ports/reply.ts';
import type { Leave } from './leave-together.ts';
import type { BodyProgress } from './read-body.ts';

/** Where a reply goes, and what is known of its reader. */
export type Outlet = {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** Added to every answer; the reply's own win. */
  readonly headers: () => readonly Headers[];
  /** A reader that takes nothing, or less than 64 KiB of what waits for it, for so long is cut off. */
  readonly readerTimeoutMs: number;
  readonly progress: Readonly<BodyProgress>;
  /** When the request came; a stream's first heartbeat is due so long after it. */
  readonly startedAt: number;
  readonly now: Now;
  readonly wait: Wait;
  /** Lets an answer leave that is all there. */
  readonly leave: Leave;
  /** Notes what a stream threw, and says which error it is. */
  readonly noteFailure: (cause: unknown) => ProxyError;
};
