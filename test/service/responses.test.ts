import t from 'tap';
import { asked, frame, madeUpKeys, pollux, type Pollux } from '../support/pollux.ts';
import { streamFaults } from '../support/response-laws.ts';
import { at, eventsIn, listAt, type Json } from '../support/responses.ts';

const model = 'gemini-3.5-flash';
const weather = { type: 'function', name: 'get_weather', description: 'd', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } };

const respond = ({ url, password }: Pollux, body: Json, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, input: 'Hello', ...body }),
  });

const jsonOf = async (answer: Response): Promise<Json> => (await answer.json()) as Json;

t.test('an agent goes on over several steps with store: false, each signature where it belongs', async (t) => {
  const service = await pollux(t, { emulator: { strictSignatures: true } });
  for (const stream of [false, true]) {
    const tools = [weather, { type: 'web_search', external_web_access: true }];
    const input: unknown[] = [{ role: 'user', content: 'Call two tools for the weather in Rome' }];
    for (let step = 0; step < 2; step += 1) {
      const answer = await respond(service, { input, tools, store: false, stream, include: ['reasoning.encrypted_content'], reasoning: { summary: 'auto' } });
      t.equal(answer.status, 200);
      const events = stream ? eventsIn(await answer.text()) : [];
      if (stream) t.same(streamFaults(events), []);
      const response = stream ? events.at(-1)?.['response'] : await jsonOf(answer);
      const output = listAt(response, 'output');
      input.push(...output);
      const calls = output.filter(({ type }) => type === 'function_call');
      if (step === 0) t.ok(calls.length > 0 && output.some((item) => typeof item['encrypted_content'] === 'string'), 'it calls, signed');
      input.push(...calls.map(({ call_id }) => ({ type: 'function_call_output', call_id, output: '{"degrees":20}' })), ...(step === 0 ? [] : [{ role: 'user', content: 'Thanks' }]));
    }
  }
  const last = JSON.stringify(asked(service.emulator).at(-1)?.body);
  t.match(last, /thoughtSignature/);
  t.notMatch(last, /skip_thought_signature_validator/, 'no stand-in was needed');
});

t.test('a fault before the first event is an HTTP status with JSON, streamed too', async (t) => {
  const service = await pollux(t);
  service.emulator.failKey(madeUpKeys[0] ?? '', 'minute');
  for (const stream of [false, true]) {
    const answer = await respond(service, { stream });
    t.equal(answer.status, 429);
    t.match(answer.headers.get('content-type'), /application\/json/);
    t.match(await jsonOf(answer), { error: { code: 'rate_limit_exceeded', message: /try again in \d+s/ } });
    t.ok(Number(answer.headers.get('retry-after')) > 0);
  }
});

t.test('a day quota is told once as one, and is not worth another try', async (t) => {
  const service = await pollux(t);
  service.emulator.failKey(madeUpKeys[0] ?? '', 'day');
  for (const stream of [true, false]) {
    const answer = await respond(service, { stream }, { originator: 'codex_exec' });
    t.equal(answer.status, 429);
    t.match(await jsonOf(answer), { error: { type: 'insufficient_quota', code: 'insufficient_quota' } });
    t.equal(answer.headers.get('x-should-retry'), 'false');
  }
  t.equal(asked(service.emulator).length, 1, 'Gemini is asked once');
});

t.test('what a caller does wrong marks no key', async (t) => {
  const service = await pollux(t);
  const wrong: readonly (readonly [Json, number])[] = [
    [{ temperature: 9 }, 400],
    [{ previous_response_id: 'resp_lost' }, 400],
    [{ input: [{ type: 'item_reference', id: 'msg_lost' }] }, 404],
    [{ model: 'gemini-nothing-0' }, 404],
    [{ input: [{ type: 'function_call_output', call_id: 'lost', output: 'x' }] }, 400],
  ];
  for (const [body, status] of wrong) t.equal((await respond(service, body)).status, status, JSON.stringify(body));
  const state = await jsonOf(await fetch(`${service.url}/status`, { headers: { authorization: `Bearer ${service.password}` } }));
  t.match(listAt(state, 'keys'), [{ state: 'ready', models: [] }]);
  t.equal((await respond(service, {})).status, 200);
});

t.test('Codex is shown why a prompt was blocked, others a refusal', async (t) => {
  const service = await pollux(t);
  service.emulator.answerWith([{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }]);
  const toCodex = eventsIn(await (await respond(service, { stream: true }, { originator: 'codex_exec' })).text());
  t.match(at(toCodex.at(-1), 'response.output.0.content.0'), { type: 'output_text', text: /PROHIBITED_CONTENT/ });
  t.equal(toCodex.at(-1)?.['type'], 'response.completed');
  t.match(at(await jsonOf(await respond(service, {})), 'output.0.content.0'), { type: 'refusal' });
});

