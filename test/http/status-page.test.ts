import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import { escapeHtml } from '../../src/http/status/escape-html.ts';
import { statusPage } from '../../src/http/status/status-page.ts';
import { recipes } from '../../src/http/status/recipes.ts';
import { languageOf, pageWords, scriptWords } from '../../src/http/status/words.ts';
import { houseRoutes } from '../../src/http/house-routes.ts';
import type { PublicStatus, ServiceStatus } from '../../src/ports/status.ts';
import { inChinese, translateStatus } from '../../src/http/status/translate-status.ts';
import { sentences } from '../../src/http/status/sentences.ts';
import { imageReports } from '../../src/adapters/images/image-reports.ts';
import { serving } from '../support/serving.ts';

const seen: PublicStatus = {
  version: '1.2.3',
  keyCount: 4,
  modelCount: 38,
  limits: { perMinute: 30, perDayPerAddress: 0 },
  defaultPassword: false,
};

const owned: ServiceStatus = {
  ...seen,
  startedAt: '2026-11-24T00:00:00.000Z',
  uptimeSeconds: 60,
  keyStrategy: 'round-robin',
  keys: [],
  models: ['gemini-x'],
  use: { minute: 3, todayOfThisAddress: 5 },
  trustProxyHops: 1,
  data: { folder: '/data', writable: true, problem: null },
  notices: [],
};

const table = (forAnybody: PublicStatus = seen) =>
  houseRoutes({
    readMetrics: () => [],
    readStatus: { forAnybody: () => forAnybody, forOwner: () => Promise.resolve(owned) },
    checkCaller: ({ credential }) => (credential?.reveal() === 'made-up' ? E.right(undefined) : E.left({ tag: 'WrongPassword' })),
  });

t.test('health asks for no password', async (t) => {
  const { origin } = await serving(t, table());
  const answer = await fetch(`${origin}/healthz`);
  t.same([answer.status, await answer.json()], [200, { status: 'ok' }]);
});

t.test('the page tells anybody how the service stands, without its script', async (t) => {
  const { origin } = await serving(t, table());
  const answer = await fetch(`${origin}/`);
  const page = await answer.text();
  t.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8');
  for (const expected of ['Running', '1.2.3', '<dd>4</dd>', '<dd>38</dd>', '<dd>30</dd>', '<dd>no limit</dd>']) t.match(page, expected);
  t.notMatch(page, '{{');
  t.match(page, /class="banner bad off"[^>]*><strong>The default password/, 'no warning without reason');
  t.match(page, /class="banner off"><strong>No Gemini key/);
});

t.test('the page warns of the default password and says which setting is missing', async (t) => {
  const { origin } = await serving(t, table({ ...seen, keyCount: 0, modelCount: null, defaultPassword: true }));
  const page = await (await fetch(`${origin}/`)).text();
  t.match(page, /class="banner bad "[^>]*><strong>The default password is in force/);
  t.match(page, /class="banner "><strong>No Gemini key.*GEMINI_API_KEYS/s);
  t.match(page, 'Running, but without a key');
  t.match(page, '<dd>–</dd>');
});

t.test('the page says in both languages why SillyTavern shows no pictures, and what shows them', async (t) => {
  const { origin } = await serving(t, table());
  for (const [language, named] of [['en', 'Ext. Media'], ['zh', '外部媒体']] as const) {
    const page = await (await fetch(`${origin}/?lang=${language}`)).text();
    for (const expected of [named, 'IMAGE_REPLY_FORMAT=data-url', ':data-url']) t.match(page, expected, `${language}: ${expected}`);
  }
});

t.test('the page names every application with what it is told, to be copied as it is, without its script too', async (t) => {
  const { origin } = await serving(t, table());
  for (const language of ['en', 'zh']) {
    const page = await (await fetch(`${origin}/?lang=${language}`)).text();
    const rows = [...page.matchAll(/<dt>([^<]*)<dd>(.*)/g)].map(([, names = '', cells = '']) => ({ names: names.split(', '), cells }));
    for (const { application, settings } of recipes) {
      const cells = settings.map((setting) => `<code>${escapeHtml(setting)}</code>`).join('<br>');
      t.ok(rows.some((row) => row.names.includes(application)) && page.includes(cells), `${language}: ${application}`);
    }
    t.same(rows.flatMap(({ names }) => names).toSorted(), recipes.map(({ application }) => application).toSorted());
  }
});

