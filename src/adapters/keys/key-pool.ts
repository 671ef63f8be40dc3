import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { KeyWish, Lease, LeaseKey, Log, Now, ReportKey } from '../../ports/capabilities.ts';
import type { Homes } from '../../ports/passing-on.ts';
import { chooseKey, type KeyStrategy } from './choose-key.ts';
import {
  candidatesOf,
  countFor,
  forgetModel,
  forgetRest,
  keyFault,
  keyLedger,
  noteLoan,
  type KeyLedger,
} from './key-ledger.ts';
import { shownReason, type KeyRefusal } from './key-reason.ts';
import { restoreLedger, snapshotOf, type KeySnapshot } from './key-snapshot.ts';
import { healthAfter, restAfter, type Attempt } from './key-state.ts';
import { keyStatus, type KeyPoolStatus } from './key-status.ts';
import { poolKeys, type GivenKey, type PoolKey } from './pool-key.ts';
import type { StateFile } from '../state/state-file.ts';

/** The keys in their order, and how the next one is chosen. */
export type KeyPoolSettings = {
  readonly keys: readonly GivenKey[];
  readonly strategy: KeyStrategy;
};

/** A clock, a log, and where what was learned outlives a restart. */
export type KeyPoolNeeds = { readonly now: Now; readonly log: Log; readonly store?: StateFile<KeySnapshot> };

/** Lends keys and learns how they fare. */
export type KeyPool = {
  readonly leaseKey: LeaseKey;
  readonly reportKey: ReportKey;
  /**
   * Takes a health check's verdict on a key: null clears its fault, KeyRefused sets one, anything else says nothing.
   * A check that began (ms) before the fault was learned can't clear it; one without a beginning can.
   */
  readonly learnHealth: (id: string, verdict: ProxyError | null, began?: number) => void;
  /** Lends this key after all others for ten minutes, or until it works: it was refused, and is about to be checked. */
  readonly suspect: (id: string) => void;
  /** The keys that are out, and since when (ms), for another check. */
  readonly faultyKeys: () => readonly { readonly lease: Lease; readonly since: number }[];
  /** Every key, healthy or not, for health checks; not counted as lent. */
  readonly allKeys: () => readonly Lease[];
  /** The projects of the keys in their order, each once, and whose a key is. */
  readonly homes: Homes;
  /** The keys that Google has not turned away, for the model list; not counted as lent. */
  readonly healthyKeys: () => readonly Lease[];
  readonly describe: () => KeyPoolStatus;
};

const suspicionMs = 10 * 60_000;

const leaseOf = ({ number, id, secret }: PoolKey): Lease => ({ number, id, secret });

/** A lease as it goes out, with what its end will be held against. */
type Loan = Lease & Omit<Attempt, 'now'>;

const isLoan = (lease: Lease): lease is Loan => 'began' in lease;

type Pool = { readonly keys: readonly PoolKey[]; readonly ledger: KeyLedger; readonly log: Log };

type Lists = Pick<KeyPool, 'faultyKeys' | 'allKeys' | 'healthyKeys' | 'homes'>;

const homesOf = ({ keys }: Pick<Pool, 'keys'>): Homes => {
  const all = [...new Set(keys.map(({ home }) => home))];
  return { all: () => all, of: (keyId) => keys.find(({ id }) => id === keyId)?.home ?? '' };
};

const listsOf = ({ keys, ledger }: Pool, now: Now): Lists => ({
  homes: homesOf({ keys }),
  faultyKeys: () =>
    keys.flatMap((key) => {
      const fault = keyFault(ledger, key, now());
      return fault === null ? [] : [{ lease: leaseOf(key), since: fault.since }];
    }),
  allKeys: () => keys.map(leaseOf),
  healthyKeys: () => keys.filter((key) => keyFault(ledger, key, now()) === null).map(leaseOf),
});

type Ended = Attempt & { readonly error: ProxyError | null };

