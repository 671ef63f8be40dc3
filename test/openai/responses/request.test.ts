import t from 'tap';
import { standInSignature } from '../../../src/gemini/signatures.ts';
import { plain } from '../../support/chat.ts';
import { callsInTurn, plainStore, responseBody, responseCall, responseRefusal, responseText, type Json } from '../../support/responses.ts';

const user = (content: unknown): Json => ({ role: 'user', content });
const called = (call_id: string, name: string, more: Json = {}): Json => ({ type: 'function_call', call_id, name, arguments: '{}', ...more });
const gave = (call_id: string, output: unknown): Json => ({ type: 'function_call_output', call_id, output });
const tool = (name: string, more: Json = {}): Json => ({ type: 'function', name, parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }, ...more });
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const picture = { inlineData: { mimeType: 'image/png', data: png } };
const contents = async (request: Json): Promise<unknown> => (await responseBody(request)).contents;

t.test('a text, and messages in every form, are turns; what leads is the instruction', async (t) => {
  t.same(await contents({ input: 'hello' }), [{ role: 'user', parts: [{ text: 'hello' }] }]);
  const body = await responseBody({
    instructions: 'be short',
    input: [
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'one' }] },
      { role: 'system', content: 'two' },
      user([{ type: 'input_text', text: 'a' }, { type: 'input_image', image_url: `data:image/png;base64,${png}` }]),
      { role: 'assistant', content: [{ type: 'output_text', text: 'b', annotations: [] }, { type: 'refusal', refusal: 'no' }], phase: 'commentary' },
      { type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content: [] },
      { role: 'developer', content: 'late' },
      user('c'),
    ],
  });
  t.same(body.systemInstruction, { parts: [{ text: 'be short' }, { text: 'one' }, { text: 'two' }] });
  t.same(body.contents, [
    { role: 'user', parts: [{ text: 'a' }, picture] },
    { role: 'model', parts: [{ text: 'b' }, { text: 'no' }] },
    { role: 'user', parts: [{ text: 'late' }, { text: 'c' }] },
  ]);
});

t.test('items without type, detail or id are taken', async (t) => {
  const input = [user('a'), { call_id: 'c', name: 'f', arguments: '{}', type: 'function_call' }, { type: 'function_call_output', call_id: 'c', output: 'x' }, { role: 'assistant', content: 'b' }, user([{ type: 'input_image', image_url: `data:image/png;base64,${png}` }])];
  t.equal(((await contents({ input })) as readonly unknown[]).length, 5);
});

