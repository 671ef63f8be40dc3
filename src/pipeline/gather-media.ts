import { E, TE, pipe } from '../kernel/fp.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import { invalid, type ProxyError } from '../kernel/proxy-error.ts';
import type { Signal } from '../kernel/signal.ts';
import type { Stage } from '../kernel/stage.ts';
import type { Capabilities } from '../ports/capabilities.ts';
import type { Dialect, MediaLink } from '../ports/dialect.ts';
import type { Reader, SignedImage } from '../ports/images.ts';
import { costs } from '../ports/memory.ts';
import type { Asked, Gathered } from './exchange.ts';

/** What reading media by address needs of the world. */
export type GatheringNeeds = Pick<Capabilities, 'readImage' | 'imageSignature' | 'fetchMedia'>;

/** Addresses in one request. */
const mostLinks = 32;
/** Read at once. */
const mostAtOnce = 4;
/** Base64 characters of all that is read for one request. */
const mostCharacters = 96 * 1024 * 1024;

const readOne = async (
  { readImage, imageSignature, fetchMedia }: GatheringNeeds,
  link: MediaLink,
  reader: Reader,
): Promise<E.Either<ProxyError, SignedImage>> => {
  const own = await readImage(link.url, reader.memory)();
  if (E.isLeft(own)) return own;
  if (own.right !== null) return E.right(own.right);
  const fetched = await fetchMedia(link.url, link.path, reader)();
  return E.isLeft(fetched) ? fetched : E.right({ ...fetched.right, signature: await imageSignature(link.url) });
};

/** One line an address; what one place needs, it needs. */
const distinctLinks = (links: readonly MediaLink[]): readonly MediaLink[] => {
  const byUrl = new Map<string, MediaLink>();
  for (const link of links) if (byUrl.get(link.url)?.isRequired !== true) byUrl.set(link.url, link);
  return [...byUrl.values()];
};

const tooMany = ({ path }: MediaLink): ProxyError =>
  invalid(`'${path}': at most ${mostLinks} web addresses are read for one request.`, path, 'invalid_value');
const tooLarge = ({ path }: MediaLink): ProxyError =>
  invalid(`'${path}': what the request's web addresses hold is too large together.`, path, 'invalid_value');

/** What is told where there is no memory. */
const noMemory: ReadonlySet<ProxyError['tag']> = new Set(['Busy', 'TooMuchHeld']);

/** How often each address is named: what it holds goes up as often. */
const countNames = (links: readonly MediaLink[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { url } of links) counts.set(url, (counts.get(url) ?? 0) + 1);
  return counts;
};

type Named = readonly [string, SignedImage];

const gatherLinks = async (
  reading: GatheringNeeds,
  { links, names }: { readonly links: readonly MediaLink[]; readonly names: ReadonlyMap<string, number> },
  { signal, memory }: Pick<Reader, 'memory'> & { readonly signal: Signal },
): Promise<E.Either<ProxyError, ReadonlyMap<string, SignedImage>>> => {
  let characters = 0;
  const read = await inParallel<MediaLink, Named | null>(mostAtOnce, signal, async (link, _index, ended) => {
    if (ended.aborted) return E.right(null);
    const image = await readOne(reading, link, { signal: ended, memory });
    // Where there is no memory, nothing is left out without a word.
    if (E.isLeft(image)) return link.isRequired || noMemory.has(image.left.tag) ? image : E.right(null);
    const repeated = image.right.data.length * ((names.get(link.url) ?? 1) - 1);
    characters += image.right.data.length + repeated;
    if (characters > mostCharacters) return E.left(tooLarge(link));
    const refusal = repeated === 0 ? null : memory.take(repeated * costs.json);
    return refusal === null ? E.right([link.url, image.right]) : E.left(refusal);
  })(links);
  return E.map((named: readonly (Named | null)[]) => new Map(named.filter((one) => one !== null)))(read);
};

/** Reads what the request names by web address: our own pictures from the store, all else over the guarded fetch. */
export const gatherMedia =
  <Request>(
    reading: GatheringNeeds,
    { mediaLinks }: Pick<Dialect<Request>, 'mediaLinks'>,
  ): Stage<Asked<Request>, Gathered<Request>> =>
  (asked) => {
    const found = mediaLinks(asked.asked);
    if (found.length === 0) return TE.right(asked);
    const links = distinctLinks(found);
    const extra = links[mostLinks];
    if (extra !== undefined) return TE.left(tooMany(extra));
    const named = { links, names: countNames(found) };
    return pipe(
      () => gatherLinks(reading, named, { signal: asked.signal, memory: asked.held.request }),
      TE.map((media) => ({ media, ...asked })),
    );
  };
