import { domain, flag, optional, secretText, text, url, wholeNumber, word } from './setting-kinds.ts';
import { setting } from './setting.ts';

/** Where pictures are kept, and how those of others are read. */
export const imageSettings = {
  IMAGE_STORAGE_TYPE: setting(word('local', 'memory', 'qiniu', 'tencent'), 'local', {
    en: 'Where pictures are kept.',
    zh: '图片存放的位置。',
  }),
  IMAGE_STORAGE_DIR: setting(optional(text), '', {
    en: 'Folder of local pictures. Unset: `images` in the data folder.',
    zh: '本地图片目录。未设置时为数据目录下的 `images`。',
    shownDefault: '`images`',
  }),
  HOST_URL: setting(optional(url), '', {
    en: "Base of the links to local pictures. Unset: SPACE_HOST on Hugging Face, else the request's own host, as the proxies within TRUST_PROXY_HOPS tell it.",
    zh: '本地图片链接的根地址。未设置时：在 Hugging Face 上取 SPACE_HOST，否则取请求自身的主机名（采信 TRUST_PROXY_HOPS 以内代理转发的值）。',
    shownDefault: '`SPACE_HOST`',
  }),
  IMAGE_REPLY_FORMAT: setting(word('markdown', 'images', 'data-url'), 'markdown', {
    en: 'How answers show pictures: `markdown`, as links in the text; `images`, in a field of their own beside it; `data-url`, whole in the text. SillyTavern shows links only where its switch *Ext. Media* allows them, `images` not at all, `data-url` always, but counts it as text.',
    zh: '回答中图片的形式：`markdown` 在正文中放链接；`images` 放在单独的字段里；`data-url` 把整张图片写进正文。SillyTavern 须用「外部媒体」按钮允许后才显示链接，不显示 `images`，总能显示 `data-url`，但会把它算作文字。',
  }),
  IMAGE_LINK_TTL: setting(wholeNumber(0, 315_360_000), '0', {
    en: 'Seconds until the link to a picture that this service serves ends; 0 = never.',
    zh: '由本服务提供的图片链接的有效秒数；0 表示永久有效。',
  }),
  IMAGE_MAX_NUMBER: setting(wholeNumber(1, 1_000_000), '10000', {
    en: 'Most pictures kept in the folder; past it the oldest go.',
    zh: '本地目录最多保存的图片数；超出时删除最旧的。',
  }),
  IMAGE_MAX_TOTAL_MB: setting(wholeNumber(1, 100_000_000), '2048', {
    en: 'Most room that pictures in the folder take; past it the oldest go.',
    zh: '本地图片占用空间的上限；超出时删除最旧的。',
  }),
  IMAGE_MAX_AGE_DAYS: setting(wholeNumber(0, 36_500), '0', {
    en: 'Days that pictures stay in the folder; 0 = for ever.',
    zh: '本地图片保留的天数；0 表示一直保留。',
  }),
  MEMORY_MAX_IMAGE_NUMBER: setting(wholeNumber(1, 1_000_000), '1000', {
    en: 'Most pictures kept in memory; past it those not used for longest go.',
    zh: '内存中最多保存的图片数；超出时删除最久未用的。',
  }),
  MEMORY_MAX_IMAGE_MB: setting(wholeNumber(1, 1_000_000), '256', {
    en: 'Most room that pictures in memory take; past it those not used for longest go.',
    zh: '内存中图片占用空间的上限；超出时删除最久未用的。',
  }),
  QINIU_ACCESS_KEY: setting(optional(secretText), '', { en: "Qiniu's access key.", zh: '七牛云 AccessKey。' }),
  QINIU_SECRET_KEY: setting(optional(secretText), '', { en: "Qiniu's secret key.", zh: '七牛云 SecretKey。' }),
  QINIU_BUCKET_NAME: setting(optional(text), '', { en: "Qiniu's bucket.", zh: '七牛云空间名。' }),
  QINIU_BUCKET_DOMAIN: setting(optional(domain), '', {
    en: "The domain of Qiniu's bucket; without a scheme it is https.",
    zh: '七牛云空间绑定的域名；不写协议时按 https 处理。',
  }),
  TENCENT_SECRET_ID: setting(optional(secretText), '', { en: "Tencent Cloud's secret id.", zh: '腾讯云 SecretId。' }),
  TENCENT_SECRET_KEY: setting(optional(secretText), '', {
    en: "Tencent Cloud's secret key.",
    zh: '腾讯云 SecretKey。',
  }),
  TENCENT_REGION: setting(optional(text), '', { en: 'The region of the COS bucket.', zh: 'COS 存储桶所在地域。' }),
  TENCENT_BUCKET_NAME: setting(optional(text), '', {
    en: 'The COS bucket, with the app id at its end.',
    zh: 'COS 存储桶名，末尾带 APPID。',
    aliases: ['TENCENT_BUCKET'],
  }),
  TENCENT_BUCKET_DOMAIN: setting(optional(domain), '', {
    en: 'The domain of the COS bucket; without a scheme it is https.',
    zh: 'COS 存储桶的域名；不写协议时按 https 处理。',
    aliases: ['TENCENT_DOMAIN'],
  }),
  IMAGE_FETCH_TIMEOUT_MS: setting(wholeNumber(1, 86_400_000), '10000', {
    en: 'Longest wait for a picture that a request names by web address.',
    zh: '按网址读取请求中图片的最长时间。',
  }),
  IMAGE_FETCH_MAX_MB: setting(wholeNumber(1, 100), '20', {
    en: 'Largest picture that is read by web address.',
    zh: '按网址读取的图片大小上限。',
  }),
  ALLOW_PRIVATE_IMAGE_URLS: setting(flag, 'false', {
    en: 'Whether pictures may be read from private addresses.',
    zh: '是否允许从内网地址读取图片。',
  }),
} as const;
