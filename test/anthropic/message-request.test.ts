import t from 'tap';
import type { GenerateContentRequest, RequestPart } from '../../src/gemini/request.ts';
import { messagesDialect } from '../../src/anthropic/messages/dialect.ts';
import { E } from '../../src/kernel/fp.ts';
import { contextWith, plain } from '../support/chat.ts';
import { body, call, message, refusedFor, settings } from '../support/messages.ts';

const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: unknown) => ({ role: 'assistant', content });
const text = (words: string, more: object = {}) => ({ type: 'text', text: words, ...more });
const use = (id: string, input: unknown = {}, name = 'weather') => ({ type: 'tool_use', id, name, input });
const result = (id: string, content?: unknown, more: object = {}) => ({ type: 'tool_result', tool_use_id: id, content, ...more });
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tool = (name: string, more: object = {}) => ({ name, description: `Does ${name}.`, input_schema: schema, ...more });
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const pdf = Buffer.from('%PDF-1.4 made up').toString('base64');

const partsOf = (request: object): readonly (readonly RequestPart[])[] => body(request).contents.map(({ parts }) => parts);
const declared = (request: object): readonly string[] => (body(request).tools ?? []).flatMap(({ functionDeclarations = [] }) => functionDeclarations.map(({ name }) => name));

t.test('system as a text, as blocks, and by the role before the first answer is the instruction, in order', async (t) => {
  t.same(body({ system: 'a' }).systemInstruction, { parts: [{ text: 'a' }] });
  const messages = [user('x'), { role: 'system', content: 'c' }, { role: 'system', content: [text('d')] }, user('y')];
  const made = body({ system: [text('a', { cache_control: { type: 'ephemeral' } }), text('b')], messages });
  t.same(made.systemInstruction, { parts: [{ text: 'a' }, { text: 'b' }, { text: 'c' }, { text: 'd' }] });
  t.same(made.contents, [{ role: 'user', parts: [{ text: 'x' }, { text: 'y' }] }]);
});

t.test('a message of role system after an answer stays in its place as text of the user', async (t) => {
  const messages = [user('x'), assistant('y'), { role: 'system', content: 'later' }, user('z')];
  t.same(body({ messages }).contents, [
    { role: 'user', parts: [{ text: 'x' }] },
    { role: 'model', parts: [{ text: 'y' }] },
    { role: 'user', parts: [{ text: 'later' }, { text: 'z' }] },
  ]);
});

t.test('the line for bills that Claude Code sends never goes up', async (t) => {
  const line = 'x-anthropic-billing-header: cc_version=2.1.332; cch=abcde;';
  const made = body({ system: [text(line), text('a')], messages: [user('x'), { role: 'system', content: [text(line)] }] });
  t.same(made.systemInstruction, { parts: [{ text: 'a' }] });
  t.notMatch(JSON.stringify(made), 'billing');
});

t.test('a history with and without cache_control, as a text or as blocks, gives the same bytes', async (t) => {
  const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } };
  const bare = { system: 'a', messages: [user('x'), assistant([use('toolu_1', { city: 'Bonn' })]), user([result('toolu_1', 'rain')]), assistant('ok'), user('y')], tools: [tool('weather')] };
  const marked = {
    ...mark,
    system: [text('a', mark)],
    messages: [user([text('x', mark)]), assistant([{ ...use('toolu_1', { city: 'Bonn' }), ...mark }]), user([result('toolu_1', [text('rain', mark)], mark)]), assistant([text('ok', mark)]), user([text('y', mark)])],
    tools: [tool('weather', mark)],
  };
  t.equal(JSON.stringify(body(marked)), JSON.stringify(body(bare)));
});

t.test('pictures, documents and found pages reach the model', async (t) => {
  const inline = { inlineData: { mimeType: 'image/png', data: png } };
  const blocks: readonly (readonly [block: object, parts: readonly object[]])[] = [
    [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } }, [inline]],
    [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: `data:image/png;base64,${png}` } }, [inline]],
    [{ type: 'image', source: { type: 'file', file_id: 'files/abc' } }, [{ fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc' } }]],
    [{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pdf } }, [{ inlineData: { mimeType: 'application/pdf', data: pdf } }]],
    [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'words' }, citations: { enabled: true } }, [{ text: 'words' }]],
    [{ type: 'document', title: 'T', context: 'C', source: { type: 'text', media_type: 'text/plain', data: 'words' } }, [{ text: 'Title: T\nContext: C\n' }, { text: 'words' }]],
    [{ type: 'document', source: { type: 'content', content: 'words' } }, [{ text: 'words' }]],
    [{ type: 'document', source: { type: 'content', content: [text('a'), { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } }] } }, [{ text: 'a' }, inline]],
    [{ type: 'search_result', title: 'T', source: 'https://example.com', content: [text('a'), text('b')] }, [{ text: 'T\nhttps://example.com' }, { text: 'a' }, { text: 'b' }]],
  ];
  for (const [block, parts] of blocks) t.same(partsOf({ messages: [user([text('x'), block])] }), [[{ text: 'x' }, ...parts]], JSON.stringify(block).slice(0, 80));
});