t.test('media goes up as such: pictures, files by data or address, sound, and how closely to look', async (t) => {
  const text = Buffer.from('hello').toString('base64');
  const parts = (await responseBody({
    input: [
      user([
        { type: 'input_image', image_url: `data:image/png;base64,${png}`, detail: 'high' },
        { type: 'input_image', image_url: `data:image/png;base64,${png}`, detail: 'original', file_id: null },
        { type: 'input_file', filename: 'a.txt', file_data: text },
        { type: 'input_file', file_data: `data:text/plain;base64,${text}` },
        { type: 'input_file', file_url: 'https://generativelanguage.googleapis.com/v1beta/files/abc' },
        { type: 'input_file', file_id: 'files/abc' },
        { type: 'input_audio', input_audio: { data: 'UklGRiQAAABXQVZFZm10IBAAAAABAAEA', format: 'wav' } },
      ]),
    ],
  })).contents[0]?.parts;
  t.match(parts, [
    { ...picture, mediaResolution: { level: 'MEDIA_RESOLUTION_HIGH' } },
    picture,
    { inlineData: { mimeType: 'text/plain' } },
    { inlineData: { mimeType: 'text/plain' } },
    { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc' } },
    { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc' } },
    { inlineData: { mimeType: /audio/ } },
  ]);
});

t.test('a picture in the output of a call reaches the model as media', async (t) => {
  const output = [{ type: 'input_text', text: 'seen' }, { type: 'input_image', image_url: `data:image/png;base64,${png}` }];
  const input = [user('a'), called('1', 'f'), gave('1', output)];
  t.match(await contents({ input }), [{}, {}, { parts: [{ functionResponse: { name: 'f', response: { result: 'seen' }, parts: [picture] } }] }]);
  t.match(await contents({ model: 'gemini-2.5-flash', input }), [{}, {}, { parts: [{ functionResponse: {} }] }, { parts: [picture] }].slice(0, 3));
  const alone = [user('a'), called('1', 'view_image'), gave('1', output.slice(1))];
  t.match(await contents({ input: alone }), [{}, {}, { parts: [{ functionResponse: { parts: [picture] } }] }], 'as Codex sends it');
});

t.test('outputs in any order, apart and with reasoning between, are one turn in the order of the calls', async (t) => {
  const input = [user('a'), called('1', 'f'), called('2', 'g'), gave('2', 'two'), { type: 'reasoning', summary: [], encrypted_content: null }, gave('1', 'one')];
  t.match(await contents({ input }), [
    {},
    { role: 'model', parts: [{ functionCall: { id: '1', name: 'f' } }, { functionCall: { id: '2', name: 'g' } }] },
    { role: 'user', parts: [{ functionResponse: { id: '1', response: { result: 'one' } } }, { functionResponse: { id: '2', response: { result: 'two' } } }] },
  ]);
  t.match(await contents({ input: input.slice(0, 3) }), [{}, {}, { parts: [{ functionResponse: { response: { error: 'no result' } } }, {}] }]);
  const byName = [user('a'), called('1', 'f', { namespace: 'ns' }), { type: 'function_call_output', call_id: null, namespace: 'ns', name: 'f', output: 'x' }];
  t.match(await contents({ input: byName }), [{}, {}, { parts: [{ functionResponse: { id: '1', name: 'ns__f', response: { result: 'x' } } }] }]);
});

t.test('an output without its call is a 400 that names the call', async (t) => {
  const refused = await responseRefusal({ input: [user('a'), gave('call_lost', 'x')] });
  t.equal(refused.param, 'input.1.call_id');
  t.match(refused.message, /call_lost/);
});

t.test('calls of every kind go back as calls of their tool', async (t) => {
  const input = [
    user('a'),
    { type: 'custom_tool_call', call_id: '1', name: 'free', input: 'raw text' },
    { type: 'custom_tool_call_output', call_id: '1', output: 'done' },
    { type: 'tool_search_call', call_id: '2', execution: 'client', arguments: { query: 'q' } },
    { type: 'tool_search_output', call_id: '2', execution: 'client', tools: [tool('found')] },
    { type: 'local_shell_call', call_id: '3', action: { type: 'exec', command: ['ls'], env: {} }, status: 'completed' },
    { type: 'local_shell_call_output', id: '3', output: '{"files":1}' },
    { type: 'shell_call', call_id: '4', action: { commands: ['ls'], timeout_ms: null, max_output_length: null } },
    { type: 'shell_call_output', call_id: '4', output: [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }] },
    { type: 'apply_patch_call', call_id: '5', operation: { type: 'delete_file', path: 'x' } },
    { type: 'apply_patch_call_output', call_id: '5', status: 'completed', output: 'ok' },
    { type: 'mcp_call', id: '6', name: 'm', server_label: 's', arguments: '{"a":1}', output: 'text' },
    { type: 'computer_call', call_id: '7', action: { type: 'screenshot' } },
    { type: 'computer_call_output', call_id: '7', output: { type: 'computer_screenshot', image_url: `data:image/png;base64,${png}` } },
  ];
  const body = await responseBody({ input });
  const calls = body.contents.flatMap(({ parts }) => parts.flatMap(({ functionCall: call }) => (call === undefined ? [] : [[call.name, call.args]])));
  t.same(calls, [
    ['free', { input: 'raw text' }],
    ['tool_search', { query: 'q' }],
    ['local_shell', { type: 'exec', command: ['ls'], env: {} }],
    ['shell', { commands: ['ls'], timeout_ms: null, max_output_length: null }],
    ['apply_patch', { type: 'delete_file', path: 'x' }],
    ['m', { a: 1 }],
    ['computer', { type: 'screenshot' }],
  ]);
  const results = body.contents.flatMap(({ parts }) => parts.flatMap(({ functionResponse: response }) => (response === undefined ? [] : [response.response])));
  t.same(results.slice(0, 6), [{ result: 'done' }, { tools: ['found'] }, { files: 1 }, { output: [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }] }, { status: 'completed', output: 'ok' }, { result: 'text' }]);
  t.match(body.tools, [{ functionDeclarations: [{ name: 'found' }] }], 'what was found may be called');
});

