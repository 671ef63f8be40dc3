import t from 'tap';
import type { KeyFailure } from '../support/gemini-emulator/key-failures.ts';
import type { FaultKind } from '../support/gemini-emulator/faults.ts';
import { asked, chat, contentOf, madeUpKeys, model, pollux, question, toldBy, type Pollux } from '../support/pollux.ts';
import { eventually } from '../support/serving.ts';

const [one = '', two = '', three = ''] = madeUpKeys;

type KeyShown = { readonly number: number; readonly state: string; readonly models: readonly { readonly model: string; readonly state: string }[] };

const keysShown = async ({ url, password }: Pollux): Promise<readonly KeyShown[]> => {
  const answer = await fetch(`${url}/status`, { headers: { authorization: `Bearer ${password}` } });
  return ((await answer.json()) as { readonly keys: readonly KeyShown[] }).keys;
};

const keysAsked = ({ emulator }: Pollux): readonly (string | null)[] => asked(emulator).map(({ key }) => key);

const failures: readonly (readonly [failure: KeyFailure, shown: object])[] = [
  ['invalid', { state: 'invalid', models: [] }],
  ['expired', { state: 'invalid', models: [] }],
  ['leaked', { state: 'leaked', models: [] }],
  ['suspended', { state: 'suspended', models: [] }],
  ['denied', { state: 'denied', models: [] }],
  ['minute', { state: 'ready', models: [{ model, state: 'cooling' }] }],
  ['tokens-minute', { state: 'ready', models: [{ model, state: 'cooling' }] }],
  ['plain429', { state: 'ready', models: [{ model, state: 'cooling' }] }],
  ['day', { state: 'ready', models: [{ model, state: 'out for today' }] }],
];

for (const [failure, shown] of failures) {
  t.test(`a key that fails (${failure}) costs one try, is remembered, and the caller sees a good answer`, async (t) => {
    const service = await pollux(t, { keys: madeUpKeys });
    service.emulator.failKey(one, failure);
    for (let count = 0; count < 2; count += 1) {
      const answer = await chat(service, question('Hello', { stream: true }));
      t.equal(answer.status, 200);
      t.match(contentOf(await answer.text()), 'You wrote: “Hello”');
    }
    t.same(keysAsked(service), [one, two, three], 'the failed key is not asked again');
    const { state } = shown as KeyShown;
    if (state !== 'ready') await eventually(() => service.log.some((line) => line.includes('A key was refused and is out')));
    t.match((await keysShown(service))[0], shown);
  });
}

t.test('a key that is refused for one call and works by itself is asked last, and is not out', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys });
  service.emulator.failKey(one, 'invalid', { model });
  for (let count = 0; count < 4; count += 1) t.equal((await chat(service, question('Hello'))).status, 200);
  t.same(keysAsked(service), [one, two, three, two, three]);
  t.ok((await keysShown(service)).every(({ state }) => state === 'ready'));
});

t.test('N keys are N tries: the last good one answers', async (t) => {
  const keys = Array.from({ length: 12 }, (_, at) => `made-up-key-number-${at + 1}`);
  const service = await pollux(t, { keys });
  for (const key of keys.slice(0, -1)) service.emulator.failKey(key, 'minute', { model });
  t.equal((await chat(service, question('Hello'))).status, 200);
  t.same(keysAsked(service), keys);
});

t.test('all keys out for a while: 429 with the soonest Retry-After, and then at once, without asking Gemini', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys });
  for (const key of madeUpKeys) service.emulator.failKey(key, 'minute', { model });
  for (let count = 0; count < 2; count += 1) {
    const refused = await chat(service, question('Hello'));
    t.equal(refused.status, 429);
    const seconds = Number(refused.headers.get('retry-after'));
    t.ok(seconds >= 30 && seconds <= 60, `Retry-After: ${seconds}`);
    t.match((await toldBy(refused)).error, { code: 'rate_limit_exceeded' });
  }
  t.same(keysAsked(service), madeUpKeys);
  t.equal((await chat(service, question('Hello', { model: 'gemini-2.5-flash-lite' }))).status, 200, 'another model has its own quota');
});

