import { messageBounds } from '../../../src/anthropic/field-limits.ts';
import { chatBounds, completionBounds, embeddingBounds, imageBounds, responsesBounds } from '../../../src/openai/field-bounds.ts';
import type { Bound } from '../../../src/wire/bounds.ts';
import type { HeavyRequest } from './heavy-requests.ts';

const model = 'gemini-3.5-flash';
const hello = { role: 'user', content: 'hello' };
const said = 'All is well.';
const png = 'iVBORw0KGgo=';
const dataUrl = `data:image/png;base64,${png}`;
const search = { type: 'web_search_result', url: 'https://example.org/', title: 'a', encrypted_content: 'AAAA' };

/** A list of a request: the field, what makes the body of it, and of what kinds its items may be. */
type Row = readonly [path: string, body: (list: readonly unknown[]) => object, kinds: Readonly<Record<string, (at: number) => unknown>>, most?: number];

const functionOf = (at: number): object => ({ name: `f${at}`, description: said, parameters: { type: 'object', properties: { a: { type: 'string', enum: ['b', 'c'] } }, required: ['a'] } });
const fieldsOf = (list: readonly unknown[]): object => Object.fromEntries(list.map((one, at) => [String(at + 1000), one]));

const chat = (more: object): object => ({ model, messages: [hello], ...more });
const answered = (more: object): object => chat({ messages: [hello, { role: 'assistant', content: 'a', ...more }, hello] });
const calls = { functions: (at: number) => ({ id: `c${at}`, type: 'function', function: { name: 'f', arguments: '{"a":1}' } }), customs: (at: number) => ({ id: `c${at}`, type: 'custom', custom: { name: 'f', input: said } }) };
const setting = () => ({ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' });
/** Beyond it a field of a large body holds too many texts, and is refused before it is read. */
const nested = 20_000;

const ofChat: readonly Row[] = [
  ['messages', (messages) => chat({ messages: [...messages.slice(0, -1), hello] }), {
    'users and assistants': (at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content: said }),
    'system messages': () => ({ role: 'system', content: said }),
    'answers with a picture': (at) => (at % 10 === 1 ? { role: 'assistant', content: `![a](${dataUrl})` } : hello),
    'calls and results': (at) => (at % 2 === 0 ? { role: 'assistant', tool_calls: [calls.functions(at)] } : { role: 'tool', tool_call_id: `c${at - 1}`, content: '{"a":1.50}' }),
    'results without calls': (at) => ({ role: 'tool', tool_call_id: `c${at}`, content: said }),
    'older calls': (at) => (at % 2 === 0 ? { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } } : { role: 'function', name: 'f', content: said }),
  }],
  ['messages.*.content', (content) => chat({ messages: [{ role: 'user', content }] }), { texts: () => ({ type: 'text', text: said }), pictures: () => ({ type: 'image_url', image_url: { url: dataUrl } }), files: () => ({ type: 'file', file: { file_data: `data:text/plain;base64,${png}`, filename: 'a.txt' } }), sounds: () => ({ type: 'input_audio', input_audio: { data: 'UklGRgAAAABXQVZF', format: 'wav' } }) }],
  ['messages.*.content', (content) => answered({ content }), { 'texts of an answer': () => ({ type: 'text', text: said }), 'refusals of an answer': () => ({ type: 'refusal', refusal: said }) }],
  ['messages.*.content', (content) => chat({ messages: [{ role: 'system', content }, hello] }), { 'texts of a system message': () => ({ type: 'text', text: said }) }],
  ['messages.*.content', (content) => chat({ messages: [hello, { role: 'assistant', tool_calls: [calls.functions(0)] }, { role: 'tool', tool_call_id: 'c0', content }] }), { 'texts of a result': () => ({ type: 'text', text: said }), 'pictures of a result': () => ({ type: 'image_url', image_url: { url: dataUrl } }) }],
  ['messages.*.tool_calls', (tool_calls) => answered({ tool_calls }), calls],
  ['messages.*.images', (images) => answered({ images }), { pictures: () => ({ image_url: { url: dataUrl } }) }],
  ['messages.*.reasoning_details', (reasoning_details) => answered({ reasoning_details }), { signatures: (at) => ({ type: 'reasoning.encrypted', data: 'AAAA', id: `c${at}` }), texts: () => ({ type: 'reasoning.text', text: said }), summaries: () => ({ type: 'reasoning.summary', summary: said }) }],
  ['messages.*.extra_content.google.server_tool_parts', (parts) => answered({ extra_content: { google: { server_tool_parts: parts } } }), { calls: () => ({ toolCall: { toolType: 'URL_CONTEXT', args: { a: 1 } } }) }],
  ['messages.*.extra_content.google.signed_parts', (parts) => answered({ extra_content: { google: { signed_parts: parts } } }), { places: (at) => ({ at, signature: 'AAAA', part: { text: said } }) }, nested],
  ['messages.*.annotations', (annotations) => answered({ annotations }), { citations: (at) => ({ type: 'url_citation', url_citation: { url: 'https://a.example', title: 'a', start_index: at, end_index: at + 1 } }) }, nested],
  ['tools', (tools) => chat({ tools }), { functions: (at) => ({ type: 'function', function: functionOf(at) }), customs: (at) => ({ type: 'custom', custom: { name: `f${at}`, format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: a' } } } }), "Google's own": () => ({ google_search: {} }), 'flat functions': (at) => ({ type: 'function', ...functionOf(at) }) }],
  ['functions', (functions) => chat({ functions }), { functions: functionOf }],
  ['tool_choice.allowed_tools.tools', (tools) => chat({ tools, tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools } } }), { functions: (at) => ({ type: 'function', function: { name: `f${at}` } }) }],
  ['stop', (stop) => chat({ stop }), { texts: (at) => `stop ${at}` }],
  ['metadata', (list) => chat({ metadata: fieldsOf(list) }), { texts: () => said }],
  ['logit_bias', (list) => chat({ logit_bias: fieldsOf(list) }), { numbers: () => 1 }],
  ['modalities', (modalities) => chat({ modalities }), { texts: () => 'text' }],
  ['safety_settings', (safety_settings) => chat({ safety_settings }), { settings: setting }],
  ['safetySettings', (safetySettings) => chat({ safetySettings }), { settings: setting }],
  ['google.safety_settings', (safety_settings) => chat({ google: { safety_settings } }), { settings: setting }],
  ['google.safetySettings', (safetySettings) => chat({ google: { safetySettings } }), { settings: setting }],
  ['extra_body.google.safety_settings', (safety_settings) => chat({ extra_body: { google: { safety_settings } } }), { settings: setting }],
  ['extra_body.google.safetySettings', (safetySettings) => chat({ extra_body: { google: { safetySettings } } }), { settings: setting }],
];

const drawn = (more: object): object => ({ model: 'gemini-3.1-flash-image', prompt: 'a cat', ...more });

const ofImages: readonly Row[] = [
  ['image', (image) => drawn({ image }), { pictures: () => dataUrl }],
  ['images', (images) => drawn({ images }), { pictures: () => ({ image_url: dataUrl }) }],
];

const embedded = (input: unknown): object => ({ model: 'gemini-embedding-001', encoding_format: 'base64', input });

const ofEmbeddings: readonly Row[] = [
  ['input', embedded, { tokens: (at) => at + 1000, texts: () => said }],
  ['input.*', (list) => embedded(list.length > 8192 ? Array.from({ length: 36 }, () => list.slice(0, 8192)) : [list]), { tokens: (at) => at + 1000 }],
];

const completed = (more: object): object => ({ model, prompt: 'a', ...more });

const ofCompletions: readonly Row[] = [
  ['prompt', (prompt) => completed({ prompt }), { tokens: (at) => at + 1000, texts: () => said }],
  ['prompt.*', (list) => completed({ prompt: Array.from({ length: 32 }, (_, at) => list.slice(at * 512, at * 512 + 512)) }), { tokens: (at) => at + 1000 }],
  ['stop', (stop) => completed({ stop }), { texts: (at) => `stop ${at}` }],
  ['logit_bias', (list) => completed({ logit_bias: fieldsOf(list) }), { numbers: () => 1 }],
];

const responded = (more: object): object => ({ model, input: 'hello', ...more });
const itemed = (item: object): object => responded({ input: [hello, item, hello] });
const outputs = { texts: () => ({ type: 'input_text', text: said }), pictures: () => ({ type: 'input_image', image_url: dataUrl }), files: () => ({ type: 'input_file', file_data: `data:text/plain;base64,${png}`, filename: 'a.txt' }) };
const responseTools = { functions: (at: number) => ({ type: 'function', strict: false, ...functionOf(at) }), customs: (at: number) => ({ type: 'custom', name: `f${at}`, description: said }), searches: () => ({ type: 'web_search' }), servers: (at: number) => ({ type: 'mcp', server_label: `s${at}`, server_url: 'https://a.example' }) };

const ofResponses: readonly Row[] = [
  ['input', (input) => responded({ input: [...input.slice(0, -1), hello] }), {
    'users and assistants': (at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content: said }),
    'developers': () => ({ role: 'developer', content: said }),
    'answers with marks': (at) => ({ id: `msg_${at}`, type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: said, annotations: [{ type: 'url_citation', url: 'https://a.example', title: 'a', start_index: 0, end_index: 3 }] }] }),
    'reasoning': (at) => ({ id: `rs_${at}`, type: 'reasoning', summary: [{ type: 'summary_text', text: said }] }),
    'calls and outputs': (at) => (at % 2 === 0 ? { type: 'function_call', call_id: `c${at}`, name: 'f', arguments: '{"a":1.50}' } : { type: 'function_call_output', call_id: `c${at - 1}`, output: said }),
    'custom calls': (at) => (at % 2 === 0 ? { type: 'custom_tool_call', call_id: `c${at}`, name: 'f', input: said } : { type: 'custom_tool_call_output', call_id: `c${at - 1}`, output: said }),
    'shells': (at) => (at % 2 === 0 ? { type: 'local_shell_call', call_id: `c${at}`, action: { type: 'exec', command: ['ls'], env: {} }, status: 'completed' } : { type: 'local_shell_call_output', call_id: `c${at - 1}`, output: said }),
    'patches': (at) => (at % 2 === 0 ? { type: 'apply_patch_call', call_id: `c${at}`, status: 'completed', operation: { type: 'update_file', path: 'a', diff: said } } : { type: 'apply_patch_call_output', call_id: `c${at - 1}`, status: 'completed', output: said }),
    'searches': (at) => ({ id: `ws_${at}`, type: 'web_search_call', status: 'completed', action: { type: 'search', query: said, sources: [{ type: 'url', url: 'https://a.example' }] } }),
    'drawn pictures': (at) => ({ id: `ig_${at}`, type: 'image_generation_call', status: 'completed', result: png }),
    'runs of code': (at) => ({ id: `ci_${at}`, type: 'code_interpreter_call', code: 'a', container_id: 'c', outputs: [{ type: 'logs', logs: said }] }),
    'summaries': (at) => ({ id: `cmp_${at}`, type: 'compaction', encrypted_content: 'AAAA' }),
  }],
  ['input.*.content', (content) => itemed({ role: 'user', content }), outputs],
  ['input.*.content', (content) => itemed({ role: 'assistant', content }), { 'texts of an answer': () => ({ type: 'output_text', text: said, annotations: [] }), 'refusals of an answer': () => ({ type: 'refusal', refusal: said }) }],
  ['input.*.content', (content) => itemed({ type: 'reasoning', summary: [], content }), { 'texts of reasoning': () => ({ type: 'reasoning_text', text: said }) }],
  ['input.*.output', (output) => responded({ input: [hello, { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }, { type: 'function_call_output', call_id: 'c', output }] }), outputs],
  ['input.*.output', (output) => responded({ input: [hello, { type: 'shell_call', call_id: 'c', action: { commands: ['ls'] } }, { type: 'shell_call_output', call_id: 'c', output }] }), { 'outputs of a shell': () => ({ stdout: said, stderr: '', outcome: { type: 'exit', exit_code: 0 } }) }],
  ['input.*.content.*.annotations', (annotations) => itemed({ role: 'assistant', content: [{ type: 'output_text', text: said, annotations }] }), { citations: (at) => ({ type: 'url_citation', url: 'https://a.example', title: 'a', start_index: at, end_index: at + 1 }) }, nested],
  ['input.*.content.*.logprobs', (logprobs) => itemed({ role: 'assistant', content: [{ type: 'output_text', text: said, annotations: [], logprobs }] }), { tokens: () => ({ token: 'a', logprob: -0.5, bytes: [97], top_logprobs: [] }) }, nested],
  ['input.*.summary', (summary) => itemed({ type: 'reasoning', summary }), { texts: () => ({ type: 'summary_text', text: said }) }, nested],
  ['input.*.action.sources', (sources) => itemed({ id: 'ws_1', type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'a', sources } }), { links: () => ({ type: 'url', url: 'https://a.example' }) }, nested],
  ['input.*.action.command', (command) => itemed({ type: 'local_shell_call', call_id: 'c', action: { type: 'exec', command, env: {} }, status: 'completed' }), { words: () => 'ls' }, 90_000],
  ['input.*.tools', (tools) => itemed({ type: 'additional_tools', tools }), responseTools],
  ['tools', (tools) => responded({ tools }), responseTools],
  ['tools.*.tools', (tools) => responded({ tools: [{ type: 'namespace', name: 'n', description: '', tools }] }), { functions: responseTools.functions, customs: responseTools.customs }],
  ['tools.*.filters.allowed_domains', (allowed_domains) => responded({ tools: [{ type: 'web_search', filters: { allowed_domains } }] }), { names: () => 'a.example' }, 90_000],
  ['tool_choice.tools', (tools) => responded({ tools, tool_choice: { type: 'allowed_tools', mode: 'auto', tools } }), { functions: (at) => ({ type: 'function', name: `f${at}`, parameters: { type: 'object' } }) }],
  ['include', (include) => responded({ include }), { texts: () => 'reasoning.encrypted_content' }],
];

