import { below, oneOf, onceIn, type Random } from './choose.ts';
import { heavyRequests } from '../stalls/heavy-requests.ts';
import { mutatedBytes, oddJson, oddValue, type Tree } from './odd-json.ts';

/** A request to the service, password left out; with `chunkBytes` its body comes in chunks of so many bytes. */
export type OddRequest = { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body?: Buffer; readonly chunkBytes?: number };

const picture = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGNwav2CFTEMLQkAGc1uwRO7N3AAAAAASUVORK5CYII=';

const parameters: Tree = {
  $defs: {
    Place: { type: 'object', properties: { name: { type: 'string' } } },
    Filter: { anyOf: [{ $ref: '#/$defs/And' }, { type: 'string' }] },
    And: { type: 'object', properties: { left: { $ref: '#/$defs/Filter' }, right: { $ref: '#/$defs/Filter' } }, required: ['left', 'right'] },
  },
  type: 'object',
  properties: {
    where: { $ref: '#/$defs/Filter' },
    pair: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }], items: false },
    headers: { type: 'object', patternProperties: { '^x-': { type: 'string' } }, additionalProperties: false },
    more: { $ref: '#/properties/headers' },
    either: { anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    city: { type: ['string', 'null'], enum: ['Rome', 'Oslo', null] },
    place: { allOf: [{ $ref: '#/$defs/Place' }, { description: 'where' }] },
    days: { type: 'integer', exclusiveMinimum: 0 },
  },
  required: ['city'],
  additionalProperties: false,
};

const chats: readonly Tree[] = [
  { model: 'gemini-2.5-flash', messages: [{ role: 'system', content: 'Be short.' }, { role: 'user', content: 'Hello' }], temperature: 0.5, max_tokens: 100, stop: ['x'], n: 2, seed: 7, user: 'me', metadata: { a: 'b' } },
  { model: 'gemini-3.5-flash', stream: true, stream_options: { include_usage: true }, messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: picture, detail: 'low' } }] }], reasoning_effort: 'low', logprobs: true, top_logprobs: 2 },
  {
    model: 'gemini-3.5-flash',
    messages: [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' }, extra_content: { google: { thought_signature: 'c2ln' } } }, { id: 'c2', type: 'custom', custom: { name: 'note', input: 'x' } }] },
      { role: 'tool', tool_call_id: 'c1', content: '{"degrees":20}' },
      { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'ok' }] },
      { role: 'assistant', content: `Sun. ![](${picture})`, reasoning_details: [{ type: 'reasoning.encrypted', data: 'c2ln', id: 'c1' }] },
      { role: 'user', content: 'Thanks' },
    ],
    tools: [{ type: 'function', function: { name: 'weather', description: 'd', parameters, strict: true } }, { type: 'custom', custom: { name: 'note' } }],
    tool_choice: { type: 'function', function: { name: 'weather' } },
    parallel_tool_calls: false,
  },
  { model: 'gemini-2.5-pro', messages: [{ role: 'user', content: 'As JSON' }], response_format: { type: 'json_schema', json_schema: { name: 'x', schema: parameters, strict: true } }, extra_body: { google: { thinking_config: { thinking_budget: 100, include_thoughts: true } } }, safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }] },
  { model: 'gemini-2.5-flash-search', messages: [{ role: 'developer', content: 'd' }, { role: 'user', content: 'x' }, { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } }, { role: 'function', name: 'f', content: '1' }], functions: [{ name: 'f', parameters: {} }], function_call: 'auto' },
  { model: 'gemini-2.5-flash-preview-tts', messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }, { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0x', filename: 'a.pdf' } }] }], modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } },
];

const messages: readonly Tree[] = [
  { model: 'claude-sonnet-5-5', max_tokens: 100, system: [{ type: 'text', text: 'Be short.', cache_control: { type: 'ephemeral' } }], messages: [{ role: 'user', content: 'Hello' }, { role: 'system', content: 'x', output_config: { effort: 'low' } }], temperature: 0.5, stop_sequences: ['x'], metadata: { user_id: 'me' }, context_management: { edits: [] } },
  { model: 'gemini-3.5-flash', max_tokens: 128_000, stream: true, thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'high' }, messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture.slice(22) } }, { type: 'document', title: 'T', source: { type: 'text', media_type: 'text/plain', data: 'x' } }, { type: 'search_result', title: 'a', source: 'b', content: [{ type: 'text', text: 'c' }] }] }] },
  {
    model: 'gemini-3.5-flash',
    max_tokens: 1000,
    thinking: { type: 'enabled', budget_tokens: 2000 },
    messages: [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm', signature: 'gemini.t.c2ln' }, { type: 'thinking', thinking: '', signature: 'gemini.c.c2ln' }, { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome', 1: 1.5 } }, { type: 'tool_use', id: 'toolu_2', name: 'find', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_2', content: [{ type: 'tool_reference', tool_name: 'later' }] }, { type: 'tool_result', tool_use_id: 'toolu_1', content: 'sun', is_error: true }, { type: 'text', text: 'Loaded.' }] },
    ],
    tools: [{ name: 'weather', description: 'd', input_schema: parameters, strict: true }, { name: 'find' }, { name: 'later', defer_loading: true, input_schema: parameters }, { type: 'bash_20250124', name: 'bash' }],
    tool_choice: { type: 'tool', name: 'weather', disable_parallel_tool_use: true },
  },
  { model: 'gemini-2.5-flash', max_tokens: 500, tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }, { type: 'code_execution_20250825', name: 'code_execution' }], messages: [{ role: 'user', content: 'News?' }, { role: 'assistant', content: [{ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }, { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] }, { type: 'text', text: 'a' }] }, { role: 'user', content: 'More' }] },
  { model: 'gemini-2.5-pro', max_tokens: 500, messages: [{ role: 'user', content: 'As JSON' }], output_config: { format: { type: 'json_schema', schema: parameters } } },
];

