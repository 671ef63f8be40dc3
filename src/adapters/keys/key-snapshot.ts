import { t, type E } from '../../kernel/fp.ts';
import { dayCountNow } from './key-day-count.ts';
import type { KeyLedger } from './key-ledger.ts';
import { keptCount, keptInstant } from '../state/kept-number.ts';
import { healthNow, restNow } from './key-state.ts';
import type { PoolKey } from './pool-key.ts';

const fault = t.union([
  t.literal('invalid'),
  t.literal('leaked'),
  t.literal('suspended'),
  t.literal('denied'),
  t.literal('unpaid'),
]);
const period = t.union([t.literal('minute'), t.literal('day')]);
const span = { since: keptInstant, until: keptInstant };
const counts = { endsAt: keptInstant, requests: keptCount, ok: keptCount, quotaSpent: keptCount };

const keySnapshot = t.readonly(
  t.type({
    faults: t.readonlyArray(t.readonly(t.type({ id: t.string, fault, reason: t.string, ...span }))),
    rests: t.readonlyArray(
      t.readonly(
        t.intersection([
          t.type({ group: t.string, model: t.string, period, ...span }),
          t.partial({ fromSize: keptCount }),
        ]),
      ),
    ),
    counts: t.readonlyArray(t.readonly(t.type({ id: t.string, ...counts }))),
  }),
);

/**
 * What the pool knows, as it is kept in `keys.json`: keys stand by id, quota groups by project name or key id, never
 * a key itself. Lists, not records, since model names come from callers (`__proto__`).
 */
export type KeySnapshot = t.TypeOf<typeof keySnapshot>;

/** Reads a snapshot back from JSON; Left when it is not one. */
export const decodeKeySnapshot = (value: unknown): E.Either<unknown, KeySnapshot> => keySnapshot.decode(value);

/** The ledger as data. */
export const snapshotOf = ({ faults, rests, counts: counted }: KeyLedger): KeySnapshot => ({
  faults: [...faults].map(([id, known]) => ({ id, ...known })),
  rests: [...rests].flatMap(([group, models]) =>
    [...models.entries()].map(([model, rest]) => ({ group, model, ...rest })),
  ),
  counts: [...counted].map(([id, count]) => ({ id, ...count })),
});

/** Fills the ledger from a snapshot. What is over, and what belongs to keys or projects no longer here, is dropped. */
export const restoreLedger = (
  ledger: KeyLedger,
  keys: readonly PoolKey[],
  { snapshot, now }: { readonly snapshot: KeySnapshot; readonly now: number },
): void => {
  const ids = new Set(keys.map(({ id }) => id));
  for (const { id, ...known } of snapshot.faults) {
    const still = healthNow(known, now);
    if (ids.has(id) && still !== null) ledger.faults.set(id, still);
  }
  for (const { group, model, ...known } of snapshot.rests) {
    const still = restNow({ ...known, fromSize: known.fromSize ?? 0 }, now);
    if (still !== null) ledger.rests.get(group)?.set(model, still);
  }
  for (const { id, ...count } of snapshot.counts) {
    if (ids.has(id)) ledger.counts.set(id, dayCountNow(count, now));
  }
};
