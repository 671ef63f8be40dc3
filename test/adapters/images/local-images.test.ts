import { execFileSync } from 'node:child_process';
import fs, { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { localImages, type LocalImages, type LocalImageSettings } from '../../../src/adapters/images/local-images.ts';
import { ownStoreContract } from '../../support/contracts/own-store-contract.ts';
import { bytesOf, named, pictureOf } from '../../support/pictures.ts';

const roomy = { mostImages: 1000, mostBytes: 1_000_000_000, mostAgeMs: null };
const day = 86_400_000;
const signature = { value: 'c2ln', keyId: 'feedfeedfeed' };

const opened = (folder: string, over: Partial<LocalImageSettings> = {}): LocalImages & { readonly lines: readonly string[] } => {
  const lines: string[] = [];
  const store = localImages({ folder, ...roomy, ...over }, { now: Date.now, log: (_level, message, facts) => lines.push(`${message} ${JSON.stringify(facts)}`) });
  return { ...store, lines };
};

const makeOld = (path: string): void => utimesSync(path, new Date(0), new Date(0));

let folders = 0;
const root = t.testdir();

ownStoreContract(t, (bounds) => {
  const store = opened(join(root, `contract-${(folders += 1)}`), bounds);
  return { ...store, settled: store.cleanUp };
});

t.test('pictures outlive a restart, in files for their owner alone, and leave nothing half done', async (t) => {
  const folder = join(t.testdir(), 'a', 'b');
  const image = named(64, { signature });
  t.ok(E.isRight(await opened(folder).put(image)()));
  t.same(readdirSync(folder).toSorted(), [image.name, `${image.name}.json`]);
  t.equal(statSync(folder).mode & 0o777, 0o700);
  t.equal(statSync(join(folder, image.name)).mode & 0o777, 0o600);
  const again = opened(folder);
  t.ok((await bytesOf(await again.find(image.name))).equals(image.bytes));
  t.same(await again.signatureOf(image.name), signature);
});

t.test('the type is told by what the file holds, and what is no picture is not served', async (t) => {
  const folder = t.testdir();
  const store = opened(folder);
  const file = async (content: string | Uint8Array): Promise<string | null> => {
    const { name } = named();
    writeFileSync(join(folder, name), content);
    return (await store.find(name))?.mimeType ?? null;
  };
  t.equal(await file(pictureOf(64, 'webp')), 'image/webp', 'though its name ends in .png');
  t.equal(await file('<svg xmlns="http://www.w3.org/2000/svg"/>'), null);
  t.equal(await file('<!doctype html>'), null);
  t.equal(await file(''), null);
});

t.test('only plain files are opened: no folder, no link, no pipe', { skip: process.platform === 'win32' }, async (t) => {
  const folder = t.testdir({ outside: { 'signature.json': JSON.stringify(signature) }, images: {} });
  writeFileSync(join(folder, 'outside', 'secret.png'), pictureOf(64));
  const images = join(folder, 'images');
  const store = opened(images);
  const names = [named().name, named().name, named().name] as const;
  mkdirSync(join(images, names[0]));
  symlinkSync(join(folder, 'outside', 'secret.png'), join(images, names[1]));
  execFileSync('mkfifo', [join(images, names[2])]);
  for (const name of names) t.equal(await store.find(name), null);
  symlinkSync(join(folder, 'outside', 'signature.json'), join(images, `${names[2]}.json`));
  t.equal(await store.signatureOf(names[2]), null);
});

t.test('a damaged sidecar is no signature', async (t) => {
  const folder = t.testdir();
  const image = named();
  const store = opened(folder);
  await store.put(image)();
  for (const content of ['', '{', 'null', '[]', '{"value":1,"keyId":"k"}']) {
    writeFileSync(join(folder, `${image.name}.json`), content);
    t.equal(await store.signatureOf(image.name), null, content);
  }
});

t.test('a folder that cannot be is a fault in plain words', async (t) => {
  const folder = t.testdir({ 'a-file': 'text' });
  const cases: readonly (readonly [string, string])[] = [
    [join(folder, 'a-file'), 'There is a file where the folder (IMAGE_STORAGE_DIR) should be.'],
    [join(folder, 'a-file', 'below'), 'There is a file where the folder (IMAGE_STORAGE_DIR) should be.'],
  ];
  for (const [where, reason] of cases) {
    const store = opened(where);
    t.same(await store.put(named(64, { signature }))(), E.left({ reason }));
    t.equal(await store.find(named().name), null);
    await store.cleanUp();
  }
});

const nobody = 65_534;

t.test('a read-only folder is a fault in plain words', { skip: process.platform === 'win32' }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pollux-read-only-'));
  t.teardown(() => {
    for (const path of ['', 'images']) chmodSync(join(folder, path), 0o755);
    rmSync(folder, { recursive: true });
  });
  mkdirSync(join(folder, 'images'));
  for (const path of ['', 'images']) chmodSync(join(folder, path), 0o555);
  if (process.getuid?.() === 0) {
    process.seteuid?.(nobody);
    t.teardown(() => process.seteuid?.(0));
  }
  t.same(await opened(join(folder, 'images')).put(named())(), E.left({ reason: 'The folder (IMAGE_STORAGE_DIR) cannot be written to.' }));
});

