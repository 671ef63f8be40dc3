import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { Frame, ResponsePart } from '../../../src/gemini/response.ts';
import { standInSignature } from '../../../src/gemini/signatures.ts';
import { callPart, frame, stop } from '../../support/chat.ts';
import { at, eventsIn, listAt, plainStore, planned, responseBody, responseEvents, responseWriter, wholeResponse, type Around, type Json } from '../../support/responses.ts';

const typesOf = (events: readonly Json[]): readonly unknown[] => events.map(({ type }) => String(type).replace('response.', ''));
const tool = (name: string, more: Json = {}): Json => ({ type: 'function', name, parameters: { type: 'object', properties: { city: { type: 'string' } } }, ...more });
const signed = (part: ResponsePart, thoughtSignature: string): ResponsePart => ({ ...part, thoughtSignature });
const output = async (request: Json, frames: readonly Frame[], around?: Around): Promise<readonly Json[]> => listAt(await wholeResponse(request, frames, around), 'output');

t.test('a text is told in the order of the published API, and whole as its stream collected', async (t) => {
  const frames = [frame([{ text: 'hello ' }]), frame([{ text: 'you' }], stop)];
  const events = await responseEvents({}, frames);
  t.same(typesOf(events), ['created', 'in_progress', 'output_item.added', 'content_part.added', 'output_text.delta', 'output_text.delta', 'output_text.done', 'content_part.done', 'output_item.done', 'completed']);
  t.same(events.map((event) => event['sequence_number']), events.map((_, index) => index));
  t.match(events[4], { item_id: 'msg_x_0', output_index: 0, content_index: 0, delta: 'hello ', logprobs: [] });
  t.same(await wholeResponse({}, frames), events.at(-1)?.['response']);
});

t.test('a response holds all that its type requires, and repeats what was asked', async (t) => {
  const request = { instructions: 'i', metadata: { a: 'b' }, temperature: 0.5, tools: [tool('f', { strict: true })], tool_choice: 'required', max_output_tokens: 100, text: { format: { type: 'json_object' }, verbosity: 'low' }, reasoning: { effort: 'low', summary: 'auto' }, prompt_cache_key: 'k', store: false, model: 'models/gemini-3.5-flash', parallel_tool_calls: false, truncation: 'auto', user: 'u' };
  const response = await wholeResponse(request, [frame([callPart('f')], stop)]);
  t.match(response, { ...request, id: 'resp_x', object: 'response', created_at: 1, completed_at: 1, status: 'completed', background: false, error: null, incomplete_details: null, previous_response_id: null, top_p: 1, access_programs: null, max_tool_calls: null });
  const plain = await wholeResponse({}, [frame([{ text: 'a' }], stop)]);
  t.match(plain, { instructions: null, metadata: {}, tools: [], tool_choice: 'auto', parallel_tool_calls: true, temperature: 1, text: { format: { type: 'text' } }, reasoning: { effort: null, summary: null }, store: true });
  t.notOk('output_text' in plain, "that is the SDK's own");
  t.match(await wholeResponse({ instructions: 'x'.repeat(2 * 1024 ** 2), metadata: { a: 'b' } }, [frame([{ text: 'a' }], stop)]), { instructions: null, tools: [], metadata: { a: 'b' } }, 'not what is very long');
  const [created] = await responseEvents({}, [frame([{ text: 'a' }], stop)]);
  t.match(created, { response: { status: 'in_progress', output: [], completed_at: null } });
});