t.test('all keys out for the day: told so, and told that trying again is of no use', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys });
  for (const key of madeUpKeys) service.emulator.failKey(key, 'day', { model });
  const refused = await chat(service, question('Hello', { stream: true }));
  t.equal(refused.status, 429);
  t.match(refused.headers.get('content-type'), 'application/json');
  t.equal(refused.headers.get('x-should-retry'), 'false');
  t.ok(Number(refused.headers.get('retry-after')) >= 1);
  t.match((await toldBy(refused)).error, { code: 'insufficient_quota', message: /midnight Pacific/ });
});

t.test('keys without credit: told as a quota that no minute heals, and not asked again', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys });
  service.emulator.failKey(one, 'unpaid', { model });
  service.emulator.failKey(two, 'unpaid', { model });
  for (let count = 0; count < 3; count += 1) t.equal((await chat(service, question('Hello'))).status, 200);
  t.same(keysAsked(service), [one, two, three, three, three]);
  t.match(await keysShown(service), [{ state: 'unpaid' }, { state: 'unpaid' }, { state: 'ready' }]);
  service.emulator.failKey(three, 'unpaid', { model });
  for (const stream of [false, true]) {
    const refused = await chat(service, question('Hello', { stream }));
    t.match([refused.status, refused.headers.get('x-should-retry'), refused.headers.get('retry-after')], [429, 'false', null]);
    t.match((await toldBy(refused)).error, { type: 'insufficient_quota', code: 'insufficient_quota', message: /must add credit or raise the limit/ });
  }
  t.equal(keysAsked(service).length, 6);
});

t.test('no key that Google takes: 503 that says which key and why, and no key', async (t) => {
  const service = await pollux(t, { keys: [one, two] });
  for (const key of [one, two]) service.emulator.failKey(key, 'invalid', { model });
  const refused = await chat(service, question('Hello'));
  t.equal(refused.status, 503);
  t.match((await toldBy(refused)).error, { code: 'no_usable_key', message: /#1, #2: / });
});

const restsAndRefusals: readonly (readonly [first: KeyFailure, second: KeyFailure, code: string])[] = [
  ['minute', 'invalid', 'rate_limit_exceeded'],
  ['invalid', 'minute', 'rate_limit_exceeded'],
  ['leaked', 'day', 'insufficient_quota'],
  ['day', 'denied', 'insufficient_quota'],
];

t.test('where Google refuses some keys and the others rest, the rest is what is told: it ends', async (t) => {
  for (const [first, second, code] of restsAndRefusals) {
    for (const dialect of ['openai', 'google'] as const) {
      const service = await pollux(t, { keys: [one, two] });
      service.emulator.failKey(one, first, { model });
      service.emulator.failKey(two, second, { model });
      const refused =
        dialect === 'openai'
          ? await chat(service, question('Hello'))
          : await fetch(`${service.url}/v1beta/models/${model}:generateContent`, { method: 'POST', headers: { 'x-goog-api-key': service.password, 'content-type': 'application/json' }, body: JSON.stringify({ contents: [{ parts: [{ text: 'Hello' }] }] }) });
      t.equal(refused.status, 429, `${dialect}: ${first}, ${second}`);
      t.ok(Number(refused.headers.get('retry-after')) >= 30);
      if (dialect === 'openai') t.match((await toldBy(refused)).error, { code });
    }
  }
});

t.test('keys of one project share its quota', async (t) => {
  const service = await pollux(t, { keys: [`${one}@shared`, `${two}@shared`, three] });
  service.emulator.failKey(one, 'day', { model });
  t.equal((await chat(service, question('Hello'))).status, 200);
  t.same(keysAsked(service), [one, three]);
});

const hostFaults: readonly FaultKind[] = ['reset-before-head', 'close-before-head', 500, 502, 503, 504, 'overloaded', 'empty-stream', 'error-first', 'html-200', 'reset-mid-body'];

t.test('a model that is closed to new users is asked of older keys, and no key is blamed', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys });
  for (const key of madeUpKeys.slice(0, 2)) service.emulator.failKey(key, 'retired');
  for (const stream of [false, true]) {
    for (let count = 0; count < 3; count += 1) t.equal((await chat(service, question('Hello', { stream }))).status, 200);
  }
  service.emulator.failKey(madeUpKeys[2] ?? '', 'retired');
  const refused = await chat(service, question('Hello'));
  t.match([refused.status, (await toldBy(refused)).error], [404, { code: 'model_not_found', message: /no longer available to new users/ }]);
  service.emulator.failKey(madeUpKeys[2] ?? '', 'minute');
  t.equal((await chat(service, question('Hello'))).status, 429, 'a key that has it only rests');
  for (const key of madeUpKeys) service.emulator.healKey(key);
  t.equal((await chat(service, question('Hello'))).status, 200, 'the others are not out');
});