const responses: readonly Tree[] = [
  { model: 'gemini-2.5-flash', input: 'Hello', instructions: 'Be short.', temperature: 0.5, max_output_tokens: 100, metadata: { a: 'b' }, store: true, top_logprobs: 2, include: ['message.output_text.logprobs'] },
  {
    model: 'gemini-3.5-flash',
    stream: true,
    store: false,
    include: ['reasoning.encrypted_content'],
    reasoning: { effort: 'low', summary: 'auto' },
    prompt_cache_key: 'k',
    input: [
      { type: 'additional_tools', role: 'developer', tools: [{ type: 'namespace', name: 'functions', description: 'd', tools: [{ type: 'custom', name: 'exec', format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' } }] }] },
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'd' }] },
      { role: 'user', content: [{ type: 'input_text', text: 'What is this?' }, { type: 'input_image', image_url: picture, detail: 'low' }, { type: 'input_file', filename: 'a.txt', file_data: 'aGVsbG8=' }] },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'pollux1.t.c.gemini-3.5-flash~c1~c2lnbmVkpollux1.m.e.gemini-3.5-flash~~c2ln' },
      { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'weather', namespace: 'ns', arguments: '{"city":"Rome"}' },
      { type: 'custom_tool_call', call_id: 'c2', name: 'note', input: 'x' },
      { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'ok' }, { type: 'input_image', image_url: picture }] },
      { type: 'function_call_output', call_id: 'c1', output: '{"degrees":20}' },
      { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: picture.slice(22) },
      { type: 'code_interpreter_call', id: 'ci_1', code: 'print(1)', outputs: [] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Sun.', annotations: [] }], phase: 'final_answer' },
      { type: 'configuration_update', reasoning: { effort: 'high' }, text: { verbosity: 'low' } },
      { role: 'user', content: 'Thanks' },
    ],
    tools: [{ type: 'function', name: 'weather', description: 'd', parameters, strict: true }, { type: 'custom', name: 'note' }, { type: 'web_search', external_web_access: true }, { type: 'tool_search', execution: 'client' }, { type: 'shell' }, { type: 'apply_patch' }, { type: 'mcp', server_label: 's' }],
    tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'weather' }] },
    parallel_tool_calls: false,
  },
  { model: 'gemini-2.5-pro', input: [{ role: 'user', content: 'As JSON' }, { type: 'local_shell_call', call_id: 'l', action: { type: 'exec', command: ['ls'], env: {} } }, { type: 'local_shell_call_output', id: 'l', output: 'a' }, { type: 'item_reference', id: 'msg_1' }], text: { format: { type: 'json_schema', name: 'x', schema: parameters, strict: true } }, previous_response_id: 'resp_1', truncation: 'auto', service_tier: 'flex' },
];

