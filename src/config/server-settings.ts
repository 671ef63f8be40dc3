import { flag, optional, redisUrl, text, wholeNumber, word } from './setting-kinds.ts';
import { setting } from './setting.ts';

const milliseconds = wholeNumber(1, 86_400_000);
const connections = wholeNumber(1, 1_000_000);
const mebibytes = wholeNumber(1, 4096);

/** The server itself, its state and its log. */
export const serverSettings = {
  PORT: setting(wholeNumber(0, 65_535), '7860', {
    en: 'The port to listen on.',
    zh: '监听端口。',
  }),
  HOST: setting(text, '0.0.0.0', {
    en: 'The address to listen on.',
    zh: '监听地址。',
  }),
  DATA_DIR: setting(optional(text), '', {
    en: 'Folder of the state: key states, day counts, signatures. Unset: `/data` if it exists and is writable, else `data` in the working folder.',
    zh: '状态数据（密钥状态、每日计数、签名）的目录。未设置时：`/data` 存在且可写则用它，否则用工作目录下的 `data`。',
    shownDefault: '`/data`, `data`',
  }),
  RESPONSE_STORE: setting(word('disk', 'memory', 'off'), 'disk', {
    en: 'Where answers of `/v1/responses` are kept for `previous_response_id`: in memory and, where DATA_DIR is writable, on disk; in memory alone; nowhere. They hold the words of conversations. `store: false` in a request keeps nothing.',
    zh: '`/v1/responses` 的回答（供 `previous_response_id` 使用）存放在哪里：内存加 DATA_DIR 可写时的磁盘、仅内存、不保存。其中包含对话内容。请求里的 `store: false` 表示不保存。',
  }),
  RESPONSE_STORE_HOURS: setting(wholeNumber(1, 8760), '24', {
    en: 'How long they are kept.',
    zh: '保存时长（小时）。',
  }),
  RESPONSE_STORE_MAX: setting(wholeNumber(1, 1_000_000), '1000', {
    en: 'How many are kept; the oldest go first. One has 8 MiB at most.',
    zh: '最多保存多少条，最早的先删除。每条最多 8 MiB。',
  }),
  RESPONSE_STORE_MB: setting(mebibytes, '64', {
    en: 'How large they may be together.',
    zh: '总大小上限（MiB）。',
  }),
  LOG_LEVEL: setting(optional(word('debug', 'info', 'warn', 'error')), '', {
    en: 'The least level that is logged. Unset: `info`, and `debug` with DEBUG.',
    zh: '输出的最低日志级别。未设置时为 `info`，开启 DEBUG 时为 `debug`。',
    shownDefault: '`info`',
  }),
  DEBUG: setting(flag, 'false', {
    en: '`true` is the same as `LOG_LEVEL=debug`.',
    zh: '`true` 等同于 `LOG_LEVEL=debug`。',
  }),
  VERSION: setting(optional(text), '', {
    en: 'Shown on the status page. Unset: the version in package.json.',
    zh: '状态页上显示的版本号。未设置时取自 package.json。',
    shownDefault: 'package.json',
  }),
  HEADERS_TIMEOUT_MS: setting(milliseconds, '10000', {
    en: "Longest wait for a caller's headers.",
    zh: '等待客户端请求头的最长时间。',
  }),
  REQUEST_TIMEOUT_MS: setting(milliseconds, '60000', {
    en: "Longest wait for a caller's body.",
    zh: '等待客户端请求体的最长时间。',
  }),
  DRAIN_TIMEOUT_MS: setting(milliseconds, '25000', {
    en: 'Time that running answers get to finish after SIGTERM.',
    zh: '收到 SIGTERM 后，留给未完成回答的时间。',
  }),
  MAX_BODY_MB: setting(mebibytes, '64', {
    en: 'Largest request body; 413 past it.',
    zh: '单个请求体的大小上限；超出返回 413。',
  }),
  MEMORY_BUDGET_MB: setting(optional(wholeNumber(1, 1_048_576)), '', {
    en: "Memory for all that requests and answers hold at once: bodies, pictures, translations; 503 past it. A body costs four times its size, a form five times. Not below MAX_BODY_MB. Unset: half of the container's memory, or a quarter of the machine's; at most 2048.",
    zh: '所有请求和回答同时占用的内存总量（请求体、图片、转换结果）；超出返回 503。JSON 请求体按四倍大小计，表单按五倍计。不能小于 MAX_BODY_MB。未设置时为容器内存的一半，或机器内存的四分之一，最多 2048。',
    aliases: ['MAX_INFLIGHT_BODY_MB'],
    shownDefault: 'from the memory',
  }),
  MAX_CONCURRENT_REQUESTS: setting(wholeNumber(1, 1_000_000), '2000', {
    en: 'Requests that are worked on at once; 503 past it.',
    zh: '同时处理的请求数上限；超出返回 503。',
  }),
  MAX_CONNECTIONS: setting(optional(connections), '', {
    en: 'Most connections open at once; past it the one that is idle for longest goes, and with none idle the new one is told 503. Unset: by how many files the process may open, 10240 at most.',
    zh: '同时打开的连接数上限；超出时关闭空闲最久的连接，没有空闲的则对新连接返回 503。未设置时按进程可打开的文件数计算，最多 10240。',
    shownDefault: '`10240`',
  }),
  MAX_CONNECTIONS_PER_IP: setting(optional(connections), '', {
    en: 'The same for one address (IPv6: a /64). A proxy at a private address is not counted where TRUST_PROXY_HOPS is above 0. Unset: half of MAX_CONNECTIONS.',
    zh: '单个地址（IPv6 为 /64）的连接数上限。TRUST_PROXY_HOPS 大于 0 时，私有地址上的代理不计。未设置时为 MAX_CONNECTIONS 的一半。',
    shownDefault: '`5120`',
  }),
  REDIS_URL: setting(optional(redisUrl), '', {
    en: 'Redis for the state that several replicas share.',
    zh: '多个副本共享状态所用的 Redis。',
    notYet: true,
  }),
} as const;
