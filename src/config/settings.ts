import {
  flag,
  geminiUrl,
  keys,
  list,
  optionalProxy,
  optionalSecret,
  optionalText,
  optionalUrl,
  origins,
  pairs,
  password,
  wholeNumber,
  word,
  type Kind,
} from './kinds.ts';

/** One setting: its kind, its default as text ('' = unset), and what it means. Values come under its name or an alias. */
export type Setting<A> = {
  readonly kind: Kind<A>;
  readonly default: string;
  /** What to show for a default that is worked out at the start. */
  readonly shownDefault?: string;
  readonly en: string;
  readonly zh: string;
  readonly aliases?: readonly string[];
};

const setting = <A>(kind: Kind<A>, fallback: string, en: string, zh: string, more: Pick<Setting<A>, 'aliases' | 'shownDefault'> = {}): Setting<A> => ({
  kind,
  default: fallback,
  en,
  zh,
  ...more,
});

const milliseconds = wholeNumber(1, 86_400_000);
const mebibytes = wholeNumber(1, 4096);
const count = wholeNumber(0, 1_000_000_000);

/** Every setting of the service. The codec, docs/settings.md and the start-up faults are all made from this table. */
export const settings = {
  GEMINI_API_KEYS: setting(keys, '', 'The Gemini keys, any number, with commas, semicolons, blanks or newlines between. `key@project` says that keys share a project and its quota.', 'Gemini 密钥，数量不限，可用逗号、分号、空格或换行分隔。`密钥@项目` 表示这些密钥属于同一项目、共用配额。', { aliases: ['GEMINI_API_KEY'] }),
  PASSWORD: setting(password, '123', 'What callers send as API key. Change it: everybody knows the default.', '客户端填写的 API Key。请务必修改：默认值人人皆知。'),
  MAX_REQUESTS_PER_MINUTE: setting(count, '30', 'Requests a minute for the whole service; 0 = no limit.', '整个服务每分钟的请求数；0 表示不限。'),
  MAX_REQUESTS_PER_DAY_PER_IP: setting(count, '600', 'Requests a day from one address; 0 = no limit.', '每个地址每天的请求数；0 表示不限。'),
  EXTRA_MODELS: setting(list, '', 'Model names to add to the list, with commas between.', '追加到模型列表的名称，用逗号分隔。'),
  MODEL_ALIASES: setting(pairs, '', 'Other names for models: `gpt-4o=gemini-flash-latest,…`.', '模型别名：`gpt-4o=gemini-flash-latest,…`。'),
  DEBUG: setting(flag, 'false', 'Write more into the log.', '输出更多日志。'),
  LOG_LEVEL: setting(word('', 'debug', 'info', 'warn', 'error'), '', 'How much is logged: debug, info, warn or error.', '日志级别：debug、info、warn 或 error。', { shownDefault: '`info`; `debug` with DEBUG' }),
  VERSION: setting(optionalText, '', 'Shown on the status page.', '显示在状态页上的版本。', { shownDefault: 'of the package' }),
  SYSTEM_PROMPT_MODE: setting(word('instruction', 'user'), 'instruction', '`instruction`: system messages become the system instruction; `user`: they stay in place as user turns.', '`instruction`：系统消息作为系统指令；`user`：原位作为用户消息发送。'),
  KEY_STRATEGY: setting(word('round-robin', 'sticky'), 'round-robin', '`round-robin`: each key in turn; `sticky`: a conversation stays on one key.', '`round-robin`：密钥轮流使用；`sticky`：同一对话固定使用一个密钥。'),
  HISTORY_IMAGE_SUBMIT_TYPE: setting(word('last', 'all'), 'last', 'Which pictures of earlier answers go back to the model: those of the newest answer that has any, or `all`.', '历史回答中的图片哪些发回给模型：`last` 只发最近一次带图回答的，`all` 全部发送。'),
  STREAM_KEEPALIVE_SECONDS: setting(wholeNumber(0, 3600), '15', 'Silence in a stream after which a comment is sent; 0 = never.', '流式输出静默多少秒后发送保活注释；0 表示关闭。'),
  PORT: setting(wholeNumber(0, 65_535), '7860', 'The port to listen on.', '监听端口。'),
  HOST: setting(optionalText, '0.0.0.0', 'The address to listen on.', '监听地址。'),
  TRUST_PROXY_HOPS: setting(word('', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'), '', 'How many entries of X-Forwarded-For to believe, counted from the right.', '信任 X-Forwarded-For 从右数起的几项。', { shownDefault: '0; 1 on Hugging Face' }),
  ALLOW_DEFAULT_PASSWORD: setting(flag, 'true', "`false`: the default password works from the service's own network only.", '`false`：默认密码只在本地网络内有效。'),
  CORS_ORIGINS: setting(origins, '*', 'Web pages that may call the service: `*`, or origins with commas between.', '允许跨域调用的网页来源：`*` 或用逗号分隔的来源。'),
  DATA_DIR: setting(optionalText, '', 'Where state is kept: key states, day counts, signatures.', '状态数据（密钥状态、每日计数、签名）的存放目录。', { shownDefault: '`/data` if writable, else `data`' }),
  GEMINI_BASE_URL: setting(geminiUrl, 'https://generativelanguage.googleapis.com', 'Where Gemini is, without `/v1beta`.', 'Gemini 接口地址，不含 `/v1beta`。', { aliases: ['PROXY_URL'] }),
  HTTPS_PROXY: setting(optionalProxy, '', 'Outbound proxy for https.', 'https 出站代理。', { aliases: ['https_proxy'] }),
  HTTP_PROXY: setting(optionalProxy, '', 'Outbound proxy for http.', 'http 出站代理。', { aliases: ['http_proxy'] }),
  NO_PROXY: setting(optionalText, '', 'Hosts to reach without the proxy, with commas between.', '不走代理的主机，用逗号分隔。', { aliases: ['no_proxy'] }),
  UPSTREAM_CONNECT_TIMEOUT_MS: setting(milliseconds, '5000', 'Longest wait for a connection to Gemini.', '连接 Gemini 的最长等待。'),
  UPSTREAM_FIRST_BYTE_TIMEOUT_MS: setting(milliseconds, '300000', "Longest wait for the first byte of Gemini's answer.", '等待 Gemini 首字节的最长时间。'),
  UPSTREAM_IDLE_TIMEOUT_MS: setting(milliseconds, '120000', "Longest silence within Gemini's answer.", 'Gemini 回答中途静默的最长时间。'),
  HEADERS_TIMEOUT_MS: setting(milliseconds, '10000', "Longest wait for a caller's headers.", '等待客户端请求头的最长时间。'),
  REQUEST_TIMEOUT_MS: setting(milliseconds, '60000', "Longest wait for a caller's body.", '等待客户端请求体的最长时间。'),
  DRAIN_TIMEOUT_MS: setting(milliseconds, '25000', 'Time that running answers get to finish after SIGTERM.', '收到 SIGTERM 后留给未完成回答的时间。'),
  MAX_BODY_MB: setting(mebibytes, '64', 'Largest request body; 413 past it.', '请求体上限；超出返回 413。'),
  MAX_INFLIGHT_BODY_MB: setting(mebibytes, '256', 'Largest sum of all bodies being read; 503 past it.', '同时接收的请求体总量上限；超出返回 503。'),
  IMAGE_STORAGE_TYPE: setting(word('local', 'memory', 'qiniu', 'tencent'), 'local', 'Where pictures will be kept: `local`, `memory`, `qiniu` or `tencent`.', '图片将存放的位置：`local`、`memory`、`qiniu` 或 `tencent`。'),
  IMAGE_STORAGE_DIR: setting(optionalText, '', 'Folder of the local pictures.', '本地图片目录。', { shownDefault: '`images` in DATA_DIR' }),
  HOST_URL: setting(optionalUrl, '', 'Base of the addresses of local pictures.', '本地图片链接的根地址。', { shownDefault: "SPACE_HOST, else the request's host" }),
  MEMORY_MAX_IMAGE_NUMBER: setting(wholeNumber(1, 1_000_000), '1000', 'Most pictures kept in memory.', '内存中最多保存的图片数。'),
  QINIU_ACCESS_KEY: setting(optionalSecret, '', "Qiniu's access key.", '七牛 Access Key。'),
  QINIU_SECRET_KEY: setting(optionalSecret, '', "Qiniu's secret key.", '七牛 Secret Key。'),
  QINIU_BUCKET_NAME: setting(optionalText, '', "Qiniu's bucket.", '七牛空间名。'),
  QINIU_BUCKET_DOMAIN: setting(optionalText, '', "The domain of Qiniu's bucket.", '七牛空间绑定的域名。'),
  TENCENT_SECRET_ID: setting(optionalSecret, '', "Tencent's secret id.", '腾讯云 SecretId。'),
  TENCENT_SECRET_KEY: setting(optionalSecret, '', "Tencent's secret key.", '腾讯云 SecretKey。'),
  TENCENT_REGION: setting(optionalText, '', "The region of Tencent's bucket.", '腾讯云存储桶地域。'),
  TENCENT_BUCKET_NAME: setting(optionalText, '', "Tencent's bucket.", '腾讯云存储桶名。', { aliases: ['TENCENT_BUCKET'] }),
  TENCENT_BUCKET_DOMAIN: setting(optionalText, '', "The domain of Tencent's bucket.", '腾讯云存储桶的域名。', { aliases: ['TENCENT_DOMAIN'] }),
  IMAGE_FETCH_TIMEOUT_MS: setting(milliseconds, '10000', 'Longest wait for a picture by web address.', '按网址读取图片的最长时间。'),
  IMAGE_FETCH_MAX_MB: setting(mebibytes, '20', 'Largest picture by web address.', '按网址读取图片的大小上限。'),
  ALLOW_PRIVATE_IMAGE_URLS: setting(flag, 'false', 'Let pictures be read from private addresses.', '允许从内网地址读取图片。'),
  REDIS_URL: setting(optionalSecret, '', 'State shared by several replicas.', '多副本共享状态所用的 Redis。'),
} as const;

export type SettingName = keyof typeof settings;

/** The decoded values, by name. */
export type Values = { readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer A> ? A : never };

/** Settings of pieces that are still to come: read and checked, and then of no effect. */
export const notYetUsed: ReadonlySet<SettingName> = new Set<SettingName>([
  'IMAGE_STORAGE_TYPE',
  'IMAGE_STORAGE_DIR',
  'HOST_URL',
  'MEMORY_MAX_IMAGE_NUMBER',
  'QINIU_ACCESS_KEY',
  'QINIU_SECRET_KEY',
  'QINIU_BUCKET_NAME',
  'QINIU_BUCKET_DOMAIN',
  'TENCENT_SECRET_ID',
  'TENCENT_SECRET_KEY',
  'TENCENT_REGION',
  'TENCENT_BUCKET_NAME',
  'TENCENT_BUCKET_DOMAIN',
  'IMAGE_FETCH_TIMEOUT_MS',
  'IMAGE_FETCH_MAX_MB',
  'ALLOW_PRIVATE_IMAGE_URLS',
  'REDIS_URL',
]);
