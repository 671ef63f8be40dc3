import t, { type Test } from 'tap';
import { chat, dataOf, pollux, type Pollux } from '../support/pollux.ts';

type Choice = { readonly delta: Readonly<Record<string, unknown>>; readonly finish_reason: string | null };
type Chunk = { readonly choices: readonly Choice[]; readonly usage?: object | null };

const model = 'gemini-3.5-flash';
const user = { role: 'user', content: 'hi' };
const usage = { stream: true, stream_options: { include_usage: true } };
const parameters = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'], additionalProperties: false };
const tools = [{ type: 'function', function: { name: 'read_file', description: 'Reads.', parameters, strict: false } }];
const called = { role: 'assistant', content: '', reasoning_content: '', tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'read_file', arguments: '{"path":"a"}' } }] };

/** What clients were seen to send (their sources and running programs), shortened. */
const clients: readonly (readonly [client: string, body: object, headers?: Readonly<Record<string, string>>])[] = [
  ['SillyTavern', { stream: true, temperature: 1, max_tokens: 300, presence_penalty: 0, frequency_penalty: 0, top_p: 1, stop: ['\nYou:'], seed: 5, n: 2, messages: [{ role: 'system', content: 'a' }, user, { role: 'system', content: 'between' }, { role: 'assistant', content: 'b' }, user, { role: 'system', content: 'last' }] }],
  ['NextChat', { stream: true, temperature: 0.5, presence_penalty: 0, frequency_penalty: 0, top_p: 1, messages: [user] }, { 'x-requested-with': 'XMLHttpRequest' }],
  ['LobeChat', { ...usage, temperature: 1, top_p: 1, frequency_penalty: 0, presence_penalty: 0, messages: [user] }],
  ['Open WebUI', { ...usage, messages: [user] }, { 'x-openwebui-user-name': 'a', 'x-openwebui-user-role': 'admin' }],
  ['Cherry Studio', { ...usage, temperature: 1, reasoning_effort: null, tools: [], messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] }],
  ['Chatbox', { ...usage, messages: [user] }, { 'http-referer': 'https://chatboxai.app', 'x-title': 'Chatbox AI' }],
  ['Cline', { ...usage, tools, messages: [user, called, { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'one' }, { type: 'text', text: 'two' }] }] }],
  ['Roo Code', { ...usage, temperature: 0, max_completion_tokens: 8192, parallel_tool_calls: true, tool_choice: 'required', tools, messages: [{ role: 'system', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] }, user] }],
  ['Continue', { ...usage, messages: [user, { role: 'assistant', content: 'b', reasoning_content: '' }, user] }, { 'x-api-key': 'anything' }],
  ['qwen-code', { ...usage, max_tokens: 64_000, tools, messages: [user, called, { role: 'tool', tool_call_id: 'call_1', content: '' }] }],
  ['pi', { ...usage, store: false, max_completion_tokens: 32_000, messages: [{ role: 'developer', content: 'a' }, user] }],
];

const chunksOf = (text: string): readonly Chunk[] => dataOf(text).flatMap((data) => (data === '[DONE]' ? [] : [JSON.parse(data) as Chunk]));

const asked = async (t: Test, service: Pollux, body: object, headers: Readonly<Record<string, string>> = {}): Promise<string> => {
  const answer = await chat(service, { model, ...body }, { headers });
  t.match([answer.status, answer.headers.get('content-type')], [200, /^text\/event-stream/]);
  return answer.text();
};

t.test('each client is answered with a stream that none of them stumbles over', async (t) => {
  const service = await pollux(t);
  for (const [client, body, headers] of clients) {
    const text = await asked(t, service, body, headers);
    const chunks = chunksOf(text);
    const choices = chunks.flatMap((chunk) => chunk.choices);
    const empty = chunks.filter((chunk) => chunk.choices.length === 0);
    t.equal(choices[0]?.delta['role'], 'assistant', `${client}: a role first (LibreChat, LangChain)`);
    t.equal(dataOf(text).at(-1), '[DONE]', client);
    t.ok(choices.some(({ finish_reason: reason }) => reason !== null), `${client}: an end (Roo Code)`);
    t.same(empty, 'stream_options' in body ? chunks.slice(-1) : [], `${client}: a chunk without choices for the usage alone, at the end`);
    const mixed = choices.filter(({ delta }) => ['content', 'reasoning_content', 'tool_calls'].filter((name) => delta[name] !== undefined).length > 1);
    t.same(mixed, [], `${client}: one kind a delta (NextChat, LobeChat, Continue)`);
    t.ok(text.split('\n').every((line) => line.length < 131_072 && !line.startsWith(': ping')), `${client}: short lines (Open WebUI), no ping (Continue)`);
  }
});

t.test('calls come whole and one by one: index, id, type and name in one delta', async (t) => {
  const service = await pollux(t);
  const calls = chunksOf(await asked(t, service, { ...usage, tools, tool_choice: 'required', messages: [user] })).flatMap((chunk) => chunk.choices.flatMap(({ delta }) => delta['tool_calls'] ?? []));
  t.match(calls, [{ index: 0, id: /^.+$/, type: 'function', function: { name: 'read_file', arguments: /^\{.*\}$/ } }]);
});

t.test('a failure of a stream is JSON with a true status, never an event stream', async (t) => {
  const service = await pollux(t);
  const refused = await chat(service, { model: 'gemini-nowhere', stream: true, messages: [user] });
  t.match([refused.status, refused.headers.get('content-type')], [404, /^application\/json/]);
  t.match(await refused.json(), { error: { message: /.+/, type: 'invalid_request_error', param: 'model', code: 'model_not_found' } });
});