t.test('items without a counterpart are left out, and never a message', async (t) => {
  const types = ['web_search_call', 'file_search_call', 'mcp_list_tools', 'mcp_approval_request', 'mcp_approval_response', 'program', 'program_output', 'compaction', 'compaction_trigger', 'something_new'];
  const input = [user('a'), ...types.map((type) => ({ type, id: 'x', role: 'user', content: 'never', text: 'never' })), { type: 'image_generation_call', id: 'ig_1', result: null }];
  t.same(await contents({ input }), [{ role: 'user', parts: [{ text: 'a' }] }]);
});

t.test('a picture that the model drew goes back as its own', async (t) => {
  const input = [user('a'), { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: png }, user('b')];
  t.same(await contents({ model: 'gemini-2.5-flash-image', input }), [{ role: 'user', parts: [{ text: 'a' }] }, { role: 'model', parts: [picture] }, { role: 'user', parts: [{ text: 'b' }] }]);
  t.match(await contents({ input }), [{}, { parts: [{ ...picture, thoughtSignature: standInSignature }] }, {}]);
});

t.test('tools of every kind are declared: functions, custom ones, namespaces, those of the client, those of items', async (t) => {
  const body = await responseBody({
    tools: [
      tool('plain', { description: 'd', strict: false }),
      { type: 'custom', name: 'free', description: 'takes text', format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' } },
      { type: 'namespace', name: 'ns', description: 'a family', tools: [tool('inner'), { type: 'custom', name: 'child' }] },
      { type: 'tool_search', execution: 'client', description: 'find', parameters: { type: 'object', properties: { goal: { type: 'string' } } } },
      { type: 'apply_patch' },
      { type: 'local_shell' },
      { type: 'shell' },
      { type: 'file_search', vector_store_ids: [] },
      { type: 'mcp', server_label: 'x' },
      { type: 'image_generation' },
    ],
    input: [{ type: 'additional_tools', role: 'developer', tools: [tool('added')] }, user('a')],
  });
  const [first] = body.tools ?? [];
  t.same(first?.functionDeclarations?.map(({ name }) => name), ['plain', 'free', 'ns__inner', 'ns__child', 'tool_search', 'apply_patch', 'local_shell', 'shell', 'added']);
  t.match(first?.functionDeclarations?.[1], { description: /lark grammar:\nstart: "x"/, parametersJsonSchema: { properties: { input: { type: 'string' } } } });
  t.equal(body.tools?.length, 1, 'nothing of what Gemini has not');
});

t.test('additional tools work where the request has none', async (t) => {
  const input = [{ type: 'additional_tools', role: 'developer', tools: [{ type: 'namespace', name: 'functions', description: '', tools: [tool('exec', { type: 'custom' })] }] }, user('a')];
  t.match((await responseBody({ input })).tools, [{ functionDeclarations: [{ name: 'functions__exec' }] }]);
});

t.test('search and functions go up together from Gemini 3 on, before that functions alone; it can be turned off', async (t) => {
  const tools = [tool('f'), { type: 'web_search', external_web_access: true }];
  t.match(await responseBody({ tools }), { tools: [{ functionDeclarations: [{ name: 'f' }] }, { googleSearch: {} }], toolConfig: { includeServerSideToolInvocations: true } });
  t.same((await responseBody({ model: 'gemini-2.5-flash', tools })).tools?.map((one) => Object.keys(one)[0]), ['functionDeclarations']);
  t.equal((await responseBody({ tools: [{ type: 'web_search', external_web_access: false }] })).tools, undefined);
  for (const type of ['web_search', 'web_search_preview', 'web_search_preview_2025_03_11', 'web_search_2025_08_26']) t.same((await responseBody({ tools: [{ type }] })).tools, [{ googleSearch: {} }], type);
  t.same((await responseBody({ tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] })).tools, [{ codeExecution: {} }]);
});