t.test('a full disk is a fault in plain words, and leaves no file behind', async (t) => {
  const folder = t.testdir();
  const { rename } = fs.promises;
  fs.promises.rename = async (from, to) => {
    if (String(to).endsWith('.json')) return rename(from, to);
    throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
  };
  syncBuiltinESMExports();
  t.teardown(() => {
    fs.promises.rename = rename;
    syncBuiltinESMExports();
  });
  t.same(await opened(folder).put(named(64, { signature }))(), E.left({ reason: 'The disk is full.' }));
  t.same(readdirSync(folder), []);
});

t.test('a write that the system breaks off is a fault in words, and leaves no file behind', { skip: process.platform !== 'linux' }, async (t) => {
  const folder = t.testdir();
  const script = `
    import { localImages } from ${JSON.stringify(new URL('../../../src/adapters/images/local-images.js', import.meta.url).href)};
    process.on('SIGXFSZ', () => undefined);
    const store = localImages({ folder: ${JSON.stringify(folder)}, mostImages: 9, mostBytes: 1e9, mostAgeMs: null }, { now: Date.now, log: () => undefined });
    const name = '20250102_030405_' + 'ab'.repeat(16) + '.png';
    const put = await store.put({ name, mimeType: 'image/png', bytes: Buffer.alloc(40_000_000), signature: { value: 's', keyId: 'k' } })();
    process.stdout.write(JSON.stringify(put));`;
  const run = `ulimit -f 16384; exec "$0" --input-type=module -e "$1"`;
  const said = execFileSync('sh', ['-c', run, process.execPath, script], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' } });
  t.same(JSON.parse(said), { _tag: 'Left', left: { reason: 'The disk refused to keep a picture (EFBIG).' } });
  t.same(readdirSync(folder), []);
});

t.test('pictures older than they may be go, with their sidecars', async (t) => {
  const folder = t.testdir();
  const [old, young] = [named(64, { at: Date.now() - 3 * day, signature }), named(64, { at: Date.now() - day, signature })] as const;
  const store = opened(folder, { mostAgeMs: 2 * day });
  await store.put(old)();
  await store.put(young)();
  await store.cleanUp();
  t.same(readdirSync(folder).toSorted(), [young.name, `${young.name}.json`]);
});

t.test('what a crash left goes once it is old, and nobody else’s files do', async (t) => {
  const folder = t.testdir();
  const [kept, gone] = [named(64, { signature }), named()] as const;
  const store = opened(folder);
  await store.put(kept)();
  const abandoned = [`${gone.name}.0123456789ab.tmp`, `${gone.name}.json.0123456789ab.tmp`, `${gone.name}.json`];
  const fresh = [`${gone.name}.ffffffffffff.tmp`, `${named().name}.json`];
  const foreign = ['holiday.png', 'notes.json', '.keep', 'x.0123456789ab.tmp', `${gone.name}.bak`];
  for (const name of [...abandoned, ...fresh, ...foreign]) writeFileSync(join(folder, name), 'x');
  for (const name of [...abandoned, ...foreign, kept.name, `${kept.name}.json`]) makeOld(join(folder, name));
  await store.cleanUp();
  t.same(readdirSync(folder).toSorted(), [kept.name, `${kept.name}.json`, ...fresh, ...foreign].toSorted());
});

t.test('a folder grown past a cap is cleaned up by itself, with a twentieth to spare', async (t) => {
  const folder = t.testdir();
  const store = opened(folder, { mostImages: 40 });
  for (let each = 0; each < 41; each += 1) await store.put(named(64, { at: each * 1000 }))();
  await store.stop();
  t.equal(readdirSync(folder).length, 38);
});

t.test('the newest picture stays, though it takes nearly all the room', async (t) => {
  const folder = t.testdir();
  const store = opened(folder, { mostBytes: 1000 });
  const [old, young] = [named(500, { at: 1000 }), named(980, { at: 2000 })] as const;
  await store.put(old)();
  await store.put(young)();
  await store.cleanUp();
  t.same(readdirSync(folder), [young.name]);
});

t.test('who asks for a round while one runs gets another one after it', async (t) => {
  let rounds = 0;
  const now = (): number => (rounds += 1);
  const store = localImages({ folder: t.testdir(), ...roomy }, { now, log: () => undefined });
  await Promise.all([store.cleanUp(), store.cleanUp(), store.cleanUp()]);
  t.equal(rounds, 2);
});

t.test('what another process put there counts from the first round on', async (t) => {
  const folder = t.testdir();
  const other = opened(folder);
  for (let each = 0; each < 10; each += 1) await other.put(named(64, { at: each * 1000 }))();
  await other.stop();
  const store = opened(folder, { mostImages: 5 });
  store.start();
  await store.stop();
  t.equal(readdirSync(folder).length, 5);
  t.same(store.lines, []);
});

t.test('a picture that goes away while it is read is still read to its end', { skip: process.platform === 'win32' }, async (t) => {
  const folder = t.testdir();
  const image = named(1_000_000);
  const store = opened(folder);
  await store.put(image)();
  const pieces = (await store.find(image.name))?.bytes(null);
  if (pieces === undefined) throw new Error('not found');
  const first = await pieces.next();
  rmSync(join(folder, image.name));
  const rest: Uint8Array[] = first.done === true ? [] : [first.value];
  for await (const piece of pieces) rest.push(piece);
  t.ok(Buffer.concat(rest).equals(image.bytes));
});

t.test('a file that shrinks while it is read is an error, not a short picture', async (t) => {
  const folder = t.testdir();
  const image = named(1_000_000);
  const store = opened(folder);
  await store.put(image)();
  const found = await store.find(image.name);
  writeFileSync(join(folder, image.name), pictureOf(1000));
  await t.rejects(bytesOf(found), { message: 'The file of a picture ended early.' });
});

t.test('one hundred pictures of 2 MB at once are all kept whole', async (t) => {
  const folder = t.testdir();
  const store = opened(folder);
  const images = Array.from({ length: 100 }, () => named(2_000_000, { signature }));
  const results = await Promise.all(images.map(async (image) => store.put(image)()));
  t.ok(results.every(E.isRight));
  await store.stop();
  t.equal(readdirSync(folder).length, 200);
  for (const { name, bytes } of images) if (!readFileSync(join(folder, name)).equals(bytes)) t.fail(name);
  t.comment(`peak RSS ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB, 191 MiB of it the pictures themselves`);
});
