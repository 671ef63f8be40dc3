import Anthropic from '@anthropic-ai/sdk';
import Older from 'anthropic-0';
import t, { type Test } from 'tap';
import type { Message } from '../support/messages.ts';
import { messageFaults } from '../support/message-faults.ts';
import { asked, frame, madeUpKeys, pollux, type Pollux, type PolluxOptions } from '../support/pollux.ts';
import { eventually } from '../support/serving.ts';

type Versions = { readonly sdk: typeof Anthropic };

const model = 'gemini-3.5-flash';
const max_tokens = 4000;
const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'How are you?' }];

/** The last 0.x has what is used here under the same names. */
const versions: readonly (readonly [name: string, sdk: Versions['sdk']])[] = [
  ['@anthropic-ai/sdk 1', Anthropic],
  ['@anthropic-ai/sdk 0', Older as unknown as typeof Anthropic],
];

type Setup = Pollux & { readonly client: Anthropic };

const weather: Anthropic.Tool = { name: 'get_weather', description: 'Tells the weather of a city.', input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } };
const question: Anthropic.MessageParam = { role: 'user', content: 'What is the weather in Paris?' };
const adaptive = { type: 'adaptive' } as const;

const textIn = ({ content }: Anthropic.Message): string => content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
const plain = (message: Anthropic.Message): Message => JSON.parse(JSON.stringify(message)) as Message;
const callIn = ({ content }: Anthropic.Message): Anthropic.ToolUseBlock => {
  const call = content.find((block) => block.type === 'tool_use');
  if (call?.type !== 'tool_use') throw new Error('no call');
  return call;
};

const ways: readonly (readonly [way: string, resend: (content: Anthropic.ContentBlock[]) => Anthropic.ContentBlockParam[]])[] = [
  ['when the client sends thinking blocks back', (content) => content],
  ["from the service's own memory when the client drops them", (content) => content.filter(({ type }) => type !== 'thinking')],
];

