import { E, type TE } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { Lease, Log, Now } from '../../ports/capabilities.ts';

/** The keys to check, how, and who learns of it. */
export type KeyChecks = {
  readonly leases: readonly Lease[];
  /** Asks Google something small with one key. */
  readonly probe: (lease: Lease) => TE.TaskEither<ProxyError, unknown>;
  /** Takes the verdict: null when the key works; what is not the key's fault is told too and says nothing. */
  readonly learn: (id: string, verdict: ProxyError | null, began: number) => void;
  readonly now: Now;
  readonly log: Log;
};

const atOnce = 4;

/** Asks once with every key, a few at a time. Never throws a key away for a fault of host or network. */
export const checkKeys = async ({ leases, probe, learn, now, log }: KeyChecks, signal: AbortSignal): Promise<void> => {
  const waiting = [...leases];
  const counts = { ok: 0, refused: 0, unknown: 0 };
  const work = async (): Promise<void> => {
    for (let lease = waiting.shift(); lease !== undefined && !signal.aborted; lease = waiting.shift()) {
      const began = now();
      const verdict = await probe(lease)();
      if (E.isRight(verdict)) counts.ok += 1;
      else if (verdict.left.tag === 'KeyRefused') counts.refused += 1;
      else counts.unknown += 1;
      learn(lease.id, E.isRight(verdict) ? null : verdict.left, began);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, leases.length) }, work));
  if (!signal.aborted) log('info', 'Keys checked', counts);
};