t.test('empty texts are left out, and turns of one role in a row become one', async (t) => {
  t.same(body({ messages: [user(''), user('a'), user([text(''), text('b')]), assistant([text('')]), assistant('c'), user('d')] }).contents, [
    { role: 'user', parts: [{ text: 'a' }, { text: 'b' }] },
    { role: 'model', parts: [{ text: 'c' }] },
    { role: 'user', parts: [{ text: 'd' }] },
  ]);
});

const asked = (content: readonly unknown[], results: readonly unknown[], more: object = {}): GenerateContentRequest =>
  body({ model: 'gemini-3.5-flash', messages: [user('x'), assistant(content), user(results)], tools: [tool('weather')], ...more });

t.test('results that come in another order leave in the order of their calls, in one turn, and text behind them', async (t) => {
  const { contents } = asked([use('toolu_1', { city: 'a' }), use('toolu_2', { city: 'b' })], [result('toolu_2', 'two'), text('Tool loaded.'), result('toolu_1', 'one')]);
  t.match(contents.slice(2), [
    { role: 'user', parts: [{ functionResponse: { id: '1', response: { result: 'one' } } }, { functionResponse: { id: '2', response: { result: 'two' } } }] },
    { role: 'user', parts: [{ text: 'Tool loaded.' }] },
  ]);
  t.equal(contents.length, 4);
});

t.test('a result is its words, an error what went wrong, a picture of its own reaches the model, and what is missing says so', async (t) => {
  const responses = (results: readonly unknown[], model = 'gemini-3.5-flash') => asked([use('toolu_1', { city: 'a' })], results, { model }).contents.slice(2).map(({ parts }) => parts);
  const response = (of: object, more: object = {}) => [[{ functionResponse: { id: '1', name: 'weather', response: of, ...more } }]];
  const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } };
  const inlineData = { mimeType: 'image/png', data: png };
  t.same(responses([result('toolu_1', 'a')]), response({ result: 'a' }));
  t.same(responses([result('toolu_1')]), response({ result: '' }));
  t.same(responses([result('toolu_1', [text('a'), text('b')])]), response({ result: 'a\nb' }));
  t.same(responses([result('toolu_1', 'no', { is_error: true })]), response({ error: 'no' }));
  t.same(responses([result('toolu_1', [picture])]), response({ result: '' }, { parts: [{ inlineData }] }));
  t.same(responses([result('toolu_1', [picture])], 'gemini-2.5-flash'), [...response({ result: '' }), [{ inlineData }]]);
  t.same(responses([text('never mind')]), [...response({ error: 'no result' }), [{ text: 'never mind' }]]);
});

t.test('inputs of calls keep their numbers and the order of their names', async (t) => {
  const json = '{"model":"gemini-2.5-flash","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"a","input":{"b":12345678901234567890,"1":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"y"}]}]}';
  const { messagesDialect } = await import('../../src/anthropic/messages/dialect.ts');
  const { settings } = await import('../support/messages.ts');
  const { exactJson } = await import('../../src/gemini/exact-json.ts');
  const { E } = await import('../../src/kernel/fp.ts');
  const dialect = messagesDialect(settings);
  const read = dialect.decode(JSON.parse(json), () => json);
  const plan = E.isLeft(read) ? read : dialect.translate(read.right, contextWith());
  if (E.isLeft(plan)) throw new Error(JSON.stringify(plan.left));
  t.match(exactJson(plan.right.call.body), '"args":{"b":12345678901234567890,"1":1}');
});

