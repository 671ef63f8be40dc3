import type { KeyFault } from '../kernel/proxy-error.ts';

/** What anybody may see on the status page. */
export type PublicStatus = {
  readonly version: string;
  readonly keyCount: number;
  /** Null while the list has not been read yet. */
  readonly modelCount: number | null;
  /** MAX_REQUESTS_PER_MINUTE and MAX_REQUESTS_PER_DAY_PER_IP; 0 = no limit. */
  readonly limits: { readonly perMinute: number; readonly perDayPerAddress: number };
  /** True while the password is the default one. */
  readonly defaultPassword: boolean;
};

/** A key as its owner sees it: known by its number alone. Times are ISO 8601. */
export type KeyStatus = {
  readonly number: number;
  readonly project: string | null;
  readonly state: 'ready' | KeyFault;
  /** Why it is out, in words that hold no secret. */
  readonly reason: string | null;
  readonly until: string | null;
  /** Models that it must not be asked for until then. */
  readonly models: readonly {
    readonly model: string;
    readonly state: 'cooling' | 'out for today';
    readonly until: string;
  }[];
  /** Counts of the current quota day, Pacific time. */
  readonly today: { readonly requests: number; readonly ok: number; readonly quotaSpent: number };
};

/** A line that the owner should read, in plain words: pictures kept in memory only, a bucket that refuses them, … */
export type Notice = { readonly level: 'info' | 'warn'; readonly text: string };

/** What the status page shows to who knows the password. */
export type ServiceStatus = PublicStatus & {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  /** `round-robin` or `sticky`. */
  readonly keyStrategy: string;
  readonly keys: readonly KeyStatus[];
  readonly models: readonly string[];
  /** Requests counted now: of the service in this minute, of the asking address today; null where nobody counts. */
  readonly use: { readonly minute: number | null; readonly todayOfThisAddress: number | null };
  /** TRUST_PROXY_HOPS as it is in force. */
  readonly trustProxyHops: number;
  /** The data folder, and why nothing can be written there if so. */
  readonly data: { readonly folder: string; readonly writable: boolean; readonly problem: string | null };
  readonly notices: readonly Notice[];
};

/** How the status page reads the service. Neither waits for Gemini, and neither fails. */
export type ReadStatus = {
  readonly forAnybody: () => PublicStatus;
  /** `address` is the asking caller's, whose own use is told. */
  readonly forOwner: (address: string) => Promise<ServiceStatus>;
};
