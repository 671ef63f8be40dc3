import { E } from '../kernel/fp.ts';
import type { Secret } from '../kernel/secret.ts';
import type { SettingName, Values } from './settings.ts';

/** Where pictures are kept, with what each place needs. Domains are addresses without a slash at the end. */
export type ImageStore =
  | { readonly kind: 'local'; readonly folder: string }
  | { readonly kind: 'memory'; readonly mostImages: number }
  | { readonly kind: 'qiniu'; readonly accessKey: Secret; readonly secretKey: Secret; readonly bucket: string; readonly domain: string }
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
const missing = (values: Partial<Values>, names: readonly SettingName[]): Read =>
  E.left(
    names.filter((name) => values[name] === null).map((name) => `${name} must be set when IMAGE_STORAGE_TYPE is ${values.IMAGE_STORAGE_TYPE}.`),
  );

const qiniu = (values: Partial<Values>): Read => {
  const { QINIU_ACCESS_KEY: accessKey, QINIU_SECRET_KEY: secretKey, QINIU_BUCKET_NAME: bucket, QINIU_BUCKET_DOMAIN: domain } = values;
  return accessKey == null || secretKey == null || bucket == null || domain == null
    ? missing(values, ['QINIU_ACCESS_KEY', 'QINIU_SECRET_KEY', 'QINIU_BUCKET_NAME', 'QINIU_BUCKET_DOMAIN'])
    : E.right({ kind: 'qiniu', accessKey, secretKey, bucket, domain });
};

const tencent = (values: Partial<Values>): Read => {
  const { TENCENT_SECRET_ID: secretId, TENCENT_SECRET_KEY: secretKey, TENCENT_REGION: region } = values;
  const { TENCENT_BUCKET_NAME: bucket, TENCENT_BUCKET_DOMAIN: domain } = values;
  return secretId == null || secretKey == null || region == null || bucket == null || domain == null
    ? missing(values, ['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY', 'TENCENT_REGION', 'TENCENT_BUCKET_NAME', 'TENCENT_BUCKET_DOMAIN'])
    : E.right({ kind: 'tencent', secretId, secretKey, region, bucket, domain });
};

/** The picture store that is asked for; Left names each setting that it lacks. `folder` is where local ones go. */
export const imageStore = (values: Partial<Values>, folder: string): Read => {
  switch (values.IMAGE_STORAGE_TYPE) {
    case 'qiniu':
      return qiniu(values);
    case 'tencent':
      return tencent(values);
    case 'memory':
      return values.MEMORY_MAX_IMAGE_NUMBER === undefined ? E.left([]) : E.right({ kind: 'memory', mostImages: values.MEMORY_MAX_IMAGE_NUMBER });
    case 'local':
      return E.right({ kind: 'local', folder });
    case undefined:
      return E.left([]);
  }
};