/** Google's own bodies: they pass unread, but for names in them. */
const natives: readonly Tree[] = [
  { contents: [{ role: 'user', parts: [{ text: 'Hello' }, { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc' } }] }], cachedContent: 'cachedContents/x', tools: [{ functionDeclarations: [{ name: 'f' }] }], generation_config: { topK: 1 } },
  { generateContentRequest: { model: 'models/gemini-2.5-flash', contents: [{ parts: [{ text: 'x' }] }] } },
  { model: 'gemini-2.5-flash', input: 'x', previous_interaction_id: 'v1_x', stream: true, store: false },
  { file: { name: 'files/x', displayName: 'd' }, batch: { inputConfig: { fileName: 'files/in' } } },
];

const nativePaths = ['models/gemini-2.5-flash:generateContent', 'models/gemini-2.5-flash:streamGenerateContent?alt=sse', 'models/gemini-2.5-flash:streamGenerateContent', 'models/gemini-2.5-flash:countTokens', 'models/gemini-2.5-flash:unknown', 'models/x%3AgenerateContent', 'tunedModels/x:generateContent', 'cachedContents', 'cachedContents/x', 'files', 'files/x:download?alt=media', 'fileSearchStores/s:importFile', 'interactions', 'interactions/x/cancel', 'batches/x:cancel', 'models?pageToken=%00', 'files?pageToken=a.b', 'auth_tokens', '__proto__', 'models/__proto__:generateContent', 'models/../x', 'models/%252e', 'models//x', 'operations/o', 'corpora/c/x/y', 'openai/models'];

const native = (random: Random): OddRequest => {
  const version = oneOf(random, ['v1beta', 'v1alpha', 'v1', 'v1beta/v1beta', 'upload/v1beta', 'download/v1beta', 'v1//v1beta']);
  const method = oneOf(random, ['POST', 'POST', 'POST', 'GET', 'DELETE', 'PATCH', 'PUT', 'HEAD']);
  const uploading: Readonly<Record<string, string>> = onceIn(random, 3) ? { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': oneOf(random, ['start', 'upload, finalize', 'query', '%00']) } : {};
  const headers = { 'content-type': oneOf(random, ['application/json', 'text/plain', 'multipart/related; boundary=', '']), 'x-goog-api-client': 'x', ...uploading, ...oddHeaders(random) };
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return { method, path: `/${version}/${oneOf(random, nativePaths)}`, headers, ...(hasBody ? { body: oddJson(oneOf(random, natives), random) } : {}) };
};

const embeddings: readonly Tree[] = [
  { model: 'text-embedding-3-small', input: ['a', 'b'], dimensions: 256, encoding_format: 'base64' },
  { model: 'gemini-embedding-001', input: [[1, 2, 3], [4]], task_type: 'RETRIEVAL_QUERY' },
];

const completions: readonly Tree[] = [
  { model: 'gemini-2.5-flash', prompt: 'Once upon', echo: true, n: 2, stream: true, stream_options: { include_usage: true }, max_tokens: 16, stop: ['a'] },
  { model: 'gemini-2.5-flash', prompt: ['a', 'b'], logprobs: 3, temperature: 1, suffix: null, best_of: 1 },
  { model: 'gemini-2.5-flash', prompt: [[1, 2], [3]], seed: 1 },
];

const drawings: readonly Tree[] = [
  { model: 'gemini-2.5-flash-image', prompt: 'A cat', n: 2, size: '1024x1536', quality: 'high', response_format: 'b64_json', output_format: 'png', background: 'auto' },
  { model: 'gpt-image-1', prompt: 'A cat', image: [picture], stream: true, partial_images: 2, size: '16:9' },
];

const speeches: readonly Tree[] = [{ model: 'tts-1', input: 'Hello', voice: 'alloy', response_format: 'wav', instructions: 'softly' }];

const json = (path: string, trees: readonly Tree[]) => (random: Random): OddRequest => ({
  method: 'POST',
  path,
  headers: { 'content-type': oneOf(random, ['application/json', 'application/json', 'application/json; charset=utf-8', 'application/json; charset="UTF-8"', 'application/vnd.x+json']), ...oddHeaders(random) },
  body: oddJson(oneOf(random, trees), random),
});

const oddHeaders = (random: Random): Readonly<Record<string, string>> =>
  onceIn(random, 10)
    ? { [oneOf(random, ['anthropic-version', 'anthropic-beta', 'x-image-reply-format', 'originator', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'forwarded', 'via', 'sec-fetch-site', 'origin', 'x-request-id', 'content-encoding', 'accept', 'range', 'if-none-match', 'accept-language', 'x-stainless-retry-count'])]: oneOf(random, ['', ' ', 'images', 'gzip', 'a'.repeat(4000), '1, 2, 3', '999.999.999.999', '[::1]:99', 'evil.example/../x', 'for="[::1]";host="a,b\\\\";proto', '*', 'bytes=-', 'bytes=9999999999999-1', '{"a":1}', '%00']) }
    : {};

const field = (name: string, value: string, more = ''): string => `--edge\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;

const form = (path: string, names: readonly string[]) => (random: Random): OddRequest => {
  const fields = Array.from({ length: 1 + below(random, 8) }, () => {
    const name = oneOf(random, [...names, 'image[]', 'image[0]', '__proto__', 'constructor', '', 'a"b']);
    const odd = oddValue(random);
    const value = oneOf(random, ['A cat', '1', 'true', 'whisper-1', 'gemini-2.5-flash-image', 'RIFF....WAVE', typeof odd === 'string' ? odd : JSON.stringify(odd)]);
    const file = onceIn(random, 2) ? `; filename="${oneOf(random, ['a.png', '../../x', 'a.mp3', '', '\0'])}"\r\nContent-Type: ${oneOf(random, ['image/png', 'audio/mpeg', 'text/html', '', 'x'])}` : '';
    return field(name, value, file);
  });
  const many = onceIn(random, 20) ? field('n', '1').repeat(below(random, 3000)) : '';
  const bytes = Buffer.from(`${many}${fields.join('')}--edge--\r\n`, 'latin1');
  const body = onceIn(random, 4) ? mutatedBytes(bytes, random) : bytes;
  const type = oneOf(random, ['multipart/form-data; boundary=edge', 'multipart/form-data; boundary="edge"', 'multipart/form-data', 'multipart/form-data; boundary=', 'Multipart/Form-Data; charset=x; boundary=edge']);
  return { method: 'POST', path, headers: { 'content-type': type, ...oddHeaders(random) }, body };
};

const oddPaths = ['/v1/responses', '/v1/responses/', '/v1/responses/__proto__', '/v1/responses/%00/input_items', '/v1/messages', '/v1/messages/', '/v1/messages/batches', '/v1/messages/__proto__', '/api/hello', '/anthropic', '/anthropic/v1/models?limit=%zz', '/anthropic/v1/models/__proto__', '/anthropic/v1/models?limit=1&after_id=%00', '/', '//', '/v1', '/v1/models', '/v1/models/', '/v1/models/%2e%2e', '/v1/models/../status', '/models/gemini-2.5-flash', '/v1/models/__proto__', '/v1/models/%zz', '/status', '/metrics', '/healthz', '/images/', '/images/x.png', '/images/..%2fstate', '/images/%00', '/images/__proto__', '/page.js', '/favicon.ico', '/?lang=%zz', '/?lang=__proto__', '/v1/chat/completions', '/v1/embeddings?key=x', '/v1/completions', '/v1/moderations', '/v1/responses', '/v1/responses/resp_1', '/v1/responses/resp_1/input_items?limit=0&order=x&after=%00', '/v1/responses/resp_1?stream=true&starting_after=-1', '/v1/responses/resp_1/cancel', '/v1/responses/__proto__', '/v1/responses/input_tokens', '/v1/responses/compact', '/v1/responses/%zz/..', '/v1/conversations/x', '/v1/v1/v1/models', '/v1/chat//completions/', '/constructor', '/__proto__', `/${'a'.repeat(8000)}`, '/%c0%ae%c0%ae', '/;a=b', '/v1\\models', '/v1beta/openai/models', '/api/v1', '/openai/v1/models/x', '/v1/chat/completions/v1/chat/completions', '/v1/models/v1/models/x', `/${'models/'.repeat(1000)}`, `/${'v1/'.repeat(2500)}`];

/** The worst that 8 MiB can ask for (test/support/stalls): larger ones would fill the run. */
const heavy = (random: Random): OddRequest => {
  const { path, type = 'application/json', body } = oneOf(random, light).make();
  return { method: 'POST', path, headers: { 'content-type': type }, body };
};

const light = heavyRequests.filter(({ what }) => !/\d\d MiB|embedded|million/.test(what));

const bare = (random: Random): OddRequest => ({
  method: oneOf(random, ['GET', 'GET', 'HEAD', 'OPTIONS', 'DELETE', 'PUT', 'PATCH', 'POST', 'PROPFIND']),
  path: oneOf(random, oddPaths),
  headers: oddHeaders(random),
});

const kinds: readonly ((random: Random) => OddRequest)[] = [
  heavy,
  json('/v1/chat/completions', chats),
  json('/v1/chat/completions', chats),
  json('/v1/chat/completions', chats),
  json('/v1/messages', messages),
  json('/v1/messages', messages),
  json('/v1/messages/count_tokens', messages),
  json('/v1/responses', responses),
  json('/v1/responses/input_tokens', responses),
  json('/v1/responses', responses),
  native,
  native,
  json('/v1/embeddings', embeddings),
  json('/v1/completions', completions),
  json('/v1/images/generations', drawings),
  json('/v1/images/edits', drawings),
  form('/v1/images/edits', ['prompt', 'image', 'model', 'n', 'size', 'stream', 'mask']),
  form('/v1/images/generations', ['prompt', 'image', 'n', 'partial_images']),
  json('/v1/audio/speech', speeches),
  form('/v1/audio/transcriptions', ['file', 'model', 'language', 'response_format', 'timestamp_granularities[]', 'stream']),
  bare,
];

const mostInChunks = 20_000;

/** Each byte of a body may come in a chunk of its own. */
const inChunks = (request: OddRequest, random: Random): OddRequest =>
  request.body !== undefined && request.body.length < mostInChunks && onceIn(random, 8) ? { ...request, chunkBytes: 1 + below(random, 3) } : request;

/** A request of any route with something odd about it. */
export const oddRequest = (random: Random): OddRequest => inChunks(oneOf(random, kinds)(random), random);
