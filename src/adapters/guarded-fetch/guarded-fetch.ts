import { E, TE, pipe } from '../../kernel/fp.ts';
import { caught, invalid, type ProxyError } from '../../kernel/proxy-error.ts';
import type { Blob } from '../../gemini/request.ts';
import type { FetchMedia } from '../../ports/images.ts';
import { portionOf } from '../../ports/memory.ts';
import { watchdogs, type Watchdog } from '../watchdog.ts';
import { callerLookup } from './caller-lookup.ts';
import { openDirectly, type Lookup, type OpenSocket } from './guarded-connect.ts';
import { mediaTypeOf } from './media-type.ts';
import { memoryLine } from './memory-line.ts';
import { reasons, type Reason } from './reasons.ts';
import { reachOf, targetOf, type Reach } from './target.ts';
import { guardedVisits, type Visitor, type Visits } from './visit.ts';

/** What one fetch may take, and how far it may reach. */
export type GuardedFetchSettings = {
  /** Limit over all of one fetch: lookup, redirects and content. */
  readonly timeoutMs: number;
  /** Of the content, unpacked. */
  readonly mostBytes: number;
  /** Whether one's own network may be read too. */
  readonly allowPrivate: boolean;
  readonly mostRedirects?: number;
};

/** The machine's name servers and its own network, unless told otherwise. */
export type GuardedFetchNeeds = { readonly lookup: Lookup; readonly openSocket: OpenSocket };

/** Reads media by address until it is closed. */
export type GuardedFetch = {
  readonly fetchMedia: FetchMedia;
  /** Ends what is still being fetched. */
  readonly close: () => Promise<void>;
};

type Journey = { readonly visit: Visits['visit']; readonly reach: Reach; readonly mostRedirects: number };

/** What was read, what its server calls it, and the path where it lay. */
type Content = { readonly bytes: Buffer; readonly declared: string; readonly name: string };

const contentOf = async (
  text: string,
  { visit, reach, mostRedirects }: Journey,
  visitor: Visitor,
): Promise<E.Either<Reason, Content>> => {
  let target = targetOf(text, reach);
  for (let count = 0; count <= mostRedirects; count += 1) {
    if (E.isLeft(target)) return target;
    const found = await visit(target.right, visitor);
    if (E.isLeft(found)) return found;
    if ('bytes' in found.right) return E.right({ ...found.right, name: target.right.pathname });
    target = targetOf(found.right.location, reach, target.right);
  }
  return E.left(reasons.redirects(mostRedirects));
};

const blobOf = ({ bytes, ...said }: Content): E.Either<Reason, Blob> =>
  pipe(mediaTypeOf(bytes, said), E.map((mimeType) => ({ mimeType, data: bytes.toString('base64') })));

const fetchError = (dog: Watchdog, path: string, timeoutMs: number) => (reason: Reason): ProxyError => {
  const bite = dog.bite();
  if (bite?.tag === 'ClientGone') return bite;
  return invalid(
    `'${path}' could not be fetched: ${bite === null ? reason : reasons.slow(timeoutMs)}.`,
    path,
    'invalid_value',
  );
};

/**
 * Reads pictures and files by addresses that callers send: http and https, public addresses only (see `reachOf`), a few
 * redirects, each checked like the first, none from https down to http. No proxy, cookies, referrer or headers of the
 * caller. The kind is told by the content. Every failure is a 400 that names the field; ClientGone when the caller
 * left, Busy when there is no memory for it.
 */
export const guardedFetch = (
  { timeoutMs, mostBytes, allowPrivate, mostRedirects = 4 }: GuardedFetchSettings,
  { lookup, openSocket }: GuardedFetchNeeds = { lookup: callerLookup({ allowPrivate }), openSocket: openDirectly },
): GuardedFetch => {
  const reach = reachOf(allowPrivate);
  const joinLine = memoryLine();
  const watch = watchdogs({ firstByteMs: timeoutMs, idleMs: timeoutMs });
  const { visit, close } = guardedVisits({ lookup, openSocket, mayReach: reach.address, mostBytes });

  const fetchMedia: FetchMedia = (url, path, reader) => {
    const held = portionOf(reader.memory);
    return pipe(
      TE.tryCatch(async () => {
        const dog = watch(reader.signal);
        const over = new AbortController();
        dog.onBite(() => over.abort());
        const { reserve, leave } = joinLine(reader.memory, held, over.signal);
        try {
          const content = await contentOf(
            url,
            { visit, reach, mostRedirects },
            { signal: over.signal, reserve },
          );
          return pipe(content, E.flatMap(blobOf), E.mapLeft(fetchError(dog, path, timeoutMs)));
        } finally {
          leave();
          dog.stop();
        }
      }, caught),
      TE.flatMapEither((read) => read),
      TE.tapError(() => TE.fromIO(held.letGo)),
    );
  };

  return { fetchMedia, close };
};
