import OpenAI, { type APIError } from 'openai';
import t, { type Test } from 'tap';
import type { EmulatorOptions } from '../support/gemini-emulator/emulator.ts';
import { asked, emulated, frame, madeUpKeys, model, pollux, settingsFor, type Pollux, type PolluxOptions } from '../support/pollux.ts';
import { startService } from '../support/service.ts';
import { temporaryFolder } from '../support/service-process.ts';

type Setup = Pollux & { readonly client: OpenAI };

const clientOf = ({ url, password }: { readonly url: string; readonly password: string }): OpenAI =>
  new OpenAI({ apiKey: password, baseURL: `${url}/v1`, maxRetries: 0 });

const setup = async (t: Test, options: PolluxOptions = {}): Promise<Setup> => {
  const running = await pollux(t, options);
  return { ...running, client: clientOf(running) };
};

type Sent = { readonly contents: readonly { readonly role: string; readonly parts: readonly Readonly<Record<string, unknown>>[] }[]; readonly systemInstruction?: { readonly parts: readonly { readonly text: string }[] } };

const lastSent = ({ emulator }: Pick<Pollux, 'emulator'>): Sent => asked(emulator).at(-1)?.body as Sent;

const textsSent = (running: Pick<Pollux, 'emulator'>): readonly unknown[] => lastSent(running).contents.flatMap(({ parts }) => parts.flatMap(({ text }) => (text === undefined ? [] : [text])));

const errorOf = async (asking: Promise<unknown>): Promise<APIError> => {
  try {
    await asking;
  } catch (error) {
    return error as APIError;
  }
  throw new Error('was answered');
};

t.test('a response is found by its id, whole and told again as the stream it was', async (t) => {
  const { client } = await setup(t);
  const events: OpenAI.Responses.ResponseStreamEvent[] = [];
  for await (const event of await client.responses.create({ model, input: 'Hello', stream: true })) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'response.completed') return t.fail('completed');
  const { id } = last.response;
  t.same(await client.responses.retrieve(id), { ...last.response, output_text: (await client.responses.retrieve(id)).output_text });
  const again: OpenAI.Responses.ResponseStreamEvent[] = [];
  for await (const event of await client.responses.retrieve(id, { stream: true })) again.push(event);
  t.same(again, events);
  const rest: OpenAI.Responses.ResponseStreamEvent[] = [];
  for await (const event of await client.responses.retrieve(id, { stream: true, starting_after: 4 })) rest.push(event);
  t.same(rest, events.slice(5));
  t.equal(rest[0]?.sequence_number, 5);
  const { id: wholeId, ...whole } = await client.responses.create({ model, input: 'Hello' });
  t.match(await client.responses.retrieve(wholeId, { include: ['reasoning.encrypted_content'] }), { id: wholeId, output: whole.output });
});

t.test('the items of its request are listed both ways and by pages, each with an id', async (t) => {
  const { client } = await setup(t);
  const input: OpenAI.Responses.ResponseInput = Array.from({ length: 5 }, (_, at) => ({ role: 'user', content: `number ${at}` }));
  const { id } = await client.responses.create({ model, input });
  const textOf = (item: OpenAI.Responses.ResponseItem): unknown => (item.type === 'message' ? (item.content[0] as { readonly text: string }).text : item.type);
  const ascending = (await client.responses.inputItems.list(id, { order: 'asc' })).data;
  t.same(ascending.map(textOf), [0, 1, 2, 3, 4].map((at) => `number ${at}`));
  t.match(ascending[0], { type: 'message', role: 'user', status: 'completed', content: [{ type: 'input_text', text: 'number 0' }] });
  t.equal(new Set(ascending.map((item) => item.id)).size, 5);
  t.same((await client.responses.inputItems.list(id)).data.map(textOf), ascending.map(textOf).toReversed(), 'the newest first unless told');
  const first = await client.responses.inputItems.list(id, { order: 'asc', limit: 2 });
  t.equal(first.data.length, 2);
  const all: unknown[] = [];
  for await (const item of first) all.push(textOf(item));
  t.same(all, ascending.map(textOf), 'page after page, as the SDK turns them');
  for (const [query, param] of [[{ limit: 101 }, 'limit'], [{ limit: 0 }, 'limit'], [{ order: 'up' as 'asc' }, 'order'], [{ after: 'msg_none' }, 'after']] as const) {
    t.match(await errorOf(client.responses.inputItems.list(id, query)), { status: 400, param, code: 'invalid_value' });
  }
});