t.test('thoughts are told where a summary is asked for, and not where none is', async (t) => {
  const frames = [frame([{ text: 'hm', thought: true }]), frame([{ text: '. ', thought: true }, { text: 'yes' }], stop)];
  const events = await responseEvents({ reasoning: { summary: 'auto' } }, frames);
  t.same(typesOf(events).slice(2, 10), ['output_item.added', 'reasoning_summary_part.added', 'reasoning_summary_text.delta', 'reasoning_summary_text.delta', 'reasoning_summary_text.done', 'reasoning_summary_part.done', 'output_item.done', 'output_item.added']);
  t.match(events[8], { item: { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm. ' }] } });
  for (const reasoning of [undefined, {}, { effort: 'high' }, { summary: null }, { summary: 'none' }]) {
    t.same((await output({ reasoning }, frames)).map(({ type }) => type), ['message'], JSON.stringify(reasoning));
  }
});

t.test('a signed call has a reasoning item with its signature right before it, thoughts told or not', async (t) => {
  const frames = [frame([{ text: 'hm', thought: true }, signed(callPart('f', { city: 'Rome' }), 'c2ln'), callPart('g')], stop)];
  const items = await output({ tools: [tool('f')] }, frames);
  t.same(items.map(({ type }) => type), ['reasoning', 'function_call', 'function_call']);
  t.match(items[0], { summary: [], encrypted_content: /c2ln/ });
  t.match(items[1], { call_id: 'id-f', name: 'f', arguments: '{"city":"Rome"}', status: 'completed' });
  t.equal(items[2]?.['arguments'], '{}');
  const told = await output({ tools: [tool('f')], reasoning: { summary: 'auto' } }, frames);
  t.match(told, [{ type: 'reasoning', summary: [{ text: 'hm' }], encrypted_content: /c2ln/ }, { type: 'function_call' }, { type: 'function_call' }]);
});

const partsBack = async (request: Json, items: readonly unknown[]): Promise<readonly unknown[]> => {
  const outputs = (items as readonly Json[]).flatMap((item) => (item['call_id'] === undefined ? [] : [{ type: `${String(item['type'])}_output`, call_id: item['call_id'], output: 'x' }]));
  const body = await responseBody({ ...request, input: [{ role: 'user', content: 'hi' }, ...items, ...outputs, { role: 'user', content: 'go on' }] });
  return body.contents.filter(({ role }) => role === 'model').flatMap(({ parts }) => parts);
};

const answers: readonly (readonly [what: string, request: Json, parts: readonly ResponsePart[]])[] = [
  ['a call', { tools: [tool('f')] }, [signed(callPart('f', { city: 'Rome' }), 'c2ln')]],
  ['the first of two calls', { tools: [tool('f')] }, [signed(callPart('f'), 'c2ln'), callPart('g')]],
  ['a custom call', { tools: [{ type: 'custom', name: 'free' }] }, [signed(callPart('free', { input: 'raw' }), 'c2ln')]],
  ['a call in a namespace', { tools: [{ type: 'namespace', name: 'ns', description: '', tools: [tool('f')] }] }, [signed(callPart('ns__f'), 'c2ln')]],
  ['a text', {}, [signed({ text: 'hello' }, 'c2ln')]],
  ['two texts', {}, [signed({ text: 'one' }, 'YWFh'), signed({ text: 'two' }, 'YmJi')]],
  ['a text before a call', { tools: [tool('f')] }, [signed({ text: 'one' }, 'YWFh'), signed(callPart('f'), 'YmJi')]],
  ['a picture', { model: 'gemini-3-pro-image' }, [{ text: 'look' }, signed({ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==' } }, 'c2ln')]],
  ['code that ran', { tools: [{ type: 'code_interpreter', container: 'c' }] }, [signed({ executableCode: { language: 'PYTHON', code: 'print(1)' } }, 'YWFh'), signed({ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } }, 'YmJi'), { text: 'one' }]],
  [
    "Google's own tools beside functions",
    { tools: [tool('f'), { type: 'web_search' }] },
    [signed({ toolCall: { id: 't', toolType: 'GOOGLE_SEARCH_WEB', args: { queries: ['q'] } } }, 'YWFh'), signed({ toolResponse: { id: 't', toolType: 'GOOGLE_SEARCH_WEB', response: { n: 1 } } }, 'YmJi'), signed(callPart('f'), 'Y2Nj')],
  ],
];

t.test('what was signed goes back as it came, with nothing remembered', async (t) => {
  for (const [what, request, parts] of answers) {
    const items = await output({ ...request, store: false }, [frame(parts, stop)]);
    t.same(await partsBack(request, items), parts, what);
    const withoutIds = items.map(({ id: _, ...item }) => item);
    t.same(await partsBack(request, withoutIds), parts, `${what}, ids left out`);
  }
});

t.test('a signature that comes behind the text goes back on it', async (t) => {
  const frames = [frame([{ text: 'hel' }]), frame([{ text: 'lo' }]), frame([signed({ text: '' }, 'c2ln')], stop)];
  const items = listAt((await responseEvents({}, frames)).at(-1), 'response.output');
  t.same(items.map(({ type }) => type), ['message', 'reasoning']);
  t.same(await partsBack({}, items), [{ text: 'hello', thoughtSignature: 'c2ln' }]);
});

t.test('envelopes that a client joined are told apart again', async (t) => {
  const parts = [signed({ text: 'one' }, 'YWFh'), signed(callPart('f'), 'YmJi'), signed(callPart('g'), 'Y2Nj')];
  const items = await output({ tools: [tool('f')] }, [frame(parts, stop)]);
  const joined = { type: 'reasoning', summary: [], encrypted_content: items.map((item) => (typeof item['encrypted_content'] === 'string' ? item['encrypted_content'] : '')).join('') };
  t.same(await partsBack({}, [joined, ...items.filter(({ type }) => type !== 'reasoning')]), parts);
});

t.test('what is not ours, or was made by another model, never goes up', async (t) => {
  const items = await output({ tools: [tool('f')] }, [frame([signed(callPart('f'), 'c2ln')], stop)]);
  const [own = {}, call = {}] = items;
  const unsigned = [{ functionCall: callPart('f').functionCall, thoughtSignature: standInSignature }];
  for (const encrypted_content of ['gAAAAABo-foreign', 'pollux1.', 'pollux1.zz.', 'pollux1.5.c.x~~', null, 7, `x${String(own['encrypted_content'])}`, String(own['encrypted_content']).slice(0, -6)]) {
    t.match(await partsBack({}, [{ ...own, encrypted_content }, call]), unsigned, String(encrypted_content));
  }
  t.match(await partsBack({ model: 'gemini-3-flash-preview' }, items), unsigned);
  const deep = Buffer.from(`{"toolCall":{"toolType":"GOOGLE_SEARCH_WEB","args":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}}`).toString('base64url');
  const body = `p.gemini-3.5-flash~${deep}~c2ln`;
  t.match(await partsBack({}, [{ ...own, encrypted_content: `pollux1.${body.length.toString(36)}.${body}` }, call]), unsigned, 'nested too deep');
  const many = String(own['encrypted_content']).replaceAll('id-f', 'id-g').repeat(20_000);
  t.match(await partsBack({}, [{ ...own, encrypted_content: many }, own, call]), unsigned, 'not more than are read');
  t.same(await partsBack({ model: 'gemini-2.5-flash' }, items), [{ functionCall: callPart('f').functionCall }]);
});

t.test('an envelope is little more than what it holds', async (t) => {
  const [item] = await output({ tools: [tool('f')] }, [frame([signed(callPart('f'), 'A'.repeat(5000))], stop)]);
  t.ok(String(item?.['encrypted_content']).length <= 5100);
});

t.test('a call is answered by the kind of its tool: raw text, its namespace apart, an object, an action', async (t) => {
  const tools = [{ type: 'custom', name: 'free' }, { type: 'namespace', name: 'ns', description: '', tools: [tool('f'), { type: 'custom', name: 'child' }] }, { type: 'tool_search', execution: 'client' }, { type: 'local_shell' }, { type: 'shell' }, { type: 'apply_patch' }];
  const parts = [callPart('free', { input: 'raw "text"' }), callPart('ns__f', { city: 'Rome' }), callPart('ns__child', { input: 'x' }), callPart('tool_search', { query: 'q' }), callPart('local_shell', { command: ['ls'] }), callPart('shell', { commands: ['ls'] }), callPart('apply_patch', { type: 'delete_file', path: 'a' })];
  t.match(await output({ tools }, [frame(parts, stop)]), [
    { type: 'custom_tool_call', name: 'free', input: 'raw "text"', status: 'completed' },
    { type: 'function_call', name: 'f', namespace: 'ns', arguments: '{"city":"Rome"}' },
    { type: 'custom_tool_call', name: 'child', namespace: 'ns', input: 'x' },
    { type: 'tool_search_call', execution: 'client', arguments: { query: 'q' }, status: 'completed' },
    { type: 'local_shell_call', action: { type: 'exec', command: ['ls'], env: {} } },
    { type: 'shell_call', action: { commands: ['ls'], timeout_ms: null, max_output_length: null } },
    { type: 'apply_patch_call', operation: { type: 'delete_file', path: 'a' } },
  ]);
  const events = await responseEvents({ tools }, [frame(parts.slice(0, 1), stop)]);
  t.same(typesOf(events).slice(2, -1), ['output_item.added', 'custom_tool_call_input.delta', 'custom_tool_call_input.done', 'output_item.done']);
  t.match(events[3], { delta: 'raw "text"' });
});

t.test('two calls are two items, one after the other; one where one is asked for', async (t) => {
  const frames = [frame([callPart('f'), callPart('g')], stop)];
  t.same(typesOf(await responseEvents({}, frames)).slice(2, -1), [...Array(2)].flatMap(() => ['output_item.added', 'function_call_arguments.delta', 'function_call_arguments.done', 'output_item.done']));
  t.equal((await output({ parallel_tool_calls: false }, frames)).length, 1);
});

const grounded: readonly Frame[] = [
  frame([{ text: 'Größe: ' }]),
  frame([{ text: 'it is so.' }]),
  frame([], { ...stop, groundingMetadata: { webSearchQueries: ['a', 'b'], groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }], groundingSupports: [{ segment: { startIndex: 9, endIndex: 18 }, groundingChunkIndices: [0] }] } }),
];

t.test('a search is an item of its own behind the message, which cites its sources by characters', async (t) => {
  const events = await responseEvents({ tools: [{ type: 'web_search' }] }, grounded);
  t.same(typesOf(events).slice(5), ['output_text.delta', 'output_text.annotation.added', 'output_text.done', 'content_part.done', 'output_item.done', 'output_item.added', 'web_search_call.in_progress', 'web_search_call.searching', 'web_search_call.completed', 'output_item.done', 'completed']);
  const citation = { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 7, end_index: 16 };
  t.same(at(events[6], 'annotation'), citation);
  t.same(at(events.at(-1), 'response.output.0.content.0.annotations'), [citation]);
  t.match(at(events.at(-1), 'response.output.1'), { type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'a', queries: ['a', 'b'] } });
  const later: readonly Frame[] = [
    frame([{ text: 'First. ' }, { executableCode: { language: 'PYTHON', code: 'x' } }, { text: 'It is so.' }]),
    frame([], { ...stop, groundingMetadata: { webSearchQueries: ['a'], groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }], groundingSupports: [{ segment: { startIndex: 7, endIndex: 16 }, groundingChunkIndices: [0] }] } }),
  ];
  const cited = await output({ tools: [{ type: 'web_search' }, { type: 'code_interpreter', container: 'c' }] }, later);
  t.match(at(cited.find((item) => at(item, 'content.0.text') === 'It is so.'), 'content.0.annotations'), [{ start_index: 0, end_index: 9 }], 'of the message that it stands in');
  const include = ['web_search_call.action.sources', 'web_search_call.results'];
  t.match((await output({ tools: [{ type: 'web_search' }], include }, grounded))[1], { action: { sources: [{ type: 'url', url: 'https://a.example' }] }, results: [{ url: 'https://a.example', title: 'A' }] });
});

t.test('a picture is an item with its bytes, whatever the settings say of links', async (t) => {
  const events = await responseEvents({ model: 'gemini-3-pro-image' }, [frame([{ inlineData: { mimeType: 'image/jpeg', data: 'aGk=' } }], stop)]);
  t.same(typesOf(events).slice(2, -1), ['output_item.added', 'image_generation_call.in_progress', 'image_generation_call.generating', 'image_generation_call.completed', 'output_item.done']);
  t.match(at(events.at(-2), 'item'), { type: 'image_generation_call', status: 'completed', result: 'aGk=', output_format: 'jpeg' });
});

t.test('log probabilities are told where include asks for them', async (t) => {
  const logprobsResult = { chosenCandidates: [{ token: 'a', logProbability: -0.5 }], topCandidates: [{ candidates: [{ token: 'b', logProbability: -1 }] }] };
  const events = await responseEvents({ include: ['message.output_text.logprobs'] }, [frame([{ text: 'a' }], { ...stop, logprobsResult })]);
  t.match(events[4], { delta: 'a', logprobs: [{ token: 'a', logprob: -0.5, top_logprobs: [{ token: 'b', logprob: -1 }] }] });
  t.match(at(events.at(-1), 'response.output.0.content.0.logprobs'), [{ token: 'a', bytes: [97] }]);
});

const usageMetadata = { promptTokenCount: 7, cachedContentTokenCount: 2, candidatesTokenCount: 5, thoughtsTokenCount: 11, toolUsePromptTokenCount: 3, totalTokenCount: 26 };

t.test('usage adds up, with every detail', async (t) => {
  const told = await wholeResponse({}, [{ ...frame([{ text: 'a' }], stop), usageMetadata }]);
  t.same(told['usage'], { input_tokens: 10, input_tokens_details: { cached_tokens: 2, cache_write_tokens: 0 }, output_tokens: 16, output_tokens_details: { reasoning_tokens: 11 }, total_tokens: 26 });
  t.same((await wholeResponse({}, [frame([{ text: 'a' }], stop)]))['usage'], { input_tokens: 0, input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 }, output_tokens: 0, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 0 });
});

