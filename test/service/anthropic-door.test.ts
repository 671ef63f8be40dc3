import t, { type Test } from 'tap';
import { asked, frame, gate, madeUpKeys, pollux, reading, type Pollux } from '../support/pollux.ts';
import { eventually } from '../support/serving.ts';
import { collected, eventsIn, type Message } from '../support/messages.ts';

const model = 'gemini-3.5-flash';

type Asking = { readonly path?: string; readonly headers?: Readonly<Record<string, string>>; readonly signal?: AbortSignal };

const body = (over: object = {}): object => ({ model, max_tokens: 1000, messages: [{ role: 'user', content: 'Hello' }], ...over });

const ask = ({ url, password }: Pick<Pollux, 'url' | 'password'>, given: unknown, { path = '/v1/messages', headers = {}, signal }: Asking = {}): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'x-api-key': password, 'anthropic-version': '2023-06-01', 'content-type': 'application/json', ...headers },
    body: typeof given === 'string' ? given : JSON.stringify(given),
    ...(signal === undefined ? {} : { signal }),
  });

type Refusal = { readonly type: string; readonly error: { readonly type: string; readonly message: string }; readonly request_id: string };

/** An error in Anthropic's shape, and nothing of any other. */
const refusal = async (t: Test, answer: Response, [status, type]: readonly [number, string]): Promise<string> => {
  const told = (await answer.json()) as Refusal;
  t.equal(answer.status, status, type);
  t.same([Object.keys(told), Object.keys(told.error), told.type, told.error.type], [['type', 'error', 'request_id'], ['type', 'message'], 'error', type]);
  t.match(told.request_id, /^req_/);
  t.equal(answer.headers.get('request-id'), told.request_id);
  return told.error.message;
};

t.test('a message comes whole and streamed, with x-api-key or Bearer, at any base address, with any query and betas', async (t) => {
  const service = await pollux(t);
  for (const path of ['/v1/messages', '/v1/messages?beta=true', '/messages', '/v1/v1/messages', '/anthropic/v1/messages']) {
    const answer = await ask(service, body(), { path, headers: { 'anthropic-beta': 'a-2026-01-01,b-2026-01-01', 'anthropic-version': '2026-10-21' } });
    t.equal(answer.status, 200, path);
    t.match(await answer.json(), { type: 'message', role: 'assistant', model, content: [{ type: 'text', text: /You wrote: “Hello”/ }], stop_reason: 'end_turn' });
    t.match(answer.headers.get('request-id'), /^req_/);
  }
  const bearer = await fetch(`${service.url}/v1/messages`, { method: 'POST', headers: { authorization: `Bearer ${service.password}`, 'content-type': 'application/json' }, body: JSON.stringify(body({ stream: true })) });
  t.equal(bearer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const names = eventsIn(await bearer.text()).map(({ name }) => name);
  t.same([names[0], names[1], names.at(-2), names.at(-1)], ['message_start', 'ping', 'message_delta', 'message_stop']);
});

t.test('HEAD and GET /api/hello need no password', async (t) => {
  const { url } = await pollux(t);
  t.equal((await fetch(`${url}/api/hello`, { method: 'HEAD' })).status, 200);
  t.equal((await fetch(`${url}/api/hello`)).status, 200);
});

t.test('a wrong password is a 401 that is not worth another try', async (t) => {
  const { url } = await pollux(t);
  const answer = await ask({ url, password: 'wrong' }, body());
  t.equal(answer.headers.get('x-should-retry'), 'false');
  t.match(await refusal(t, answer, [401, 'authentication_error']), /PASSWORD/);
  const none = await fetch(`${url}/v1/messages`, { method: 'POST', body: '{}' });
  await refusal(t, none, [401, 'authentication_error']);
});

t.test('of two credentials one right one is enough', async (t) => {
  const service = await pollux(t);
  const { url, password } = service;
  for (const headers of [{ 'x-api-key': password, authorization: 'Bearer of-a-login' }, { 'x-api-key': 'of-elsewhere', authorization: `Bearer ${password}` }]) {
    t.equal((await ask(service, body(), { headers })).status, 200);
    t.equal((await ask(service, body(), { path: '/v1/messages/count_tokens', headers })).status, 200);
    t.equal((await fetch(`${url}/v1/models`, { headers: { 'anthropic-version': '2023-06-01', ...headers } })).status, 200);
  }
  await refusal(t, await ask(service, body(), { headers: { 'x-api-key': 'of-elsewhere', authorization: 'Bearer of-a-login' } }), [401, 'authentication_error']);
});

t.test('what is not served is refused in the same shape, before a route is found too', async (t) => {
  const service = await pollux(t, { settings: { MAX_BODY_MB: '1' } });
  const { url, password } = service;
  const headers = { 'x-api-key': password, 'anthropic-version': '2023-06-01' };
  for (const path of ['/v1/messages/batches', '/v1/messages/batches/abc/results', '/v1/files', '/v1/files/abc', '/v1/skills', '/v1/complete', '/v1/organizations/me', '/v1/messages/none']) {
    await refusal(t, await fetch(`${url}${path}`, { headers }), [404, 'not_found_error']);
    await refusal(t, await fetch(`${url}${path}`, { headers, method: 'POST', body: '{}' }), [404, 'not_found_error']);
  }
  await refusal(t, await fetch(`${url}/v1/messages`, { headers }), [405, 'invalid_request_error']);
  await refusal(t, await ask(service, `{"a":"${'a'.repeat(1_200_000)}"}`), [413, 'request_too_large']);
  await refusal(t, await ask(service, '{"model'), [400, 'invalid_request_error']);
  await refusal(t, await ask(service, 'x', { headers: { 'content-type': 'text/plain' } }), [415, 'invalid_request_error']);
  t.match(await refusal(t, await ask(service, body({ model: 'gpt-9' })), [404, 'not_found_error']), 'gpt-9');
  t.match(await refusal(t, await ask(service, body({ max_tokens: undefined })), [400, 'invalid_request_error']), "'max_tokens'");
});

t.test('too many tokens are told with their numbers, and an overloaded Gemini is a 529', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys.slice(0, 1) });
  const { emulator } = service;
  const message = 'The input token count (3475108) exceeds the maximum number of tokens allowed (1048576).';
  emulator.answerWith({ status: 400, body: JSON.stringify({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }) }, { times: 1 });
  t.equal(await refusal(t, await ask(service, body()), [400, 'invalid_request_error']), 'prompt is too long: 3475108 tokens > 1048576 maximum');
  for (let count = 0; count < 5; count += 1) emulator.fault(503, { model, times: 1 });
  await refusal(t, await ask(service, body()), [529, 'overloaded_error']);
});

