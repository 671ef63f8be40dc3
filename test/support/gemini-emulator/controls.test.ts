import t, { type Test } from 'tap';
import type { EmulatorOptions, GeminiEmulator } from './emulator.ts';
import { isObject, objectAt, objectsAt, parsed, textAt, type JsonObject } from './json.ts';
import { keyFailures, type KeyFailure } from './key-failures.ts';
import { startGeminiEmulator } from './start-gemini-emulator.ts';

const started = async (t: Test, options: EmulatorOptions = {}): Promise<GeminiEmulator> => {
  const emulator = await startGeminiEmulator(options);
  t.teardown(() => emulator.close());
  return emulator;
};

type Answer = { readonly status: number; readonly type: string; readonly text: string; readonly value: JsonObject };

type Ask = { readonly key?: string; readonly model?: string; readonly action?: string; readonly contents?: readonly JsonObject[] };

const read = async (answer: Response): Promise<Answer> => {
  const text = await answer.text();
  const value = parsed(text);
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text, value: isObject(value) ? value : {} };
};

const hello = [{ role: 'user', parts: [{ text: 'Hello' }] }];

const ask = async ({ url }: GeminiEmulator, { key = 'k1', model = 'gemini-3.8-flash', action = 'generateContent', contents = hello }: Ask = {}) =>
  read(
    await fetch(`${url}/v1beta/models/${model}:${action}`, {
      method: 'POST',
      headers: key === '' ? {} : { 'x-goog-api-key': key },
      body: JSON.stringify({ contents, tools: [{ functionDeclarations: [{ name: 'weather' }] }] }),
    }),
  );

const get = async ({ url }: GeminiEmulator, path: string): Promise<Answer> =>
  read(await fetch(`${url}/v1beta/${path}`, { headers: { 'x-goog-api-key': 'k1' } }));

const messageOf = ({ value }: Answer): string => textAt(objectAt(value, 'error'), 'message') ?? '';
const partsOf = ({ value }: Answer): readonly JsonObject[] => objectsAt(objectsAt(value, 'candidates')[0]?.['content'], 'parts');
const textOf = (answer: Answer): string => partsOf(answer).map((part) => textAt(part, 'text') ?? '').join('');
const frame = (text: string): JsonObject => ({ candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }] });

t.test('models come in pages, each with the token of the next', async (t) => {
  const emulator = await started(t, { pageSize: 10 });
  const sizes: number[] = [];
  const names: unknown[] = [];
  for (let token: string | undefined = ''; token !== undefined; ) {
    const page = await get(emulator, `models${token === '' ? '' : `?pageToken=${token}`}`);
    sizes.push(objectsAt(page.value, 'models').length);
    names.push(...objectsAt(page.value, 'models').map(({ name }) => name));
    token = textAt(page.value, 'nextPageToken');
  }
  t.same(sizes, [10, 10, 7]);
  t.equal(new Set(names).size, 27);
  t.equal(objectsAt((await get(emulator, 'models?pageSize=3')).value, 'models').length, 3);
  t.match(await get(emulator, 'models?pageSize=none'), { status: 400 });
  t.match(await get(emulator, 'models?pageToken=none'), { status: 400 });
  t.match(await get(emulator, 'models/gemini-2.5-pro'), { status: 200, value: { name: 'models/gemini-2.5-pro', inputTokenLimit: 1_048_576 } });
  t.match(await get(emulator, 'models/gemini-1'), { status: 404, value: { error: { status: 'NOT_FOUND' } } });
});

t.test('what is not there is a 404 in words of Google', async (t) => {
  const emulator = await started(t);
  const unknown = await ask(emulator, { model: 'gemini-1' });
  t.equal(unknown.status, 404);
  t.match(messageOf(unknown), /^models\/gemini-1 is not found for API version v1beta, or is not supported for generateContent\. Call /);
  t.match(messageOf(await ask(emulator, { model: 'gemini-embedding-001' })), /not supported for generateContent/);
  t.equal((await get(emulator, 'files')).status, 404);
  t.equal((await ask(emulator, { action: 'chat' })).status, 404);
});

t.test('tokens are counted', async (t) => {
  t.match(await ask(await started(t), { action: 'countTokens' }), { status: 400 }, 'tools are no field of that request');
  const counted = await fetch(`${(await started(t)).url}/v1beta/models/gemini-3.8-flash:countTokens`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'k1' },
    body: JSON.stringify({ contents: hello }),
  });
  t.match(await counted.json(), { totalTokens: 3 });
});