const learnFault = ({ keys, ledger, log }: Pool, key: PoolKey, ended: Ended): void => {
  const { error } = ended;
  if (error === null && !ledger.faults.has(key.id)) return;
  const reasonOf = (refusal: KeyRefusal): string => shownReason(refusal, keys.map(({ secret }) => secret));
  const told = error?.tag === 'KeyRefused' ? { ...error, reason: reasonOf(error) } : error;
  const before = ledger.faults.get(key.id) ?? null;
  const after = healthAfter(before, told, ended);
  if (after === null) ledger.faults.delete(key.id);
  else ledger.faults.set(key.id, after);
  if (before?.fault === after?.fault) return;
  if (after === null) log('info', 'A key works again', { key: key.number });
  else log('warn', 'A key was refused and is out', { key: key.number, fault: after.fault, reason: after.reason });
};

type Spent = Attempt & { readonly model: string; readonly error: Extract<ProxyError, { readonly tag: 'QuotaSpent' }> };

const learnQuota = ({ ledger, log }: Pool, key: PoolKey, { model, error, ...attempt }: Spent): void => {
  const models = ledger.rests.get(key.group);
  const rest = restAfter(models?.get(model) ?? null, error, attempt);
  if (rest !== null) models?.set(model, rest);
  log('info', 'A key has spent its quota', { key: key.number, model, period: error.period });
};

const learnAttempt = (pool: Pool, key: PoolKey, ended: Ended & { readonly model: string }): void => {
  const { error, now } = ended;
  learnFault(pool, key, ended);
  if (error === null) {
    countFor(pool.ledger, key, { what: 'ok', now });
    pool.ledger.suspects.delete(key.id);
    forgetRest(pool.ledger, key, ended);
    return;
  }
  if (error.tag === 'ModelNotFound' && error.maybeElsewhere !== true) forgetModel(pool.ledger, ended.model);
  if (error.tag !== 'QuotaSpent') return;
  learnQuota(pool, key, { ...ended, error });
  countFor(pool.ledger, key, { what: 'quotaSpent', now });
};

/**
 * The keys of one process and what is known of them. Everything happens in one tick, so parallel requests never see
 * half a change. With a `store`, what was learned outlives a restart. When an attempt began stands in its lease: a late
 * answer cannot undo what was learned meanwhile.
 */
export const keyPool = ({ keys: given, strategy }: KeyPoolSettings, { now, log, store }: KeyPoolNeeds): KeyPool => {
  const keys = poolKeys(given);
  const ledger = keyLedger(keys);
  const byId = new Map(keys.map((key) => [key.id, key]));
  const kept = store?.load() ?? null;
  if (kept !== null) restoreLedger(ledger, keys, { snapshot: kept, now: now() });

  const lend = ({ model, size }: KeyWish, { key, at }: { readonly key: PoolKey; readonly at: number }): Loan => {
    noteLoan(ledger, key, { model, now: at });
    store?.save(() => snapshotOf(ledger));
    return { number: key.number, id: key.id, secret: key.secret, began: at, size };
  };
  const learn = (id: string, use: (pool: Pool, key: PoolKey) => void): void => {
    const key = byId.get(id);
    if (key === undefined) return;
    use({ keys, ledger, log }, key);
    store?.save(() => snapshotOf(ledger));
  };
  return {
    leaseKey: (wish) => {
      const at = now();
      const candidates = candidatesOf(ledger, keys, { model: wish.model, size: wish.size, now: at });
      const chosen = chooseKey(candidates, { wish, strategy, now: at });
      return E.isLeft(chosen) ? chosen : E.right(lend(wish, { key: chosen.right.key, at }));
    },
    reportKey: (lease, model, error) => {
      const at = now();
      const { began, size } = isLoan(lease) ? lease : { began: at };
      const ended = { began, size, now: at, model, error };
      learn(lease.id, (pool, key) => learnAttempt(pool, key, ended));
    },
    learnHealth: (id, error, began = Number.POSITIVE_INFINITY) => {
      const checked = { began, now: now(), error };
      learn(id, (pool, key) => learnFault(pool, key, checked));
    },
    suspect: (id) => learn(id, ({ ledger: known }, key) => known.suspects.set(key.id, now() + suspicionMs)),
    ...listsOf({ keys, ledger, log }, now),
    describe: () => ({ strategy, keys: keys.map((key) => keyStatus(ledger, key, now())) }),
  };
};
