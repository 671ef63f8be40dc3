import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { E } from '../src/kernel/fp.ts';
import { mergeEnvironment, readConfig, type Config, type StartFacts } from '../src/config.ts';
import type { Setting } from '../src/config/setting.ts';
import { accessSettings } from '../src/config/access-settings.ts';
import { imageSettings } from '../src/config/image-settings.ts';
import { chatSettings } from '../src/config/model-settings.ts';
import { serverSettings } from '../src/config/server-settings.ts';
import { namesOf, settings } from '../src/config/settings.ts';
import { upstreamSettings } from '../src/config/upstream-settings.ts';

type Given = Readonly<Record<string, string | undefined>>;

const nowhere: StartFacts = { packageVersion: '1.2.3', isWritable: () => false, memory: { machine: 4 * 1024 ** 3, container: null } };

const configOf = (given: Given, facts: StartFacts = nowhere): Config => {
  const config = readConfig(given, facts);
  if (E.isLeft(config)) throw new Error(config.left.join(' '));
  return config.right;
};

const faultsOf = (given: Given): readonly string[] => {
  const config = readConfig(given, nowhere);
  return E.isLeft(config) ? config.left : [];
};

const keysOf = (given: string): readonly (readonly [string, string | null])[] =>
  configOf({ GEMINI_API_KEYS: given }).keys.keys.map(({ secret, project }) => [secret.reveal(), project]);

t.test('without any setting the documented defaults are in force', (t) => {
  const { callers, secrets, ...config } = configOf({});
  t.equal(callers.password.reveal(), '123');
  t.equal(callers.allowDefaultPassword, true);
  t.equal(callers.onHostingPlatform, false);
  t.same(secrets.map(({ reveal }) => reveal()), ['123']);
  const claudeModels = new Map([['claude-*haiku*', 'gemini-flash-lite-latest'], ['claude-*sonnet*', 'gemini-flash-latest'], ['claude-*opus*', 'gemini-pro-latest'], ['claude-*', 'gemini-pro-latest']]);
  t.strictSame(config, {
    version: '1.2.3',
    server: {
      host: '0.0.0.0',
      port: 7860,
      headersTimeoutMs: 10_000,
      requestTimeoutMs: 60_000,
      drainTimeoutMs: 25_000,
      mostBodyBytes: 64 * 1024 * 1024,
      memoryBudgetBytes: 1024 * 1024 * 1024,
      mostExchanges: 2000,
      trustProxyHops: 0,
      corsOrigins: '*',
      mostConnections: null,
      mostConnectionsPerAddress: null,
    },
    limits: { perMinute: 30, perDayPerAddress: 600 },
    keys: { keys: [], strategy: 'round-robin' },
    upstream: {
      baseUrl: 'https://generativelanguage.googleapis.com',
      proxies: { httpsProxy: null, httpProxy: null, noProxy: null },
      connectTimeoutMs: 5000,
      firstByteTimeoutMs: 300_000,
      idleTimeoutMs: 120_000,
    },
    translation: { systemPromptMode: 'leading', historyImages: 'last', modelAliases: new Map(), claudeModels, extraModels: [], keepAliveMs: 15_000, imageReplyFormat: 'markdown', blockedReply: 'error', showThoughts: true, nativeAgents: false },
    images: {
      store: { kind: 'local' },
      own: {
        local: { folder: join('data', 'images'), mostImages: 10_000, mostBytes: 2048 * 1024 * 1024, mostAgeMs: null },
        memory: { mostImages: 1000, mostBytes: 256 * 1024 * 1024 },
      },
      linkTtlSeconds: 0,
      hostUrl: null,
      fetch: { timeoutMs: 10_000, mostBytes: 20 * 1024 * 1024, allowPrivate: false },
    },
    responses: { onDisk: true, mostResponses: 1000, mostBytes: 67_108_864, longestMs: 86_400_000 },
    dataFolder: 'data',
    redisUrl: null,
    logLevel: 'info',
    warnings: [
      'PASSWORD is the default 123: everybody who finds this service can use your keys. Set PASSWORD.',
      'No Gemini key is set: put at least one into GEMINI_API_KEYS.',
    ],
  });
  t.end();
});

