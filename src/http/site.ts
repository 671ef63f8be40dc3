import type { Log, NewId, Now, Wait } from '../ports/capabilities.ts';
import type { CountRequest } from '../ports/metrics.ts';
import type { CorsOrigins } from './cors.ts';
import type { Doors } from './door.ts';

/** Settings of the server. Milliseconds and bytes. */
export type ServerSettings = {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** HEADERS_TIMEOUT_MS. */
  readonly headersTimeoutMs: number;
  /** REQUEST_TIMEOUT_MS: for the body, from the moment when it is wanted. */
  readonly requestTimeoutMs: number;
  /** A reader that takes less than 64 KiB of what waits for it in so long is cut off; 60,000 unless told. */
  readonly readerTimeoutMs?: number;
  readonly mostBodyBytes: number;
  /** MEMORY_BUDGET_MB. */
  readonly memoryBudgetBytes: number;
  /** MAX_CONCURRENT_REQUESTS: with a body, past password and limits. */
  readonly mostExchanges: number;
  readonly trustProxyHops: number;
  /** MAX_CONNECTIONS: open at once; no limit unless told. */
  readonly mostConnections?: number;
  /** MAX_CONNECTIONS_PER_IP, which counts no trusted proxy; no limit unless told. */
  readonly mostConnectionsPerAddress?: number;
  readonly corsOrigins: CorsOrigins;
};

/** All that the server answers from. */
export type Site = {
  readonly doors: Doors;
  readonly log: Log;
  readonly countRequest: CountRequest;
  /** Whom an address counts as: an IPv6 network is one. */
  readonly groupAddress: (address: string) => string;
  readonly now: Now;
  readonly wait: Wait;
  /** Told with each request that begins how many are at work, itself among them. */
  readonly noteAtWork: (atWork: number) => void;
  /** `req_` and letters. */
  readonly newRequestId: NewId;
};