t.test('a stream that keeps more than there is memory for ends with an error, and the next is served', async (t) => {
  const service = await pollux(t, { settings: { MEMORY_BUDGET_MB: '16', MAX_BODY_MB: '1' } });
  service.emulator.answerWith([...Array.from({ length: 40 }, () => frame('x'.repeat(200_000))), frame('.', 'STOP')], { times: 1 });
  const events = eventsIn(await (await respond(service, { stream: true })).text());
  t.match(events.at(-1), { type: 'response.failed', response: { error: { code: 'invalid_prompt' } } });
  t.same(streamFaults(events), []);
  t.match(eventsIn(await (await respond(service, { stream: true })).text()).at(-1), { type: 'response.completed' }, 'all of it was let go');
});

t.test('a response says that it is kept where it can be asked for, and only there', async (t) => {
  const heavy = [{ role: 'user', content: 'x'.repeat(1_100_000) }];
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, Json, boolean])[] = [
    ['by default', {}, {}, true],
    ['store: false', {}, { store: false }, false],
    ['RESPONSE_STORE=off', { RESPONSE_STORE: 'off' }, {}, false],
    ['RESPONSE_STORE=off and store: true', { RESPONSE_STORE: 'off' }, { store: true }, false],
    ['a request of more than there is room for', { RESPONSE_STORE: 'memory', RESPONSE_STORE_MB: '1' }, { input: heavy }, false],
  ];
  for (const [name, settings, body, isKept] of cases) {
    const service = await pollux(t, { settings });
    for (const stream of [false, true]) {
      const answer = await respond(service, { ...body, stream });
      const told = stream ? eventsIn(await answer.text()).flatMap(({ response }) => (response === undefined ? [] : [response as Json])) : [await jsonOf(answer)];
      t.same(told.map(({ store }) => store), told.map(() => isKept), name);
      const found = await fetch(`${service.url}/v1/responses/${String(told.at(-1)?.['id'])}`, { headers: { authorization: `Bearer ${service.password}` } });
      t.equal(found.status, isKept ? 200 : 404, name);
      if (isKept) t.same(await jsonOf(found), told.at(-1));
    }
  }
});

t.test('calls of the shell and of patches go through in two steps, signed, each answered by the kind of its item', async (t) => {
  const service = await pollux(t);
  const cases: readonly (readonly [Json, Json, Json])[] = [
    [{ type: 'local_shell' }, { command: ['ls', '-a'] }, { type: 'local_shell_call', action: { type: 'exec', command: ['ls', '-a'], env: {} } }],
    [{ type: 'shell' }, { commands: ['ls'] }, { type: 'shell_call', action: { commands: ['ls'] } }],
    [{ type: 'apply_patch' }, { type: 'delete_file', path: 'a' }, { type: 'apply_patch_call', operation: { type: 'delete_file', path: 'a' } }],
  ];
  for (const [tool, args, expected] of cases) {
    const name = String(tool['type']);
    for (const stream of [false, true]) {
      const parts = [{ functionCall: { name, args }, thoughtSignature: 'c2lnbmF0dXJl' }];
      service.emulator.answerWith([{ candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }] }], { times: 1 });
      const answer = await respond(service, { tools: [tool], stream });
      const events = stream ? eventsIn(await answer.text()) : [];
      if (stream) t.same(streamFaults(events), []);
      const response = stream ? events.at(-1)?.['response'] : await jsonOf(answer);
      const [signature = {}, call = {}] = listAt(response, 'output');
      t.equal(signature['type'], 'reasoning');
      t.match(call, expected);
      const given = { type: `${String(call['type'])}_output`, [name === 'local_shell' ? 'id' : 'call_id']: call['call_id'], output: 'done', status: 'completed' };
      const second = await respond(service, { tools: [tool], previous_response_id: at(response, 'id'), input: [given], stream });
      t.equal(second.status, 200, await second.text());
      const sent = JSON.stringify(at(asked(service.emulator).at(-1)?.body, 'contents'));
      t.match(sent, /"thoughtSignature":"c2lnbmF0dXJl"/);
      t.match(sent, new RegExp(`"functionResponse":\\{[^}]*"name":"${name}"`));
    }
  }
});

t.test('one address that makes whatever it likes takes no response from another with the same password', async (t) => {
  const { url, password } = await pollux(t, { settings: { TRUST_PROXY_HOPS: '1', RESPONSE_STORE_MAX: '10' } });
  const ask = async (from: string, body: object): Promise<{ readonly status: number; readonly id: string }> => {
    const answer = await fetch(`${url}/v1/responses`, { method: 'POST', headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json', 'x-forwarded-for': from }, body: JSON.stringify({ model: 'gemini-2.5-flash', input: 'Hello', ...body }) });
    return { status: answer.status, id: ((await answer.json()) as { readonly id: string }).id };
  };
  const first = await ask('198.51.100.1', {});
  for (let times = 0; times < 12; times += 1) t.equal((await ask('198.51.100.7', {})).status, 200);
  const second = await ask('198.51.100.1', { previous_response_id: first.id });
  t.equal(second.status, 200);
  for (let times = 0; times < 12; times += 1) await ask('198.51.100.7', {});
  t.equal((await ask('198.51.100.1', { previous_response_id: second.id })).status, 200, 'the whole chain is there');
});
