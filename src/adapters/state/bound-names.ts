import { t, type E } from '../../kernel/fp.ts';
import { fairMap } from '../../kernel/fair-map.ts';
import { recentMap } from '../../kernel/recent-map.ts';
import type { Now } from '../../ports/capabilities.ts';
import type { BoundNames } from '../../ports/passing-on.ts';
import { addressGroup } from '../callers/address-group.ts';
import { callerMark } from '../callers/caller-mark.ts';
import { keptInstant } from './kept-number.ts';
import type { StateFile } from './state-file.ts';

const snapshotCodec = t.readonlyArray(
  t.readonly(
    t.union([t.tuple([t.string, t.string, keptInstant, t.string]), t.tuple([t.string, t.string, keptInstant])]),
  ),
);

/**
 * Names as kept in `bound-names.json`, each with its home, when it was seen last, and a mark of its caller; the oldest
 * first.
 */
export type BoundNamesSnapshot = t.TypeOf<typeof snapshotCodec>;

/** Reads a snapshot back from JSON; Left when it is not one. */
export const decodeBoundNames = (value: unknown): E.Either<unknown, BoundNamesSnapshot> =>
  snapshotCodec.decode(value);

/** A clock, and where what is known outlives a restart. */
export type BoundNamesNeeds = { readonly now: Now; readonly store?: StateFile<BoundNamesSnapshot> };

/** Some 4 MB of names. Past it the oldest of who has most goes. */
const mostNames = 50_000;
const longestName = 700;
const mostCallers = 10_000;
const mostMissing = 10_000;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long Google keeps what it can't be asked for any more (reference: files 48 h, operations 7 days). */
const lives: readonly (readonly [RegExp, number])[] = [
  [/^(?:files|generatedFiles)\//, 2 * dayMs],
  [/^(?:batches|operations)\/|\/operations\//, 7 * dayMs],
  [/^interactions\//, 55 * dayMs],
];

const lifeOf = (name: string): number => lives.find(([pattern]) => pattern.test(name))?.[1] ?? Number.POSITIVE_INFINITY;

/** A caller's things stay together for as long as the shortest of them may live. */
const makerMs = 2 * dayMs;
/** A name that nobody had is not looked for again so soon: clients ask for names before they make them. */
const missingMs = 60_000;

type Known = { readonly home: string; readonly at: number };
type Made = { readonly keyId: string; readonly at: number };

const forgetOld = <V>(map: { readonly get: (key: string) => V | undefined; readonly remove: (key: string) => void }) =>
  (key: string, isOver: (value: V) => boolean): V | null => {
    const value = map.get(key);
    if (value === undefined) return null;
    if (!isOver(value)) return value;
    map.remove(key);
    return null;
  };

/**
 * Remembers to whose project things belong, and whose key a caller's newest thing was made with. What is over is
 * forgotten when it is asked for. With a `store`, names outlive a restart.
 */
export const boundNames = ({ now, store }: BoundNamesNeeds): BoundNames => {
  const names = fairMap<Known>({ most: mostNames });
  const makers = recentMap<Made>(mostCallers);
  const missing = recentMap<number>(mostMissing);
  for (const [name, home, at, caller = ''] of store?.load() ?? []) names.set(name, { home, at }, caller);
  const save = (): void =>
    store?.save(() => names.entries().map(({ key, value: { home, at }, holder }) => [key, home, at, holder] as const));
  return {
    homeOf: (name) => forgetOld(names)(name, ({ at }) => now() - at > lifeOf(name))?.home ?? null,
    remember: (told, home, address) => {
      const kept = told.filter((name) => name.length <= longestName);
      for (const name of kept) {
        names.set(name, { home, at: now() }, callerMark(address));
        missing.remove(name);
      }
      if (kept.length > 0) save();
    },
    forget: (name) => {
      names.remove(name);
      save();
    },
    isEmpty: () => names.size() === 0,
    newestKeyOf: (address) => forgetOld(makers)(addressGroup(address), ({ at }) => now() - at > makerMs)?.keyId ?? null,
    noteMaker: (address, keyId) => {
      makers.set(addressGroup(address), { keyId, at: now() });
    },
    isMissing: (name) => forgetOld(missing)(name, (at) => now() - at > missingMs) !== null,
    noteMissing: (name) => {
      missing.set(name, now());
    },
  };
};