t.test('a minute quota is a 429 with whole seconds, a day quota one that is not worth another try', async (t) => {
  for (const [kind, retry] of [['minute', null], ['day', 'false']] as const) {
    const service = await pollux(t);
    service.emulator.failKey(madeUpKeys[0] ?? '', kind, { model });
    const answer = await ask(service, body());
    await refusal(t, answer, [429, 'rate_limit_error']);
    t.match(answer.headers.get('retry-after'), /^[1-9]\d*$/);
    if (retry !== null) t.equal(answer.headers.get('x-should-retry'), retry);
  }
});

t.test('a key that Google refuses is never a 401 or 403', async (t) => {
  const service = await pollux(t);
  service.emulator.failKey(madeUpKeys[0] ?? '', 'invalid');
  await refusal(t, await ask(service, body()), [502, 'api_error']);
});

t.test('a failure in the middle of a stream is an error event with the request id, and nothing after it', async (t) => {
  const service = await pollux(t);
  service.emulator.answerWith({ frames: [frame('as far as'), { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }] });
  const answer = await ask(service, body({ stream: true }));
  const events = eventsIn(await answer.text());
  t.match(events.at(-1), { name: 'error', data: { type: 'error', error: { type: 'overloaded_error' }, request_id: answer.headers.get('request-id') } });
  t.ok(events.every(({ name }) => name !== 'message_stop' && name !== 'message_delta'));
});

