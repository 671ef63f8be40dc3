import { E } from '../kernel/fp.ts';
import type { Secret } from '../kernel/secret.ts';
import type { SettingName, Values } from './settings.ts';

/**
 * Where pictures are kept, with what a bucket needs. Domains are addresses without a slash at the end. The stores of
 * our own stand in for a bucket too, so what they need stands beside this.
 */
export type ImageStore =
  | { readonly kind: 'local' | 'memory' }
  | {
      readonly kind: 'qiniu';
      readonly accessKey: Secret;
      readonly secretKey: Secret;
      readonly bucket: string;
      readonly domain: string;
    }
  | {
      readonly kind: 'tencent';
      readonly secretId: Secret;
      readonly secretKey: Secret;
      readonly region: string;
      readonly bucket: string;
      readonly domain: string;
    };

type Read = E.Either<readonly string[], ImageStore>;

/** A setting that is itself at fault is undefined here and has been told. */
const missingSettings = (values: Partial<Values>, names: readonly SettingName[]): Read =>
  E.left(
    names
      .filter((name) => values[name] === null)
      .map((name) => `${name} must be set when IMAGE_STORAGE_TYPE is ${values.IMAGE_STORAGE_TYPE}.`),
  );

const qiniuStore = (values: Partial<Values>): Read => {
  const {
    QINIU_ACCESS_KEY: accessKey,
    QINIU_SECRET_KEY: secretKey,
    QINIU_BUCKET_NAME: bucket,
    QINIU_BUCKET_DOMAIN: domain,
  } = values;
  return accessKey == null || secretKey == null || bucket == null || domain == null
    ? missingSettings(values, ['QINIU_ACCESS_KEY', 'QINIU_SECRET_KEY', 'QINIU_BUCKET_NAME', 'QINIU_BUCKET_DOMAIN'])
    : E.right({ kind: 'qiniu', accessKey, secretKey, bucket, domain });
};

const tencentStore = (values: Partial<Values>): Read => {
  const { TENCENT_SECRET_ID: secretId, TENCENT_SECRET_KEY: secretKey, TENCENT_REGION: region } = values;
  const { TENCENT_BUCKET_NAME: bucket, TENCENT_BUCKET_DOMAIN: domain } = values;
  return secretId == null || secretKey == null || region == null || bucket == null || domain == null
    ? missingSettings(values, [
        'TENCENT_SECRET_ID',
        'TENCENT_SECRET_KEY',
        'TENCENT_REGION',
        'TENCENT_BUCKET_NAME',
        'TENCENT_BUCKET_DOMAIN',
      ])
    : E.right({ kind: 'tencent', secretId, secretKey, region, bucket, domain });
};

/** The picture store that is asked for; Left names each setting that it lacks. */
export const imageStore = (values: Partial<Values>): Read => {
  switch (values.IMAGE_STORAGE_TYPE) {
    case 'qiniu':
      return qiniuStore(values);
    case 'tencent':
      return tencentStore(values);
    case 'local':
    case 'memory':
      return E.right({ kind: values.IMAGE_STORAGE_TYPE });
    case undefined:
      return E.left([]);
  }
};

/** What the stores of our own may hold. Sizes in bytes; `mostAgeMs` null = for ever. */
export type OwnImages = {
  readonly local: {
    readonly folder: string;
    readonly mostImages: number;
    readonly mostBytes: number;
    readonly mostAgeMs: number | null;
  };
  readonly memory: { readonly mostImages: number; readonly mostBytes: number };
};

const mebibyte = 1_048_576;
const dayMs = 86_400_000;

/** The bounds of our own stores; `folder` is where local pictures go. */
export const ownImages = (values: Values, folder: string): OwnImages => ({
  local: {
    folder,
    mostImages: values.IMAGE_MAX_NUMBER,
    mostBytes: values.IMAGE_MAX_TOTAL_MB * mebibyte,
    mostAgeMs: values.IMAGE_MAX_AGE_DAYS === 0 ? null : values.IMAGE_MAX_AGE_DAYS * dayMs,
  },
  memory: { mostImages: values.MEMORY_MAX_IMAGE_NUMBER, mostBytes: values.MEMORY_MAX_IMAGE_MB * mebibyte },
});