for (const [name, SDK] of versions) {
  const setup = async (t: Test, options: PolluxOptions = {}, settings: ConstructorParameters<typeof Anthropic>[0] = {}): Promise<Setup> => {
    const running = await pollux(t, options);
    return { ...running, client: new SDK({ apiKey: running.password, baseURL: running.url, maxRetries: 0, ...settings }) };
  };

  t.test(`${name}: a whole answer comes with text, stop reason and usage`, async (t) => {
    const { client, emulator } = await setup(t);
    const { data, response } = await client.messages.create({ model, max_tokens, system: 'Answer in short.', messages }).withResponse();
    t.match(textIn(data), /You wrote: “How are you\?”.*with a system instruction/s);
    t.match(data, { type: 'message', role: 'assistant', model, stop_reason: 'end_turn' });
    t.same(messageFaults(plain(data)), []);
    t.match(response.headers.get('request-id'), /^req_/);
    t.match(asked(emulator)[0]?.body, { systemInstruction: { parts: [{ text: 'Answer in short.' }] }, generationConfig: { maxOutputTokens: max_tokens } });
  });

  t.test(`${name}: a stream, and the SDK's own collector of it, say the same as the whole answer`, async (t) => {
    const { client } = await setup(t);
    const whole = await client.messages.create({ model, max_tokens, messages });
    const pieces: string[] = [];
    for await (const event of await client.messages.create({ model, max_tokens, messages, stream: true })) if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') pieces.push(event.delta.text);
    t.equal(pieces.join(''), textIn(whole));
    t.ok(pieces.length > 2, 'in several pieces');
    const collected = await client.messages.stream({ model, max_tokens, messages }).finalMessage();
    t.same(collected.content, whole.content);
    t.match(plain(collected).usage, { input_tokens: whole.usage.input_tokens, output_tokens: whole.usage.output_tokens });
    t.equal(collected.stop_reason, 'end_turn');
  });

  for (const [way, resend] of ways) {
    t.test(`${name}: a tool is called, answered and spoken of in several steps; signatures are kept ${way}`, async (t) => {
      const { client, emulator } = await setup(t, { emulator: { strictSignatures: true } });
      const history: Anthropic.MessageParam[] = [question];
      const call = async (stream: boolean): Promise<Anthropic.Message> => {
        const request = { model, max_tokens, messages: history, tools: [weather], thinking: adaptive };
        return stream ? client.messages.stream(request).finalMessage() : client.messages.create(request);
      };
      for (const stream of [false, true]) {
        const made = await call(stream);
        t.equal(made.stop_reason, 'tool_use');
        const { id, name: called, input } = callIn(made);
        t.same([called, input], ['get_weather', { city: 'Paris' }]);
        t.match(id, /^toolu_[\w-]+$/);
        history.push({ role: 'assistant', content: resend(made.content) }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: '{"sky":"blue"}' }] });
        const told = await call(stream);
        t.match(textIn(told), 'The function get_weather said {"sky":"blue"}');
        t.equal(told.stop_reason, 'end_turn');
        history.push({ role: 'assistant', content: resend(told.content) }, question);
      }
      const sent = JSON.stringify(asked(emulator).at(-1)?.body);
      t.ok((sent.match(/"thoughtSignature":"(?!skip)/g) ?? []).length >= 2, 'both calls are signed');
      t.notMatch(sent, 'skip_thought_signature_validator', 'every call has its own signature');
      t.ok(asked(emulator).every(({ status }) => status === 200));
    });
  }

  t.test(`${name}: thoughts come as thinking blocks, with words or without them`, async (t) => {
    const { client, emulator } = await setup(t);
    const shown = await client.messages.create({ model, max_tokens, messages, thinking: { type: 'enabled', budget_tokens: 2000 } });
    t.match(shown.content[0], { type: 'thinking', thinking: /Canned thinking/ });
    t.match(asked(emulator)[0]?.body, { generationConfig: { thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true } } });
    const hidden = await client.messages.stream({ model, max_tokens, messages, thinking: { ...adaptive, display: 'omitted' } }).finalMessage();
    t.notMatch(JSON.stringify(hidden.content), 'Canned thinking');
    t.match(asked(emulator)[1]?.body, { generationConfig: { thinkingConfig: { includeThoughts: false } } });
  });

  t.test(`${name}: pictures and documents reach Gemini as they are`, async (t) => {
    const { client, emulator } = await setup(t);
    const data = Buffer.from('\u0089PNG\r\n\u001a\n made up', 'latin1').toString('base64');
    const pdf = Buffer.from('%PDF-1.4 made up').toString('base64');
    const content: Anthropic.ContentBlockParam[] = [
      { type: 'text', text: 'What is this?' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pdf } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'plain words' } },
    ];
    await client.messages.create({ model, max_tokens, messages: [{ role: 'user', content }] });
    const parts = [{ text: 'What is this?' }, { inlineData: { mimeType: 'image/png', data } }, { inlineData: { mimeType: 'application/pdf', data: pdf } }, { text: 'plain words' }];
    t.match(asked(emulator)[0]?.body, { contents: [{ parts }] });
  });

  t.test(`${name}: a schema shapes the answer`, async (t) => {
    const { client, emulator } = await setup(t);
    const schema = { type: 'object', properties: { name: { type: 'string' }, age: { type: 'integer' } }, required: ['name', 'age'], additionalProperties: false };
    const made = await client.messages.create({ model, max_tokens, messages, output_config: { format: { type: 'json_schema', schema } } });
    t.match(JSON.parse(textIn(made)), { name: String, age: Number });
    t.match(asked(emulator)[0]?.body, { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: { required: ['name', 'age'] } } });
  });

  t.test(`${name}: Google's search comes as a server tool with what it found`, async (t) => {
    const { client, emulator } = await setup(t);
    const made = await client.messages.create({ model, max_tokens, messages: [{ role: 'user', content: 'Search for news.' }], tools: [{ type: 'web_search_20250305', name: 'web_search' }] });
    t.match(made.content.slice(-2), [{ type: 'server_tool_use', name: 'web_search' }, { type: 'web_search_tool_result', content: [{ type: 'web_search_result', url: /^http/, title: String }] }]);
    t.strictSame(Object(asked(emulator)[0]?.body).tools, [{ googleSearch: {} }]);
  });

  t.test(`${name}: tokens are counted and models are listed, page by page`, async (t) => {
    const { client } = await setup(t);
    t.ok((await client.messages.countTokens({ model, messages, system: 'Short.' })).input_tokens > 1);
    const ids: string[] = [];
    for await (const { id } of client.models.list({ limit: 5 })) ids.push(id);
    t.ok(ids.includes(model) && ids.includes('claude-sonnet') && new Set(ids).size === ids.length);
    t.equal((await client.models.retrieve(model)).id, model);
  });

  t.test(`${name}: errors are the SDK's own classes`, async (t) => {
    const { client, url, emulator } = await setup(t, { keys: madeUpKeys.slice(0, 1) });
    const stranger = new SDK({ apiKey: 'wrong', baseURL: url, maxRetries: 2 });
    const refused: unknown = await stranger.messages.create({ model, max_tokens, messages }).catch((cause: unknown) => cause);
    t.ok(refused instanceof SDK.AuthenticationError);
    t.match(refused, { status: 401, requestID: /^req_/, error: { type: 'error', error: { type: 'authentication_error' } } });
    const wrong: unknown = await client.messages.create({ model, max_tokens: -1, messages }).catch((cause: unknown) => cause);
    t.ok(wrong instanceof SDK.BadRequestError);
    t.match((wrong as Error).message, "'max_tokens'");
    const unknown: unknown = await client.messages.create({ model: 'gpt-9', max_tokens, messages }).catch((cause: unknown) => cause);
    t.ok(unknown instanceof SDK.NotFoundError);
    emulator.failKey(madeUpKeys[0] ?? '', 'day', { model });
    const spent: unknown = await client.messages.create({ model, max_tokens, messages }).catch((cause: unknown) => cause);
    t.ok(spent instanceof SDK.RateLimitError);
    t.equal(emulator.requests.filter(({ status }) => status === 429).length, 1);
  });

  t.test(`${name}: the SDK does not try again what is hopeless, and tries again what may pass`, async (t) => {
    let calls = 0;
    const counting: typeof fetch = (...given) => {
      calls += 1;
      return fetch(...given);
    };
    const { client, emulator, url } = await setup(t, {}, { maxRetries: 2, fetch: counting });
    const stranger = new SDK({ apiKey: 'wrong', baseURL: url, maxRetries: 2, fetch: counting });
    await stranger.messages.create({ model, max_tokens, messages }).catch(() => null);
    t.equal(calls, 1, 'a wrong password is asked with once');
    calls = 0;
    emulator.failKey(madeUpKeys[0] ?? '', 'day', { model });
    await client.messages.create({ model, max_tokens, messages }).catch(() => null);
    t.equal(calls, 1, 'a daily quota is asked for once');
    calls = 0;
    const other = 'gemini-2.5-flash';
    for (let count = 0; count < 5; count += 1) emulator.fault(503, { model: other, times: 1 });
    t.match(textIn(await client.messages.create({ model: other, max_tokens, messages })), 'How are you?');
    t.equal(calls, 2, 'a fault of the host is asked for again');
  });

  t.test(`${name}: leaving a stream closes the connection to Gemini`, async (t) => {
    const { client, emulator } = await setup(t);
    emulator.fault('endless-stream');
    const stream = client.messages.stream({ model, max_tokens, messages });
    for await (const event of stream) if (event.type === 'content_block_delta') break;
    stream.abort();
    await eventually(() => asked(emulator).length === 1);
    t.equal((await asked(emulator)[0]?.closed)?.early, true);
  });

  t.test(`${name}: a failure in the middle of a stream raises APIError after the text so far`, async (t) => {
    const { client, emulator } = await setup(t);
    emulator.answerWith({ frames: [frame('as far as'), { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }] });
    let text = '';
    const reading = (async () => {
      for await (const event of await client.messages.create({ model, max_tokens, messages, stream: true })) if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text;
    })();
    const failure: unknown = await reading.catch((cause: unknown) => cause);
    t.ok(failure instanceof SDK.APIError);
    t.match((failure as Error).message, 'overloaded_error');
    t.equal(text, 'as far as');
    t.equal(asked(emulator).length, 1, 'nothing is asked again once text has gone out');
  });
}