t.test('an empty variable counts as unset, whichever it is', (t) => {
  const empty = Object.fromEntries(Object.entries(settings).flatMap(([name, setting]) => namesOf(name, setting)).map((name) => [name, ' "" ']));
  const { callers, secrets: _, ...rest } = configOf(empty);
  const { callers: __, secrets: ___, ...unset } = configOf({});
  t.equal(callers.password.reveal(), '123');
  t.strictSame(rest, unset);
  t.end();
});

t.test('keys are taken as people paste them', async (t) => {
  const cases: readonly (readonly [string, string, readonly (readonly [string, string | null])[]])[] = [
    ['one key', 'one', [['one', null]]],
    ['commas', 'one,two, three', [['one', null], ['two', null], ['three', null]]],
    ['semicolons, blanks and newlines', 'one;two three\r\nfour\n\n', [['one', null], ['two', null], ['three', null], ['four', null]]],
    ['full-width commas and semicolons', 'one，two；three、four', [['one', null], ['two', null], ['three', null], ['four', null]]],
    ['quotes around all', '"one,two"', [['one', null], ['two', null]]],
    ['quotes around each', `"one", 'two'`, [['one', null], ['two', null]]],
    ['a JSON list', '["one", "two"]', [['one', null], ['two', null]]],
    ['twice the same', 'one,two,one', [['one', null], ['two', null]]],
    ['unseen characters', '\ufeffone\u200b,two', [['one', null], ['two', null]]],
    ['old and new patterns alike', 'AIza-made-up,AQ.made_up', [['AIza-made-up', null], ['AQ.made_up', null]]],
    ['projects', 'one@first,two@first', [['one', 'first'], ['two', 'first']]],
    ['a project after the last @', 'o@ne@first', [['o@ne', 'first']]],
    ['a project in another script', 'one@项目', [['one', '项目']]],
    ['a key given once with its project and once without', 'one@first,one', [['one', 'first']]],
    ['an @ that separates nothing', '@one,two@', [['@one', null], ['two@', null]]],
  ];
  for (const [name, given, expected] of cases) await t.test(name, async (t) => t.strictSame(keysOf(given), expected));
});

t.test('GEMINI_API_KEY is taken too, GEMINI_API_KEYS first', (t) => {
  const first = ({ keys }: Config): string | undefined => keys.keys[0]?.secret.reveal();
  t.equal(first(configOf({ GEMINI_API_KEY: 'one' })), 'one');
  const both = configOf({ GEMINI_API_KEY: 'one', GEMINI_API_KEYS: 'two' });
  t.equal(first(both), 'two');
  t.ok(both.warnings.includes('GEMINI_API_KEY is ignored, since GEMINI_API_KEYS is set.'));
  t.end();
});

t.test('a key that no header can carry is named by its place', (t) => {
  t.strictSame(faultsOf({ GEMINI_API_KEYS: 'one,one,thrée,four,f\u0007ve' }), [
    'GEMINI_API_KEYS must be keys of printable ASCII characters; look at #3, #5.',
  ]);
  t.end();
});