t.test('a deleted response is gone, and so is what rests on it', async (t) => {
  const { client, url, password } = await setup(t);
  const { id } = await client.responses.create({ model, input: 'Hello' });
  const deleted = await fetch(`${url}/v1/responses/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${password}` } });
  t.same(await deleted.json(), { id, object: 'response', deleted: true });
  const gone = { status: 404, message: new RegExp(`Response with id '${id}' not found`), type: 'invalid_request_error' };
  t.match(await errorOf(client.responses.retrieve(id)), gone);
  t.match(await errorOf(client.responses.delete(id)), gone);
  t.match(await errorOf(client.responses.inputItems.list(id)), gone);
  t.match(await errorOf(client.responses.cancel(id)), gone);
  t.match(await errorOf(client.responses.create({ model, input: 'a', previous_response_id: id })), { status: 400, code: 'previous_response_not_found', param: 'previous_response_id' });
});

t.test('what is not here is told by name', async (t) => {
  const { client, url, password } = await setup(t);
  const { id } = await client.responses.create({ model, input: 'Hello' });
  t.match(await errorOf(client.responses.cancel(id)), { status: 400, message: /background/ });
  const ask = async (method: string, path: string): Promise<readonly [number, string | null]> => {
    const answer = await fetch(`${url}/v1${path}`, { method, headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json' }, ...(method === 'POST' ? { body: '{}' } : {}) });
    const { error } = (await answer.json()) as { readonly error: { readonly code: string | null } };
    return [answer.status, error.code];
  };
  t.same(await ask('POST', '/responses/compact'), [400, 'unsupported_value']);
  t.same(await ask('GET', '/responses'), [405, 'method_not_allowed']);
  t.same(await ask('GET', `/responses/${id}/anything`), [404, 'unknown_url']);
  t.same(await ask('POST', `/responses/${id}`), [404, 'unknown_url']);
  t.same(await ask('GET', '/conversations/conv_1'), [404, 'unknown_url']);
  t.same(await ask('POST', '/conversations'), [404, 'unknown_url']);
  t.same(await ask('GET', `/responses/${id}?stream=perhaps`), [400, 'invalid_value']);
  t.same(await ask('GET', `/responses/${id}?stream=true&starting_after=x`), [400, 'invalid_value']);
  const stranger = await fetch(`${url}/v1/responses/${id}`, { headers: { authorization: 'Bearer wrong' } });
  t.equal(stranger.status, 401);
});

t.test('store: false keeps nothing', async (t) => {
  const { client } = await setup(t);
  const { id, output } = await client.responses.create({ model, input: 'Hello', store: false });
  t.match(await errorOf(client.responses.retrieve(id)), { status: 404 });
  t.match(await errorOf(client.responses.create({ model, input: 'a', previous_response_id: id })), { status: 400, code: 'previous_response_not_found' });
  t.match(await errorOf(client.responses.create({ model, input: [{ type: 'item_reference', id: output[0]?.id ?? '' }, { role: 'user', content: 'a' }] })), { status: 404, param: 'input', code: null, message: /Item with id/ });
});

t.test('a chain of three turns carries the first one, and instructions are not inherited', async (t) => {
  const running = await setup(t);
  const { client } = running;
  const first = await client.responses.create({ model, instructions: 'Speak like a pirate.', input: 'turn one' });
  const second = await client.responses.create({ model, input: 'turn two', previous_response_id: first.id });
  const third = await client.responses.create({ model, input: 'turn three', previous_response_id: second.id });
  t.equal(third.previous_response_id, second.id);
  t.same(textsSent(running), ['turn one', first.output_text, 'turn two', second.output_text, 'turn three']);
  t.equal(lastSent(running).systemInstruction, undefined);
  t.same((await client.responses.inputItems.list(third.id)).data.map((item) => (item.type === 'message' ? item.content : [])), [[{ type: 'input_text', text: 'turn three' }]]);
});

t.test('references to a text, to reasoning and to a call stand for them, in a chain too', async (t) => {
  const options: EmulatorOptions = { strictSignatures: true };
  const running = await setup(t, { emulator: options });
  const { client } = running;
  const thinking = 'gemini-3.5-flash';
  const tools: OpenAI.Responses.Tool[] = [{ type: 'function', name: 'get_weather', description: 'Tells the weather of a city.', strict: false, parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } }];
  const question = { role: 'user' as const, content: 'What is the weather in Paris?' };
  const first = await client.responses.create({ model: thinking, input: [question], tools });
  const call = first.output.find((item) => item.type === 'function_call');
  if (call === undefined) return t.fail('a call');
  const references = first.output.map(({ id = '' }) => ({ type: 'item_reference' as const, id }));
  const second = await client.responses.create({ model: thinking, tools, input: [question, ...references, { type: 'function_call_output', call_id: call.call_id, output: 'sunny' }] });
  const parts = lastSent(running).contents.flatMap((content) => content.parts);
  t.match(parts.find(({ functionCall }) => functionCall !== undefined), { functionCall: { name: 'get_weather', args: { city: 'Paris' } }, thoughtSignature: /.+/ });
  t.match(parts.at(-1), { functionResponse: { name: 'get_weather', response: { result: 'sunny' } } });
  const third = await client.responses.create({ model: thinking, tools, input: 'And tomorrow?', previous_response_id: second.id });
  t.equal(third.status, 'completed');
  t.match(lastSent(running).contents.flatMap((content) => content.parts).find(({ functionCall }) => functionCall !== undefined), { thoughtSignature: /.+/ });
  t.same((await client.responses.inputItems.list(second.id, { order: 'asc' })).data.map(({ type }) => type), ['message', ...first.output.map(({ type }) => type), 'function_call_output'], 'listed as what they stand for');
});

t.test('what a request would cost is counted by Gemini, its history with it', async (t) => {
  const { client, emulator } = await setup(t, { keys: madeUpKeys });
  const alone = await client.responses.inputTokens.count({ model, input: 'Hello you' });
  t.match(alone, { object: 'response.input_tokens' });
  t.ok(Number.isInteger(alone.input_tokens) && alone.input_tokens > 0);
  const { id } = await client.responses.create({ model, input: 'a long first turn, with many words' });
  for (const key of madeUpKeys.slice(0, 2)) emulator.failKey(key, 'minute');
  t.ok((await client.responses.inputTokens.count({ model, input: 'Hello you', previous_response_id: id })).input_tokens > alone.input_tokens);
  t.match(asked(emulator).at(-1), { path: `/v1beta/models/${model}:countTokens` });
  t.match(await errorOf(client.responses.inputTokens.count({ model, input: 'a', previous_response_id: 'resp_none' })), { status: 400, code: 'previous_response_not_found' });
});

t.test('a restart keeps responses; another password finds none of them', async (t) => {
  const emulator = await emulated(t);
  const folder = temporaryFolder(t);
  const run = async <A>(settings: Readonly<Record<string, string>>, use: (client: OpenAI) => Promise<A>): Promise<A> => {
    const service = await startService({ ...settingsFor(emulator, madeUpKeys.slice(0, 1)), DATA_DIR: folder, ...settings });
    try {
      return await use(clientOf(service));
    } finally {
      await service.close();
    }
  };
  const first = await run({}, (client) => client.responses.create({ model, input: 'turn one' }));
  const second = await run({}, (client) => client.responses.create({ model, input: 'turn two', previous_response_id: first.id }));
  t.same(textsSent({ emulator }), ['turn one', first.output_text, 'turn two']);
  await run({ PASSWORD: 'another-made-up-password' }, async (client) => {
    t.match(await errorOf(client.responses.retrieve(second.id)), { status: 404 });
    t.match(await errorOf(client.responses.create({ model, input: 'a', previous_response_id: second.id })), { status: 400, code: 'previous_response_not_found' });
    t.match(await errorOf(client.responses.create({ model, input: [{ type: 'item_reference', id: second.output[0]?.id ?? '' }] })), { status: 404 });
    t.match(await errorOf(client.responses.delete(second.id)), { status: 404 });
  });
  await run({ RESPONSE_STORE: 'memory' }, async (client) => t.match(await errorOf(client.responses.retrieve(second.id)), { status: 404 }));
  await run({ RESPONSE_STORE: 'off' }, async (client) => {
    const { id } = await client.responses.create({ model, input: 'a' });
    t.match(await errorOf(client.responses.retrieve(id)), { status: 404 });
  });
  t.equal((await run({ RESPONSE_STORE_HOURS: '1' }, (client) => client.responses.retrieve(second.id))).id, second.id);
});

t.test('a response that failed, or was left, is not kept; its chain can go on from the one before', async (t) => {
  const { client, emulator } = await setup(t);
  const first = await client.responses.create({ model, input: 'turn one' });
  emulator.answerWith(() => ({ frames: [frame('half')], ending: 'reset' }), { times: 10 });
  const failed: string[] = [];
  const stream = await client.responses.create({ model, input: 'turn two', previous_response_id: first.id, stream: true });
  await errorOf((async () => {
    for await (const event of stream) if (event.type === 'response.created') failed.push(event.response.id);
  })());
  emulator.reset();
  t.match(await errorOf(client.responses.retrieve(failed[0] ?? '')), { status: 404 });
  t.equal((await client.responses.create({ model, input: 'turn two again', previous_response_id: first.id })).status, 'completed');
});