t.test('the model list has its own form where the request has anthropic-version, and that of OpenAI without it', async (t) => {
  const { url, password } = await pollux(t, { settings: { MODEL_ALIASES: 'claude-mine=gemini-2.5-flash', EXTRA_MODELS: 'gemini-extra' } });
  const get = async (path: string, headers: Readonly<Record<string, string>> = { 'anthropic-version': '2023-06-01' }) => {
    const answer = await fetch(`${url}${path}`, { headers: { 'x-api-key': password, ...headers } });
    return { status: answer.status, value: (await answer.json()) as Readonly<Record<string, unknown>> & { readonly data: readonly { readonly id: string }[] } };
  };
  const all = await get('/v1/models?limit=1000');
  const ids = all.value.data.map(({ id }) => id);
  t.match(all.value, { has_more: false, first_id: ids[0], last_id: ids.at(-1) });
  for (const id of ['gemini-2.5-flash', 'claude-mine', 'claude-haiku', 'claude-sonnet', 'claude-opus', 'gemini-extra']) t.ok(ids.includes(id), id);
  t.notOk(ids.some((id) => id.includes('-tts') || id.includes('embedding')), 'only what writes messages');
  t.match(all.value.data.find(({ id }) => id === 'claude-mine'), { type: 'model', display_name: 'claude-mine', created_at: /^\d{4}-\d\d-\d\dT/, max_input_tokens: 1_048_576, max_tokens: 65_536, capabilities: null, lifecycle: 'active', line: null, deprecated_at: null, retires_at: null });
  const first = await get('/v1/models?limit=3');
  t.same([first.value.data.map(({ id }) => id), first.value['has_more']], [ids.slice(0, 3), true]);
  t.same((await get(`/v1/models?limit=2&after_id=${ids[2]}`)).value.data.map(({ id }) => id), ids.slice(3, 5));
  const before = await get(`/v1/models?limit=2&before_id=${ids[2]}`);
  t.same([before.value.data.map(({ id }) => id), before.value['has_more']], [ids.slice(0, 2), false]);
  t.match(await get('/v1/models?limit=0'), { status: 400, value: { error: { message: /'limit'/ } } });
  t.match(await get('/v1/models/claude-sonnet-5-5'), { status: 200, value: { type: 'model', id: 'claude-sonnet-5-5' } });
  t.match(await get('/v1/models/none'), { status: 404, value: { type: 'error', error: { type: 'not_found_error' } } });
  t.match(await get('/v1/models', {}), { status: 200, value: { object: 'list' } });
});

const names: readonly (readonly [asked: string, model: string])[] = [
  ['claude-haiku-4-5-20251001', 'gemini-flash-lite-latest'],
  ['claude-3-5-haiku-latest', 'gemini-flash-lite-latest'],
  ['claude-sonnet-5-5', 'gemini-flash-latest'],
  ['claude-opus-5-5[1m]', 'gemini-pro-latest'],
  ['claude-fable-1', 'gemini-pro-latest'],
  ['anthropic/claude-sonnet-5-5', 'gemini-flash-latest'],
  ['claude-mine', 'gemini-2.5-flash'],
  ['models/gemini-2.5-flash', 'gemini-2.5-flash'],
];

t.test('names of Claude are answered, the name that was asked for is told, and those of the operator win', async (t) => {
  const service = await pollux(t, { settings: { MODEL_ALIASES: 'claude-mine=gemini-2.5-flash' } });
  for (const [name, meant] of names) {
    const answer = await ask(service, body({ model: name }));
    t.equal(((await answer.json()) as Message).model, name);
    t.equal(asked(service.emulator).at(-1)?.model, meant, name);
  }
  const { models } = (await (await fetch(`${service.url}/status`, { headers: { 'x-api-key': service.password } })).json()) as { readonly models: readonly string[] };
  t.ok(models.includes('claude-*haiku* → gemini-flash-lite-latest'), 'the status page shows them');
  const other = await pollux(t, { settings: { CLAUDE_MODELS: 'claude-*=gemini-2.5-flash' } });
  await (await ask(other, body({ model: 'claude-haiku-9' }))).text();
  t.equal(asked(other.emulator).at(-1)?.model, 'gemini-2.5-flash');
  const without = await pollux(t, { settings: { CLAUDE_MODELS: 'off' } });
  await refusal(t, await ask(without, body({ model: 'claude-haiku-9' })), [404, 'not_found_error']);
});

