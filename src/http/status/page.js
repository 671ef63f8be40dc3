const { lang } = document.body.dataset;
const words = Object.fromEntries(document.body.dataset.words.split('\n').map((line) => line.split('\t')));
const byId = (id) => document.getElementById(id);
const say = (word, facts = {}) => Object.entries(facts).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), words[word] ?? word);
const refreshMs = 10_000;

// The only way text gets onto the page: strings become text nodes, never markup.
const make = (tag, className, ...children) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null));
  return element;
};
const time = (iso) => new Date(iso).toLocaleString(lang, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
const number = (value) => value.toLocaleString(lang);
const pairs = (entries) => make('dl', 'pairs', ...entries.flatMap(([name, value]) => [make('dt', '', name), make('dd', '', ...[value].flat())]));
const section = (title, ...children) => make('section', '', make('h3', '', title), ...children);

const span = (seconds) => {
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return say('daysHours', { days, hours });
  return hours > 0 ? say('hoursMinutes', { hours, minutes }) : say('minutes', { minutes });
};

const restLine = ({ model, state, until }) =>
  make('div', 'rest', make('code', '', model), ` ${say(state)} · ${say('until', { time: time(until) })}`);

const keyState = (key) => {
  if (key.state !== 'ready') return ['bad', say(key.state)];
  return key.models.length > 0 ? ['warn', say('partlyResting')] : ['', say('ready')];
};

const keyRow = (key) => {
  const [tone, text] = keyState(key);
  const why = key.reason === null ? null : make('div', '', key.reason);
  const until = key.until === null ? null : make('div', 'rest', say('until', { time: time(key.until) }));
  const { requests, ok, quotaSpent } = key.today;
  return make(
    'tr', '',
    make('td', 'number', `#${key.number}`, key.project === null ? null : make('div', 'rest', `@${key.project}`)),
    make('td', '', make('span', `badge ${tone}`, text)),
    make('td', '', why, until, ...key.models.map(restLine)),
    make('td', 'number', say('todayCounts', { requests: number(requests), ok: number(ok), spent: number(quotaSpent) })),
  );
};

const keysOf = ({ keys, keyStrategy }) => {
  const head = make('tr', '', ...['key', 'stateHead', 'why', 'today'].map((word) => make('th', '', say(word))));
  const table = make('table', '', make('thead', '', head), make('tbody', '', ...keys.map(keyRow)));
  return section(`${say('keysTitle')} (${keys.length}, ${keyStrategy})`, keys.length === 0 ? make('p', 'muted', say('noKeys')) : make('div', 'scroll', table));
};

const use = (used, most) => {
  if (most === 0) return say('noLimit');
  if (used === null) return say('atMost', { most: number(most) });
  const meter = Object.assign(document.createElement('meter'), { max: most, value: used, high: most * 0.8 });
  return [say('usedOf', { used: number(used), most: number(most) }), meter];
};

const addressAdvice = ({ trustProxyHops: hops, you }) => {
  const entries = you.forwarded.length;
  if (entries === 0) return say(hops === 0 ? 'adviceDirect' : 'adviceNoChain', { hops });
  if (hops === 0) return say('adviceZero');
  return say(hops > entries ? 'adviceTooMany' : 'adviceCheck', { hops, more: hops + 1, entries });
};

const addressOf = (status) => section(
  say('addressTitle'),
  pairs([
    [say('yourAddress'), make('code', '', status.you.address)],
    [say('forwarded'), status.you.forwarded.length === 0 ? say('none') : make('code', '', status.you.forwarded.join(' → '))],
    [say('peer'), make('code', '', status.you.peer)],
    ['TRUST_PROXY_HOPS', String(status.trustProxyHops)],
  ]),
  make('p', 'muted', addressAdvice(status)),
);

const serviceOf = ({ version, startedAt, uptimeSeconds, data }) => section(
  say('serviceTitle'),
  pairs([
    [say('versionWord'), version],
    [say('uptime'), say('since', { span: span(uptimeSeconds), time: time(startedAt) })],
    [say('dataFolder'), [make('code', '', data.folder), ' ', make('span', `badge ${data.writable ? '' : 'warn'}`, say(data.writable ? 'writable' : 'notWritable')), data.problem === null ? '' : ` ${data.problem}`]],
  ]),
);

const detailsOf = (status) => [
  ...status.notices.map(({ level, text }) => make('p', `banner ${level === 'warn' ? '' : 'info'}`, text)),
  keysOf(status),
  section(say('limitsTitle'), pairs([
    [say('thisMinute'), use(status.use.minute, status.limits.perMinute)],
    [say('thisDay'), use(status.use.todayOfThisAddress, status.limits.perDayPerAddress)],
  ])),
  section(`${say('modelsTitle')} (${status.models.length})`, make('ul', 'chips', ...status.models.map((model) => make('li', '', make('code', '', model))))),
  addressOf(status),
  serviceOf(status),
];

// The password lives in this tab only; a frame of another site may be refused even that.
const store = {
  get: () => { try { return sessionStorage.getItem('password') ?? ''; } catch { return ''; } },
  set: (value) => { try { if (value === '') sessionStorage.removeItem('password'); else sessionStorage.setItem('password', value); } catch { /* kept in memory */ } },
};
let password = store.get();

const leave = (problem) => {
  password = '';
  store.set('');
  byId('details').hidden = true;
  byId('details').replaceChildren();
  byId('login').hidden = false;
  tell(problem);
};
const tell = (problem) => {
  byId('problem').hidden = problem === null;
  byId('problem').textContent = problem ?? '';
};

const show = (status) => {
  const forget = Object.assign(make('button', 'small', say('forget')), { type: 'button' });
  forget.addEventListener('click', () => leave(null));
  const bar = make('div', 'bar', make('p', 'muted', say('asOf', { time: new Date().toLocaleTimeString(lang) })), forget);
  byId('details').replaceChildren(bar, ...detailsOf(status));
  byId('details').hidden = false;
  byId('login').hidden = true;
  store.set(password);
  tell(null);
};

const problemOf = (status) => say({ 401: 'wrongPassword', 403: 'refused', 429: 'tooManyTries' }[status] ?? 'failed');

const refresh = async () => {
  const asked = password;
  try {
    const answer = await fetch(`status?lang=${lang}`, { headers: { authorization: `Bearer ${asked}` }, cache: 'no-store' });
    if (asked !== password) return;
    if (answer.ok) show(await answer.json());
    else if ([401, 403, 429].includes(answer.status)) leave(problemOf(answer.status));
    else tell(problemOf(answer.status));
  } catch {
    tell(say('failed'));
  }
};

const base = new URL('v1', location.href.replace(/[?#].*$/, '').replace(/\/v1\/?$/, '/')).href;
byId('base').textContent = base;
for (const code of document.querySelectorAll('#connect code')) {
  code.textContent = code.textContent.replace(/\bBASE\b/g, base.slice(0, -3));
  if (navigator.clipboard === undefined) continue;
  const button = Object.assign(make('button', 'small', say('copy')), { type: 'button' });
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = say('copied');
  });
  code.after(' ', button);
}
byId('login').addEventListener('submit', (event) => {
  event.preventDefault();
  password = byId('password').value;
  byId('password').value = '';
  void refresh();
});
byId('login').hidden = password !== '';
if (password !== '') void refresh();
setInterval(() => { if (password !== '' && !document.hidden) void refresh(); }, refreshMs);
