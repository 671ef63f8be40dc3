import type { Candidate } from './choose-key.ts';
import { dayCountNow, type KeyDayCount } from './key-day-count.ts';
import { healthNow, restNow, type HealthFault, type Rest } from './key-state.ts';
import type { PoolKey } from './pool-key.ts';
import { recentMap, type RecentMap } from '../../kernel/recent-map.ts';

/**
 * All that is known of the keys: faults and counts by key id, rests by group and model; until when a key is suspect, by
 * its id; how many loans there were, and which of them was the last one of a key, by its id and the model.
 */
export type KeyLedger = {
  readonly faults: Map<string, HealthFault>;
  readonly suspects: Map<string, number>;
  readonly rests: ReadonlyMap<string, RecentMap<Rest>>;
  readonly counts: Map<string, KeyDayCount>;
  readonly turns: ReadonlyMap<string, RecentMap<number>>;
  readonly loans: { count: number };
};

/** Model names come from callers, so only so many are remembered, and as many per group. */
const mostModels = 200;

/** A ledger that knows nothing yet: every key counts as ready. */
export const keyLedger = (keys: readonly PoolKey[]): KeyLedger => ({
  faults: new Map(),
  suspects: new Map(),
  rests: new Map(keys.map(({ group }) => [group, recentMap<Rest>(mostModels)])),
  counts: new Map(),
  turns: new Map(keys.map(({ id }) => [id, recentMap<number>(mostModels)])),
  loans: { count: 0 },
});

/** The key's fault now, or null; what is over is forgotten. */
export const keyFault = ({ faults }: KeyLedger, { id }: PoolKey, now: number): HealthFault | null => {
  const known = faults.get(id);
  if (known === undefined) return null;
  const fault = healthNow(known, now);
  if (fault === null) faults.delete(id);
  else faults.set(id, fault);
  return fault;
};

type Wanted = { readonly model: string; readonly size: number; readonly now: number };

/** What is over stays: a 429 that follows at once is told by it. */
const restOf = (models: RecentMap<Rest> | undefined, { model, size, now }: Wanted): Rest | null => {
  const known = models?.get(model);
  if (models === undefined || known === undefined) return null;
  const rest = restNow(known, now);
  if (rest !== null) models.set(model, rest);
  return rest !== null && size >= rest.fromSize ? rest : null;
};

/** After a success the last rest is no more. */
export const forgetRest = ({ rests }: KeyLedger, { group }: PoolKey, { model, now }: Omit<Wanted, 'size'>): void => {
  const models = rests.get(group);
  const known = models?.get(model);
  if (known !== undefined && now >= known.until) models?.remove(model);
};

/** How all keys stand now for a call of one model, of so many bytes. */
export const candidatesOf = (ledger: KeyLedger, keys: readonly PoolKey[], wanted: Wanted): readonly Candidate[] => {
  const { model, now } = wanted;
  const candidates: Candidate[] = [];
  for (const key of keys)
    candidates.push({
      key,
      fault: keyFault(ledger, key, now),
      rest: restOf(ledger.rests.get(key.group), wanted),
      isSuspect: now < (ledger.suspects.get(key.id) ?? 0),
      lastTurn: ledger.turns.get(key.id)?.get(model) ?? 0,
    });
  return candidates;
};

/** Adds to the key's count of the running quota day. */
export const countFor = (
  { counts }: KeyLedger,
  { id }: PoolKey,
  { what, now }: { readonly what: 'requests' | 'ok' | 'quotaSpent'; readonly now: number },
): void => {
  const known = counts.get(id);
  const count = dayCountNow(known, now);
  if (count !== known) counts.set(id, count);
  if (what === 'requests') count.requests += 1;
  else if (what === 'ok') count.ok += 1;
  else count.quotaSpent += 1;
};

/** A model that is not there takes none of the room that others need. */
export const forgetModel = ({ turns }: KeyLedger, model: string): void => {
  for (const models of turns.values()) models.remove(model);
};

/** Notes that the key was lent, which puts it behind all others for this model. */
export const noteLoan = (
  ledger: KeyLedger,
  key: PoolKey,
  { model, now }: { readonly model: string; readonly now: number },
): void => {
  ledger.loans.count += 1;
  ledger.turns.get(key.id)?.set(model, ledger.loans.count);
  countFor(ledger, key, { what: 'requests', now });
};
