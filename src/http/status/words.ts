/** The languages of the status page. */
export type Language = 'en' | 'zh';

/** The words of the page itself, in each language. */
export const pageWords = {
  title: ['Pollux status', 'Pollux 状态'],
  language: ['Language', '语言'],
  lead: ["OpenAI's API outside, Google's Gemini inside.", '对外是 OpenAI 接口，背后是 Google Gemini。'],
  running: ['Running', '运行中'],
  runningWithoutKeys: ['Running, but without a key it cannot answer', '运行中，但没有密钥，无法回答'],
  defaultPasswordTitle: ['The default password is in force.', '当前使用默认密码。'],
  defaultPasswordText: [
    'Others may be able to use your Gemini keys. Set PASSWORD to a long random text and restart.',
    '其他人可能会使用你的 Gemini 密钥。请将 PASSWORD 设为一段足够长的随机文本，然后重启。',
  ],
  noKeysTitle: ['No Gemini key is set.', '尚未设置 Gemini 密钥。'],
  noKeysText: [
    'Put one or more keys into the setting GEMINI_API_KEYS, separated by commas, and restart. Google gives them out at aistudio.google.com/apikey.',
    '请在设置 GEMINI_API_KEYS 中填入一个或多个密钥（用逗号分隔），然后重启。密钥可在 aistudio.google.com/apikey 获取。',
  ],
  keys: ['Keys', '密钥数'],
  models: ['Models', '模型数'],
  perMinute: ['Requests a minute, all callers', '每分钟请求上限（所有用户）'],
  perDay: ['Requests a day, each address', '每日请求上限（每个地址）'],
  noLimit: ['no limit', '不限'],
  connect: ['Connect a client', '连接客户端'],
  baseUrl: ['Base URL', '接口地址'],
  baseUrlText: ['the address of this page, followed by /v1', '本页地址后加 /v1'],
  speaks: ['It speaks', '支持的接口'],
  speaksText: [
    "OpenAI's chat and Responses, Anthropic's Messages, and Google's Gemini API",
    'OpenAI 对话与 Responses、Anthropic Messages、Google Gemini API',
  ],
  apiKey: ['API key', 'API 密钥'],
  apiKeyText: ['the PASSWORD of this service', '本服务的 PASSWORD'],
  pictures: ['Pictures in SillyTavern', 'SillyTavern 中的图片'],
  picturesText: [
    'It hides links to pictures until the button “Ext. Media” of the character is set to “Always allowed”. With IMAGE_REPLY_FORMAT=data-url, or a model name that ends in :data-url, they show without it, but fill the chat’s context.',
    '默认不显示图片链接：在角色面板点「外部媒体」，选「始终允许」。设 IMAGE_REPLY_FORMAT=data-url，或在模型名末尾加 :data-url，则无需此操作，但图片会占满对话的上下文。',
  ],
  applications: ['Applications', '各应用的设置'],
  applicationsText: [
    'BASE is the address of this page. Where each line goes: docs/clients.md.',
    'BASE 指本页地址；各行填在何处见 docs/clients.zh-CN.md。',
  ],
  details: ['Details', '详细信息'],
  needsScript: ['The details need JavaScript.', '查看详细信息需要启用 JavaScript。'],
  passwordLabel: ['Password of this service', '本服务的密码'],
  passwordNote: ['It stays in this tab and is forgotten when you close it.', '仅保存在此标签页中，关闭后即清除。'],
  show: ['Show', '查看'],
} as const;

