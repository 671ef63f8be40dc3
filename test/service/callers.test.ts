import { connect } from 'node:net';
import t from 'tap';
import { asked, model, pollux, question, toldBy } from '../support/pollux.ts';
import { eventually } from '../support/serving.ts';

const ask = (url: string, headers: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(question('Hello')),
  });

t.test('the password is taken from every header where clients put it, and goes no further', async (t) => {
  const { url, password, emulator } = await pollux(t);
  const ways: readonly Readonly<Record<string, string>>[] = [
    { authorization: `Bearer ${password}` },
    { authorization: `bearer  ${password} ` },
    { authorization: password },
    { 'x-api-key': password },
    { 'api-key': password },
    { 'x-goog-api-key': password },
    { authorization: 'Basic dXNlcjpwYXNz', 'x-api-key': password },
  ];
  for (const headers of ways) t.equal((await ask(url, headers)).status, 200, JSON.stringify(Object.keys(headers)));
  t.equal(asked(emulator).length, ways.length);
  t.notMatch(JSON.stringify(emulator.requests), password);
  t.ok(asked(emulator).every(({ queryKey }) => queryKey === null), 'the key of Gemini is never in an address');
});

t.test('without the password nothing is answered, and nothing reaches Gemini', async (t) => {
  const { url, password, emulator } = await pollux(t);
  const wrong: readonly Readonly<Record<string, string>>[] = [
    {},
    { authorization: '' },
    { authorization: 'Bearer ' },
    { authorization: `Bearer ${password}x` },
    { authorization: `Bearer ${password.toUpperCase()}` },
    { 'x-api-key': password.slice(0, -1) },
  ];
  for (const headers of wrong) {
    const refused = await ask(url, headers);
    t.equal(refused.status, 401);
    t.match((await toldBy(refused)).error, { type: 'invalid_request_error', code: 'invalid_api_key' });
  }
  for (const path of ['/v1/models', `/v1/models/${model}`, '/status']) t.equal((await fetch(`${url}${path}`)).status, 401, path);
  t.equal(asked(emulator).length, 0);
});

t.test('who guesses waits, by address, and nobody who guesses keeps the owner out', async (t) => {
  const { url, password } = await pollux(t, { settings: { TRUST_PROXY_HOPS: '1' } });
  const from = (address: string, key: string): Promise<Response> => ask(url, { authorization: `Bearer ${key}`, 'x-forwarded-for': `203.0.113.200, ${address}` });
  const guesses: number[] = [];
  for (let count = 0; count < 20; count += 1) guesses.push((await from('198.51.100.7', `guess-${count}`)).status);
  t.same(guesses.slice(0, 15), Array.from({ length: 15 }, () => 401));
  t.equal(guesses.at(-1), 429);
  const told = await from('198.51.100.7', 'one more guess');
  t.ok(Number(told.headers.get('retry-after')) >= 1);
  t.equal((await from('198.51.100.7', password)).status, 200, 'the owner behind the same address is let in');
  t.equal((await from('198.51.100.8', 'a slip')).status, 401, 'a neighbour is told what is wrong');
});

t.test('a password that can be guessed is warned of, in the log and to its owner alone', async (t) => {
  const short = 'short-password1';
  const { url, log } = await pollux(t, { settings: { PASSWORD: short } });
  t.ok(log.some((line) => line.includes('shorter than 16')));
  t.match(await (await fetch(`${url}/status`, { headers: { authorization: `Bearer ${short}` } })).text(), 'shorter than 16');
  t.notMatch(await (await fetch(url)).text(), 'shorter than');
});

t.test('with no trusted proxy a forged address does not free a guesser', async (t) => {
  const { url } = await pollux(t, { settings: { TRUST_PROXY_HOPS: '0' } });
  const statuses: number[] = [];
  for (let count = 0; count < 20; count += 1)
    statuses.push((await ask(url, { authorization: 'Bearer wrong', 'x-forwarded-for': `198.51.100.${count}` })).status);
  t.equal(statuses.at(-1), 429);
});

const local = { PASSWORD: '123', ALLOW_DEFAULT_PASSWORD: 'false', TRUST_PROXY_HOPS: '1' };

t.test('the default password works from its own network only, where that is set', async (t) => {
  const { url } = await pollux(t, { settings: local });
  t.equal((await ask(url, { authorization: 'Bearer 123' })).status, 200);
  for (const header of ['x-forwarded-for', 'x-forwarded-host', 'via', 'cf-ray', 'fly-region']) {
    const refused = await ask(url, { authorization: 'Bearer 123', [header]: '10.0.0.1' });
    t.equal(refused.status, 403, header);
    t.match((await toldBy(refused)).error, { code: 'default_password' });
  }
  t.equal((await ask(url, { authorization: 'Bearer 123', origin: 'https://elsewhere.example' })).status, 403);
});

t.test('on a hosting platform the default password works from nowhere, where that is set', async (t) => {
  for (const platform of ['SPACE_ID', 'DYNO', 'K_SERVICE', 'FLY_APP_NAME', 'RENDER']) {
    const { url } = await pollux(t, { settings: { ...local, [platform]: 'something' } });
    t.equal((await ask(url, { authorization: 'Bearer 123' })).status, 403, platform);
  }
});

t.test('the page does not name the default password to strangers', async (t) => {
  const { url, log } = await pollux(t, { settings: { PASSWORD: '123' } });
  for (const language of ['en', 'zh']) t.notMatch(await (await fetch(`${url}/?lang=${language}`)).text(), '123');
  t.ok(log.some((line) => line.includes('PASSWORD is the default 123')), 'its owner reads it in the log');
});

t.test('one caller whose bodies never come leaves places for others, whatever addresses of its own network it uses', async (t) => {
  const { url, password } = await pollux(t, { settings: { MAX_CONCURRENT_REQUESTS: '16', TRUST_PROXY_HOPS: '1' } });
  const asks = (address: string): Promise<Response> =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify(question('Hello')),
    });
  const refused: string[] = [];
  const slow = Array.from({ length: 20 }, (_, at) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    socket.once('data', (piece: Buffer) => refused.push(piece.toString()));
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 2001:db8:1:2::${at}\r\nauthorization: Bearer ${password}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`);
    return socket;
  });
  await eventually(() => refused.length === 6);
  t.ok(refused.every((answer) => answer.startsWith('HTTP/1.1 503 ')), 'its own requests past its share are told to come again');
  t.equal((await asks('2001:db8:1:2:ffff::1')).status, 503, 'from its whole network');
  for (const address of ['2001:db8:1:3::1', '203.0.113.7']) t.equal((await asks(address)).status, 200, address);
  for (const socket of slow) socket.destroy();
});
