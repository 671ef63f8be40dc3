import { t, type E } from '../../kernel/fp.ts';
import type { FirstSeen, Now } from '../../ports/capabilities.ts';
import type { StateFile } from '../state/state-file.ts';

const snapshotCodec = t.readonly(t.type({ days: t.readonlyArray(t.readonly(t.tuple([t.string, t.number]))) }));

/** When each model was seen first, by its name, in days since the epoch: `models-seen.json`. */
export type FirstSeenSnapshot = t.TypeOf<typeof snapshotCodec>;

/** Reads a snapshot back from JSON; Left when it is not one. */
export const decodeFirstSeen = (value: unknown): E.Either<unknown, FirstSeenSnapshot> => snapshotCodec.decode(value);

/** The clock, and where the days outlive a restart. */
export type FirstSeenNeeds = { readonly now: Now; readonly store?: StateFile<FirstSeenSnapshot> };

const dayMs = 86_400_000;
const daySeconds = 86_400;

/** Google lists some hundred; names beyond this many are given today's date and not kept. */
const mostNames = 5000;

/** Remembers the day on which a name is first asked about. A kept day that lies ahead counts as today. */
export const firstSeenDays = ({ now, store }: FirstSeenNeeds): FirstSeen => {
  const days = new Map<string, number>(
    store
      ?.load()
      ?.days.filter(([, day]) => Number.isSafeInteger(day) && day >= 0)
      .slice(0, mostNames),
  );
  return (name) => {
    const today = Math.floor(now() / dayMs);
    const kept = days.get(name);
    if (kept === undefined && days.size < mostNames) {
      days.set(name, today);
      store?.save(() => ({ days: [...days] }));
    }
    return Math.min(kept ?? today, today) * daySeconds;
  };
};
