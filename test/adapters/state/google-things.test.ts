import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { begunUploads, decodeUploads } from '../../../src/adapters/state/begun-uploads.ts';
import { boundNames, decodeBoundNames } from '../../../src/adapters/state/bound-names.ts';
import type { StateFile } from '../../../src/adapters/state/state-file.ts';

const hour = 3_600_000;

/** A state file in memory, read and written through JSON as on disk. */
const fileOf = <A>(decode: (value: unknown) => E.Either<unknown, A>): StateFile<A> & { readonly text: () => string } => {
  const state = { text: 'null' };
  return {
    text: () => state.text,
    load: () => {
      const value = decode(JSON.parse(state.text));
      return E.isRight(value) ? value.right : null;
    },
    save: (snapshot) => {
      state.text = JSON.stringify(snapshot());
    },
    flush: () => Promise.resolve(),
  };
};

t.test('names are remembered with their home, and at most 50,000 of them, the oldest out first', (t) => {
  const names = boundNames({ now: () => 0 });
  t.ok(names.isEmpty());
  names.remember(Array.from({ length: 50_001 }, (_, at) => `files/f${at}`), 'home', '192.0.2.1');
  t.equal(names.homeOf('files/f0'), null);
  t.equal(names.homeOf('files/f1'), 'home');
  t.equal(names.homeOf('files/f50000'), 'home');
  names.forget('files/f1');
  t.equal(names.homeOf('files/f1'), null);
  names.remember([`files/${'x'.repeat(1000)}`], 'home', '192.0.2.1');
  t.equal(names.homeOf(`files/${'x'.repeat(1000)}`), null);
  t.end();
});

t.test('one caller\'s names and uploads, however many, push out nobody else\'s, over a restart too', (t) => {
  const [names, uploads] = [fileOf(decodeBoundNames), fileOf(decodeUploads)];
  let ids = 0;
  const upload = { url: 'https://generativelanguage.googleapis.com/upload?upload_id=x', home: 'h', keyId: 'k' };
  const [before, begun] = [boundNames({ now: () => 0, store: names }), begunUploads({ now: () => 0, newId: () => `id${(ids += 1)}`, store: uploads })];
  before.remember(['files/own'], 'home', '192.0.2.1');
  const own = begun.keep(upload, '192.0.2.1');
  const greedy = '198.51.100.7';
  before.remember(Array.from({ length: 60_000 }, (_, at) => `files/any${at}`), 'other', greedy);
  before.remember(['files/own'], 'home', greedy);
  const many = begunUploads({ now: () => 0, newId: () => `id${(ids += 1)}`, store: { ...uploads, save: () => undefined } });
  for (let at = 0; at < 11_000; at += 1) many.keep(upload, greedy);
  t.match(many.find(own), upload);
  t.notMatch(names.text() + uploads.text(), /192\.0\.2\.1|198\.51\.100\.7/, 'no address is written down');
  const after = boundNames({ now: () => 0, store: names });
  after.remember(Array.from({ length: 60_000 }, (_, at) => `files/more${at}`), 'other', greedy);
  t.equal(after.homeOf('files/own'), 'home', 'though the greedy one has seen it, too');
  t.end();
});

t.test('a name is forgotten when what it names is over: files after two days, operations after seven', (t) => {
  let now = 0;
  const names = boundNames({ now: () => now });
  names.remember(['files/f', 'batches/b', 'models/m/operations/o', 'interactions/i', 'fileSearchStores/s'], 'home', '192.0.2.1');
  now = 49 * hour;
  t.equal(names.homeOf('files/f'), null);
  t.equal(names.homeOf('batches/b'), 'home');
  now = 170 * hour;
  t.same(['batches/b', 'models/m/operations/o'].map(names.homeOf), [null, null]);
  t.equal(names.homeOf('interactions/i'), 'home');
  now = 60 * 24 * hour;
  t.same(['interactions/i', 'fileSearchStores/s'].map(names.homeOf), [null, 'home']);
  t.end();
});

t.test('names outlive a restart, and a damaged file is no file', (t) => {
  const store = fileOf(decodeBoundNames);
  boundNames({ now: () => 5, store }).remember(['files/f'], 'home', '192.0.2.1');
  t.equal(boundNames({ now: () => 6, store }).homeOf('files/f'), 'home');
  for (const bad of [null, 1, {}, [1], [['a', 'b']], [['a', 'b', -1]], [['a', 1, 1]]]) t.ok(E.isLeft(decodeBoundNames(bad)), JSON.stringify(bad));
  t.end();
});

t.test('what nobody has is not looked for again for a minute, unless it was made meanwhile', (t) => {
  let now = 0;
  const names = boundNames({ now: () => now });
  names.noteMissing('files/f');
  t.ok(names.isMissing('files/f'));
  now = 60_001;
  t.notOk(names.isMissing('files/f'));
  names.noteMissing('files/f');
  names.remember(['files/f'], 'home', '192.0.2.1');
  t.notOk(names.isMissing('files/f'));
  t.end();
});

t.test('the key of a caller\'s newest thing is known for as long as that may live', (t) => {
  let now = 0;
  const names = boundNames({ now: () => now });
  t.equal(names.newestKeyOf('192.0.2.1'), null);
  names.noteMaker('192.0.2.1', 'a');
  names.noteMaker('192.0.2.1', 'b');
  t.equal(names.newestKeyOf('192.0.2.1'), 'b');
  for (let at = 0; at < 11_000; at += 1) names.noteMaker(`2001:db8::${at.toString(16)}`, 'c');
  t.equal(names.newestKeyOf('192.0.2.1'), 'b', 'all addresses of one network are one caller');
  t.equal(names.newestKeyOf('2001:db8::ffff'), 'c');
  now = 49 * hour;
  t.equal(names.newestKeyOf('192.0.2.1'), null);
  t.end();
});

t.test('uploads are known by their ids for 48 hours, over a restart too, and at most 10,000 of them', (t) => {
  let now = 0;
  let ids = 0;
  const store = fileOf(decodeUploads);
  const needs = { now: () => now, newId: () => `id${(ids += 1)}`, store };
  const uploads = begunUploads(needs);
  const upload = { url: 'https://generativelanguage.googleapis.com/upload?upload_id=x', home: 'h', keyId: 'k' };
  const id = uploads.keep(upload, '192.0.2.1');
  t.match(uploads.find(id), upload);
  t.equal(uploads.find('of-nobody'), null);
  t.match(begunUploads(needs).find(id), upload);
  now = 49 * hour;
  t.equal(uploads.find(id), null);
  const many = begunUploads({ now: () => now, newId: () => `many${(ids += 1)}` });
  const kept = Array.from({ length: 10_001 }, () => many.keep(upload, '192.0.2.1'));
  t.equal(many.find(kept[0] ?? ''), null);
  t.match(many.find(kept.at(-1) ?? ''), upload);
  t.equal(many.find(many.keep({ ...upload, url: 'x'.repeat(5000) }, '192.0.2.1')), null);
  for (const bad of [null, {}, [1], [{ id: 'a' }]]) t.ok(E.isLeft(decodeUploads(bad)));
  t.end();
});