const message = (more: object): object => ({ model, max_tokens: 100, messages: [hello], ...more });
const useOf = (at: number): object => ({ type: 'tool_use', id: `toolu_${at}`, name: 'f', input: { a: 1 } });
const resultOf = (at: number): object => ({ type: 'tool_result', tool_use_id: `toolu_${at}`, content: said });
const user = (content: unknown): object => message({ messages: [{ role: 'user', content }] });
const assistant = (content: unknown): object => message({ messages: [hello, { role: 'assistant', content }, hello] });
const afterUse = (content: unknown): object => message({ messages: [hello, { role: 'assistant', content: [useOf(0)] }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_0', content }] }] });

const ofMessages: readonly Row[] = [
  ['messages', (messages) => message({ messages: [...messages.slice(0, -1), hello] }), {
    'users and assistants': (at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content: said }),
    'calls and results': (at) => (at % 2 === 0 ? { role: 'assistant', content: [useOf(at)] } : { role: 'user', content: [resultOf(at - 1)] }),
    'thoughts': (at) => (at % 2 === 0 ? hello : { role: 'assistant', content: [{ type: 'thinking', thinking: said, signature: 'gemini.x.c2ln' }, { type: 'text', text: said }] }),
    'system messages': (at) => ({ role: at % 2 === 0 ? 'user' : 'system', content: said }),
  }],
  ['messages.*.content', user, { texts: () => ({ type: 'text', text: said }), pictures: () => ({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } }), documents: () => ({ type: 'document', title: 'a', source: { type: 'text', media_type: 'text/plain', data: said } }), 'search results': () => ({ type: 'search_result', source: 'a', title: 'a', content: [{ type: 'text', text: said }] }), 'results without calls': resultOf }],
  ['messages.*.content', assistant, { 'texts of an answer': () => ({ type: 'text', text: said }), 'calls of an answer': useOf, 'thoughts of an answer': () => ({ type: 'thinking', thinking: said, signature: 'gemini.x.c2ln' }), 'hidden thoughts of an answer': () => ({ type: 'redacted_thinking', data: 'AAAA' }), 'searches of an answer': (at) => (at % 2 === 0 ? { type: 'server_tool_use', id: `srvtoolu_${at}`, name: 'web_search', input: { query: 'a' } } : { type: 'web_search_tool_result', tool_use_id: `srvtoolu_${at - 1}`, content: [search] }) }],
  ['messages.*.content.*.content', afterUse, { texts: () => ({ type: 'text', text: said }), pictures: () => ({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } }), documents: () => ({ type: 'document', source: { type: 'text', media_type: 'text/plain', data: said } }), references: (at) => ({ type: 'tool_reference', tool_name: `f${at}` }) }],
  ['messages.*.content.*.citations', (citations) => assistant([{ type: 'text', text: said, citations }]), { places: (at) => ({ type: 'char_location', cited_text: 'a', document_index: 0, document_title: 'a', start_char_index: at, end_char_index: at + 1 }) }, 12_000],
  ['messages.*.content.*.source.content', (content) => user([{ type: 'document', source: { type: 'content', content } }]), { texts: () => ({ type: 'text', text: said }) }, nested],
  ['system', (system) => message({ system }), { texts: () => ({ type: 'text', text: said }) }],
  ['tools', (tools) => message({ tools }), { functions: (at) => ({ name: `f${at}`, description: said, input_schema: { type: 'object', properties: { a: { type: 'string' } } } }), customs: (at) => ({ type: 'custom', name: `f${at}`, input_schema: { type: 'object' }, input_examples: [{ a: 1 }] }), servers: (at) => ({ type: 'web_search_20250305', name: 'web_search', max_uses: at + 1 }) }],
  ['tools.*.input_examples', (input_examples) => message({ tools: [{ name: 'f', input_schema: { type: 'object' }, input_examples }] }), { examples: (at) => ({ a: at }) }, 40_000],
  ['stop_sequences', (stop_sequences) => message({ stop_sequences }), { texts: (at) => `stop ${at}` }],
  ['mcp_servers', (mcp_servers) => message({ mcp_servers }), { servers: (at) => ({ type: 'url', name: `s${at}`, url: 'https://a.example' }) }, nested],
];