const choices: readonly (readonly [choice: unknown, mode: string | undefined, only: readonly string[] | undefined])[] = [
  [undefined, undefined, undefined],
  ['auto', undefined, undefined],
  ['none', 'NONE', undefined],
  ['required', 'ANY', undefined],
  [{ type: 'function', name: 'f' }, 'ANY', ['f']],
  [{ type: 'custom', name: 'c' }, 'ANY', ['c']],
  [{ type: 'function', name: 'g', namespace: 'ns' }, 'ANY', ['ns__g']],
  [{ type: 'apply_patch' }, 'ANY', ['apply_patch']],
  [{ type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] }, 'VALIDATED', ['f']],
  [{ type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }, { type: 'custom', name: 'c' }] }, 'ANY', ['f', 'c']],
];

t.test('every form of tool_choice has its mode', async (t) => {
  const tools = [tool('f'), { type: 'custom', name: 'c' }, { type: 'namespace', name: 'ns', description: '', tools: [tool('g')] }, { type: 'apply_patch' }];
  for (const [tool_choice, mode, only] of choices) {
    const config = (await responseBody({ tools, tool_choice })).toolConfig?.functionCallingConfig;
    t.same([config?.mode, config?.allowedFunctionNames], [mode, only], JSON.stringify(tool_choice));
  }
  const searching = await responseBody({ tools: [...tools, { type: 'web_search' }, { type: 'code_interpreter' }], tool_choice: { type: 'web_search_preview' } });
  t.same(searching.tools, [{ googleSearch: {} }], 'only that tool of Google');
  t.equal((await responseBody({ tools: [{ type: 'web_search' }], tool_choice: 'none' })).tools, undefined);
});

const format = { type: 'json_schema', name: 'n', schema: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }, strict: true };

t.test('a schema is kept to, with tools and without', async (t) => {
  t.match((await responseBody({ text: { format } })).generationConfig, { responseMimeType: 'application/json', responseJsonSchema: { properties: { a: { type: 'string' } } } });
  t.match((await responseBody({ text: { format }, tools: [tool('f')] })).generationConfig, { responseMimeType: 'application/json' });
  const older = await responseBody({ model: 'gemini-2.5-flash', text: { format }, tools: [tool('f')] });
  t.same(older.tools?.[0]?.functionDeclarations?.map(({ name }) => name), ['f', 'final_answer']);
  t.match((await responseBody({ text: { format: { type: 'json_object' } } })).generationConfig, { responseMimeType: 'application/json' });
  for (const text of [{}, { format: { type: 'text' } }, { verbosity: 'low' }, null]) t.equal((await responseBody({ text })).generationConfig?.responseMimeType, undefined, JSON.stringify(text));
});