t.test('foreign thoughts are never sent up and the turn works; ours go back to the part that they came with', async (t) => {
  const content = (signature: string) => [{ type: 'thinking', thinking: 'hm', signature }, text('a'), use('toolu_1', { city: 'b' })];
  const parts = (signature: string) => asked(content(signature), [result('toolu_1', 'y')]).contents[1]?.parts;
  const plainCall = { functionCall: { id: '1', name: 'weather', args: { city: 'b' } } };
  const dummy = { ...plainCall, thoughtSignature: 'skip_thought_signature_validator' };
  t.same(parts('EqoBCkYIARgCKkBs'), [{ text: 'a' }, dummy]);
  t.same(parts(''), [{ text: 'a' }, dummy]);
  t.same(parts('gemini.t.c2ln'), [{ text: '', thought: true, thoughtSignature: 'c2ln' }, { text: 'a' }, dummy]);
  const blocks = [text('a'), { type: 'thinking', thinking: '', signature: 'gemini.x.dGV4dA==' }, { type: 'redacted_thinking', data: 'x' }, { type: 'thinking', thinking: '', signature: 'gemini.c.Y2FsbA==' }, use('toolu_1', { city: 'b' })];
  t.same(asked(blocks, [result('toolu_1', 'y')]).contents[1]?.parts, [{ text: 'a', thoughtSignature: 'dGV4dA==' }, { ...plainCall, thoughtSignature: 'Y2FsbA==' }]);
});

t.test('the signature of a call comes from memory where the client drops thinking blocks', async (t) => {
  const messages = [user('x'), assistant([use('toolu_abc', { city: 'b' })]), user([result('toolu_abc', 'y')])];
  const made = body({ messages, tools: [tool('weather')] }, [{ callId: 'abc', value: 'c2ln', keyId: 'k' }]);
  t.equal(made.contents[1]?.parts[0]?.thoughtSignature, 'c2ln');
});

t.test('blocks that Anthropic alone knows are dropped, and a turn of nothing else is refused', async (t) => {
  const server = [{ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }, { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] }, { type: 'code_execution_tool_result', tool_use_id: 'a', content: {} }];
  t.same(partsOf({ messages: [user('x'), assistant([...server, text('y')]), user('z')] }), [[{ text: 'x' }], [{ text: 'y' }], [{ text: 'z' }]]);
  t.same(partsOf({ messages: [user('x'), assistant(server), user('z')] }), [[{ text: 'x' }, { text: 'z' }]]);
  t.same(partsOf({ messages: [user([text('x'), { type: 'container_upload', file_id: 'a' }, { type: 'new_one' }])] }), [[{ text: 'x' }]]);
  t.equal(refusedFor({ messages: [user([{ type: 'container_upload', file_id: 'a' }])] }), 'messages.0.content');
  t.equal(refusedFor({ messages: [user('x'), assistant([{ type: 'mcp_tool_use' }]), user('y')] }), 'messages.1.content');
});

t.test('functions go up with their schema, tools that Google has stand for those of the server, by every version', async (t) => {
  const made = body({ tools: [tool('weather', { type: 'custom', eager_input_streaming: true, input_examples: [{}], allowed_callers: ['direct'] })] });
  t.same(made.tools, [{ functionDeclarations: [{ name: 'weather', description: 'Does weather.', parametersJsonSchema: schema }] }]);
  for (const [type, google] of [['web_search_20250305', 'googleSearch'], ['web_search_20260318', 'googleSearch'], ['web_fetch_20250910', 'urlContext'], ['code_execution_20250522', 'codeExecution'], ['code_execution_20260521', 'codeExecution']] as const)
    t.same(body({ tools: [{ type, name: 'x', max_uses: 3, allowed_domains: ['example.com'] }] }).tools, [{ [google]: {} }], type);
  for (const [type, name, field] of [['bash_20250124', 'bash', 'command'], ['text_editor_20250728', 'str_replace_based_edit_tool', 'old_str'], ['memory_20250818', 'memory', 'old_path']] as const)
    t.match(body({ tools: [{ type, name }] }).tools, [{ functionDeclarations: [{ name, parametersJsonSchema: { properties: { [field]: { type: 'string' } } } }] }], type);
});

t.test('a strict tool has its arguments held to the schema', async (t) => {
  t.same(body({ tools: [tool('weather', { strict: true })] }).toolConfig, { functionCallingConfig: { mode: 'VALIDATED' } });
});

t.test('tools that are not known here are refused by name', async (t) => {
  for (const type of ['computer_20250124', 'browser_toolset_20260801', 'mcp_toolset', 'new_tool_1']) t.equal(refusedFor({ tools: [tool('a'), { type, name: 'x' }] }), 'tools.1.type', type);
});