t.test('an answer that was cut is incomplete, its text kept', async (t) => {
  const frames = [{ ...frame([{ text: 'half' }], { finishReason: 'MAX_TOKENS' }), usageMetadata }];
  const events = await responseEvents({}, frames);
  t.match(events.at(-1), { type: 'response.incomplete', response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, completed_at: null, usage: { total_tokens: 26 }, output: [{ status: 'incomplete', content: [{ text: 'half' }] }] } });
  t.match(await wholeResponse({}, frames), { status: 'incomplete', output: [{ content: [{ text: 'half' }] }] });
  t.match(await wholeResponse({}, [frame([{ text: 'half' }], { finishReason: 'SAFETY' })]), { status: 'incomplete', incomplete_details: { reason: 'content_filter' }, output: [{ content: [{ text: 'half' }] }] });
});

const blocked: Frame = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } };

t.test('a block is a message with a refusal, and for Codex words that it shows', async (t) => {
  const events = await responseEvents({}, [blocked]);
  t.same(typesOf(events).slice(2), ['output_item.added', 'content_part.added', 'refusal.delta', 'refusal.done', 'content_part.done', 'output_item.done', 'completed']);
  t.match(at(events.at(-1), 'response.output'), [{ type: 'message', content: [{ type: 'refusal', refusal: /PROHIBITED_CONTENT/ }] }]);
  const codex: Around = { context: { originator: 'codex_exec' } };
  t.match(await wholeResponse({}, [blocked], codex), { status: 'completed', output: [{ content: [{ type: 'output_text', text: /PROHIBITED_CONTENT/ }] }] });
  t.match(await wholeResponse({}, [frame([{ text: 'half' }], { finishReason: 'SAFETY' })], codex), { status: 'completed', output: [{ content: [{ text: 'half' }] }, { content: [{ text: /blocked by Gemini/ }] }] });
});