t.test('one start tells every fault, by name and by what is allowed, and never by value', (t) => {
  const wrong = {
    GEMINI_API_KEYS: 'schlüssel-wrong',
    PASSWORD: 'wrong-пароль',
    PORT: '70000',
    MAX_REQUESTS_PER_MINUTE: '-5',
    DEBUG: 'wrong',
    LOG_LEVEL: 'wrong',
    KEY_STRATEGY: 'wrong',
    PROXY_URL: 'ftp://wrong.example',
    HOST_URL: 'https://user:wrong@host.example',
    MODEL_ALIASES: 'wrong',
    CORS_ORIGINS: 'wrong',
    TRUST_PROXY_HOPS: '11',
    REDIS_URL: 'https://wrong.example',
    https_proxy: 'socks5://wrong.example',
    QINIU_BUCKET_NAME: 'wrong\nwrong',
    IMAGE_STORAGE_TYPE: 'wrong',
    MAX_BODY_MB: '300',
    MAX_INFLIGHT_BODY_MB: '256',
  };
  const faults = faultsOf(wrong);
  t.strictSame(faults, [
    'GEMINI_API_KEYS must be keys of printable ASCII characters; look at #1.',
    'PASSWORD must be printable ASCII characters.',
    'KEY_STRATEGY must be one of round-robin, sticky.',
    'MAX_REQUESTS_PER_MINUTE must be a whole number from 0 to 1000000000.',
    'TRUST_PROXY_HOPS must be a whole number from 0 to 10.',
    'CORS_ORIGINS must be * or web origins such as https://example.com with commas between.',
    'MODEL_ALIASES must be pairs such as gpt-4o=gemini-flash-latest with commas between.',
    'PROXY_URL must be an http or https address without user, password, query or fragment.',
    'https_proxy must be an http or https address.',
    'PORT must be a whole number from 0 to 65535.',
    'LOG_LEVEL must be one of debug, info, warn, error.',
    'DEBUG must be true or false.',
    'REDIS_URL must be a redis:// or rediss:// address.',
    'IMAGE_STORAGE_TYPE must be one of local, memory, qiniu, tencent.',
    'HOST_URL must be an http or https address without user, password, query or fragment.',
    'QINIU_BUCKET_NAME must be a text on one line.',
    'MEMORY_BUDGET_MB must not be below MAX_BODY_MB.',
  ]);
  t.notMatch(faults.join('\n'), /wrong|schl|пароль|70000|ftp|socks/);
  t.end();
});

t.test('every setting with a wrong form has a fault of its own', (t) => {
  const takesAnyText = new Set(['GEMINI_API_KEYS', 'PASSWORD', 'EXTRA_MODELS', 'NO_PROXY', 'HOST', 'DATA_DIR', 'VERSION', 'IMAGE_STORAGE_DIR']);
  const isText = (name: string): boolean => takesAnyText.has(name) || /^(?:QINIU|TENCENT)_(?!.*DOMAIN)/.test(name);
  for (const name of Object.keys(settings).filter((each) => !isText(each))) {
    t.match(faultsOf({ [name]: '<nonsense>' })[0], new RegExp(`^${name} must be .+\\.$`), name);
  }
  t.end();
});

t.test('numbers are whole and within bounds', async (t) => {
  const port = (given: string): number | string => {
    const config = readConfig({ PORT: given }, nowhere);
    return E.isRight(config) ? config.right.server.port : 'fault';
  };
  const cases: readonly (readonly [string, number | string])[] = [
    ['0', 0], ['65535', 65_535], [' 8080 ', 8080], ['"8080"', 8080], ["'8080'", 8080],
    ['65536', 'fault'], ['-1', 'fault'], ['80.5', 'fault'], ['8e3', 'fault'], ['0x50', 'fault'], ['eighty', 'fault'], ['99999999999999999999', 'fault'],
  ];
  for (const [given, expected] of cases) await t.test(`PORT ${given}`, async (t) => t.equal(port(given), expected));
});

t.test('a yes or no may be written in several ways', (t) => {
  for (const yes of ['true', 'TRUE', '1', 'yes', 'on']) t.equal(configOf({ DEBUG: yes }).logLevel, 'debug', yes);
  for (const no of ['false', 'False', '0', 'no', 'off']) t.equal(configOf({ DEBUG: no }).logLevel, 'info', no);
  t.end();
});

t.test('LOG_LEVEL goes before DEBUG', (t) => {
  t.equal(configOf({ DEBUG: 'true', LOG_LEVEL: 'WARN' }).logLevel, 'warn');
  t.end();
});

t.test('the address of Gemini is taken with and without slash, version and path', async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ['https://gemini.example', 'https://gemini.example'],
    ['https://gemini.example/', 'https://gemini.example'],
    ['https://gemini.example/v1beta', 'https://gemini.example'],
    ['https://gemini.example//v1beta/', 'https://gemini.example'],
    ['https://gemini.example/v1', 'https://gemini.example'],
    ['https://gemini.example/door/v1beta/', 'https://gemini.example/door'],
    ['http://127.0.0.1:9000/door', 'http://127.0.0.1:9000/door'],
    ['https://v1', 'https://v1'],
  ];
  for (const [given, expected] of cases) {
    await t.test(given, async (t) => t.equal(configOf({ GEMINI_BASE_URL: given }).upstream.baseUrl, expected));
  }
});