/** The words of the page's script. `{name}` is filled in there. */
export const scriptWords = {
  copy: ['Copy', '复制'],
  copied: ['Copied', '已复制'],
  asOf: ['As of {time}', '更新于 {time}'],
  forget: ['Forget password', '清除密码'],
  wrongPassword: ['Wrong password.', '密码错误。'],
  refused: ["The default password works from the service's own network only.", '默认密码只能在服务所在的网络内使用。'],
  tooManyTries: ['Too many wrong passwords. Please wait a little.', '密码错误次数过多，请稍候再试。'],
  failed: ['The service does not answer.', '服务没有响应。'],
  keysTitle: ['Keys', '密钥'],
  noKeys: ['None is set.', '尚未设置。'],
  key: ['Key', '密钥'],
  stateHead: ['State', '状态'],
  why: ['Reason', '原因'],
  today: ['Today (Pacific)', '今日（太平洋时间）'],
  todayCounts: ['{requests} asked, {ok} ok, {spent} over quota', '请求 {requests}，成功 {ok}，超额 {spent}'],
  ready: ['ready', '可用'],
  partlyResting: ['resting in part', '部分模型冷却中'],
  invalid: ['invalid', '无效'],
  leaked: ['leaked', '已泄露'],
  suspended: ['suspended', '已停用'],
  denied: ['denied', '被拒绝'],
  unpaid: ['nothing left to spend', '额度已用完'],
  cooling: ['cooling', '冷却中'],
  'out for today': ['out for today', '今日额度已用完'],
  until: ['until {time}', '至 {time}'],
  limitsTitle: ['Limits', '限额'],
  thisMinute: ['This minute', '本分钟'],
  thisDay: ['Your address today', '你的地址今日'],
  usedOf: ['{used} of {most}', '{used} / {most}'],
  atMost: ['at most {most}', '上限 {most}'],
  noLimit: ['no limit', '不限'],
  modelsTitle: ['Models', '模型'],
  addressTitle: ['Your address as this server sees it', '本服务看到的你的地址'],
  yourAddress: ['Counted as', '计为'],
  forwarded: ['X-Forwarded-For', 'X-Forwarded-For'],
  peer: ['Connection from', '连接来自'],
  none: ['none', '无'],
  adviceDirect: ['No proxy stands in front: this is as it should be.', '前面没有代理，设置正确。'],
  adviceNoChain: [
    'TRUST_PROXY_HOPS is {hops}, but nothing was forwarded. If no proxy stands in front, set it to 0.',
    'TRUST_PROXY_HOPS 为 {hops}，但没有收到转发地址。如果前面没有代理，请设为 0。',
  ],
  adviceZero: [
    'A proxy stands in front, and with TRUST_PROXY_HOPS=0 all callers count as one address. If the last forwarded address is yours, set it to 1.',
    '前面有代理，而 TRUST_PROXY_HOPS=0 会把所有用户算作同一地址。如果最后一个转发地址是你的，请设为 1。',
  ],
  adviceTooMany: [
    'TRUST_PROXY_HOPS is {hops}, but only {entries} addresses were forwarded: all callers count as one. Set it lower.',
    'TRUST_PROXY_HOPS 为 {hops}，但只收到 {entries} 个转发地址：所有用户被算作同一地址。请调低。',
  ],
  adviceCheck: [
    'Open this page from two networks. If both show the same address, set TRUST_PROXY_HOPS={more}; never higher than needed, since callers can forge the rest.',
    '请从两个不同网络打开本页。如果显示的地址相同，请设置 TRUST_PROXY_HOPS={more}；不要高于所需，其余地址可被伪造。',
  ],
  serviceTitle: ['Service', '服务'],
  versionWord: ['Version', '版本'],
  uptime: ['Uptime', '运行时间'],
  since: ['{span}, since {time}', '{span}，始于 {time}'],
  daysHours: ['{days} d {hours} h', '{days} 天 {hours} 小时'],
  hoursMinutes: ['{hours} h {minutes} min', '{hours} 小时 {minutes} 分'],
  minutes: ['{minutes} min', '{minutes} 分钟'],
  dataFolder: ['Data folder', '数据目录'],
  writable: ['writable', '可写'],
  notWritable: ['not writable', '不可写'],
} as const;

type Table = Readonly<Record<string, readonly [en: string, zh: string]>>;

/** One language's column of a table of words. */
export const wordsIn = (table: Table, language: Language): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(table).map(([name, [en, zh]]) => [name, language === 'zh' ? zh : en]));

const qualityOf = (entry: string): number => Number(/;\s*q=([\d.]+)/.exec(entry)?.[1] ?? 1);

/** The page's language: what `?lang=` says, else the first of Accept-Language that the page has, else English. */
export const languageOf = (query: string, acceptLanguage: string | null): Language => {
  const asked = new URLSearchParams(query).get('lang');
  if (asked === 'zh' || asked === 'en') return asked;
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((entry) => ({ tag: entry.trim().slice(0, 2).toLowerCase(), weight: qualityOf(entry) }))
    .filter(({ tag, weight }) => (tag === 'zh' || tag === 'en') && weight > 0)
    .toSorted((one, other) => other.weight - one.weight);
  return wanted[0]?.tag === 'zh' ? 'zh' : 'en';
};
