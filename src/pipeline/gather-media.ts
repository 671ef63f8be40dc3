import { E, TE, pipe } from '../kernel/fp.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Dialect, MediaLink } from '../ports/dialect.ts';
import type { SignedImage } from '../ports/images.ts';
import type { Asked, Gathered } from './exchange.ts';

type Reading = Pick<Capabilities, 'readImage' | 'fetchMedia'>;

/** Addresses in one request. */
const mostLinks = 32;
/** Read at once. */
const mostAtOnce = 4;
/** Base64 characters of all that is read for one request. */
const mostCharacters = 96 * 1024 * 1024;

const readOne = async ({ readImage, fetchMedia }: Reading, link: MediaLink, signal: AbortSignal): Promise<E.Either<ProxyError, SignedImage>> => {
  const own = await readImage(link.url);
  if (own !== null) return E.right(own);
  const fetched = await fetchMedia(link.url, link.path, signal)();
  return E.map((blob: { readonly mimeType: string; readonly data: string }) => ({ ...blob, signature: null }))(fetched);
};

/** One line an address; what one place needs, it needs. */
const distinct = (links: readonly MediaLink[]): readonly MediaLink[] => {
  const byUrl = new Map<string, MediaLink>();
  for (const link of links) if (byUrl.get(link.url)?.isRequired !== true) byUrl.set(link.url, link);
  return [...byUrl.values()];
};

const tooMany = ({ path }: MediaLink): ProxyError => invalid(`'${path}': at most ${mostLinks} web addresses are read for one request.`, path, 'invalid_value');
const tooLarge = ({ path }: MediaLink): ProxyError => invalid(`'${path}': what the request's web addresses hold is too large together.`, path, 'invalid_value');

const gathered = async (reading: Reading, links: readonly MediaLink[], signal: AbortSignal): Promise<E.Either<ProxyError, ReadonlyMap<string, SignedImage>>> => {
  const media = new Map<string, SignedImage>();
  const stopped = new AbortController();
  const waiting = links.values();
  let failure: ProxyError | null = null;
  let characters = 0;
  const fail = (error: ProxyError): void => {
    failure ??= error;
    stopped.abort();
  };
  const work = async (): Promise<void> => {
    for (const link of waiting) {
      if (stopped.signal.aborted) return;
      const read = await readOne(reading, link, AbortSignal.any([signal, stopped.signal]));
      if (E.isLeft(read)) {
        if (link.isRequired) fail(read.left);
        continue;
      }
      characters += read.right.data.length;
      if (characters > mostCharacters) return fail(tooLarge(link));
      media.set(link.url, read.right);
    }
  };
  await Promise.all(Array.from({ length: mostAtOnce }, work));
  return failure === null ? E.right(media) : E.left(failure);
};

/** Reads what the request names by web address: our own pictures from the store, all else over the guarded fetch. */
export const gatherMedia =
  <Request, State, Event>(reading: Reading, { mediaLinks }: Pick<Dialect<Request, State, Event>, 'mediaLinks'>): Stage<Asked<Request>, Gathered<Request>> =>
  (asked) => {
    const links = distinct(mediaLinks(asked.asked));
    const extra = links[mostLinks];
    if (extra !== undefined) return TE.left(tooMany(extra));
    return pipe(
      () => gathered(reading, links, asked.signal),
      TE.map((media) => ({ ...asked, media })),
    );
  };