t.test('a fault after text is an error and a failed response, each with a code that clients know', async (t) => {
  const writer = await responseWriter({});
  const begun = writer.write([frame([{ text: 'half' }])]);
  const events = eventsIn(begun + writer.fail({ tag: 'StreamCut' }));
  t.same(typesOf(events).slice(4), ['output_text.delta', 'output_text.done', 'content_part.done', 'output_item.done', 'error', 'failed']);
  t.match(events.at(-2), { code: 'server_error', message: /cut off/, param: null, error: { type: 'server_error', code: 'server_error' } });
  t.match(events.at(-1), { response: { status: 'failed', error: { code: 'server_error', type: 'server_error', param: null }, output: [{ status: 'incomplete' }] } });
  const codes = [
    [{ tag: 'KeysExhausted', retryAfterSeconds: 9, forToday: true }, 'insufficient_quota', /midnight/],
    [{ tag: 'KeysExhausted', retryAfterSeconds: 9, forToday: false }, 'rate_limit_exceeded', /try again in 9s\./],
    [{ tag: 'GeminiFault', status: 503, message: 'm' }, 'server_is_overloaded', /m/],
    [{ tag: 'GeminiInvalid', message: 'm', code: 'context_length_exceeded' }, 'context_length_exceeded', /shorten/],
    [{ tag: 'GeminiInvalid', message: 'm', code: null }, 'invalid_prompt', /m/],
    [{ tag: 'Unreachable', reason: 'r' }, 'server_error', /r/],
  ] as const;
  for (const [error, code, words] of codes) {
    const [, , told, failed] = eventsIn((await responseWriter({})).fail(error));
    t.match([told, failed], [{ type: 'error', code, message: words }, { type: 'response.failed', response: { error: { code } } }], code);
  }
  const [, , told] = eventsIn((await responseWriter({})).fail({ tag: 'GeminiInvalid', message: 'The input token count exceeds the maximum number of tokens.', code: 'context_length_exceeded' }));
  t.equal(told?.['param'], 'input', 'the field by its name here');
});

