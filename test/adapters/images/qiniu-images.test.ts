import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { ImageStore } from '../../../src/config/image-keeping.ts';
import { secret } from '../../../src/kernel/secret.ts';
import type { BucketStore, NamedImage } from '../../../src/adapters/images/image-store.ts';
import { qiniuImages } from '../../../src/adapters/images/qiniu-images.ts';
import { qiniuAccount, qiniuError, qiniuHash, startQiniuFake, type QiniuFake } from '../../support/buckets/qiniu-fake.ts';
import { bucketStoreContract, contractDomain, missingPackage, type Changes } from '../../support/contracts/bucket-store-contract.ts';

const store = ({ url }: QiniuFake, { id, key, domain = contractDomain, isMissing = false }: Changes = {}): BucketStore => {
  const { accessKey, secretKey, bucket } = qiniuAccount;
  const configured: Extract<ImageStore, { readonly kind: 'qiniu' }> = {
    kind: 'qiniu',
    accessKey: secret(id ?? accessKey),
    secretKey: secret(key ?? secretKey),
    bucket,
    domain,
  };
  const settings = { ...configured, lookupUrl: url };
  return isMissing ? qiniuImages(settings, missingPackage('qiniu')) : qiniuImages(settings);
};

const image: NamedImage = { name: 'a.png', mimeType: 'image/png', bytes: Buffer.from('a picture'), signature: null, address: '192.0.2.1' };
const never = new AbortController().signal;

bucketStoreContract({
  start: startQiniuFake,
  store,
  packageName: 'qiniu',
  secrets: [qiniuAccount.accessKey, qiniuAccount.secretKey],
  error: (status, code, message = code) => qiniuError(status, message),
  refusals: [
    [400, 'invalid argument', /did not take the picture \(status 400\)/],
    [401, 'expired token', /clock of this machine \(status 401\)/],
    [403, 'forbidden', /does not let/],
    [413, 'entity too large', /too large/],
    [419, 'account is frozen', /frozen/],
    [503, 'service unavailable', /\(status 503\)/],
    [573, 'too many requests', /fewer calls/],
    [579, 'callback failed', /callback failed/],
    [599, 'server error', /internal error/],
    [614, 'file exists', /name already/],
    [631, 'no such bucket', /does not know the bucket/],
  ],
});

t.test("the fake's hash is Qiniu's own for an empty and for a large file", (t) => {
  t.equal(qiniuHash(Buffer.alloc(0)), 'Fto5o-5ea0sNMlW_75VgGJCv2AcJ');
  t.match(qiniuHash(Buffer.alloc(5 * 1024 * 1024)), /^l/);
  t.end();
});

t.test('the region is looked up once for many pictures at the same time and after', async (t) => {
  const fake = await startQiniuFake();
  t.teardown(() => fake.close());
  const shared = store(fake);
  const writtenAt = (): number | null => statSync(join(tmpdir(), 'qn-regions-cache.jsonl'), { throwIfNoEntry: false })?.mtimeMs ?? null;
  const before = writtenAt();
  const results = await Promise.all(['1', '2', '3'].map(async (name) => shared.put({ ...image, name }, never)()));
  t.same(results.map(E.isRight), [true, true, true]);
  await shared.put(image, never)();
  t.equal(fake.lookups(), 1);
  t.equal(writtenAt(), before, "the SDK's file in the shared folder is not written");
});

t.test('a region that is too old is looked up again, and serves on while the lookup fails', async (t) => {
  const fake = await startQiniuFake();
  t.teardown(() => fake.close());
  const shared = store(fake);
  t.ok(E.isRight(await shared.put(image, never)()));
  const today = Date.now;
  t.capture(Date, 'now', () => today() + 25 * 3600 * 1000);
  fake.lookupAnswers(qiniuError(500, 'internal'));
  t.ok(E.isRight(await shared.put(image, never)()));
  t.equal(fake.lookups(), 2);
});

t.test('a lookup that fails is a fault, and the next picture looks up again', async (t) => {
  const fake = await startQiniuFake();
  t.teardown(() => fake.close());
  const shared = store(fake);
  const odd = { status: 200, headers: { 'content-type': 'application/json' }, text: '{"hosts":[{}]}' };
  for (const answer of [qiniuError(500, 'internal'), qiniuError(612, 'no such bucket'), odd, { ...odd, text: '{"hosts":[]}' }, { ...odd, text: '<html>' }]) {
    fake.lookupAnswers(answer);
    t.ok(E.isLeft(await shared.put(image, never)()), answer.text);
  }
  t.equal(fake.uploads(), 0);
  fake.lookupAnswers(null);
  t.ok(E.isRight(await shared.put(image, never)()));
});

t.test('an answer that is no JSON is told with its status', async (t) => {
  const fake = await startQiniuFake();
  t.teardown(() => fake.close());
  fake.befall({ kind: 'answer', answer: { status: 502, headers: { 'content-type': 'text/html' }, text: '<html>Bad Gateway' } });
  t.same(await store(fake).put(image, never)(), E.left({ reason: 'Qiniu did not take the picture (status 502).' }));
});

t.test('an upload that is ended during the lookup is never sent', async (t) => {
  const fake = await startQiniuFake();
  t.teardown(() => fake.close());
  const shared = store(fake);
  const control = new AbortController();
  fake.lookupAnswers('never');
  const ended = shared.put(image, control.signal)();
  control.abort();
  t.ok(E.isLeft(await ended));
  fake.lookupAnswers(null);
  t.equal(fake.uploads(), 0);
});