t.test('the choice among tools is auto, any, one of them, or none at all', async (t) => {
  const config = (choice: object, more: object = {}) => body({ tools: [tool('weather'), tool('news')], tool_choice: choice, ...more }).toolConfig?.functionCallingConfig;
  t.same(config({ type: 'auto' }), undefined);
  t.same(config({ type: 'any' }), { mode: 'ANY' });
  t.same(config({ type: 'tool', name: 'news' }), { mode: 'ANY', allowedFunctionNames: ['news'] });
  t.same(config({ type: 'none' }), { mode: 'NONE' });
  t.same(body({ tools: [tool('weather'), { type: 'web_search_20250305', name: 'web_search' }], tool_choice: { type: 'none' } }).tools, body({ tools: [tool('weather')] }).tools, "none is no tool of Google's either");
  t.equal(refusedFor({ tools: [tool('weather')], tool_choice: { type: 'tool', name: 'other' } }), 'tool_choice.name');
  t.equal(refusedFor({ tools: [tool('weather')], tool_choice: { type: 'tool' } }), 'tool_choice.name');
  t.same(body({ tool_choice: { type: 'any' } }).toolConfig, undefined, 'nothing to choose among');
});

t.test('a deferred tool is declared once a result refers to it', async (t) => {
  const tools = [tool('ToolSearch'), tool('WebFetch', { defer_loading: true }), tool('Other', { defer_loading: true })];
  t.same(declared({ tools }), ['ToolSearch']);
  const messages = [user('x'), assistant([use('toolu_1', { query: 'fetch' }, 'ToolSearch')]), user([result('toolu_1', [{ type: 'tool_reference', tool_name: 'WebFetch' }]), text('Tool loaded.')])];
  t.same(declared({ tools, messages }), ['ToolSearch', 'WebFetch']);
  t.match(body({ tools, messages }).contents[2]?.parts, [{ functionResponse: { response: { result: 'tool WebFetch is loaded' } } }]);
  t.same(declared({ tools: [...tools, { type: 'tool_search_tool_bm25_20251119', name: 'x' }] }), ['ToolSearch', 'WebFetch', 'Other']);
});

t.test('messages add tools and take them away', async (t) => {
  const change = (type: string, changed: object) => ({ role: 'system', content: [{ type, tool: changed }] });
  const tools = [tool('a'), tool('b', { defer_loading: true })];
  t.same(declared({ tools, messages: [user('x'), change('tool_removal', { type: 'tool_reference', name: 'a' }), change('tool_addition', { type: 'tool_reference', name: 'b' })] }), ['b']);
  t.same(declared({ tools, messages: [user('x'), change('tool_addition', { type: 'tool_definition', definition: tool('c') })] }), ['a', 'c']);
  const many = Array.from({ length: 512 }, (_, at) => ({ type: 'tool_addition', tool: { type: 'tool_definition', definition: tool(`c${at}`) } }));
  t.equal(refusedFor({ tools, messages: [user('x'), { role: 'system', content: many }] }), 'messages');
});

const thinkingOf = (model: string, request: object) => body({ model, max_tokens: 32_000, ...request }).generationConfig?.thinkingConfig;
const effort = (word: string) => ({ output_config: { effort: word } });
const adaptive = (more: object = {}) => ({ thinking: { type: 'adaptive', ...more } });
const enabled = (tokens: number) => ({ thinking: { type: 'enabled', budget_tokens: tokens } });

