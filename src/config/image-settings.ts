import { domain, flag, optional, secretText, text, url, wholeNumber, word } from './kinds.ts';
import { setting } from './setting.ts';

/** Where pictures are kept, and how those of others are read. */
export const imageSettings = {
  IMAGE_STORAGE_TYPE: setting(word('local', 'memory', 'qiniu', 'tencent'), 'local', {
    en: 'Where pictures are kept.',
    zh: '图片存放的位置。',
    notYet: true,
  }),
  IMAGE_STORAGE_DIR: setting(optional(text), '', {
    en: 'Folder of local pictures. Unset: `images` in the data folder.',
    zh: '本地图片目录。未设置时为数据目录下的 `images`。',
    shownDefault: '`images`',
    notYet: true,
  }),
  HOST_URL: setting(optional(url), '', {
    en: "Base of the links to local pictures. Unset: SPACE_HOST on Hugging Face, else the request's own host.",
    zh: '本地图片链接的根地址。未设置时：在 Hugging Face 上取 SPACE_HOST，否则取请求自身的主机名。',
    shownDefault: '`SPACE_HOST`',
    notYet: true,
  }),
  MEMORY_MAX_IMAGE_NUMBER: setting(wholeNumber(1, 1_000_000), '1000', {
    en: 'Most pictures kept in memory.',
    zh: '内存中最多保存的图片数。',
    notYet: true,
  }),
  QINIU_ACCESS_KEY: setting(optional(secretText), '', { en: "Qiniu's access key.", zh: '七牛云 AccessKey。', notYet: true }),
  QINIU_SECRET_KEY: setting(optional(secretText), '', { en: "Qiniu's secret key.", zh: '七牛云 SecretKey。', notYet: true }),
  QINIU_BUCKET_NAME: setting(optional(text), '', { en: "Qiniu's bucket.", zh: '七牛云空间名。', notYet: true }),
  QINIU_BUCKET_DOMAIN: setting(optional(domain), '', {
    en: "The domain of Qiniu's bucket; without a scheme it is https.",
    zh: '七牛云空间绑定的域名；不写协议时按 https 处理。',
    notYet: true,
  }),
  TENCENT_SECRET_ID: setting(optional(secretText), '', { en: "Tencent Cloud's secret id.", zh: '腾讯云 SecretId。', notYet: true }),
  TENCENT_SECRET_KEY: setting(optional(secretText), '', { en: "Tencent Cloud's secret key.", zh: '腾讯云 SecretKey。', notYet: true }),
  TENCENT_REGION: setting(optional(text), '', { en: 'The region of the COS bucket.', zh: 'COS 存储桶所在地域。', notYet: true }),
  TENCENT_BUCKET_NAME: setting(optional(text), '', {
    en: 'The COS bucket, with the app id at its end.',
    zh: 'COS 存储桶名，末尾带 APPID。',
    aliases: ['TENCENT_BUCKET'],
    notYet: true,
  }),
  TENCENT_BUCKET_DOMAIN: setting(optional(domain), '', {
    en: 'The domain of the COS bucket; without a scheme it is https.',
    zh: 'COS 存储桶的域名；不写协议时按 https 处理。',
    aliases: ['TENCENT_DOMAIN'],
    notYet: true,
  }),
  IMAGE_FETCH_TIMEOUT_MS: setting(wholeNumber(1, 86_400_000), '10000', {
    en: 'Longest wait for a picture that a request names by web address.',
    zh: '按网址读取请求中图片的最长时间。',
    notYet: true,
  }),
  IMAGE_FETCH_MAX_MB: setting(wholeNumber(1, 4096), '20', {
    en: 'Largest picture that is read by web address.',
    zh: '按网址读取的图片大小上限。',
    notYet: true,
  }),
  ALLOW_PRIVATE_IMAGE_URLS: setting(flag, 'false', {
    en: 'Whether pictures may be read from private addresses.',
    zh: '是否允许从内网地址读取图片。',
    notYet: true,
  }),
} as const;
