import t from 'tap';
import { frame, pollux, type Pollux, type PolluxOptions } from '../support/pollux.ts';

type Value = Readonly<Record<string, unknown>>;

/** What one question came to, in words of no API. */
type Told = { readonly text: string; readonly calls: readonly (readonly [name: string, args: string])[]; readonly isCut: boolean };

type Wish = { readonly text: string; readonly withTool?: boolean; readonly most?: number };

/** One public API: how a question is asked of it, whole and streamed, and where its answer stands. */
type Api = {
  readonly name: string;
  readonly headers: (password: string) => Readonly<Record<string, string>>;
  readonly ask: (wish: Wish, streamed: boolean) => readonly [path: string, body: object];
  readonly whole: (answer: Value) => Told;
  readonly streamed: (events: readonly Value[]) => Told;
  readonly errorOf: (answer: Value) => { readonly message: unknown; readonly word: unknown };
};

const model = 'gemini-2.5-flash';
const schema = { type: 'object', properties: { city: { type: 'string' } } };

/** A value's inside, by a path; undefined where there is none. */
const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((inside, step) => (typeof inside === 'object' && inside !== null ? (inside as Record<string | number, unknown>)[step] : undefined), value);

const list = (value: unknown): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const joined = (values: readonly unknown[]): string => values.map(text).join('');
const bearer = (password: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${password}` });
const normal = (json: string): string => JSON.stringify(JSON.parse(json));

const chat: Api = {
  name: 'chat',
  headers: bearer,
  ask: (wish, stream) => [
    '/v1/chat/completions',
    { model, stream, messages: [{ role: 'user', content: wish.text }], ...(wish.most === undefined ? {} : { max_tokens: wish.most }), ...(wish.withTool === true ? { tools: [{ type: 'function', function: { name: 'get_weather', parameters: schema } }] } : {}) },
  ],
  whole: (answer) => ({
    text: text(at(answer, 'choices', 0, 'message', 'content')),
    calls: list(at(answer, 'choices', 0, 'message', 'tool_calls')).map((call) => [text(at(call, 'function', 'name')), normal(text(at(call, 'function', 'arguments')))]),
    isCut: at(answer, 'choices', 0, 'finish_reason') === 'length',
  }),
  streamed: (events) => {
    const calls = events.flatMap((event) => list(at(event, 'choices', 0, 'delta', 'tool_calls')));
    return {
      text: joined(events.map((event) => at(event, 'choices', 0, 'delta', 'content'))),
      calls: calls.length === 0 ? [] : [[joined(calls.map((call) => at(call, 'function', 'name'))), normal(joined(calls.map((call) => at(call, 'function', 'arguments'))))]],
      isCut: events.some((event) => at(event, 'choices', 0, 'finish_reason') === 'length'),
    };
  },
  errorOf: (answer) => ({ message: at(answer, 'error', 'message'), word: at(answer, 'error', 'type') }),
};

const itemsTold = (items: readonly Value[]): Pick<Told, 'text' | 'calls'> => ({
  text: joined(items.flatMap((item) => list(item['content']).map((part) => part['text']))),
  calls: items.filter((item) => item['type'] === 'function_call').map((item) => [text(item['name']), normal(text(item['arguments']))]),
});

const responses: Api = {
  name: 'responses',
  headers: bearer,
  ask: (wish, stream) => [
    '/v1/responses',
    { model, stream, input: wish.text, ...(wish.most === undefined ? {} : { max_output_tokens: wish.most }), ...(wish.withTool === true ? { tools: [{ type: 'function', name: 'get_weather', parameters: schema }] } : {}) },
  ],
  whole: (answer) => ({ ...itemsTold(list(answer['output']).filter((item) => item['type'] !== 'reasoning')), isCut: answer['status'] === 'incomplete' }),
  streamed: (events) => ({
    text: joined(events.filter((event) => event['type'] === 'response.output_text.delta').map((event) => event['delta'])),
    calls: itemsTold(events.filter((event) => event['type'] === 'response.output_item.done').map((event) => event['item'] as Value)).calls,
    isCut: events.at(-1)?.['type'] === 'response.incomplete',
  }),
  errorOf: (answer) => ({ message: at(answer, 'error', 'message'), word: at(answer, 'error', 'type') }),
};

const messages: Api = {
  name: 'messages',
  headers: (password) => ({ 'x-api-key': password, 'anthropic-version': '2023-06-01' }),
  ask: (wish, stream) => [
    '/v1/messages',
    { model, stream, max_tokens: wish.most ?? 1000, messages: [{ role: 'user', content: wish.text }], ...(wish.withTool === true ? { tools: [{ name: 'get_weather', input_schema: schema }] } : {}) },
  ],
  whole: (answer) => ({
    text: joined(list(answer['content']).map((block) => block['text'])),
    calls: list(answer['content']).filter((block) => block['type'] === 'tool_use').map((block) => [text(block['name']), JSON.stringify(block['input'])]),
    isCut: answer['stop_reason'] === 'max_tokens',
  }),
  streamed: (events) => {
    const begun = events.filter((event) => at(event, 'content_block', 'type') === 'tool_use');
    const json = joined(events.map((event) => at(event, 'delta', 'partial_json')));
    return {
      text: joined(events.map((event) => at(event, 'delta', 'text'))),
      calls: begun.map((event) => [text(at(event, 'content_block', 'name')), normal(json)]),
      isCut: events.some((event) => at(event, 'delta', 'stop_reason') === 'max_tokens'),
    };
  },
  errorOf: (answer) => ({ message: at(answer, 'error', 'message'), word: at(answer, 'error', 'type') }),
};

const nativeTold = (answers: readonly Value[]): Told => {
  const parts = answers.flatMap((answer) => list(at(answer, 'candidates', 0, 'content', 'parts')));
  return {
    text: joined(parts.map((part) => part['text'])),
    calls: parts.flatMap((part) => (part['functionCall'] === undefined ? [] : [[text(at(part, 'functionCall', 'name')), JSON.stringify(at(part, 'functionCall', 'args'))] as const])),
    isCut: answers.some((answer) => at(answer, 'candidates', 0, 'finishReason') === 'MAX_TOKENS'),
  };
};

const google: Api = {
  name: 'native',
  headers: (password) => ({ 'x-goog-api-key': password }),
  ask: (wish, stream) => [
    `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    { contents: [{ role: 'user', parts: [{ text: wish.text }] }], ...(wish.most === undefined ? {} : { generationConfig: { maxOutputTokens: wish.most } }), ...(wish.withTool === true ? { tools: [{ functionDeclarations: [{ name: 'get_weather', parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } } }] }] } : {}) },
  ],
  whole: (answer) => nativeTold([answer]),
  streamed: nativeTold,
  errorOf: (answer) => ({ message: at(answer, 'error', 'message'), word: at(answer, 'error', 'status') }),
};

