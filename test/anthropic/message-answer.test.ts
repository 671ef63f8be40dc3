import t from 'tap';
import { fromToolUseId, toToolUseId } from '../../src/anthropic/messages/tool-ids.ts';
import type { Frame, ResponsePart } from '../../src/gemini/response.ts';
import { callPart, frame, stop } from '../support/chat.ts';
import { answer, body, collected, remembered, streamed } from '../support/messages.ts';

const usageMetadata = { promptTokenCount: 100, cachedContentTokenCount: 30, toolUsePromptTokenCount: 5, candidatesTokenCount: 7, thoughtsTokenCount: 20 };
const counted = (one: Frame): Frame => ({ ...one, usageMetadata });
const thinking = { thinking: { type: 'adaptive' } };

t.test('a text comes as one block with every field of a message', async (t) => {
  const made = answer({}, [frame([{ text: 'Good ' }]), counted(frame([{ text: 'day' }], stop))]);
  t.same(made, {
    id: 'msg_x',
    type: 'message',
    role: 'assistant',
    model: 'gemini-3.5-flash',
    content: [{ type: 'text', text: 'Good day', citations: [] }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: {
      input_tokens: 75,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 30,
      output_tokens: 27,
      output_tokens_details: { thinking_tokens: 20 },
      server_tool_use: null,
      cache_creation: null,
      service_tier: 'standard',
      inference_geo: null,
      speed: null,
    },
  });
});

t.test('a stream begins with message_start and a ping, has an index for each block, and ends with its counts', async (t) => {
  const frames = [frame([{ text: 'a', thought: true }]), frame([{ text: 'b' }]), counted(frame([callPart('weather', { city: 'Bonn' })], stop))];
  const events = streamed(thinking, frames);
  t.same(events.map(({ name }) => name), ['message_start', 'ping', 'content_block_start', 'content_block_delta', 'content_block_stop', 'content_block_start', 'content_block_delta', 'content_block_stop', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop']);
  t.ok(events.every(({ name, data }) => name === data.type), 'each event has its name');
  t.match(events.at(-2)?.data, { delta: { stop_reason: 'tool_use' }, usage: { input_tokens: 75, cache_read_input_tokens: 30 } });
  t.match(collected(events).content, [{ type: 'thinking', thinking: 'a', signature: '' }, { type: 'text', text: 'b' }, { type: 'tool_use', id: 'toolu_id-weather', name: 'weather', input: { city: 'Bonn' } }]);
});

t.test('without thinking asked for there is no block of it, whatever Gemini tells', async (t) => {
  const frames = [frame([{ text: 'hm', thought: true, thoughtSignature: 'dA==' }, { text: 'a', thoughtSignature: 'eA==' }, callPart('weather', {}, { thoughtSignature: 'Yw==' })], stop)];
  t.match(answer({}, frames).content, [{ type: 'text', text: 'a' }, { type: 'tool_use' }]);
});

t.test('thoughts and signatures stand in thinking blocks, each signature where it came; omitted, the words are left out', async (t) => {
  const frames = [frame([{ text: 'hm', thought: true, thoughtSignature: 'dA==' }, { text: 'more', thought: true }, { text: 'a' }, callPart('weather', {}, { thoughtSignature: 'Yw==' }), callPart('news')]), frame([{ text: 'end', thoughtSignature: 'eA==' }], stop)];
  const block = (words: string, signature: string) => ({ type: 'thinking', thinking: words, signature });
  const use = (name: string) => ({ type: 'tool_use', id: `toolu_id-${name}`, name, input: {}, caller: { type: 'direct' } });
  const text = (words: string) => ({ type: 'text', text: words, citations: [] });
  t.same(answer(thinking, frames).content, [block('hm', 'gemini.t.dA=='), block('more', ''), text('a'), block('', 'gemini.c.Yw=='), use('weather'), use('news'), text('end'), block('', 'gemini.x.eA==')]);
  t.same(answer({ thinking: { type: 'adaptive', display: 'omitted' } }, frames).content, [block('', 'gemini.t.dA=='), text('a'), block('', 'gemini.c.Yw=='), use('weather'), use('news'), text('end'), block('', 'gemini.x.eA==')]);
});

t.test('a signature goes back with its part after a round trip', async (t) => {
  const first = answer({ ...thinking, tools: [{ name: 'weather' }] }, [frame([{ text: 'hm', thought: true, thoughtSignature: 'dA==' }, callPart('weather', { city: 'Bonn' }, { thoughtSignature: 'Yw==' })], stop)]);
  const messages = [{ role: 'user', content: 'x' }, { role: 'assistant', content: first.content }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_id-weather', content: 'rain' }] }];
  t.same(body({ tools: [{ name: 'weather' }], messages }).contents[1]?.parts, [
    { text: '', thought: true, thoughtSignature: 'dA==' },
    { functionCall: { id: 'id-weather', name: 'weather', args: { city: 'Bonn' } }, thoughtSignature: 'Yw==' },
  ]);
});

t.test('ids have letters that Anthropic takes, 64 at most, and know their own way back', async (t) => {
  for (const id of ['4f244mfi', 'call_207268', 'a.b/c:d', 'x'.repeat(300), 'Ä']) {
    const made = toToolUseId(id);
    t.match(made, /^toolu_[a-zA-Z0-9_-]{1,58}$/);
    if (/^[\w-]+$/.test(id) && id.length < 59) t.equal(fromToolUseId(made), id);
  }
  t.not(toToolUseId('a.b'), toToolUseId('a:b'));
});

const stops: readonly (readonly [reason: string | undefined, calls: boolean, stop: string])[] = [
  ['STOP', false, 'end_turn'],
  ['STOP', true, 'tool_use'],
  ['MAX_TOKENS', false, 'max_tokens'],
  ['MAX_TOKENS', true, 'max_tokens'],
  ['CONTINUATION', false, 'max_tokens'],
  ['OTHER', false, 'end_turn'],
  [undefined, true, 'tool_use'],
  ...['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'LANGUAGE'].map((reason) => [reason, false, 'refusal'] as const),
];

t.test('why an answer ended is told in its own words, and what was said stays', async (t) => {
  for (const [finishReason, calls, reason] of stops) {
    const made = answer({}, [frame([{ text: 'a' }, ...(calls ? [callPart('weather')] : [])], finishReason === undefined ? {} : { finishReason })]);
    t.equal(made.stop_reason, reason, `${String(finishReason)} ${calls ? 'after a call' : 'after text'}`);
    t.match(made.content, [{ text: 'a' }, ...(calls ? [{ type: 'tool_use' }] : [])]);
    t.match(made, { stop_details: reason === 'refusal' ? { type: 'refusal', category: null, explanation: String } : null });
  }
});

t.test('a blocked prompt is a refusal that says why', async (t) => {
  const made = answer({}, [{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }]);
  t.match(made, { content: [], stop_reason: 'refusal', stop_details: { type: 'refusal', explanation: /PROHIBITED_CONTENT/ } });
});

t.test('each call is a block of its own with its input as it came, and {} for none', async (t) => {
  const exact = JSON.parse('{"functionCall":{"id":"a","name":"n"}}') as ResponsePart;
  const events = streamed({}, [frame([callPart('one', { a: [1, { b: '"' }] }), exact], stop)]);
  const inputs = events.filter(({ name }) => name === 'content_block_delta').map(({ data }) => data['delta']);
  t.same(inputs, [{ type: 'input_json_delta', partial_json: '{"a":[1,{"b":"\\""}]}' }, { type: 'input_json_delta', partial_json: '{}' }]);
  t.match(collected(events).content, [{ input: { a: [1, { b: '"' }] } }, { input: {} }]);
});

t.test('one call alone where no parallel ones are wanted', async (t) => {
  const made = answer({ tools: [{ name: 'one' }, { name: 'two' }], tool_choice: { type: 'auto', disable_parallel_tool_use: true } }, [frame([callPart('one'), callPart('two')], stop)]);
  t.same(made.content.map(({ name }) => name), ['one']);
});

t.test('what was searched stands behind the answer: the search, and its results with address and title', async (t) => {
  const groundingMetadata = { webSearchQueries: ['a', 'b'], groundingChunks: [{ web: { uri: 'https://example.com/1', title: 'One' } }, { web: { uri: 'https://example.com/2', title: 'Two' } }] };
  const frames = [frame([{ text: 'found' }], { groundingMetadata }), frame([{ text: '.' }], { ...stop, groundingMetadata })];
  const request = { tools: [{ type: 'web_search_20250305', name: 'web_search' }] };
  const made = answer(request, frames);
  const result = (url: string, title: string) => ({ type: 'web_search_result', url, title, encrypted_content: '', page_age: null });
  t.same(made.content, [
    { type: 'text', text: 'found.', citations: [] },
    { type: 'server_tool_use', id: 'srvtoolu_x', name: 'web_search', input: { query: 'a, b' }, caller: { type: 'direct' } },
    { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_x', caller: { type: 'direct' }, content: [result('https://example.com/1', 'One'), result('https://example.com/2', 'Two')] },
  ]);
  t.match(made, { stop_reason: 'end_turn', usage: { server_tool_use: { web_search_requests: 2 } } });
  t.same(collected(streamed(request, frames)).content, made.content);
});

t.test('code that Gemini ran stands as a server tool with its result', async (t) => {
  const parts: readonly ResponsePart[] = [{ executableCode: { language: 'PYTHON', code: 'print(1)' } }, { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } }, { text: 'one' }];
  const made = answer({ tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] }, [frame(parts, stop)]);
  t.match(made.content, [
    { type: 'server_tool_use', name: 'code_execution', input: { code: 'print(1)' } },
    { type: 'code_execution_tool_result', content: { type: 'code_execution_result', stdout: '1\n', stderr: '', return_code: 0 } },
    { type: 'text', text: 'one' },
  ]);
  t.equal(made.content[0]?.['id'], made.content[1]?.['tool_use_id']);
});

t.test('a picture stands in the text by its address', async (t) => {
  const part = { fileData: { mimeType: 'image/png', fileUri: 'https://pollux.example.com/images/a.png' } };
  t.match(answer({ model: 'gemini-3.1-flash-image' }, [frame([{ text: 'Here: ' }, part], stop)]).content, [{ type: 'text', text: 'Here: ![](https://pollux.example.com/images/a.png)' }]);
});

t.test('what no block can carry is remembered: how texts were signed, and what tools of Google were asked and gave', async (t) => {
  const toolCall = { toolType: 'GOOGLE_SEARCH_WEB', id: 's1', args: { queries: ['x'] } };
  const toolResponse = { toolType: 'GOOGLE_SEARCH_WEB', id: 's1', response: { found: 'y' } };
  const weather = callPart('weather', { city: 'Bonn' }, { thoughtSignature: 'Yw==' });
  const parts: readonly ResponsePart[] = [{ toolCall, thoughtSignature: 'cw==' }, { toolResponse, thoughtSignature: 'cg==' }, { text: 'Let me see.', thoughtSignature: 'eA==' }, weather];
  const tools = [{ name: 'weather' }, { type: 'web_search_20250305', name: 'web_search' }];
  for (const request of [{ tools }, { tools, ...thinking }]) {
    const frames = [{ ...frame(parts, stop), keyId: 'k' }];
    const made = answer(request, frames);
    const known = remembered(request, frames).map((one) => ({ ...one, keyId: 'k' }));
    const results = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_id-weather', content: 'rain' }] };
    for (const content of [made.content, made.content.filter(({ type }) => type !== 'thinking')]) {
      const messages = [{ role: 'user', content: 'hi' }, { role: 'assistant', content }, results];
      t.same(body({ ...request, messages }, known).contents[1]?.parts, [{ toolCall, thoughtSignature: 'cw==' }, { toolResponse, thoughtSignature: 'cg==' }, { text: 'Let me see.', thoughtSignature: 'eA==' }, weather]);
    }
  }
});
