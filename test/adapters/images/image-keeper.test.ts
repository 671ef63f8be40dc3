import { join } from 'node:path';
import process from 'node:process';
import t from 'tap';
import { textOf } from '../../../src/kernel/unread-text.ts';
import { E, TE } from '../../../src/kernel/fp.ts';
import { imageKeeper, type ImageKeeper, type ImageKeeperNeeds, type ImageStores } from '../../../src/adapters/images/image-keeper.ts';
import { signedLinks } from '../../../src/adapters/images/image-links.ts';
import type { BucketStore, OwnStore, StoreFault } from '../../../src/adapters/images/image-store.ts';
import { localImages } from '../../../src/adapters/images/local-images.ts';
import { memoryImages } from '../../../src/adapters/images/memory-images.ts';
import { signatureBounds, signatureMemory } from '../../../src/adapters/state/signature-memory.ts';
import type { SignedImage } from '../../../src/ports/images.ts';
import { fakeClock, type FakeClock } from '../../support/contracts/fake-clock.ts';
import { bytesOf, named, pictureOf } from '../../support/pictures.ts';
import { eventually, heldWaits, type Waits } from '../../support/serving.ts';
import { freely, shouldNotBeCalled } from '../../support/capabilities.ts';

const origin = 'https://pollux.example';
const by = { origin, address: '192.0.2.1' };
const signature = { value: 'c2ln', keyId: 'feedfeedfeed' };

const signed = (bytes: Buffer = pictureOf(64), over: Partial<SignedImage> = {}): SignedImage => ({
  mimeType: 'image/png',
  data: bytes.toString('base64'),
  signature,
  ...over,
});

/** What is read back, where there is memory for it. */
const stored = async (readImage: ImageKeeper['readImage'], url: string): Promise<SignedImage | null> => {
  const read = await readImage(url, freely)();
  if (E.isLeft(read)) throw new Error(read.left.tag);
  return read.right;
};

type UnderTest = Omit<ImageKeeper, 'keepImage'> & {
  readonly keepImage: (...given: Parameters<ImageKeeper['keepImage']>) => Promise<string>;
} & { readonly clock: FakeClock; readonly waits: Waits; readonly lines: readonly string[] };

const keeper = (stores: Partial<ImageStores>, over: Partial<ImageKeeperNeeds> = {}): UnderTest => {
  const clock = fakeClock('2026-11-24T12:00:00Z');
  const waits = heldWaits();
  const lines: string[] = [];
  const made = imageKeeper(
    { bucket: null, own: [], ...stores },
    {
      hostUrl: null,
      queryFor: () => '',
      ...signatureMemory(signatureBounds),
      now: clock.now,
      wait: waits.wait,
      log: (level, message, facts) => lines.push(`${level} ${message} ${JSON.stringify(facts)}`),
      ...over,
    },
  );
  return { ...made, keepImage: async (image, from) => textOf(await made.keepImage(image, from)), clock, waits, lines };
};

const memory = (): OwnStore => memoryImages({ mostImages: 100, mostBytes: 100_000_000 });

const failing = (kind: OwnStore['kind'], reason: string): OwnStore => ({
  kind,
  put: () => TE.left({ reason }),
  find: () => Promise.resolve(null),
  signatureOf: () => Promise.resolve(null),
});

const bucket = (put: BucketStore['put']): BucketStore => ({ kind: 'qiniu', put });
const working = bucket(({ name }) => TE.right(`https://cdn.example/pictures/${name}`));
const broken = (reason = 'Qiniu said no.'): BucketStore => bucket(() => TE.left({ reason }));