t.test('heartbeats are comments, and each minute an event that Codex counts; they open a stream that has not begun', async (t) => {
  const writer = await responseWriter({});
  t.same(typesOf(eventsIn(writer.heartbeat())), ['created', 'in_progress']);
  const beats = Array.from({ length: 8 }, () => writer.heartbeat());
  t.same(beats.map((text) => (text.startsWith(':') ? 'comment' : typesOf(eventsIn(text))[0])), ['comment', 'comment', 'in_progress', 'comment', 'comment', 'comment', 'in_progress', 'comment']);
  const rest = writer.write([frame([{ text: 'a' }])]);
  const after = Array.from({ length: 4 }, () => writer.heartbeat());
  t.same(after.map((text) => text.startsWith(':')), [true, true, true, false], 'what went out counts from there');
  const numbers = [...beats, rest, ...after].flatMap((text) => eventsIn(text)).map((event) => event['sequence_number']);
  t.same(numbers, numbers.map((_, index) => index + 2), 'numbers go on');
  const often = await responseWriter({}, { settings: { keepAliveMs: 60_000 } });
  t.same([often.heartbeat(), often.heartbeat()].map((text) => typesOf(eventsIn(text))), [['created', 'in_progress'], ['in_progress']]);
});

t.test('a finished response is kept with its own input, unless it is not to be', async (t) => {
  const store = plainStore();
  const frames = [frame([signed({ text: 'a' }, 'c2ln')], stop)];
  const whole = await wholeResponse({ input: 'q' }, frames, { store });
  t.match(store.kept, [{ id: 'resp_x', created: 1, previous: null, input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'q' }] }] }]);
  t.same(store.kept[0]?.response, whole);
  await responseEvents({ previous_response_id: 'resp_x', input: 'r' }, frames, { store, context: { id: 'y' } });
  t.match(store.kept[1], { id: 'resp_y', previous: 'resp_x', input: [{ content: [{ text: 'r' }] }] });
  const body = await responseBody({ previous_response_id: 'resp_y', input: 's' }, { store });
  t.match(body.contents.map(({ parts }) => parts[0]), [{ text: 'q' }, { text: 'a', thoughtSignature: 'c2ln' }, { text: 'r' }, { text: 'a', thoughtSignature: 'c2ln' }, { text: 's' }]);
  await wholeResponse({ store: false }, frames, { store });
  await wholeResponse({ input: 'x'.repeat(9 * 1024 ** 2) }, frames, { store });
  t.equal(store.kept.length, 2);
});

