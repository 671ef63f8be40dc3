import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { ImageStore } from '../../../src/config/image-keeping.ts';
import { secret } from '../../../src/kernel/secret.ts';
import type { BucketStore, NamedImage } from '../../../src/adapters/images/image-store.ts';
import { tencentImages, type TencentSettings } from '../../../src/adapters/images/tencent-images.ts';
import type { BucketServer } from '../../support/buckets/bucket-server.ts';
import { cosAccount, cosError, startCosFake } from '../../support/buckets/cos-fake.ts';
import { bucketStoreContract, contractDomain, missingPackage, type Changes } from '../../support/contracts/bucket-store-contract.ts';

type Place = { readonly bucket?: string; readonly region?: string };

const settings = ({ url }: BucketServer, { id, key, domain = contractDomain }: Changes, place: Place = {}): TencentSettings => {
  const configured: Extract<ImageStore, { readonly kind: 'tencent' }> = {
    kind: 'tencent',
    secretId: secret(id ?? cosAccount.secretId),
    secretKey: secret(key ?? cosAccount.secretKey),
    region: place.region ?? cosAccount.region,
    bucket: place.bucket ?? cosAccount.bucket,
    domain,
  };
  return { ...configured, httpProxy: url };
};

const store = (server: BucketServer, changes: Changes = {}): BucketStore =>
  changes.isMissing === true
    ? tencentImages(settings(server, changes), missingPackage('cos-nodejs-sdk-v5'))
    : tencentImages(settings(server, changes));

const image: NamedImage = { name: 'a.png', mimeType: 'image/png', bytes: Buffer.from('a picture'), signature: null, address: '192.0.2.1' };

bucketStoreContract({
  start: startCosFake,
  store,
  packageName: 'cos-nodejs-sdk-v5',
  secrets: [cosAccount.secretId, cosAccount.secretKey],
  error: cosError,
  refusals: [
    [400, 'EntityTooLarge', /too large/],
    [403, 'AccessDenied', /does not let/],
    [403, 'InvalidAccessKeyId', /does not know the secret id/],
    [403, 'RequestTimeTooSkewed', /clock/],
    [403, 'SignatureDoesNotMatch', /check the secret key/],
    [404, 'NoSuchBucket', /does not know the bucket/],
    [409, 'SomethingNew', /did not take the picture \(status 409\)/],
    [500, 'InternalError', /\(status 500\)/],
    [503, 'SlowDown', /fewer calls/],
    [503, 'ServiceUnavailable', /\(status 503\)/],
  ],
});

t.test('a bucket or region that COS cannot have is a fault before any call', async (t) => {
  const server = await startCosFake();
  t.teardown(() => server.close());
  const cases: readonly (readonly [Place, RegExp])[] = [
    [{ bucket: 'pictures' }, /app id/],
    [{ bucket: 'Pictures-1250000000' }, /app id/],
    [{ region: 'guangzhou' }, /ap-guangzhou/],
    [{ region: 'cos.ap-guangzhou' }, /ap-guangzhou/],
  ];
  for (const [place, words] of cases) {
    const result = await tencentImages(settings(server, {}, place)).put(image, new AbortController().signal)();
    t.match(E.isLeft(result) ? result.left.reason : '', words, JSON.stringify(place));
  }
  t.equal(server.uploads(), 0);
});

t.test('a bucket that is elsewhere is not found', async (t) => {
  const server = await startCosFake();
  t.teardown(() => server.close());
  const result = await tencentImages(settings(server, {}, { region: 'ap-beijing' })).put(image, new AbortController().signal)();
  t.match(E.isLeft(result) ? result.left.reason : '', /does not know the bucket/);
});
