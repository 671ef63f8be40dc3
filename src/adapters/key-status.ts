import type { KeyFault } from '../kernel/proxy-error.ts';
import type { KeyStrategy } from './choose-key.ts';
import { dayCountNow } from './key-day-count.ts';
import { faultOf, type KeyLedger } from './key-ledger.ts';
import { restNow } from './key-state.ts';
import type { PoolKey } from './pool-key.ts';

/** A model that a key must not be asked for until then (ISO 8601). */
export type ModelRest = {
  readonly model: string;
  readonly state: 'cooling' | 'out for today';
  readonly until: string;
};

/** One key for the status page. Times are ISO 8601; `today` is Google's quota day, Pacific time. Holds no secret. */
export type KeyStatus = {
  readonly number: number;
  readonly project: string | null;
  readonly state: 'ready' | KeyFault;
  readonly reason: string | null;
  readonly until: string | null;
  readonly models: readonly ModelRest[];
  readonly today: { readonly requests: number; readonly ok: number; readonly quotaSpent: number };
};

/** The pool for the status page. */
export type KeyPoolStatus = { readonly strategy: KeyStrategy; readonly keys: readonly KeyStatus[] };

const iso = (at: number): string => new Date(at).toISOString();

const restsOf = (ledger: KeyLedger, group: string, now: number): readonly ModelRest[] =>
  [...(ledger.rests.get(group)?.entries() ?? [])].flatMap(([model, known]) => {
    const rest = restNow(known, now);
    if (rest === null) return [];
    return [{ model, state: rest.period === 'day' ? 'out for today' : 'cooling', until: iso(rest.until) }];
  });

/** Describes one key in words and numbers. */
export const keyStatus = (ledger: KeyLedger, key: PoolKey, now: number): KeyStatus => {
  const fault = faultOf(ledger, key, now);
  const { requests, ok, quotaSpent } = dayCountNow(ledger.counts.get(key.id), now);
  return {
    number: key.number,
    project: key.project,
    state: fault?.fault ?? 'ready',
    reason: fault?.reason ?? null,
    until: fault === null ? null : iso(fault.until),
    models: restsOf(ledger, key.group, now),
    today: { requests, ok, quotaSpent },
  };
};
