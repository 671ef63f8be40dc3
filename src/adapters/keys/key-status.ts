import type { KeyStatus } from '../../ports/status.ts';
import type { KeyStrategy } from './choose-key.ts';
import { dayCountNow } from './key-day-count.ts';
import { keyFault, type KeyLedger } from './key-ledger.ts';
import { restNow } from './key-state.ts';
import type { PoolKey } from './pool-key.ts';

/** The pool for the status page. */
export type KeyPoolStatus = { readonly strategy: KeyStrategy; readonly keys: readonly KeyStatus[] };

const isoTime = (at: number): string => new Date(at).toISOString();

const restsOf = (ledger: KeyLedger, group: string, now: number): KeyStatus['models'] =>
  [...(ledger.rests.get(group)?.entries() ?? [])].flatMap(([model, known]) => {
    const rest = restNow(known, now);
    if (rest === null) return [];
    return [{ model, state: rest.period === 'day' ? 'out for today' : 'cooling', until: isoTime(rest.until) }];
  });

/** Describes one key in words and numbers. */
export const keyStatus = (ledger: KeyLedger, key: PoolKey, now: number): KeyStatus => {
  const fault = keyFault(ledger, key, now);
  const { requests, ok, quotaSpent } = dayCountNow(ledger.counts.get(key.id), now);
  return {
    number: key.number,
    project: key.project,
    state: fault?.fault ?? 'ready',
    reason: fault?.reason ?? null,
    until: fault === null ? null : isoTime(fault.until),
    models: restsOf(ledger, key.group, now),
    today: { requests, ok, quotaSpent },
  };
};