t.test('other names of a setting are taken', (t) => {
  t.equal(configOf({ PROXY_URL: 'https://gemini.example' }).upstream.baseUrl, 'https://gemini.example');
  t.strictSame(configOf({ https_proxy: 'proxy.example:3128', http_proxy: 'http://plain.example', no_proxy: 'a,b' }).upstream.proxies, {
    httpsProxy: 'http://proxy.example:3128/',
    httpProxy: 'http://plain.example/',
    noProxy: 'a,b',
  });
  t.end();
});

t.test('lists and pairs take full-width commas, blanks and quotes', (t) => {
  const { translation, server } = configOf({
    EXTRA_MODELS: ' one，"two",, one ',
    MODEL_ALIASES: 'gpt-4o = gemini-flash-latest, gpt-4=gemini-pro-latest-search',
    CORS_ORIGINS: 'https://a.example/, http://localhost:3000',
  });
  t.strictSame(translation.extraModels, ['one', 'two']);
  t.strictSame([...translation.modelAliases], [['gpt-4o', 'gemini-flash-latest'], ['gpt-4', 'gemini-pro-latest-search']]);
  t.strictSame(server.corsOrigins, ['https://a.example', 'http://localhost:3000']);
  t.end();
});

t.test('a password keeps the blanks and quotes within it', (t) => {
  const password = (given: string): string => configOf({ PASSWORD: given }).callers.password.reveal();
  t.equal(password(' "open sesame" '), 'open sesame');
  t.equal(password(`it's`), `it's`);
  t.equal(password('"a" or "b"'), '"a" or "b"');
  t.end();
});

t.test('on Hugging Face one hop is trusted and links begin with the Space', (t) => {
  const space = { SPACE_ID: 'me/mine', SPACE_HOST: 'me-mine.hf.space' };
  t.equal(configOf(space).callers.onHostingPlatform, true);
  t.equal(configOf(space).server.trustProxyHops, 1);
  t.equal(configOf({ ...space, TRUST_PROXY_HOPS: '0' }).server.trustProxyHops, 0);
  t.equal(configOf({ ...space, TRUST_PROXY_HOPS: '2' }).server.trustProxyHops, 2);
  t.equal(configOf(space).images.hostUrl, 'https://me-mine.hf.space');
  t.equal(configOf({ ...space, HOST_URL: 'http://own.example/' }).images.hostUrl, 'http://own.example');
  t.equal(configOf({ SPACE_HOST: 'not a host' }).images.hostUrl, null);
  t.end();
});

t.test('the memory budget is a share of what there is, unless it is set under either of its names', (t) => {
  const gibibyte = 1024 ** 3;
  const budget = (machine: number, container: number | null, given: Given = {}): number =>
    configOf(given, { ...nowhere, memory: { machine: machine * gibibyte, container: container === null ? null : container * gibibyte } }).server.memoryBudgetBytes / gibibyte;
  t.equal(budget(4, null), 1);
  t.equal(budget(16, 0.5), 0.25);
  t.equal(budget(16, 2), 1);
  t.equal(budget(4, 100), 1, 'a limit above the machine is none');
  t.equal(budget(64, null), 2, 'no more than 2 GiB');
  t.equal(budget(64, 32), 2);
  t.equal(budget(0.125, 0.0625), 0.0625, 'no less than 64 MiB');
  t.equal(budget(4, null, { MEMORY_BUDGET_MB: '512' }), 0.5);
  t.equal(budget(4, null, { MAX_INFLIGHT_BODY_MB: '256' }), 0.25);
  const warned = (given: Given): number => configOf(given).warnings.filter((warning) => warning.includes('MEMORY_BUDGET_MB')).length;
  t.equal(warned({ MAX_INFLIGHT_BODY_MB: '256' }), 1, 'the old name is told what it means now');
  t.equal(warned({ MEMORY_BUDGET_MB: '256' }), 0);
  t.end();
});