t.test('a picture is kept and read back with its signature, by an address on the host that asked', async (t) => {
  const { keepImage, readImage, signatureOfUrl, counts, notices } = keeper({ own: [memory()] });
  const image = signed();
  const url = await keepImage(image, by);
  t.match(url, /^https:\/\/pollux\.example\/images\/20261124_120000_[0-9a-f]{32}\.png$/);
  t.same(await stored(readImage, url), image);
  t.same(await stored(readImage, url.replace(origin, 'http://other.example:7860/v1')), image, 'wherever the service is now');
  t.same(await signatureOfUrl(url), signature);
  t.equal(counts().kept.memory, 1);
  t.same(notices(), [{ level: 'info', text: 'Pictures are kept in memory: a restart loses them.' }]);
});

t.test('the ending and the type are those of the content, whatever Gemini calls it', async (t) => {
  const { keepImage, readImage } = keeper({ own: [memory()] });
  const url = await keepImage(signed(pictureOf(64, 'webp')), by);
  t.match(url, /\.webp$/);
  t.equal((await stored(readImage, url))?.mimeType, 'image/webp');
});

t.test('HOST_URL goes before the host that asked', async (t) => {
  const { keepImage } = keeper({ own: [memory()] }, { hostUrl: 'https://pictures.example/door' });
  t.match(await keepImage(signed(), by), /^https:\/\/pictures\.example\/door\/images\/2026/);
});

t.test('what is no picture of ours goes inline as it came', async (t) => {
  const { keepImage, counts } = keeper({ bucket: bucket(shouldNotBeCalled), own: [memory()] });
  for (const [mimeType, content] of [['image/svg+xml', '<svg/>'], ['image/png', '<!doctype html>'], ['image/heic', 'ftypheic'], ['image/png', '']] as const) {
    const image = signed(Buffer.from(content), { mimeType });
    t.equal(await keepImage(image, by), `data:${mimeType};base64,${image.data}`);
  }
  t.equal(counts().kept.inline, 4);
});

t.test('addresses that are not ours, or whose picture is gone, are read as nothing', async (t) => {
  const { keepImage, readImage, signatureOfUrl } = keeper({ own: [memory()] });
  await keepImage(signed(), by);
  for (const url of ['', 'nonsense', 'https://cdn.example/cat.png', `${origin}/images/${named().name}`, `${origin}/images/../x.png`]) {
    t.equal(await stored(readImage, url), null, url);
    t.equal(await signatureOfUrl(url), null, url);
  }
});

t.test('a link that has ended is still read for the history', async (t) => {
  const clock = fakeClock('2026-11-24T12:00:00Z');
  const { queryFor } = signedLinks(60, Buffer.alloc(32, 7), clock.now);
  const { keepImage, readImage } = keeper({ own: [memory()] }, { queryFor, now: clock.now });
  const image = signed();
  const url = await keepImage(image, by);
  t.match(url, /\.png\?expires=\d+&signature=[\w-]+$/);
  clock.advance(3_600_000);
  t.same(await stored(readImage, url), image);
  t.same(await stored(readImage, url.slice(0, url.indexOf('?'))), image);
});

t.test('a picture in a bucket has the address that the bucket gave, and its signature is remembered', async (t) => {
  const { keepImage, readImage, signatureOfUrl, counts } = keeper({ bucket: working, own: [memory()] });
  const url = await keepImage(signed(), by);
  t.match(url, /^https:\/\/cdn\.example\/pictures\/20261124_120000_[0-9a-f]{32}\.png$/);
  t.equal(await stored(readImage, url), null, 'it is fetched like any other');
  t.same(await signatureOfUrl(`${url}?e=1&token=x`), signature);
  const without = await keepImage(signed(pictureOf(64), { signature: null }), by);
  t.equal(await signatureOfUrl(without), null);
  t.equal(counts().kept.qiniu, 2);
});

