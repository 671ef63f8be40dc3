import { geminiUrl, optional, proxyUrl, text, wholeNumber } from './setting-kinds.ts';
import { setting } from './setting.ts';

const milliseconds = wholeNumber(1, 86_400_000);

/** The way to Gemini. */
export const upstreamSettings = {
  GEMINI_BASE_URL: setting(geminiUrl, 'https://generativelanguage.googleapis.com', {
    en: 'Where Gemini is. A path is kept; `/v1beta` and a slash at the end are dropped.',
    zh: 'Gemini 接口地址。路径会保留；末尾的 `/v1beta` 和斜杠会去掉。',
    aliases: ['PROXY_URL'],
  }),
  HTTPS_PROXY: setting(optional(proxyUrl), '', {
    en: 'Outbound proxy for https addresses.',
    zh: '访问 https 地址所用的出站代理。',
    aliases: ['https_proxy'],
  }),
  HTTP_PROXY: setting(optional(proxyUrl), '', {
    en: 'Outbound proxy for http addresses, and for https when HTTPS_PROXY is not set.',
    zh: '访问 http 地址所用的出站代理；未设置 HTTPS_PROXY 时也用于 https。',
    aliases: ['http_proxy'],
  }),
  NO_PROXY: setting(optional(text), '', {
    en: 'Hosts that are reached without the proxy, with commas between.',
    zh: '不走代理的主机，用逗号分隔。',
    aliases: ['no_proxy'],
  }),
  UPSTREAM_CONNECT_TIMEOUT_MS: setting(milliseconds, '5000', {
    en: 'Longest wait for a connection to Gemini.',
    zh: '连接 Gemini 的最长等待时间。',
  }),
  UPSTREAM_FIRST_BYTE_TIMEOUT_MS: setting(milliseconds, '300000', {
    en: "Longest wait for the first byte of Gemini's answer; it may think for minutes.",
    zh: '等待 Gemini 首个字节的最长时间；模型思考可能长达数分钟。',
  }),
  UPSTREAM_IDLE_TIMEOUT_MS: setting(milliseconds, '120000', {
    en: "Longest silence within Gemini's answer.",
    zh: 'Gemini 回答中途静默的最长时间。',
  }),
} as const;