t.test('the data folder is /data where that can be written', (t) => {
  const facts: StartFacts = { ...nowhere, isWritable: (folder) => folder === '/data' };
  t.equal(configOf({}, facts).dataFolder, '/data');
  t.equal(configOf({}, facts).images.own.local.folder, join('/data', 'images'));
  t.equal(configOf({ DATA_DIR: 'own' }, facts).dataFolder, 'own');
  t.equal(configOf({ DATA_DIR: 'own' }, facts).images.own.local.folder, join('own', 'images'));
  t.equal(configOf({ DATA_DIR: 'own', IMAGE_STORAGE_DIR: '/pictures' }, facts).images.own.local.folder, '/pictures');
  t.end();
});

t.test('VERSION goes before the version of the package', (t) => {
  t.equal(configOf({ VERSION: '9' }).version, '9');
  t.end();
});

t.test('a picture store without its settings is a fault that names those missing', (t) => {
  t.strictSame(faultsOf({ IMAGE_STORAGE_TYPE: 'qiniu', QINIU_ACCESS_KEY: 'a', QINIU_BUCKET_DOMAIN: 'not a domain' }), [
    'QINIU_BUCKET_DOMAIN must be a domain, or an http or https address without user, password, query or fragment.',
    'QINIU_SECRET_KEY must be set when IMAGE_STORAGE_TYPE is qiniu.',
    'QINIU_BUCKET_NAME must be set when IMAGE_STORAGE_TYPE is qiniu.',
  ]);
  t.strictSame(
    faultsOf({ IMAGE_STORAGE_TYPE: 'Tencent', TENCENT_BUCKET: 'b' }).map((fault) => fault.split(' ')[0]),
    ['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY', 'TENCENT_REGION', 'TENCENT_BUCKET_DOMAIN'],
  );
  t.end();
});

t.test('each picture store comes with what it needs', (t) => {
  const qiniu = configOf({
    IMAGE_STORAGE_TYPE: 'qiniu',
    QINIU_ACCESS_KEY: 'q-access',
    QINIU_SECRET_KEY: 'q-secret',
    QINIU_BUCKET_NAME: 'bucket',
    QINIU_BUCKET_DOMAIN: 'cdn.example/',
  });
  t.match(qiniu.images.store, { kind: 'qiniu', bucket: 'bucket', domain: 'https://cdn.example' });
  t.notMatch(JSON.stringify(qiniu.images.store), /q-access|q-secret/);
  const tencent = configOf({
    IMAGE_STORAGE_TYPE: 'tencent',
    TENCENT_SECRET_ID: 't-id',
    TENCENT_SECRET_KEY: 't-secret',
    TENCENT_REGION: 'ap-guangzhou',
    TENCENT_BUCKET: 'bucket-1250000000',
    TENCENT_DOMAIN: 'http://cdn.example',
  });
  t.match(tencent.images.store, { kind: 'tencent', region: 'ap-guangzhou', bucket: 'bucket-1250000000', domain: 'http://cdn.example' });
  t.same(configOf({ IMAGE_STORAGE_TYPE: 'memory' }).images.store, { kind: 'memory' });
  t.end();
});

t.test('what pictures may take is bounded by settings, in bytes and milliseconds', (t) => {
  const { own, linkTtlSeconds } = configOf({
    IMAGE_STORAGE_TYPE: 'qiniu',
    QINIU_ACCESS_KEY: 'a',
    QINIU_SECRET_KEY: 'b',
    QINIU_BUCKET_NAME: 'c',
    QINIU_BUCKET_DOMAIN: 'd.example',
    MEMORY_MAX_IMAGE_NUMBER: '5',
    MEMORY_MAX_IMAGE_MB: '6',
    IMAGE_MAX_NUMBER: '7',
    IMAGE_MAX_TOTAL_MB: '8',
    IMAGE_MAX_AGE_DAYS: '9',
    IMAGE_LINK_TTL: '60',
  }).images;
  t.same(own, {
    local: { folder: join('data', 'images'), mostImages: 7, mostBytes: 8_388_608, mostAgeMs: 777_600_000 },
    memory: { mostImages: 5, mostBytes: 6_291_456 },
  });
  t.equal(linkTtlSeconds, 60);
  t.equal(configOf({ IMAGE_REPLY_FORMAT: 'Data-URL' }).translation.imageReplyFormat, 'data-url');
  t.end();
});