const thinkings: readonly (readonly [what: string, model: string, request: object, config: object | undefined])[] = [
  ['nothing is asked', 'gemini-3.5-flash', {}, undefined],
  ['nothing is asked', 'gemini-2.5-flash', {}, undefined],
  ['off', 'gemini-2.5-flash', { thinking: { type: 'disabled' } }, { thinkingBudget: 0 }],
  ['off', 'gemini-3.5-flash', { thinking: { type: 'disabled' } }, { thinkingLevel: 'MINIMAL' }],
  ['a budget', 'gemini-2.5-flash', enabled(3000), { thinkingBudget: 3000, includeThoughts: true }],
  ['a budget beyond the range', 'gemini-2.5-flash', enabled(100_000), { thinkingBudget: 24_576, includeThoughts: true }],
  ['a budget where levels are meant', 'gemini-3.5-flash', enabled(4095), { thinkingLevel: 'LOW', includeThoughts: true }],
  ['a budget where levels are meant', 'gemini-3.5-flash', enabled(4096), { thinkingLevel: 'MEDIUM', includeThoughts: true }],
  ['a budget where levels are meant', 'gemini-3.5-flash', enabled(16_384), { thinkingLevel: 'HIGH', includeThoughts: true }],
  ['adaptive', 'gemini-3.5-flash', adaptive(), { includeThoughts: true }],
  ['adaptive with a stray budget', 'gemini-3.5-flash', adaptive({ budget_tokens: 0 }), { includeThoughts: true }],
  ['adaptive with an effort', 'gemini-3.5-flash', { ...adaptive(), ...effort('medium') }, { thinkingLevel: 'MEDIUM', includeThoughts: true }],
  ['between tools with an effort', 'gemini-3.5-flash', { thinking: { type: 'between_tools' }, ...effort('low') }, { thinkingLevel: 'LOW', includeThoughts: true }],
  ['adaptive, omitted', 'gemini-3.5-flash', adaptive({ display: 'omitted' }), { includeThoughts: false }],
  ['adaptive with an effort, omitted', 'gemini-3.8-flash', { ...adaptive({ display: 'omitted' }), ...effort('high') }, { thinkingLevel: 'HIGH', includeThoughts: false }],
  ['an effort alone', 'gemini-3.5-flash', effort('high'), { thinkingLevel: 'HIGH' }],
  ['the last effort of the conversation', 'gemini-3.5-flash', { ...adaptive(), ...effort('high'), messages: [user('x'), { role: 'system', content: [], output_config: { effort: 'low' } }] }, { thinkingLevel: 'LOW', includeThoughts: true }],
  ['a small cap', 'gemini-3.5-flash', { max_tokens: 100 }, { thinkingLevel: 'MINIMAL' }],
];

t.test('each wish for thinking has its config, a level or a budget by the family', async (t) => {
  for (const [what, model, request, config] of thinkings) t.same(thinkingOf(model, request), config, `${what}, ${model}`);
});

t.test('max_tokens goes up as far as the model can answer', async (t) => {
  const cap = (model: string, most: number, listed?: number) => plain(call({ model, max_tokens: most }, [], listed === undefined ? {} : { listedLimit: () => listed }).body).generationConfig?.maxOutputTokens;
  t.equal(cap('gemini-3.5-flash', 128_000), 65_536);
  t.equal(cap('gemini-3.5-flash', 32_000), 32_000);
  t.equal(cap('gemini-2.0-flash', 32_000), 8192);
  t.equal(cap('gemini-3.5-flash', 128_000, 100_000), 100_000, 'as Google lists it');
});

t.test('sampling goes up by the rule of the family; stop sequences without blank ones, five at most', async (t) => {
  const sampling = { temperature: 0.5, top_p: 0.9, top_k: 40 };
  t.match(body({ model: 'gemini-2.5-flash', ...sampling }).generationConfig, { temperature: 0.5, topP: 0.9, topK: 40 });
  t.notMatch(JSON.stringify(body({ model: 'gemini-3.8-flash', ...sampling })), 'temperature');
  t.notMatch(JSON.stringify(body({ model: 'gemini-2.5-flash', top_k: 0 })), 'topK', '0 is none');
  t.same(body({ stop_sequences: ['a', ' ', '', 'b'] }).generationConfig?.stopSequences, ['a', 'b']);
  t.equal(refusedFor({ stop_sequences: ['a', 'b', 'c', 'd', 'e', 'f'] }), 'stop_sequences');
});

t.test('an answer in JSON is asked for by the newer field and by the older one', async (t) => {
  const format = { type: 'json_schema', schema };
  const wanted = { responseMimeType: 'application/json', responseJsonSchema: schema };
  t.match(body({ output_config: { format } }).generationConfig, wanted);
  t.match(body({ output_format: format }).generationConfig, wanted);
});

t.test('fields that say nothing to Gemini, and fields that nobody knows, are let by', async (t) => {
  const more = { metadata: { user_id: 'u' }, service_tier: 'auto', context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] }, speed: 'fast', inference_geo: 'us', diagnostics: {}, user_profile_id: 'x', workspace_id: 'y', fallbacks: [], betas: ['a'], container: null, mcp_servers: [], new_field: { a: 1 }, tools: null, thinking: null, system: null };
  t.equal(JSON.stringify(body(more)), JSON.stringify(body({})));
});

