import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from 'openai';
import t, { type Test } from 'tap';
import { asked, frame, madeUpKeys, model, pollux, type Pollux, type PolluxOptions } from '../support/pollux.ts';
import { eventually } from '../support/serving.ts';

type Setup = Pollux & { readonly client: OpenAI };

const setup = async (t: Test, options: PolluxOptions = {}, client: ConstructorParameters<typeof OpenAI>[0] = {}): Promise<Setup> => {
  const running = await pollux(t, options);
  return { ...running, client: new OpenAI({ apiKey: running.password, baseURL: `${running.url}/v1`, maxRetries: 0, ...client }) };
};

const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: 'Answer in short.' },
  { role: 'user', content: 'How are you?' },
];

t.test('a whole answer comes with text, finish reason and usage', async (t) => {
  const { client, emulator } = await setup(t);
  const { data, response } = await client.chat.completions.create({ model, messages }).withResponse();
  t.equal(data.object, 'chat.completion');
  t.match(data.id, /^chatcmpl-/);
  t.match(data.choices[0]?.message.content, 'You wrote: “How are you?”');
  t.match(data.choices[0]?.message.content, 'with a system instruction');
  t.equal(data.choices[0]?.finish_reason, 'stop');
  t.ok(data.usage !== undefined && data.usage.total_tokens === data.usage.prompt_tokens + data.usage.completion_tokens);
  t.match(response.headers.get('x-request-id'), /^req_/);
  t.equal(asked(emulator).length, 1);
});

t.test('a stream gives the same text as the whole answer, and its usage at the end', async (t) => {
  const { client } = await setup(t);
  const whole = await client.chat.completions.create({ model, messages });
  const stream = await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } });
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  t.equal(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''), whole.choices[0]?.message.content);
  t.ok(chunks.filter(({ choices }) => (choices[0]?.delta.content ?? '') !== '').length > 2, 'in several pieces');
  t.same(chunks.at(-1)?.choices, []);
  t.same(chunks.at(-1)?.usage, whole.usage);
  t.equal(chunks.at(-2)?.choices[0]?.finish_reason, 'stop');
});

t.test("the SDK's own collector of streams ends with the whole completion", async (t) => {
  const { client } = await setup(t);
  const completion = await client.chat.completions.stream({ model, messages }).finalChatCompletion();
  t.match(completion.choices[0]?.message.content, 'How are you?');
});

const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'Tells the weather of a city.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];

type SignedCall = OpenAI.ChatCompletionMessageFunctionToolCall & { readonly extra_content?: { readonly google: { readonly thought_signature: string } } };

const weather: OpenAI.ChatCompletionMessageParam = { role: 'user', content: 'What is the weather in Paris?' };

const bareCall = ({ id, function: called }: SignedCall): SignedCall => ({ id, type: 'function', function: called });

const ways: readonly (readonly [way: string, resend: (call: SignedCall) => SignedCall])[] = [
  ['when the client sends extra_content back', (call) => call],
  ["from the service's own memory when the client drops it", bareCall],
];

for (const [way, resend] of ways) {
  t.test(`a tool is called, answered and spoken of; its signature is kept ${way}`, async (t) => {
    const { client, emulator } = await setup(t, { emulator: { strictSignatures: true } });
    const thinking = 'gemini-3.5-flash';
    const first = await client.chat.completions.create({ model: thinking, messages: [weather], tools });
    const call = first.choices[0]?.message.tool_calls?.[0] as SignedCall;
    t.equal(first.choices[0]?.finish_reason, 'tool_calls');
    t.equal(call.function.name, 'get_weather');
    t.same(JSON.parse(call.function.arguments), { city: 'Paris' });
    const signature = call.extra_content?.google.thought_signature;
    t.type(signature, 'string');
    const second = await client.chat.completions.create({
      model: thinking,
      messages: [
        weather,
        { role: 'assistant', content: null, tool_calls: [resend(call)] },
        { role: 'tool', tool_call_id: call.id, content: '{"sky":"blue"}' },
      ],
      tools,
    });
    t.match(second.choices[0]?.message.content, 'The function get_weather said {"sky":"blue"}');
    t.match(JSON.stringify(asked(emulator)[1]?.body), `"thoughtSignature":"${signature}"`);
  });
}

t.test('a call comes in a stream as well, collected by the SDK', async (t) => {
  const { client } = await setup(t);
  const completion = await client.chat.completions.stream({ model: 'gemini-3.5-flash', messages: [weather], tools }).finalChatCompletion();
  t.match(completion.choices[0]?.message.tool_calls?.[0], { type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } });
  t.equal(completion.choices[0]?.finish_reason, 'tool_calls');
});

t.test('a JSON schema shapes the answer', async (t) => {
  const { client, emulator } = await setup(t);
  const schema = { type: 'object', properties: { name: { type: 'string' }, age: { type: 'integer' } }, required: ['name', 'age'], additionalProperties: false };
  const completion = await client.chat.completions.parse({
    model,
    messages,
    response_format: { type: 'json_schema', json_schema: { name: 'person', strict: true, schema } },
  });
  const value = JSON.parse(completion.choices[0]?.message.content ?? '') as Record<string, unknown>;
  t.same(Object.keys(value).toSorted(), ['age', 'name']);
  t.type(value['age'], 'number');
  t.match(asked(emulator)[0]?.body, { generationConfig: { responseMimeType: 'application/json' } });
});