t.test('everything secret is listed for the log, and prints as [secret]', (t) => {
  const config = configOf({
    GEMINI_API_KEYS: 'key-one,key-two',
    PASSWORD: 'the-password',
    REDIS_URL: 'redis://:redis-password@redis.example:6379',
    HTTPS_PROXY: 'http://user:proxy-password@proxy.example',
    QINIU_SECRET_KEY: 'q-secret',
  });
  t.strictSame(config.secrets.map(({ reveal }) => reveal()), ['the-password', 'key-one', 'key-two', 'q-secret', 'proxy-password', 'redis-password']);
  const { upstream: _, ...rest } = config;
  t.notMatch(JSON.stringify(rest), /key-one|key-two|the-password|redis-password|q-secret/);
  t.end();
});

t.test('names that look like a slip of the pen are told', async (t) => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['MAX_REQUEST_PER_MINUTE', 'MAX_REQUESTS_PER_MINUTE'],
    ['MAX_REQUESTS_PER_DAY_PER_IPS', 'MAX_REQUESTS_PER_DAY_PER_IP'],
    ['GEMINI_API_KYES', 'GEMINI_API_KEYS'],
    ['PASSWROD', 'PASSWORD'],
    ['PASWORD', 'PASSWORD'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['EXTRA_MODEL', 'EXTRA_MODELS'],
    ['REDIS_URI', 'REDIS_URL'],
    ['TRUSTED_PROXY_HOPS', null],
    ['PATH', null], ['HOME', null], ['HOSTNAME', null], ['PWD', null], ['SPACE_ID', null], ['SPACE_HOST', null], ['NODE_VERSION', null],
    ['GOPROXY', null], ['ftp_proxy', null], ['ALL_PROXY', null], ['MEMORY', null], ['NODE_ENV', null], ['npm_package_version', null],
  ];
  for (const [name, meant] of cases) {
    await t.test(name, async (t) => {
      const told = configOf({ PASSWORD: 'set-and-long-enough', GEMINI_API_KEYS: 'one', [name]: '1' }).warnings;
      t.strictSame(told, meant === null ? [] : [`${name} is not a setting; ${meant} is.`]);
    });
  }
});

t.test('no known name is taken for a slip, and the same proxy under two names is nothing to tell', (t) => {
  const proxies = { HTTPS_PROXY: 'http://p', https_proxy: 'http://p', HTTP_PROXY: 'http://p', http_proxy: 'http://q', NO_PROXY: 'a', no_proxy: 'a' };
  t.strictSame(configOf({ PASSWORD: 'set-and-long-enough', GEMINI_API_KEYS: 'one', ...proxies }).warnings, ['http_proxy is ignored, since HTTP_PROXY is set.']);
  t.end();
});

t.test('a setting of a piece that is still to come says so, under the name it was given', (t) => {
  t.strictSame(configOf({ PASSWORD: 'set-and-long-enough', GEMINI_API_KEYS: 'one', REDIS_URL: 'redis://r' }).warnings, [
    'REDIS_URL has no effect yet.',
  ]);
  t.end();
});

t.test('a .env file fills what the process leaves unset', (t) => {
  const file = '\ufeff# comment\nPORT=1\nPASSWORD="quoted # text"\nPROXY_URL=https://file.example\nEXTRA_MODELS=one\nGEMINI_API_KEYS="one\ntwo"\n';
  const merged = mergeEnvironment(file, { PORT: '2', GEMINI_BASE_URL: 'https://process.example', EXTRA_MODELS: '', OTHER: 'x' });
  const config = configOf(merged);
  t.equal(config.server.port, 2, 'the process wins');
  t.equal(config.upstream.baseUrl, 'https://process.example', 'under another name too');
  t.strictSame(config.translation.extraModels, ['one'], 'what is empty in the process is unset');
  t.equal(config.callers.password.reveal(), 'quoted # text');
  t.equal(config.keys.keys.length, 2);
  t.equal(merged['OTHER'], 'x');
  t.same(mergeEnvironment(null, { PORT: '2' }), { PORT: '2' });
  t.end();
});