const refused: readonly (readonly [request: object, field: string])[] = [
  [{ model: undefined }, 'model'],
  [{ max_tokens: undefined }, 'max_tokens'],
  [{ max_tokens: -1 }, 'max_tokens'],
  [{ max_tokens: 'many' }, 'max_tokens'],
  [{ messages: undefined }, 'messages'],
  [{ messages: [] }, 'messages'],
  [{ messages: 'x' }, 'messages'],
  [{ messages: [1] }, 'messages.0'],
  [{ messages: [{ content: 'x' }] }, 'messages.0.role'],
  [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.role'],
  [{ messages: [user(1)] }, 'messages.0.content'],
  [{ messages: [user([1])] }, 'messages.0.content.0'],
  [{ messages: [user([{ type: 'text' }])] }, 'messages.0.content.0.text'],
  [{ messages: [user([{ type: 'image' }])] }, 'messages.0.content.0.source'],
  [{ messages: [user([{ type: 'image', source: { type: 'x' } }])] }, 'messages.0.content.0.source.type'],
  [{ messages: [user([{ type: 'image', source: { type: 'base64', data: '!' } }])] }, 'messages.0.content.0.source.data'],
  [{ messages: [user([{ type: 'image', source: { type: 'file', file_id: 'file_011' } }])] }, 'messages.0.content.0.source.file_id'],
  [{ messages: [user([{ type: 'document', source: { type: 'file', file_id: 'file_011' } }])] }, 'messages.0.content.0.source.file_id'],
  [{ messages: [user([result('toolu_9', 'x')])] }, 'messages.0.content.0.tool_use_id'],
  [{ messages: [user([{ type: 'tool_result' }])] }, 'messages.0.content.0.tool_use_id'],
  [{ messages: [user('x'), assistant([use('toolu_1', 'no object')]), user('y')] }, 'messages.1.content.0.input'],
  [{ messages: [user('x'), assistant([{ type: 'tool_use', input: {} }]), user('y')] }, 'messages.1.content.0.id'],
  [{ system: 1 }, 'system'],
  [{ system: [{ type: 'text', text: 1 }] }, 'system.0.text'],
  [{ stream: 'yes' }, 'stream'],
  [{ temperature: 9 }, 'temperature'],
  [{ stop_sequences: 'x' }, 'stop_sequences'],
  [{ thinking: { type: 'maybe' } }, 'thinking.type'],
  [{ thinking: { type: 'enabled', budget_tokens: 'x' } }, 'thinking.budget_tokens'],
  [{ output_config: { effort: 'huge' } }, 'output_config.effort'],
  [{ output_config: { format: { type: 'xml' } } }, 'output_config.format.type'],
  [{ tools: [{ input_schema: {} }] }, 'tools.0.name'],
  [{ tools: [{ name: 'a', input_schema: 1 }] }, 'tools.0.input_schema'],
  [{ tool_choice: { type: 'some' } }, 'tool_choice.type'],
  [{ container: 'container_1' }, 'container'],
  [{ container: { id: 'container_1' } }, 'container'],
  [{ thread: { id: 'thread_1' } }, 'thread'],
  [{ mcp_servers: [{ type: 'url', url: 'https://example.com', name: 'x' }] }, 'mcp_servers'],
  [{ model: 'gemini-3.8-flash-tts' }, 'model'],
];

t.test('a field that does not fit is refused by its name', async (t) => {
  for (const [request, field] of refused) t.equal(refusedFor(request), field, JSON.stringify(request));
});

t.test('tools that come again are made once for all requests, but where a message changes them', async (t) => {
  const tools = [tool('a'), tool('b', { defer_loading: true })];
  const dialect = messagesDialect(settings);
  const toolsFor = (request: object): unknown => {
    const read = dialect.decode({ ...message(request), tools });
    const plan = E.isLeft(read) ? read : dialect.translate(read.right, contextWith([]));
    return E.isLeft(plan) ? plan : plan.right.call.body.tools;
  };
  const once = toolsFor({});
  t.match(once, [{ functionDeclarations: [{ name: 'a', description: 'Does a.', parametersJsonSchema: schema }] }]);
  t.equal(once, toolsFor({ messages: [user('and now?')] }));
  const found = result('toolu_1', [{ type: 'tool_reference', tool_name: 'b' }]);
  const loaded = toolsFor({ messages: [user('x'), assistant([use('toolu_1')]), user([found])] });
  t.match(loaded, [{ functionDeclarations: [{ name: 'a' }, { name: 'b' }] }]);
  t.equal(toolsFor({}), once, 'nobody else has them');
});