t.test('sampling, length, thinking, tier and log probabilities are what Gemini calls them', async (t) => {
  const body = await responseBody({ temperature: 0.5, top_p: 0.9, max_output_tokens: 5000, reasoning: { effort: 'low', summary: 'auto' }, service_tier: 'fast', include: ['message.output_text.logprobs'], top_logprobs: 3, model: 'gemini-3.5-flash' });
  t.match(body, { generationConfig: { temperature: 0.5, topP: 0.9, maxOutputTokens: 5000, thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true }, responseLogprobs: true, logprobs: 3 }, serviceTier: 'priority' });
  t.equal((await responseBody({ max_output_tokens: 1_000_000 })).generationConfig?.maxOutputTokens, 65_536, 'as far as the model can');
  t.equal((await responseBody({ max_output_tokens: 50_000 }, { settings: { listedLimit: () => 32_768 } })).generationConfig?.maxOutputTokens, 32_768, 'as Google lists it');
  t.equal((await responseBody({ top_logprobs: 3 })).generationConfig?.responseLogprobs, undefined, 'not without include');
  for (const service_tier of ['auto', 'default']) t.equal((await responseBody({ service_tier })).serviceTier, undefined);
  t.match((await responseBody({ reasoning: { effort: 'high' } })).generationConfig?.thinkingConfig, { thinkingLevel: 'HIGH', includeThoughts: false }, 'no summary asked, no thoughts');
  t.match((await responseBody({ reasoning: { generate_summary: 'concise' } })).generationConfig?.thinkingConfig, { includeThoughts: true });
  const updated = [{ type: 'configuration_update', reasoning: { effort: 'high' } }, user('a')];
  t.match((await responseBody({ reasoning: { effort: 'low' }, input: updated })).generationConfig?.thinkingConfig, { thinkingLevel: 'HIGH' });
  t.match((await responseBody({ model: 'gemini-3-pro-image', tools: [{ type: 'image_generation' }] })).generationConfig, { responseModalities: ['TEXT', 'IMAGE'] });
  t.match((await responseBody({ model: 'gemini-3-pro-image', tools: [{ type: 'image_generation', size: '1536x1024', quality: 'high' }] })).generationConfig, { imageConfig: { aspectRatio: '3:2' } });
  t.equal((await responseBody({ tools: [{ type: 'image_generation', size: '1536x1024' }] })).generationConfig?.imageConfig, undefined, 'where nothing is drawn');
  t.equal((await responseCall({ stream: true })).streamed, true);
});

t.test('what clients send beside, and fields that nobody knows, pass', async (t) => {
  const beside = { prompt_cache_key: 'k', client_metadata: { a: 1 }, safety_identifier: 's', user: 'u', truncation: 'auto', max_tool_calls: 3, context_management: [], prompt_cache_options: {}, prompt_cache_retention: '24h', moderation: {}, image: {}, access_programs: [], background_options: {}, background: false, conversation: null, prompt: null, stream_options: { include_obfuscation: false }, include: ['something.new', 'reasoning.encrypted_content'], reasoning: { mode: 'x', context: 'all_turns', effort: null }, metadata: { a: 'b' }, store: false, invented: { deep: [1] } };
  t.same(plain(await responseCall(beside)), plain(await responseCall({})));
});