const generated = (more: object): object => ({ contents: [{ role: 'user', parts: [{ text: 'hello' }] }], ...more });
const parts = { texts: () => ({ text: said }), files: (at: number) => ({ fileData: { fileUri: `https://generativelanguage.googleapis.com/v1beta/files/f${at}` } }), pictures: () => ({ inlineData: { mimeType: 'image/png', data: png } }), calls: () => ({ functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'AAAA' }) };

const ofGoogle: readonly Row[] = [
  ['contents', (contents) => generated({ contents }), { turns: (at) => ({ role: at % 2 === 0 ? 'user' : 'model', parts: [{ text: said }] }) }, 50_000],
  ['contents.*.parts', (list) => generated({ contents: [{ role: 'user', parts: list }] }), parts, 100_000],
  ['tools', (list) => generated({ tools: [{ functionDeclarations: list }] }), { functions: functionOf }, 20_000],
  ['safetySettings', (safetySettings) => generated({ safetySettings }), { settings: setting }, 100_000],
];

const bounds: Readonly<Record<string, readonly Bound[]>> = {
  '/v1/chat/completions': chatBounds,
  '/v1/images/edits': imageBounds,
  '/v1/embeddings': embeddingBounds,
  '/v1/completions': completionBounds,
  '/v1/responses': responsesBounds,
  '/v1/messages': messageBounds,
};