// The documents, held against the table of settings.

const project = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const documentOf = (path: string): string => readFileSync(join(project, path), 'utf8');
/** The settings in the groups and the order of the settings reference. */
const settingGroups: readonly { readonly en: string; readonly zh: string; readonly settings: Readonly<Record<string, Setting<unknown>>> }[] = [
  { en: 'Keys, callers, limits', zh: '密钥、访问与限额', settings: accessSettings },
  { en: 'Models and translation', zh: '模型与转换', settings: chatSettings },
  { en: 'The way to Gemini', zh: '连接 Gemini', settings: upstreamSettings },
  { en: 'Server, state, log', zh: '服务、状态与日志', settings: serverSettings },
  { en: 'Pictures', zh: '图片', settings: imageSettings },
];

const all: readonly (readonly [string, Setting<unknown>])[] = settingGroups.flatMap(({ settings: group }) => Object.entries(group));
const ticked = (text: string): string => (text === '' ? '–' : `\`${text}\``);
const defaultOf = ({ default: fallback, shownDefault }: Setting<unknown>): string => shownDefault ?? ticked(fallback);

const row = ([name, setting]: readonly [string, Setting<unknown>]): string => {
  const names = namesOf(name, setting).map(ticked).join('<br>');
  const [en, zh] = setting.notYet === true ? [' *Not yet.*', ' *尚未启用。*'] : ['', ''];
  return `| ${names} | ${defaultOf(setting)} | ${setting.kind.name} | ${setting.en}${en} | ${setting.zh}${zh} |`;
};

t.test('docs/settings.md holds every setting as the table has it', (t) => {
  const tables = settingGroups.flatMap(({ en, zh, settings: group }) => [
    `## ${en} · ${zh}`,
    '| setting | default | allowed | meaning | 说明 |',
    '|---|---|---|---|---|',
    ...Object.entries(group).map(row),
  ]);
  const written = documentOf('docs/settings.md').split('\n').filter((line) => /^(?:## .+ · |\|)/.test(line));
  t.strictSame(written, tables);
  t.equal(all.length, Object.keys(settings).length, 'every setting stands in a group');
  t.end();
});

/** What nobody should have to look for elsewhere. */
const important = [
  'GEMINI_API_KEYS', 'PASSWORD', 'MAX_REQUESTS_PER_MINUTE', 'MAX_REQUESTS_PER_DAY_PER_IP', 'EXTRA_MODELS', 'MODEL_ALIASES', 'KEY_STRATEGY',
  'SYSTEM_PROMPT_MODE', 'HISTORY_IMAGE_SUBMIT_TYPE', 'IMAGE_REPLY_FORMAT', 'BLOCKED_REPLY', 'SHOW_THOUGHTS', 'IMAGE_STORAGE_TYPE', 'HOST_URL', 'IMAGE_LINK_TTL', 'TRUST_PROXY_HOPS', 'ALLOW_DEFAULT_PASSWORD', 'CORS_ORIGINS', 'GEMINI_BASE_URL',
  'HTTPS_PROXY', 'DATA_DIR', 'STREAM_KEEPALIVE_SECONDS', 'MAX_BODY_MB', 'LOG_LEVEL', 'PORT',
];

for (const readme of ['README.md', 'README.zh-CN.md']) {
  t.test(`${readme} tells the important settings with their defaults`, (t) => {
    const rows = [...documentOf(readme).matchAll(/^\| `([A-Z_]+)` \| (\S.*?) \|/gm)].map(([, name, fallback]) => [name, fallback]);
    const table = new Map(all);
    const expected = important.flatMap((name) => {
      const setting = table.get(name);
      return setting === undefined ? [] : [[name, defaultOf(setting)]];
    });
    t.strictSame(rows, expected);
    t.end();
  });
}

t.test('.env.example holds every setting once, switched off, with its default', (t) => {
  const lines = [...documentOf('.env.example').matchAll(/^#?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
  t.strictSame(lines, all.map(([name, setting]) => [name, name === 'PASSWORD' ? '' : setting.default]));
  t.end();
});