t.test('tokens are counted with system and tools, over the key pool', async (t) => {
  const service = await pollux(t, { keys: madeUpKeys });
  service.emulator.failKey(madeUpKeys[0] ?? '', 'invalid');
  const count = async (over: object): Promise<number> => {
    const answer = await ask(service, { model, messages: [{ role: 'user', content: 'Hello' }], ...over }, { path: '/v1/messages/count_tokens?beta=true' });
    t.equal(answer.status, 200);
    const told = (await answer.json()) as { readonly input_tokens: number };
    t.same(Object.keys(told), ['input_tokens']);
    return told.input_tokens;
  };
  const plain = await count({});
  const system = await count({ system: 'You are a long instruction of many words, many words indeed.' });
  const tools = await count({ tools: [{ name: 'weather', description: 'Tells the weather of a city, in long words.', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }] });
  t.ok(plain > 0 && system > plain + 5 && tools > 0, `${plain}, ${system}`);
  t.match(asked(service.emulator).at(-1), {
    action: 'countTokens',
    body: { generateContentRequest: { model: `models/${model}`, contents: [{ parts: [{ text: 'Hello' }] }], tools: [{ functionDeclarations: [{ name: 'weather' }] }] } },
  });
  await refusal(t, await ask(service, { model }, { path: '/v1/messages/count_tokens' }), [400, 'invalid_request_error']);
});

t.test('a silent stream gets pings, the first of them behind message_start, and an empty piece of the open block', async (t) => {
  const service = await pollux(t, { settings: { STREAM_KEEPALIVE_SECONDS: '1' } });
  const signs: readonly RegExp[] = [/^event: message_start\n.*\n\nevent: ping\n/, /text_delta","text":"first, ".*event: ping.*text_delta","text":""/s];
  for (const [beforeFrame, sign] of signs.entries()) {
    const held = gate();
    service.emulator.answerWith({ frames: [frame('first, '), frame('last', 'STOP')], hold: { beforeFrame, until: held.until } }, { times: 1 });
    const stream = reading(await ask(service, body({ stream: true })));
    t.match(await stream.until(beforeFrame === 0 ? 'event: ping\n' : '"text":""}'), sign);
    held.open();
    const events = eventsIn(await stream.rest());
    t.equal(events.filter(({ name }) => name === 'message_start').length, 1);
    t.match(collected(events).content, [{ type: 'text', text: 'first, last' }]);
  }
});

t.test('max_tokens 0 warms nothing up: an empty answer, and Gemini is not asked', async (t) => {
  const service = await pollux(t);
  for (const stream of [false, true]) {
    const answer = await ask(service, body({ max_tokens: 0, stream }));
    t.equal(answer.status, 200);
    t.match(await answer.text(), '"stop_reason":"end_turn"');
  }
  t.same(asked(service.emulator), []);
});

t.test('an answer that is cut off is an error, whole and streamed, and never an end', async (t) => {
  const service = await pollux(t);
  service.emulator.answerWith({ frames: [frame('as far as')], ending: 'reset' });
  const answer = await ask(service, body({ stream: true }));
  const events = eventsIn(await answer.text());
  t.match(events.at(-1), { name: 'error', data: { error: { type: 'api_error' } } });
  t.notOk(events.some(({ name }) => name === 'message_delta' || name === 'message_stop'));
  await refusal(t, await ask(service, body()), [502, 'api_error']);
});

t.test('an answer with nothing in it is asked for again, then it is an api_error, whole and streamed', async (t) => {
  const service = await pollux(t);
  const empty = { candidates: [{ content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP', index: 0 }] };
  service.emulator.answerWith({ frames: [empty] }, { times: 1 });
  t.equal((await ask(service, body())).status, 200, 'once is mended');
  service.emulator.answerWith({ frames: [empty] });
  for (const stream of [false, true]) await refusal(t, await ask(service, body({ stream })), [502, 'api_error']);
  t.ok(asked(service.emulator).length > 4);
});

t.test('who leaves ends the call of Gemini, whole and streamed', async (t) => {
  const service = await pollux(t);
  for (const stream of [true, false]) {
    const held = gate();
    service.emulator.answerWith({ frames: [frame('first, '), frame('last', 'STOP')], hold: { beforeFrame: 1, until: held.until } }, { times: 1 });
    const leaving = new AbortController();
    const before = asked(service.emulator).length;
    const answer = ask(service, body({ stream }), { signal: leaving.signal });
    if (stream) await reading(await answer).until('first, ');
    await eventually(() => asked(service.emulator).length > before);
    leaving.abort();
    await answer.catch(() => null);
    t.equal((await asked(service.emulator).at(-1)?.closed)?.early, true, stream ? 'streamed' : 'whole');
    held.open();
  }
});