t.test('a fault of host or network is tried again and blames no key', async (t) => {
  for (const fault of hostFaults) {
    const service = await pollux(t, { keys: madeUpKeys });
    service.emulator.fault(fault, { afterFrames: 0 });
    const answer = await chat(service, question('Hello', { stream: true }));
    t.equal(answer.status, 200, `${fault}`);
    t.match(contentOf(await answer.text()), 'You wrote: “Hello”', `${fault}`);
    t.ok((await keysShown(service)).every(({ state, models }) => state === 'ready' && models.length === 0), `${fault}: all keys stay ready`);
  }
});

t.test('a page of something on the way is no word of Google: it is tried again and blames no key', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys });
  service.emulator.failKey(one, 'html429', { model });
  for (let count = 0; count < 3; count += 1) t.equal((await chat(service, question('Hello'))).status, 200);
  t.same(keysAsked(service), [one, two, three, one, two]);
  t.ok((await keysShown(service)).every(({ state, models }) => state === 'ready' && models.length === 0));
});

t.test('a model that answers nobody is asked one call at a time, and the wait grows until it answers', { timeout: 60_000 }, async (t) => {
  const service = await pollux(t, { keys: madeUpKeys });
  service.emulator.fault('overloaded', { model, times: 1000 });
  const calls = (): number => asked(service.emulator).length;
  const ask = async (over: object = {}): Promise<readonly [number, number | null, string | null, number]> => {
    const before = calls();
    const { status, headers } = await chat(service, question('Hello', over));
    const wait = headers.get('retry-after');
    return [status, wait === null ? null : Number(wait), headers.get('x-should-retry'), calls() - before];
  };
  t.same(await ask(), [503, 1, 'true', 5], 'the first request tries all it may');
  for (const wait of [2, 4, 8, 16]) t.same(await ask({ stream: wait % 4 === 0 }), [503, wait, 'true', 1], 'the next ones are trials of one call');
  const before = calls();
  const statuses = await Promise.all([1, 2, 3].map(async () => (await ask())[0]));
  t.same([statuses, calls() - before], [[503, 503, 503], 0], 'then nobody is let through until the wait is over');
  t.equal((await chat(service, question('Hello', { model: 'gemini-2.5-pro' }))).status, 200, 'other models go on');
});

t.test('a short outage ends for the next request, one call at a time', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys });
  service.emulator.fault('overloaded', { model, times: 7 });
  const statusOf = async (): Promise<number> => (await chat(service, question('Hello'))).status;
  t.same([await statusOf(), await statusOf(), await statusOf()], [503, 503, 503]);
  const together = await Promise.all([statusOf(), statusOf(), statusOf()]);
  t.ok(together.includes(200));
  t.same(await Promise.all([statusOf(), statusOf(), statusOf()]), [200, 200, 200]);
});

t.test('a host that is not there is a 502, and no key is blamed', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys, settings: { GEMINI_BASE_URL: 'http://127.0.0.1:9' } });
  const refused = await chat(service, question('Hello'));
  t.equal(refused.status, 502);
  t.match((await toldBy(refused)).error, { code: 'upstream_unreachable', type: 'server_error' });
  t.ok((await keysShown(service)).every(({ state }) => state === 'ready'));
});

t.test('a request that Gemini refuses costs one try, whatever the number of keys', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys });
  service.emulator.fault('location');
  t.equal((await chat(service, question('Hello'))).status, 403);
  t.equal((await chat(service, question('Hello', { model: 'gemini-none' }))).status, 404);
  t.equal(asked(service.emulator).length, 2);
});
