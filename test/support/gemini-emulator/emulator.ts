import type { Controls } from './controls.ts';
import type { JsonObject } from './json.ts';
import type { SeenRequest } from './seen-requests.ts';

/** How an emulator differs from the usual one. */
export type EmulatorOptions = {
  /** Port to listen on; 0, the default, takes a free one. */
  readonly port?: number;
  /** Models on one page where the request does not say (50); a smaller number also caps what it asks for. */
  readonly pageSize?: number;
  /** The models to list instead of the usual ones. */
  readonly models?: readonly JsonObject[];
  /** Only these keys are valid; any key is when left out. */
  readonly keys?: readonly string[];
  /** Refuses thought signatures that this emulator did not give out. */
  readonly strictSignatures?: boolean;
  /** False takes requests as they come, without any check. */
  readonly checks?: boolean;
  /** Between the frames of canned answers (0). */
  readonly frameDelayMs?: number;
};

/** A running emulator of Google's Gemini API. */
export type GeminiEmulator = Controls & {
  /** `http://127.0.0.1:port`, without /v1beta. */
  readonly url: string;
  readonly port: number;
  /** Everything that arrived, in order. */
  readonly requests: readonly SeenRequest[];
  /** Resolves once so many requests have arrived, at once if they have. */
  readonly arrived: (count: number) => Promise<readonly SeenRequest[]>;
  /** Connections that are open now. */
  readonly connections: () => number;
  /** Drops all connections and stops listening. */
  readonly close: () => Promise<void>;
};