const bad: readonly (readonly [param: string, request: Json, code: string])[] = [
  ['model', { model: null }, 'missing_required_parameter'],
  ['model', { model: 7 }, 'invalid_value'],
  ['model', { model: 'gemini-2.5-flash-preview-tts' }, 'unsupported_value'],
  ['input', { input: null }, 'missing_required_parameter'],
  ['input', { input: 7 }, 'invalid_value'],
  ['input', { input: [] }, 'invalid_value'],
  ['input.0', { input: ['x'] }, 'invalid_value'],
  ['input.0.type', { input: [{}] }, 'missing_required_parameter'],
  ['input.0.role', { input: [{ type: 'message', content: 'x' }] }, 'invalid_value'],
  ['input.0.content', { input: [user(7)] }, 'invalid_type'],
  ['input.0.content.0.type', { input: [user([{ type: 'nothing' }])] }, 'invalid_value'],
  ['input.0.content.0.text', { input: [user([{ type: 'input_text' }])] }, 'missing_required_parameter'],
  ['input.0.content.0.image_url', { input: [user([{ type: 'input_image' }])] }, 'missing_required_parameter'],
  ['input.0.content.0.file_id', { input: [user([{ type: 'input_image', file_id: 'file-1' }])] }, 'unsupported_value'],
  ['input.0.content.0.file_id', { input: [user([{ type: 'input_file', file_id: 'file-1' }])] }, 'unsupported_value'],
  ['input.0.content.0.image_url', { input: [user([{ type: 'input_image', image_url: 'data:image/svg+xml;base64,PHN2Zy8+' }])] }, 'invalid_value'],
  ['input.0.content.0.input_audio', { input: [user([{ type: 'input_audio' }])] }, 'missing_required_parameter'],
  ['input.1.call_id', { input: [user('a'), { type: 'function_call', name: 'f' }] }, 'missing_required_parameter'],
  ['input.1.name', { input: [user('a'), { type: 'function_call', call_id: 'f' }] }, 'missing_required_parameter'],
  ['input.1.arguments', { input: [user('a'), called('1', 'f', { arguments: '{' })] }, 'invalid_value'],
  ['input.2.output', { input: [user('a'), called('1', 'f'), { type: 'function_call_output', call_id: '1' }] }, 'missing_required_parameter'],
  ['input.2.output', { input: [user('a'), called('1', 'f'), gave('1', 7)] }, 'invalid_type'],
  ['input.0.reasoning.effort', { input: [{ type: 'configuration_update', reasoning: { effort: 'x' } }, user('a')] }, 'invalid_value'],
  ['instructions', { instructions: [] }, 'invalid_value'],
  ['max_output_tokens', { max_output_tokens: 0 }, 'invalid_value'],
  ['max_tool_calls', { max_tool_calls: -1 }, 'invalid_value'],
  ['temperature', { temperature: 3 }, 'invalid_value'],
  ['top_p', { top_p: '1' }, 'invalid_value'],
  ['top_logprobs', { top_logprobs: 21 }, 'invalid_value'],
  ['text.format.type', { text: { format: { type: 'xml' } } }, 'invalid_value'],
  ['text.format.schema', { text: { format: { type: 'json_schema', name: 'n' } } }, 'missing_required_parameter'],
  ['text.verbosity', { text: { verbosity: 7 } }, 'invalid_value'],
  ['text.verbosity', { text: { verbosity: 'x' } }, 'invalid_value'],
  ['input.1.id', { input: [user('a'), { type: 'item_reference' }] }, 'invalid_value'],
  ['input.1.id', { input: [user('a'), { type: 'item_reference', id: 7 }] }, 'invalid_value'],
  ['input.1.summary', { input: [user('a'), { type: 'reasoning', summary: 7 }] }, 'invalid_value'],
  ['input.1.result', { input: [user('a'), { type: 'image_generation_call', result: 7 }] }, 'invalid_value'],
  ['input.0.tools', { input: [{ type: 'additional_tools', tools: {} }, user('a')] }, 'invalid_value'],
  ['input.1.action', { input: [user('a'), { type: 'shell_call', call_id: 'c', action: 7 }] }, 'invalid_value'],
  ['input.1.operation', { input: [user('a'), { type: 'apply_patch_call', call_id: 'c', operation: [] }] }, 'invalid_value'],
  ['input.0.content.0.detail', { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,aGk=', detail: 'x' }] }] }, 'invalid_value'],
  ['tools.0.name', { tools: [{ type: 'function', name: '' }] }, 'missing_required_parameter'],
  ['tools.0.name', { tools: [{ type: 'custom', name: '' }] }, 'missing_required_parameter'],
  ['tools.0.format.type', { tools: [{ type: 'custom', name: 'c', format: { type: 'xml' } }] }, 'invalid_value'],
  ['tools.0.format.syntax', { tools: [{ type: 'custom', name: 'c', format: { type: 'grammar', syntax: 'x', definition: 'd' } }] }, 'invalid_value'],
  ['tools.0.format.definition', { tools: [{ type: 'custom', name: 'c', format: { type: 'grammar', syntax: 'lark' } }] }, 'missing_required_parameter'],
  ['reasoning.effort', { reasoning: { effort: 'enormous' } }, 'invalid_value'],
  ['reasoning.summary', { reasoning: { summary: 'long' } }, 'invalid_value'],
  ['tools', { tools: {} }, 'invalid_value'],
  ['tools.0.type', { tools: [{}] }, 'missing_required_parameter'],
  ['tools.0.name', { tools: [{ type: 'function' }] }, 'missing_required_parameter'],
  ['tools.0.parameters', { tools: [{ type: 'function', name: 'f', parameters: 7 }] }, 'invalid_value'],
  ['tools.0.tools', { tools: [{ type: 'namespace', name: 'n', description: '' }] }, 'missing_required_parameter'],
  ['tools.0.tools.0.name', { tools: [{ type: 'namespace', name: 'n', description: '', tools: [{ type: 'function' }] }] }, 'missing_required_parameter'],
  ['tools.0.size', { model: 'gemini-3-pro-image', tools: [{ type: 'image_generation', size: 'huge' }] }, 'invalid_value'],
  ['tool_choice', { tool_choice: 'any' }, 'invalid_value'],
  ['tool_choice', { tools: [tool('f')], tool_choice: { type: 'function', name: 'g' } }, 'invalid_value'],
  ['tool_choice', { tools: [{ type: 'mcp', server_label: 's' }], tool_choice: { type: 'mcp', server_label: 's' } }, 'unsupported_tool'],
  ['tool_choice', { tools: [{ type: 'file_search', vector_store_ids: [] }], tool_choice: { type: 'file_search' } }, 'unsupported_tool'],
  ['tool_choice', { tool_choice: { type: 'web_search' } }, 'invalid_value'],
  ['tool_choice.tools', { tools: [tool('f')], tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] } }, 'invalid_value'],
  ['tool_choice.mode', { tools: [tool('f')], tool_choice: { type: 'allowed_tools', mode: 'x', tools: [{ type: 'function', name: 'f' }] } }, 'invalid_value'],
  ['parallel_tool_calls', { parallel_tool_calls: 'no' }, 'invalid_value'],
  ['store', { store: 'yes' }, 'invalid_value'],
  ['stream', { stream: 1 }, 'invalid_value'],
  ['stream_options', { stream_options: true }, 'invalid_value'],
  ['include', { include: 'all' }, 'invalid_value'],
  ['include.0', { include: [7] }, 'invalid_value'],
  ['truncation', { truncation: 'some' }, 'invalid_value'],
  ['metadata', { metadata: { a: 7 } }, 'invalid_value'],
  ['metadata', { metadata: { a: 'x'.repeat(513) } }, 'invalid_value'],
  ['metadata', { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, 'v'])) }, 'invalid_value'],
  ['service_tier', { service_tier: 'gold' }, 'invalid_value'],
  ['prompt_cache_key', { prompt_cache_key: 7 }, 'invalid_value'],
  ['safety_identifier', { safety_identifier: [] }, 'invalid_value'],
  ['user', { user: 7 }, 'invalid_value'],
  ['background', { background: true }, 'unsupported_parameter'],
  ['background', { background: 'yes' }, 'invalid_value'],
  ['conversation', { conversation: 'conv_1' }, 'unsupported_parameter'],
  ['conversation', { conversation: { id: 'conv_1' }, previous_response_id: 'resp_1' }, 'unsupported_parameter'],
  ['prompt', { prompt: { id: 'pmpt_1' } }, 'unsupported_parameter'],
  ['previous_response_id', { previous_response_id: 7 }, 'invalid_value'],
  ['previous_response_id', { previous_response_id: 'resp_unknown' }, 'previous_response_not_found'],
  ['tools', { model: 'gemma-3-27b-it', tools: [tool('f')] }, 'unsupported_parameter'],
  ['text.format', { model: 'gemma-3-27b-it', text: { format } }, 'unsupported_parameter'],
];