const doors: readonly (readonly [route: string, boundsOf: string | null, rows: readonly Row[]])[] = [
  ['/v1/chat/completions', '/v1/chat/completions', ofChat],
  ['/v1/images/edits', '/v1/images/edits', ofImages],
  ['/v1/embeddings', '/v1/embeddings', ofEmbeddings],
  ['/v1/completions', '/v1/completions', ofCompletions],
  ['/v1/responses', '/v1/responses', ofResponses],
  ['/v1/responses/input_tokens', '/v1/responses', ofResponses],
  ['/v1/messages', '/v1/messages', ofMessages],
  ['/v1/messages/count_tokens', '/v1/messages', ofMessages],
  [`/v1beta/models/${model}:generateContent`, null, ofGoogle],
  [`/v1beta/models/${model}:streamGenerateContent`, null, ofGoogle],
  [`/v1beta/models/${model}:countTokens`, null, ofGoogle],
];

/** Of the longest lists a part too: with much in each item they are refused before they are read. */
const sizesOf = (route: string | null, path: string, most: number | undefined): readonly number[] => {
  if (most !== undefined) return [most];
  const told = (bounds[route ?? ''] ?? []).filter((bound) => bound.path === path && bound.of !== 'characters').map((bound) => bound.most);
  return told.flatMap((size) => (size < 10_000 ? [size] : [size, size * 0.4]));
};

/** Each list of each dialect's requests, as long as it may be, or of a few megabytes where no bound is told. */
export const fullLists: readonly HeavyRequest[] = doors.flatMap(([route, boundsOf, rows]) =>
  rows.flatMap(([path, body, kinds, most]) =>
    Object.entries(kinds).flatMap(([kind, item]) =>
      sizesOf(boundsOf, path, most).map((size) => ({
        what: `${size} in ${path} of ${route}: ${kind}`,
        statuses: [200, 400, 404],
        make: () => ({ path: route, body: Buffer.from(JSON.stringify(body(Array.from({ length: size }, (_, at) => item(at))))) }),
      })),
    ),
  ),
);

/** Bounds of lists that no row fills: there should be none. */
export const listsNotFilled: readonly string[] = doors.flatMap(([route, boundsOf, rows]) =>
  (bounds[boundsOf ?? ''] ?? []).flatMap(({ path, of }) => (of === 'characters' || rows.some(([filled]) => filled === path) ? [] : [`${path} of ${route}`])),
);
