import t from 'tap';
import { E, TE } from '../../src/kernel/fp.ts';
import { invalid } from '../../src/kernel/proxy-error.ts';
import { gatherMedia } from '../../src/pipeline/gather-media.ts';
import type { Asked } from '../../src/pipeline/exchange.ts';
import type { MediaLink } from '../../src/ports/dialect.ts';
import type { FetchMedia, ReadImage } from '../../src/ports/images.ts';
import { receivedWith, shouldNotBeCalled } from '../support/capabilities.ts';

const link = (url: string, isRequired = true): MediaLink => ({ url, path: `path of ${url}`, isRequired });
const blob = (data: string) => ({ mimeType: 'image/png', data });
const signed = { ...blob('own'), signature: { value: 's', keyId: 'k' } };

const asked = (signal = new AbortController().signal): Asked<null> => ({ ...receivedWith({}, { signal }), permit: null, asked: null });

const gather = async (links: readonly MediaLink[], over: { readonly readImage?: ReadImage; readonly fetchMedia?: FetchMedia }) => {
  const reading = { readImage: () => TE.right(null), imageSignature: () => Promise.resolve(null), fetchMedia: shouldNotBeCalled, ...over };
  const read = await gatherMedia(reading, { mediaLinks: () => links })(asked())();
  return E.map(({ media = new Map() }: { readonly media?: ReadonlyMap<string, unknown> }) => Object.fromEntries(media))(read);
};

t.test('our own pictures come from the store, all else is fetched, each once', async (t) => {
  const fetched: string[] = [];
  const read = await gather([link('own'), link('a'), link('a'), link('b', false)], {
    readImage: (url) => TE.right(url === 'own' ? signed : null),
    fetchMedia: (url) => {
      fetched.push(url);
      return TE.right(blob(url));
    },
  });
  t.same(read, E.right({ own: signed, a: { ...blob('a'), signature: null }, b: { ...blob('b'), signature: null } }));
  t.same(fetched, ['a', 'b']);
});

t.test('nothing is read where nothing is named', async (t) => {
  t.same(await gather([], { readImage: shouldNotBeCalled }), E.right({}));
});

t.test('what must be there fails the request, what need not is left out', async (t) => {
  const fetchMedia: FetchMedia = (url, path) => (url.startsWith('bad') ? TE.left(invalid('no', path)) : TE.right(blob(url)));
  t.same(await gather([link('bad', false), link('a')], { fetchMedia }), E.right({ a: { ...blob('a'), signature: null } }));
  t.match(await gather([link('a'), link('bad')], { fetchMedia }), E.left({ param: 'path of bad' }));
  t.match(await gather([link('bad', false), link('bad')], { fetchMedia }), E.left({ param: 'path of bad' }), 'needed in one place is needed');
});

t.test('one failure ends the reading of the others', async (t) => {
  const ended: string[] = [];
  const fetchMedia: FetchMedia = (url, path, { signal }) => async () => {
    if (url === 'bad') return E.left(invalid('no', path));
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    ended.push(url);
    return E.left({ tag: 'ClientGone' });
  };
  t.match(await gather([link('slow'), link('bad'), link('slower')], { fetchMedia }), E.left({ param: 'path of bad' }));
  t.same(ended, ['slow', 'slower']);
});

t.test('number and size are bounded', async (t) => {
  const many = Array.from({ length: 33 }, (_, at) => link(String(at)));
  t.match(await gather(many, { readImage: shouldNotBeCalled }), E.left({ tag: 'InvalidRequest', param: 'path of 32', message: /at most 32/ }));
  const large = 'x'.repeat(50 * 1024 * 1024);
  t.match(await gather([link('a'), link('b')], { fetchMedia: () => TE.right(blob(large)) }), E.left({ tag: 'InvalidRequest', message: /too large together/ }));
  const third = blob('x'.repeat(40 * 1024 * 1024));
  t.match(await gather([link('a'), link('a')], { readImage: () => TE.right({ ...third, signature: null }) }), E.right({}), 'twice what fits');
  t.match(await gather([link('a'), link('a'), link('a')], { readImage: () => TE.right({ ...third, signature: null }) }), E.left({ tag: 'InvalidRequest', message: /too large together/ }), 'an address that is named again counts again');
});