t.test('what does not fit is a 400 that names the field', async (t) => {
  for (const [param, request, code] of bad) {
    const refused = await responseRefusal(request);
    t.same([refused.param, refused.code], [param, code], JSON.stringify(request).slice(0, 100));
    t.notMatch(refused.message, /Unknown(?:Record|Array)|Array</, 'in words');
  }
});

t.test('background, conversation and prompt are refused by name', async (t) => {
  for (const [field, value] of Object.entries({ background: true, conversation: 'conv_1', prompt: { id: 'p' } })) t.equal((await responseRefusal({ [field]: value })).param, field);
});

t.test('a conversation goes on from what was kept, without its old instructions', async (t) => {
  const store = plainStore();
  const record = (id: string, previous: string | null, question: string, answer: string) =>
    ({ id, created: 1, previous, input: [user(question)], response: { id, output: [{ type: 'message', id: `msg_${id}`, role: 'assistant', content: [{ type: 'output_text', text: answer }] }] } });
  store.kept.push(record('resp_1', null, 'one', 'first'), record('resp_2', 'resp_1', 'two', 'second'));
  const body = await responseBody({ previous_response_id: 'resp_2', input: 'three', instructions: 'new' }, { store });
  t.same(body.contents.map(({ parts }) => parts[0]?.text), ['one', 'first', 'two', 'second', 'three']);
  t.same(body.systemInstruction, { parts: [{ text: 'new' }] });
  const referring = await responseBody({ input: [user('a'), { type: 'item_reference', id: 'msg_resp_1' }, { id: 'msg_resp_2', type: null }, user('b')] }, { store });
  t.same(referring.contents.map(({ parts }) => parts.map((part) => part.text)), [['a'], ['first', 'second'], ['b']]);
  t.match((await responseBody({ previous_response_id: 'resp_1', input: null }, { store })).contents.length, 2, 'no new input at all');
});