t.test('the page may be framed by Hugging Face alone and runs nothing but its own script', async (t) => {
  const { origin } = await serving(t, table());
  const { headers } = await fetch(`${origin}/`);
  t.equal(
    headers.get('content-security-policy'),
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors https://huggingface.co; base-uri 'none'; form-action 'none'",
  );
  t.equal(headers.get('x-frame-options'), null);
  t.equal(headers.get('set-cookie'), null);
});

t.test('the page works under any path: its addresses are relative, its files small and typed', async (t) => {
  const { origin } = await serving(t, table());
  const page = await (await fetch(`${origin}/`)).text();
  const addresses = [...page.matchAll(/(?:src|href)="([^"?]+)"/g)].flatMap(([, address]) => address ?? []);
  t.notOk(addresses.some((address) => address.startsWith('/') || address.includes(':')));
  let bytes = Buffer.byteLength(page);
  const files = { 'favicon.svg': 'image/svg+xml', 'status/page.css': 'text/css', 'status/page.js': 'text/javascript' };
  for (const [address, type] of Object.entries(files)) {
    t.ok(addresses.includes(address));
    const answer = await fetch(`${origin}/v1/${address}`);
    t.match(answer.headers.get('content-type'), type);
    bytes += (await answer.arrayBuffer()).byteLength;
  }
  t.ok(bytes < 20_480, `${bytes} bytes`);
});

