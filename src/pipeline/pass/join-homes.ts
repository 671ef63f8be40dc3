import { E } from '../../kernel/fp.ts';
import type { ProxyError } from '../../kernel/proxy-error.ts';
import type { HomeOfThings } from '../../ports/capabilities.ts';
import type { BoundNames, Homes } from '../../ports/passing-on.ts';

/** Whose keys a request needs: one home's, or anybody's; and the names that nobody knows yet. */
export type FoundHome = { readonly home: string | null; readonly unknown: readonly string[] };

/** What is known of things, and the pool's projects. */
export type KnownHomes = { readonly names: BoundNames; readonly homes: Homes };

const apart: ProxyError = {
  tag: 'BelongsApart',
  message:
    'This names things that were made with different keys of this service, which no one key may use together: ' +
    'make them anew, one after the other, from one place.',
};

const gone = (name: string): ProxyError => ({
  tag: 'NoSuchThing',
  message: `${name.slice(0, 100)} was made with a key that this service no longer has.`,
});

/** The one home of those that are known; a Left where they can't be used together, or their key is gone. */
export const joinHomes = (
  { names: known, homes }: KnownHomes,
  names: readonly string[],
): E.Either<ProxyError, FoundHome> => {
  const found = names.flatMap((name) => {
    const home = known.homeOf(name);
    return home === null ? [] : [{ name, home }];
  });
  const [first] = found;
  const foundNames = new Set(found.map(({ name }) => name));
  const unknown = names.filter((name) => !foundNames.has(name));
  if (first === undefined) return E.right({ home: null, unknown });
  const there = new Set(homes.all());
  const isGone = found.find(({ home }) => !there.has(home));
  if (isGone !== undefined) return E.left(gone(isGone.name));
  return found.every(({ home }) => home === first.home) ? E.right({ home: first.home, unknown }) : E.left(apart);
};

const anybody: E.Either<ProxyError, undefined> = E.right(undefined);

/** Files and caches that were made at one door are used at all of them. */
export const homeOfThings =
  (known: KnownHomes): HomeOfThings =>
  (namesOf) => {
    if (known.names.isEmpty()) return anybody;
    const names = namesOf();
    if (names.length === 0) return anybody;
    return E.map(({ home }: FoundHome) => home ?? undefined)(joinHomes(known, names));
  };