t.test('what is held of a request until its answer is kept is told, for the memory', async (t) => {
  const holdsOf = async (request: Json): Promise<number> => {
    const plan = await planned({ ...request });
    return E.isRight(plan) ? (plan.right.holds ?? 0) : -1;
  };
  const text = 'x'.repeat(100_000);
  t.ok((await holdsOf({ input: text })) >= 200_000);
  t.ok((await holdsOf({ input: Array.from({ length: 1000 }, () => ({ role: 'user', content: 'a' })) })) >= 1000 * 3 * 64, 'small values cost what they take');
  t.equal(await holdsOf({ input: text, store: false }), 0);
  t.equal(await holdsOf({ input: 'x'.repeat(9 * 1024 ** 2) }), 0, 'what is too long to be kept is not held');
});

t.test('a draft of a picture is not told, and the picture is', async (t) => {
  const inlineData = { mimeType: 'image/png', data: 'aGk=' };
  const drawing = { model: 'gemini-3-pro-image', tools: [{ type: 'image_generation', partial_images: 2 }] };
  const events = await responseEvents(drawing, [frame([{ inlineData, thought: true }]), frame([{ inlineData, thoughtSignature: 'c2ln' }], stop)]);
  t.same(events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => at(item, 'type')), ['reasoning', 'image_generation_call']);
  t.notOk(events.some(({ type }) => String(type).endsWith('partial_image')));
});