t.test('a conversation has so many items at most, with those of its earlier turns', async (t) => {
  const store = plainStore();
  store.kept.push({ id: 'resp_1', created: 1, previous: null, input: Array.from({ length: 19_999 }, () => user('a')), response: { id: 'resp_1', output: [] } });
  t.equal((await responseBody({ previous_response_id: 'resp_1', input: 'b' }, { store })).contents.length > 0, true);
  t.match(await responseRefusal({ previous_response_id: 'resp_1', input: [user('b'), user('c')] }, { store }), { param: 'previous_response_id', code: 'invalid_value' });
});

t.test('numbers beyond 2^53 in schemas go up as they were written', async (t) => {
  const json = '{"model":"gemini-3.5-flash","input":"hi","tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{"a":{"type":"integer","maximum":12345678901234567890}}}}]}';
  t.match(await responseText(json), /12345678901234567890/);
});

t.test('a request is asked as it would be first, whatever the same dialect was asked before', (t) => {
  const [named, search] = [tool('weather'), { type: 'web_search' }];
  const wishes: readonly Json[] = [
    {}, { instructions: 'Be short.' }, { tools: [named] }, { tools: [named], tool_choice: 'required' }, { tool_choice: 'none' }, { tools: [search] },
    { text: { format: { type: 'json_object' } } }, { include: ['message.output_text.logprobs'] }, { model: 'gemini-2.5-flash' }, { model: 'no such model!' }, { temperature: 0.3, stream: true }, {},
    { input: [{ type: 'additional_tools', tools: [named] }, user('hi')] }, { reasoning: { summary: 'auto' } }, { model: 'gemini-3-pro-image' }, {},
  ];
  const all = [...wishes, ...wishes.toReversed()];
  t.same(callsInTurn(all), all.flatMap((wish) => callsInTurn([wish])));
  t.ok(new Set(callsInTurn(wishes)).size > 9, 'they are not all one');
  t.end();
});