t.test('a bucket that refuses is asked once more', async (t) => {
  const asked: string[] = [];
  const once = bucket(({ name }) => async (): Promise<E.Either<StoreFault, string>> => {
    asked.push(name);
    return asked.length === 1 ? E.left({ reason: 'Reset.' }) : E.right('https://cdn.example/x.png');
  });
  const { keepImage, lines } = keeper({ bucket: once, own: [memory()] });
  t.equal(await keepImage(signed(), by), 'https://cdn.example/x.png');
  t.equal(asked.length, 2);
  t.equal(asked[0], asked[1], 'under the same name');
  t.same(lines, []);
});

t.test('from the bucket to the folder to memory into the answer: the first that works', async (t) => {
  const folder = t.testdir({ 'a-file': 'text' });
  const local = (where: string): OwnStore => localImages({ folder: join(folder, where), mostImages: 9, mostBytes: 1e6, mostAgeMs: null }, { now: Date.now, log: () => undefined });
  const image = signed();
  const cases: readonly (readonly [string, Partial<ImageStores>, RegExp, string])[] = [
    ['the folder', { bucket: broken(), own: [local('images'), memory()] }, /^https:\/\/pollux\.example\/images\//, 'local'],
    ['memory', { bucket: broken(), own: [local('a-file'), memory()] }, /^https:\/\/pollux\.example\/images\//, 'memory'],
    ['memory where there is no bucket', { own: [local('a-file'), memory()] }, /^https:\/\/pollux\.example\/images\//, 'memory'],
    ['the answer', { bucket: broken(), own: [local('a-file'), failing('memory', 'Full.')] }, /^data:image\/png;base64,/, 'inline'],
  ];
  for (const [what, stores, expected, kind] of cases) {
    await t.test(what, async (t) => {
      const { keepImage, readImage, findImage, counts } = keeper(stores);
      const url = await keepImage(image, by);
      t.match(url, expected);
      t.match(counts().kept, { [kind]: 1 });
      if (kind === 'inline') return;
      t.same(await stored(readImage, url), image, 'it is found where it went');
      t.equal((await bytesOf(await findImage(url.slice(url.lastIndexOf('/') + 1)))).toString('base64'), image.data);
    });
  }
});

t.test('a fallback is logged once a minute a reason, counted, and told in plain words', async (t) => {
  const { keepImage, lines, counts, notices, clock } = keeper({ bucket: broken(), own: [failing('local', 'The disk is full.'), memory()] });
  await keepImage(signed(), by);
  clock.advance(59_000);
  await keepImage(signed(), by);
  t.same(lines, [
    'warn A picture could not be kept where it should be {"place":"qiniu","next":"local","reason":"Qiniu said no."}',
    'warn A picture could not be kept where it should be {"place":"local","next":"memory","reason":"The disk is full."}',
  ]);
  clock.advance(1000);
  await keepImage(signed(), by);
  t.equal(lines.length, 4);
  t.same(counts(), { kept: { local: 0, memory: 3, qiniu: 0, tencent: 0, inline: 0 }, refused: { local: 3, memory: 0, qiniu: 3, tencent: 0 } });
  t.same(notices(), [
    { level: 'warn', text: '3 pictures could not be kept in Qiniu and went on to the local folder. Last at 2026-11-24T12:01:00.000Z: Qiniu said no.' },
    { level: 'warn', text: '3 pictures could not be kept in the local folder and went on to memory. Last at 2026-11-24T12:01:00.000Z: The disk is full.' },
  ]);
});

t.test('once a place works again its trouble is news no longer', async (t) => {
  const faults: StoreFault[] = [{ reason: 'Reset.' }, { reason: 'Reset.' }];
  const flaky = bucket(() => async () => {
    const fault = faults.shift();
    return fault === undefined ? E.right('https://cdn.example/x.png') : E.left(fault);
  });
  const { keepImage, notices } = keeper({ bucket: flaky, own: [memory()] });
  await keepImage(signed(), by);
  await keepImage(signed(), by);
  t.same(notices(), [
    { level: 'info', text: 'One picture could not be kept in Qiniu and went on to the local folder; it works again. Last at 2026-11-24T12:00:00.000Z: Reset.' },
  ].map((notice) => ({ ...notice, text: notice.text.replace('the local folder', 'memory') })));
});

t.test('a place that holds a picture up for 10 s is told to stop, and left alone for 30 s', async (t) => {
  const signals: AbortSignal[] = [];
  const hanging = bucket((_image, signal) => () => {
    signals.push(signal);
    return new Promise(() => undefined);
  });
  const { keepImage, waits, clock, notices } = keeper({ bucket: hanging, own: [memory()] });
  const first = keepImage(signed(), by);
  await eventually(() => waits.pending().length > 0);
  t.same(waits.pending(), [10_000]);
  waits.fire(10_000);
  t.match(await first, /^https:\/\/pollux\.example\/images\//);
  t.equal(signals[0]?.aborted, true);
  t.same(waits.pending(), [], 'no wait is left behind');
  t.match(await keepImage(signed(), by), /^https:\/\/pollux\.example\/images\//);
  t.equal(signals.length, 1, 'not asked while it rests');
  t.match(notices()[0]?.text, /^2 pictures could not be kept in Qiniu/);
  clock.advance(30_000);
  const last = keepImage(signed(), by);
  await eventually(() => signals.length === 2);
  waits.fire(10_000);
  await last;
});

t.test('a giant picture that takes too long takes the place from no other one', async (t) => {
  let asked = 0;
  const slow = bucket((_image) => () => {
    asked += 1;
    return asked === 1 ? new Promise(() => undefined) : Promise.resolve(E.right('https://bucket.example/a.png'));
  });
  const { keepImage, waits } = keeper({ bucket: slow, own: [memory()] });
  const giant = keepImage(signed(pictureOf(5 * 1024 ** 2)), by);
  await eventually(() => waits.pending().length > 0);
  waits.fire(10_000);
  await giant;
  t.equal(await keepImage(signed(), by), 'https://bucket.example/a.png');
});

t.test('a place that throws is one that refused', async (t) => {
  const { keepImage, notices } = keeper({
    bucket: bucket(() => {
      throw new Error('made-up secret');
    }),
    own: [memory()],
  });
  t.match(await keepImage(signed(), by), /^https:\/\/pollux\.example\/images\//);
  t.notMatch(JSON.stringify(notices()), 'made-up secret');
});

t.test('a store that cannot be read hides nothing that another holds', async (t) => {
  const unreadable: OwnStore = { ...failing('local', 'The disk is full.'), find: () => Promise.reject(new Error('EIO')), signatureOf: () => Promise.reject(new Error('EIO')) };
  const { keepImage, readImage, findImage, lines } = keeper({ own: [unreadable, memory()] });
  const image = signed();
  t.same(await stored(readImage, await keepImage(image, by)), image);
  await t.rejects(findImage(named().name), 'but that it cannot be read is not the same as that nothing is there');
  t.equal(await stored(readImage, `${origin}/images/${named().name}`), null);
  t.match(lines.at(-1), 'A picture of ours could not be read');
});

t.test('a hundred pictures at once are held decoded a few at a time', async (t) => {
  const released: (() => void)[] = [];
  const holding: OwnStore = { ...failing('memory', ''), put: () => () => new Promise((resolve) => released.push(() => resolve(E.right(undefined)))) };
  const warnings: string[] = [];
  const note = ({ message }: Error): number => warnings.push(message);
  process.on('warning', note);
  t.teardown(() => process.off('warning', note));
  const { keepImage } = keeper({ own: [holding] });
  const all = Promise.all(Array.from({ length: 100 }, () => keepImage(signed(), by)));
  await eventually(() => released.length === 16);
  for (let each = 0; each < 100; each += 1) {
    await eventually(() => released.length > each);
    t.ok(released.length <= each + 16);
    released[each]?.();
  }
  t.equal((await all).length, 100);
  t.same(warnings, [], 'those who wait are no leak');
});