t.test('a picture given as a data URL reaches Gemini as it is', async (t) => {
  const { client, emulator } = await setup(t);
  const data = Buffer.from('not really a picture').toString('base64');
  await client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }] }],
  });
  t.match(asked(emulator)[0]?.body, { contents: [{ parts: [{ text: 'What is this?' }, { inlineData: { mimeType: 'image/png', data } }] }] });
});

t.test('models are listed over all pages, found by name, and unknown ones are a 404', async (t) => {
  const { client } = await setup(t, { emulator: { pageSize: 3 } });
  const ids: string[] = [];
  for await (const { id } of client.models.list()) ids.push(id);
  t.ok(ids.includes(model) && ids.includes('gemini-3.5-flash') && ids.includes(`${model}-search`));
  t.equal((await client.models.retrieve(model)).id, model);
  const unknown = await client.models.retrieve('no-such-model').catch((cause: unknown) => cause);
  t.ok(unknown instanceof NotFoundError);
  const error = await client.chat.completions.create({ model: 'gemini-none', messages }).catch((cause: unknown) => cause);
  t.ok(error instanceof NotFoundError);
  t.match(error, { status: 404, code: 'model_not_found', param: 'model' });
});

t.test("errors are the SDK's own classes", async (t) => {
  const { client, url } = await setup(t);
  const stranger = new OpenAI({ apiKey: 'wrong', baseURL: `${url}/v1`, maxRetries: 0 });
  const refused = await stranger.chat.completions.create({ model, messages }).catch((cause: unknown) => cause);
  t.ok(refused instanceof AuthenticationError);
  t.match(refused, { status: 401, code: 'invalid_api_key', type: 'invalid_request_error', requestID: /^req_/ });
  const wrong = await client.chat.completions.create({ model, messages, temperature: 9 }).catch((cause: unknown) => cause);
  t.ok(wrong instanceof BadRequestError);
  t.match(wrong, { status: 400, param: 'temperature', type: 'invalid_request_error' });
  const content = { role: 'user', content: [{ type: 'text' }] } as unknown as OpenAI.ChatCompletionMessageParam;
  const deep = await client.chat.completions.create({ model, messages: [...messages, content] }).catch((cause: unknown) => cause);
  t.match(deep, { status: 400, param: /^messages\.2\.content/ });
});

t.test('when all keys are out it is a RateLimitError with Retry-After', async (t) => {
  const { client, emulator } = await setup(t, { keys: madeUpKeys });
  for (const key of madeUpKeys) emulator.failKey(key, 'minute', { model });
  const error = await client.chat.completions.create({ model, messages }).catch((cause: unknown) => cause);
  t.ok(error instanceof RateLimitError);
  t.match(error, { status: 429, code: 'rate_limit_exceeded' });
  const seconds = Number((error as RateLimitError).headers.get('retry-after'));
  t.ok(seconds >= 1 && seconds <= 60, `Retry-After: ${seconds}`);
});

t.test('the SDK does not try again what is hopeless, and tries again what may pass', async (t) => {
  let calls = 0;
  const counting: typeof fetch = (...given) => {
    calls += 1;
    return fetch(...given);
  };
  const { client, emulator } = await setup(t, {}, { maxRetries: 2, fetch: counting });
  emulator.failKey(madeUpKeys[0] ?? '', 'day', { model });
  const spent = await client.chat.completions.create({ model, messages }).catch((cause: unknown) => cause);
  t.match(spent, { status: 429, code: 'insufficient_quota' });
  t.equal((spent as APIError).headers?.get('x-should-retry'), 'false');
  t.equal(calls, 1, 'a daily quota is asked for once');
  calls = 0;
  const other = 'gemini-2.5-flash-lite';
  for (let count = 0; count < 5; count += 1) emulator.fault(503, { model: other, times: 1 });
  const answered = await client.chat.completions.create({ model: other, messages });
  t.match(answered.choices[0]?.message.content, 'How are you?');
  t.equal(calls, 2, 'a fault of the host is asked for again');
});

t.test('leaving a stream closes the connection to Gemini', async (t) => {
  const { client, emulator } = await setup(t);
  emulator.fault('endless-stream');
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  for await (const chunk of stream) if ((chunk.choices[0]?.delta.content ?? '') !== '') break;
  stream.controller.abort();
  await eventually(() => asked(emulator).length === 1);
  t.equal((await asked(emulator)[0]?.closed)?.early, true);
  t.equal(asked(emulator).length, 1);
});

t.test('a failure in the middle of a stream raises APIError after the text so far', async (t) => {
  const { client, emulator } = await setup(t);
  emulator.answerWith({ frames: [frame('as far as'), { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }] });
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  let text = '';
  const reading = (async () => {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  })();
  const failure = await reading.catch((cause: unknown) => cause);
  t.ok(failure instanceof APIError);
  t.match(failure, { message: /overloaded/, type: 'server_error' });
  t.equal(text, 'as far as');
  t.equal(asked(emulator).length, 1, 'nothing is asked again once text has gone out');
});