const apis: readonly Api[] = [chat, responses, messages, google];

const send = ({ url, password }: Pick<Pollux, 'url' | 'password'>, api: Api, [path, body]: readonly [string, object]): Promise<Response> =>
  fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...api.headers(password) }, body: JSON.stringify(body) });

const eventsIn = (stream: string): readonly Value[] =>
  stream.split(/\r?\n\r?\n/).flatMap((block) => {
    const data = block.split(/\r?\n/).find((line) => line.startsWith('data: '))?.slice(6);
    return data === undefined || data === '[DONE]' ? [] : [JSON.parse(data) as Value];
  });

const answerTo = async (service: Pollux, api: Api, [wish, streamed]: readonly [Wish, boolean]): Promise<Told> => {
  const answer = await send(service, api, api.ask(wish, streamed));
  if (answer.status !== 200) throw new Error(`${api.name}: ${answer.status} ${await answer.text()}`);
  return streamed ? api.streamed(eventsIn(await answer.text())) : api.whole((await answer.json()) as Value);
};

const call = { candidates: [{ content: { role: 'model', parts: [{ functionCall: { id: 'c1', name: 'get_weather', args: { city: 'Rome' } }, thoughtSignature: 'c2ln' }] }, finishReason: 'STOP', index: 0 }] };

/** The same question, what Gemini says to it, and what every API must tell. */
const questions: readonly (readonly [what: string, wish: Wish, frames: readonly object[], told: Told])[] = [
  ['a text', { text: 'Hello' }, [frame('One, '), frame('two.', 'STOP')], { text: 'One, two.', calls: [], isCut: false }],
  ['a call of a tool', { text: 'Weather?', withTool: true }, [call], { text: '', calls: [['get_weather', '{"city":"Rome"}']], isCut: false }],
  ['an answer that was cut', { text: 'Much', most: 5 }, [frame('One, '), frame('two', 'MAX_TOKENS')], { text: 'One, two', calls: [], isCut: true }],
];

for (const [what, wish, frames, told] of questions) {
  t.test(`every API tells the same of ${what}, whole and streamed`, async (t) => {
    const service = await pollux(t);
    service.emulator.answerWith({ frames });
    for (const api of apis) {
      t.same(await answerTo(service, api, [wish, false]), told, `${api.name}, whole`);
      t.same(await answerTo(service, api, [wish, true]), told, `${api.name}, streamed`);
    }
  });
}

/** What goes wrong, and the status and each API's own word for it. */
const failures: readonly (readonly [what: string, options: PolluxOptions, prepare: (service: Pollux) => Pollux, wish: Wish, status: number, words: readonly string[]])[] = [
  ['a wrong password', {}, (service) => ({ ...service, password: 'wrong' }), { text: 'x' }, 401, ['invalid_request_error', 'invalid_request_error', 'authentication_error', 'UNAUTHENTICATED']],
  ['too large a body', { settings: { MAX_BODY_MB: '1' } }, (service) => service, { text: 'x'.repeat(1_200_000) }, 413, ['invalid_request_error', 'invalid_request_error', 'request_too_large', 'INVALID_ARGUMENT']],
];

for (const [what, options, prepare, wish, status, words] of failures) {
  t.test(`every API tells ${what} in its own shape, with the same status`, async (t) => {
    const service = prepare(await pollux(t, options));
    for (const [index, api] of apis.entries()) {
      for (const streamed of [false, true]) {
        const answer = await send(service, api, api.ask(wish, streamed));
        const error = api.errorOf((await answer.json()) as Value);
        t.equal(answer.status, status, api.name);
        t.equal(error.word, words[index], api.name);
        t.ok(text(error.message).length > 10, api.name);
      }
    }
  });
}

t.test('every API says 429 with Retry-After once no key has quota left', async (t) => {
  for (const api of apis) {
    const service = await pollux(t);
    service.emulator.failKey('made-up-key-one', 'minute');
    for (const streamed of [false, true]) {
      const answer = await send(service, api, api.ask({ text: 'x' }, streamed));
      t.equal(answer.status, 429, api.name);
      t.match(answer.headers.get('retry-after'), /^\d+$/, api.name);
      t.ok(text(api.errorOf((await answer.json()) as Value).message).length > 10, api.name);
    }
  }
});
