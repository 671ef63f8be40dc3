import t, { type Test } from 'tap';
import { asked, chat, pollux, question, toldBy, type Pollux } from '../support/pollux.ts';

const from = (service: Pollux, address: string, body: object = question('Hello')): Promise<Response> =>
  chat(service, body, { headers: { 'x-forwarded-for': address } });

const told = ({ headers }: Response): readonly (string | null)[] =>
  ['limit', 'remaining', 'reset'].map((name) => headers.get(`x-ratelimit-${name}-requests`));

const limited = async (t: Test, answer: Response, setting: RegExp, most: number): Promise<void> => {
  t.equal(answer.status, 429);
  const seconds = Number(answer.headers.get('retry-after'));
  t.ok(seconds >= 1 && seconds <= most, `Retry-After: ${seconds}`);
  t.match((await toldBy(answer)).error, { type: 'requests', code: 'rate_limit_exceeded', message: setting });
};

t.test('the minute counts all callers together, and says how much is left', async (t) => {
  const service = await pollux(t, { settings: { MAX_REQUESTS_PER_MINUTE: '2', TRUST_PROXY_HOPS: '1' } });
  const first = await from(service, '198.51.100.1');
  const second = await from(service, '198.51.100.2', question('Hello', { stream: true }));
  t.match(told(first), ['2', '1', /^\d+s$/]);
  t.match(told(second), ['2', '0', /^\d+s$/], 'on streams too');
  await second.text();
  const full = await from(service, '198.51.100.3');
  t.equal(full.headers.get('x-should-retry'), null, 'a minute is worth another try');
  await limited(t, full, /2 requests a minute \(MAX_REQUESTS_PER_MINUTE\)/, 60);
  t.equal(asked(service.emulator).length, 2);
  t.equal((await fetch(`${service.url}/v1/models`, { headers: { authorization: `Bearer ${service.password}` } })).status, 200, 'model lists are free');
});

t.test('the day counts each address for itself', async (t) => {
  const service = await pollux(t, { settings: { MAX_REQUESTS_PER_DAY_PER_IP: '2', TRUST_PROXY_HOPS: '1' } });
  t.match(told(await from(service, '198.51.100.1')), ['2', '1', /^\d+s$/]);
  t.equal((await from(service, '198.51.100.1')).status, 200);
  const spent = await from(service, '198.51.100.1');
  t.equal(spent.headers.get('x-should-retry'), 'false', 'the SDKs do not try again for what returns tomorrow');
  await limited(t, spent, /2 requests a day from one address \(MAX_REQUESTS_PER_DAY_PER_IP\)/, 86_400);
  t.match(told(await from(service, '198.51.100.2')), ['2', '1', /^\d+s$/], 'another address has its own day');
  t.equal((await from(service, '203.0.113.9, 198.51.100.1')).status, 429, 'what stands left of the trusted hop is forged');
});

t.test('each choice, picture and batch of embeddings counts, all or none of them', async (t) => {
  const service = await pollux(t, { settings: { MAX_REQUESTS_PER_MINUTE: '6' } });
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${service.url}/v1/${path}`, { method: 'POST', headers: { authorization: `Bearer ${service.password}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  t.match(told(await chat(service, question('Hello', { model: 'gemini-3.8-flash', n: 3 }))), ['6', '3', /^\d+s$/]);
  const many = await chat(service, question('Hello', { model: 'gemini-3.8-flash', n: 4 }));
  await limited(t, many, /6 requests a minute/, 60);
  t.match(told(await post('embeddings', { model: 'gemini-embedding-001', input: Array.from({ length: 150 }, () => 'a') })), ['6', '0', /^\d+s$/], 'the first call of the refused one stays counted');
  t.equal(asked(service.emulator).length, 5);
  const calm = await pollux(t, { settings: { MAX_REQUESTS_PER_DAY_PER_IP: '4' } });
  const never = await chat(calm, question('Hello', { model: 'gemini-2.5-flash', n: 5 }));
  t.match([never.status, never.headers.get('x-should-retry'), (await toldBy(never)).error.message], [429, 'false', /makes 5 calls .* 4 a day from one address/]);
  t.equal(asked(calm.emulator).length, 0);
});

t.test('without limits nothing is told of them', async (t) => {
  const service = await pollux(t);
  t.same(told(await from(service, '198.51.100.1')), [null, null, null]);
});

t.test('a stranger uses up no limit', async (t) => {
  const service = await pollux(t, { settings: { MAX_REQUESTS_PER_MINUTE: '1' } });
  for (let count = 0; count < 3; count += 1) await chat({ url: service.url, password: 'wrong' }, question('Hello'));
  t.equal((await from(service, '198.51.100.1')).status, 200);
});