/** Status, and what the body holds. */
const refusals: Readonly<Record<KeyFailure, readonly [number, string]>> = {
  invalid: [400, 'API_KEY_INVALID'],
  expired: [400, 'API key expired'],
  leaked: [403, 'reported as leaked'],
  suspended: [403, 'CONSUMER_SUSPENDED'],
  denied: [403, 'SERVICE_DISABLED'],
  minute: [429, 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier'],
  day: [429, 'GenerateRequestsPerDayPerProjectPerModel-FreeTier'],
  'tokens-minute': [429, 'GenerateContentInputTokensPerModelPerMinute-FreeTier'],
  retired: [404, 'no longer available to new users'],
  unpaid: [429, 'prepayment credits are depleted'],
  plain429: [429, 'Resource has been exhausted (e.g. check quota).'],
  html429: [429, '<title>Sorry...</title>'],
};

t.test('a key fails as told until it is healed, and the others go on', async (t) => {
  const emulator = await started(t);
  t.same(Object.keys(refusals), keyFailures);
  for (const failure of keyFailures) {
    const [status, holds] = refusals[failure];
    emulator.failKey('k1', failure);
    const refused = await ask(emulator);
    t.equal(refused.status, status, failure);
    t.ok(refused.text.includes(holds), `${failure}: ${refused.text}`);
    t.equal((await ask(emulator, { key: 'k2' })).status, 200, failure);
    emulator.healKey('k1');
    t.equal((await ask(emulator)).status, 200, failure);
  }
});

t.test('a failure can be for some requests or for one model', async (t) => {
  const emulator = await started(t);
  emulator.failKey('k1', 'minute', { times: 2, model: 'gemini-3.8-flash' });
  const statuses = [];
  for (const model of ['gemini-2.5-flash', 'gemini-3.8-flash', 'gemini-3.8-flash', 'gemini-3.8-flash']) statuses.push((await ask(emulator, { model })).status);
  t.same(statuses, [200, 429, 429, 200]);
});

t.test('the refusal of a stream is plain JSON that calls itself an event stream', async (t) => {
  const emulator = await started(t);
  emulator.failKey('k1', 'day');
  const refused = await ask(emulator, { action: 'streamGenerateContent?alt=sse' });
  t.match(refused, { status: 429, type: 'text/event-stream', value: { error: { status: 'RESOURCE_EXHAUSTED' } } });
});

t.test('no key, or one that is not among the valid ones, is refused', async (t) => {
  const emulator = await started(t, { keys: ['k1'] });
  t.match(await ask(emulator, { key: '' }), { status: 403, value: { error: { message: /unregistered callers/ } } });
  t.match(await ask(emulator, { key: 'k2' }), { status: 400, value: { error: { message: /API key not valid/ } } });
  t.equal((await ask(emulator)).status, 200);
  t.same(emulator.requests.map(({ key, queryKey }) => [key, queryKey]), [[null, null], ['k2', null], ['k1', null]]);
});

t.test('answers for some requests queue up, and the lasting one comes after them', async (t) => {
  const emulator = await started(t);
  emulator.answerWith([frame('always')]);
  emulator.answerWith([frame('first')], { times: 1 });
  emulator.answerWith(({ key, model, stream }) => [frame(`${key} ${model} ${stream}`)], { times: 1 });
  emulator.answerWith([frame('other model')], { times: 1, model: 'gemini-2.5-flash' });
  const texts = [];
  for (let count = 0; count < 4; count += 1) texts.push(textOf(await ask(emulator)));
  t.same(texts, ['first', 'k1 gemini-3.8-flash false', 'always', 'always']);
  t.equal(textOf(await ask(emulator, { model: 'gemini-2.5-flash' })), 'other model');
});

t.test('a script tells status, headers, cuts and the end of an answer', async (t) => {
  const emulator = await started(t);
  emulator.answerWith({ body: 'data: {"a":"ü"}\n\n', status: 202, headers: { 'x-more': 'yes' }, cuts: { seed: 1, most: 2 } }, { times: 1 });
  t.match(await ask(emulator, { action: 'streamGenerateContent?alt=sse' }), { status: 202, text: 'data: {"a":"ü"}\n\n' });
  emulator.answerWith({ frames: [frame('a')], ending: 'reset' }, { times: 1 });
  await t.rejects(ask(emulator));
});

t.test('a frame is held until its promise resolves', async (t) => {
  const emulator = await started(t);
  let open: () => void = () => undefined;
  const until = new Promise<void>((resolve) => (open = resolve));
  emulator.answerWith({ frames: [frame('a'), frame('b')], hold: { beforeFrame: 1, until } }, { times: 1 });
  const answer = await fetch(`${emulator.url}/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'k1' },
    body: JSON.stringify({ contents: hello }),
  });
  const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
  t.match(Buffer.from((await reader.read()).value ?? []).toString(), /"a"/);
  open();
  t.match(Buffer.from((await reader.read()).value ?? []).toString(), /"b"/);
  t.equal((await reader.read()).done, true);
});

t.test('reset forgets answers, failures, faults and what was seen', async (t) => {
  const emulator = await started(t);
  emulator.answerWith([frame('always')]);
  emulator.failKey('k1', 'invalid');
  emulator.fault(500);
  await ask(emulator);
  emulator.reset();
  t.same(emulator.requests, []);
  t.match(textOf(await ask(emulator)), /canned answer/);
  t.equal(emulator.requests.length, 1);
});

const turnsWith = (thoughtSignature: string): readonly JsonObject[] => [
  { role: 'user', parts: [{ text: 'Call the tool' }] },
  { role: 'model', parts: [{ functionCall: { name: 'weather', args: {} }, thoughtSignature }] },
  { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { ok: true } } }] },
];

t.test('with strict signatures only those that it gave out are taken', async (t) => {
  const emulator = await started(t, { strictSignatures: true });
  const [call] = partsOf(await ask(emulator, { contents: turnsWith('').slice(0, 1) }));
  const given = textAt(call, 'thoughtSignature') ?? '';
  t.equal((await ask(emulator, { contents: turnsWith(given) })).status, 200);
  t.equal(messageOf(await ask(emulator, { contents: turnsWith('Zm9yZWlnbg==') })), 'Corrupted thought signature.');
  t.equal((await ask(await started(t), { contents: turnsWith('Zm9yZWlnbg==') })).status, 200);
  t.match(messageOf(await ask(emulator, { contents: turnsWith('') })), /missing a thought_signature/);
});

t.test('without checks anything is answered', async (t) => {
  t.equal((await ask(await started(t, { checks: false }), { contents: [] })).status, 200);
  t.equal((await ask(await started(t), { contents: [] })).status, 400);
});
