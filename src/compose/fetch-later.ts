import { TE, pipe } from '../kernel/fp.ts';
import { loadOnce } from '../kernel/load-once.ts';
import { caught } from '../kernel/proxy-error.ts';
import type { GuardedFetch, GuardedFetchSettings } from '../adapters/guarded-fetch/guarded-fetch.ts';

/** The fetch of what callers name by address, its modules loaded by the first of them. */
export const fetchLater = (settings: GuardedFetchSettings): GuardedFetch => {
  let made: GuardedFetch | undefined;
  const load = TE.tryCatch(
    loadOnce(async () => {
      const { guardedFetch } = await import('../adapters/guarded-fetch/guarded-fetch.ts');
      made = guardedFetch(settings);
      return made;
    }),
    caught,
  );
  return {
    fetchMedia: (url, path, reader) =>
      pipe(
        load,
        TE.flatMap(({ fetchMedia }) => fetchMedia(url, path, reader)),
      ),
    close: async () => made?.close(),
  };
};