t.test('the page speaks English and Chinese, as the reader asks', async (t) => {
  const cases: readonly (readonly [query: string, accept: string | null, expected: string])[] = [
    ['', null, 'en'],
    ['', 'zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['', 'de,en;q=0.5,zh;q=0.9', 'zh'],
    ['', 'en-GB,zh', 'en'],
    ['', 'fr', 'en'],
    ['', 'zh;q=0', 'en'],
    ['', ';;q=,,', 'en'],
    ['lang=zh', 'en', 'zh'],
    ['lang=en', 'zh', 'en'],
    ['lang=<b>', 'zh', 'zh'],
  ];
  for (const [query, accept, expected] of cases) t.equal(languageOf(query, accept), expected, `${query} ${accept}`);
  const { origin } = await serving(t, table());
  const answer = await fetch(`${origin}/?lang=zh`);
  t.equal(answer.headers.get('content-language'), 'zh');
  t.equal(answer.headers.get('vary'), 'accept-language');
  t.match(await answer.text(), /<html lang="zh">.*运行中/s);
});

t.test('every word that page and script ask for stands in the tables, and no other', async (t) => {
  const { origin } = await serving(t, table());
  const script = await (await fetch(`${origin}/status/page.js`)).text();
  const states = ['ready', 'invalid', 'leaked', 'suspended', 'denied', 'cooling', 'unpaid', 'out for today'];
  const quoted = new Set([...script.matchAll(/'(\w+)'/g)].flatMap(([, word]) => word ?? []));
  for (const word of Object.keys(scriptWords)) t.ok(states.includes(word) || quoted.has(word), `${word} is used`);
  for (const [, word = ''] of script.matchAll(/\bsay\('(\w+)'/g)) t.ok(Object.hasOwn(scriptWords, word), `${word} is known`);
  for (const [name, texts] of Object.entries<readonly string[]>({ ...pageWords, ...scriptWords })) t.notOk(texts.includes(''), name);
  t.notMatch(script, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval/, 'text is only ever text');
});

t.test('nothing that the page shows can become markup', async (t) => {
  t.equal(escapeHtml(`<a href="x" title='y'>&`), '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;');
  const page = statusPage('<p class="{{version}}">{{version}} {{unknown}}</p>', { ...seen, version: '"><script>{{keys}}$&' }, 'en');
  t.equal(page, '<p class="&quot;&gt;&lt;script&gt;{{keys}}$&amp;">&quot;&gt;&lt;script&gt;{{keys}}$&amp; </p>');
});

t.test('details are for who knows the password, and show the caller its own way in', async (t) => {
  const { origin } = await serving(t, table(), { trustProxyHops: 1 });
  t.equal((await fetch(`${origin}/status`)).status, 401);
  t.equal((await fetch(`${origin}/status?key=made-up`)).status, 401, 'never by the address');
  const headers = { authorization: 'Bearer made-up', 'x-forwarded-for': '1.1.1.1, 203.0.113.9' };
  const answer = await fetch(`${origin}/status`, { headers });
  const you = { address: '203.0.113.9', peer: '127.0.0.1', forwarded: ['1.1.1.1', '203.0.113.9'] };
  t.same(await answer.json(), { ...owned, you });
  t.equal(answer.headers.get('cache-control'), 'no-store');
});

/** Words that follow each other as they do in a sentence, and are neither names nor code. */
const isEnglish = (text: string): boolean => /[a-z]{2,}[,:;]? [a-z]{1,}[,:;]? [a-z]{2,}/i.test(text.replace(/`[^`]*`/g, ''));

/** All sentences that a source file holds, but those for the log alone; what is filled in is told by a stand-in. */
const sentencesIn = (source: string): readonly string[] =>
  [...source.replace(/^\s*(?:\*|\/\/|\/\*\*|import).*$/gm, '').matchAll(/('(?:warn|info)', |new Error\()?(?:'((?:[^'\n\\]|\\.)*)'|"([^"\n]*)"|`((?:[^`\\]|\\.)*)`)/g)]
    .filter(([, isLogged]) => isLogged === undefined)
    .map(([, , single = '', double = '', template = '']) => (single + double + template).replace(/\$\{[^}]*\}/g, 'X').replace(/\\(.)/g, '$1'))
    .filter((text) => isEnglish(text));

t.test('law: no sentence that the owner is told stays English on the Chinese page', (t) => {
  const src = join(import.meta.dirname, '..', '..', '..', 'src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const telling = files.map((name) => [name, readFileSync(join(src, name), 'utf8')] as const).filter(([, text]) => /\bStoreFault\b|\bKeyVerdict\b|\bNotice\b|\bKeyRefusal\b|'KeyRefused', fault|\bwarningsOf = /.test(text));
  const found = telling.filter(([name]) => !name.endsWith('image-reports.ts') && !/^(?:http|ports)\b/.test(name)).flatMap(([name, text]) => sentencesIn(text).map((sentence) => ({ name, sentence })));
  t.ok(found.length > 45, `${found.length} sentences`);
  for (const { name, sentence } of found) t.notOk(isEnglish(inChinese(sentence)) || inChinese(sentence) === sentence, `${name}: ${sentence}`);
  for (const count of [1, 2]) for (const kind of ['local', 'memory', 'qiniu', 'tencent'] as const) for (const isOver of [false, true]) {
    const reports = imageReports([kind], { now: () => 0, log: () => undefined });
    for (let times = 0; times < count; times += 1) reports.refused(kind, { reason: 'Qiniu has frozen the account (status 419).' });
    if (isOver) reports.kept(kind);
    for (const { text } of reports.notices()) {
      t.match(inChinese(text), /\p{Script=Han}/u);
      t.notOk(isEnglish(inChinese(text)), inChinese(text));
    }
  }
  for (const [en, zh] of sentences) t.same((zh.match(/\{\w+\}/g) ?? []).toSorted(), (en.match(/\{\w+\}/g) ?? []).toSorted(), `${en} fills in what it does in Chinese`);
  t.end();
});

t.test('the owner reads notices, reasons and faults in the language of the page, and in English without any', async (t) => {
  const key: ServiceStatus['keys'][number] = { number: 1, project: null, state: 'denied', reason: 'as an earlier version told it', until: null, models: [], today: { requests: 0, ok: 0, quotaSpent: 0 } };
  const status: ServiceStatus = {
    ...owned,
    keys: [key, { ...key, reason: 'Google says that the key is not valid' }, { ...key, state: 'ready', reason: null }],
    data: { folder: '/d', writable: false, problem: 'The folder cannot be written to: a restart forgets key states and counts.' },
    notices: [{ level: 'warn', text: '3 pictures could not be kept in Qiniu and went on to the local folder; it works again. Last at 2026-11-24T00:00:00.000Z: Qiniu has frozen the account (status 419).' }],
  };
  const chinese = translateStatus(status, 'zh');
  t.equal(chinese.notices[0]?.text, '有 3 张图片未能存入七牛云，改存到本地目录；现已恢复正常。最近一次在 2026-11-24T00:00:00.000Z：七牛云已冻结账号（状态码 419）。');
  t.same(chinese.keys.map(({ reason }) => reason), ['被拒绝', 'Google 表示该密钥无效', null]);
  t.match(chinese.data.problem, /^该目录不可写/);
  t.equal(translateStatus(status, 'en'), status);
  const routes = houseRoutes({ readMetrics: () => [], readStatus: { forAnybody: () => seen, forOwner: () => Promise.resolve(status) }, checkCaller: () => E.right(undefined) });
  const { origin } = await serving(t, routes);
  const told = async (query: string): Promise<string> => (await fetch(`${origin}/status${query}`, { headers: { 'accept-language': 'zh' } })).text();
  t.match(await told('?lang=zh'), /该目录不可写/);
  for (const query of ['', '?lang=en']) t.match(await told(query), /cannot be written/);
  t.match(await (await fetch(`${origin}/status/page.js`)).text(), /status\?lang=\$\{lang\}/);
});
