import { join } from 'node:path';
import t from 'tap';
import { decodeImageLinkKey, imageLinkKey, lastingLinks, signedLinks } from '../../../src/adapters/images/image-links.ts';
import { stateFile } from '../../../src/adapters/state/state-file.ts';
import { fakeClock } from '../../support/contracts/fake-clock.ts';
import { named } from '../../support/pictures.ts';

const key = Buffer.alloc(32, 7);
const { name } = named();

t.test('a signed link opens until its end, and tells how long it still does', (t) => {
  const clock = fakeClock('2026-11-24T12:00:00Z');
  const { queryFor, checkLink } = signedLinks(60, key, clock.now);
  const query = queryFor(name).slice(1);
  t.match(query, /^expires=\d{10}&signature=[\w-]{43}$/);
  t.same(checkLink(name, query), { mayOpen: true, forSeconds: 60 });
  clock.advance(59_000);
  t.same(checkLink(name, query), { mayOpen: true, forSeconds: 1 });
  clock.advance(1000);
  t.same(checkLink(name, query), { mayOpen: false });
  t.end();
});

t.test('what was not signed does not open', async (t) => {
  const { now } = fakeClock('2026-11-24T12:00:00Z');
  const { queryFor, checkLink } = signedLinks(60, key, now);
  const query = queryFor(name).slice(1);
  const given = new URLSearchParams(query);
  const [expires, signature] = [given.get('expires') ?? '', given.get('signature') ?? ''];
  const cases: readonly (readonly [string, string, string])[] = [
    ['no query', name, ''],
    ['no signature', name, `expires=${expires}`],
    ['no end', name, `signature=${signature}`],
    ['a later end', name, `expires=${Number(expires) + 1}&signature=${signature}`],
    ['an end that is no number', name, `expires=1e12&signature=${signature}`],
    ['an end beyond all', name, `expires=${'9'.repeat(20)}&signature=${signature}`],
    ['half a signature', name, query.slice(0, -20)],
    ['a longer signature', name, `${query}AAAA`],
    ['an empty signature', name, `expires=${expires}&signature=`],
    ['another name', named().name, query],
    ['another key', name, signedLinks(60, Buffer.alloc(32, 8), now).queryFor(name).slice(1)],
  ];
  for (const [what, whose, asked] of cases) await t.test(what, async (t) => t.same(checkLink(whose, asked), { mayOpen: false }));
});

t.test('without an end every link opens for ever', (t) => {
  t.equal(lastingLinks.queryFor(name), '');
  t.same(lastingLinks.checkLink(name, 'expires=1&signature=x'), { mayOpen: true, forSeconds: null });
  t.end();
});

t.test('the key outlives a restart where the disk allows it', async (t) => {
  const path = join(t.testdir(), 'image-link-key.json');
  const opened = (at: string): ReturnType<typeof stateFile<{ readonly key: string }>> =>
    stateFile({ path: at, decode: decodeImageLinkKey, log: () => undefined, now: Date.now, delayMs: 60_000 });
  const file = opened(path);
  const made = imageLinkKey(file);
  t.equal(made.length, 32);
  await file.flush();
  t.same(imageLinkKey(opened(path)), made);
  file.save(() => ({ key: 'too-short' }));
  await file.flush();
  t.equal(imageLinkKey(opened(path)).length, 32, 'a key that is none is made anew');
  t.equal(imageLinkKey(opened(join(path, 'below-a-file'))).length, 32);
});
