import { keyList } from './key-list.ts';
import { flag, optional, origins, password, wholeNumber, word } from './setting-kinds.ts';
import { setting } from './setting.ts';

const count = wholeNumber(0, 1_000_000_000);

/** Keys, who may call, and how often. */
export const accessSettings = {
  GEMINI_API_KEYS: setting(keyList, '', {
    en: 'Your Gemini keys, any number, with commas, semicolons, blanks or newlines between. `key@project` says to which project a key belongs: keys of one project share its quota.',
    zh: 'Gemini 密钥，数量不限，用逗号、分号、空格或换行分隔。`密钥@项目` 表示密钥所属的项目：同一项目的密钥共用配额。',
    aliases: ['GEMINI_API_KEY'],
  }),
  PASSWORD: setting(password, '123', {
    en: 'What callers send as API key. Change it: everybody knows the default.',
    zh: '客户端填写的 API Key。请务必修改：默认值人人皆知。',
  }),
  ALLOW_DEFAULT_PASSWORD: setting(flag, 'true', {
    en: "`false`: the password `123` works from the service's own network only.",
    zh: '`false`：密码 `123` 只能在服务所在的内网使用。',
  }),
  KEY_STRATEGY: setting(word('round-robin', 'sticky'), 'round-robin', {
    en: "`round-robin`: the keys take turns; `sticky`: a conversation stays on one key, which suits Google's implicit cache.",
    zh: '`round-robin`：密钥轮流使用；`sticky`：同一对话固定用一个密钥，便于命中 Google 的隐式缓存。',
  }),
  MAX_REQUESTS_PER_MINUTE: setting(count, '30', {
    en: 'Requests a minute, all callers together; `n` choices or pictures and batches of embeddings count each; 0 = no limit.',
    zh: '每分钟请求数上限，所有用户合计；`n` 个回答或图片、嵌入的每一批各算一次；0 表示不限。',
  }),
  MAX_REQUESTS_PER_DAY_PER_IP: setting(count, '600', {
    en: 'Requests a day (UTC) from one address, counted alike; 0 = no limit.',
    zh: '每个 IP 每天（UTC）的请求数上限，算法相同；0 表示不限。',
  }),
  TRUST_PROXY_HOPS: setting(optional(wholeNumber(0, 10)), '', {
    en: 'How many entries of X-Forwarded-For to believe, counted from the right. Never more than there are proxies in front: callers can forge the rest. Unset: 0, and 1 on Hugging Face.',
    zh: 'X-Forwarded-For 从右数起信任几项。不要大于前面代理的层数：其余各项可以伪造。未设置时为 0，在 Hugging Face 上为 1。',
    shownDefault: '`0`, HF: `1`',
  }),
  CORS_ORIGINS: setting(origins, '*', {
    en: 'Web pages that may call the service: `*`, or origins such as `https://chat.example.com` with commas between.',
    zh: '允许跨域调用的网页：`*`，或以逗号分隔的来源，例如 `https://chat.example.com`。',
  }),
} as const;
