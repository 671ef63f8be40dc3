import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import type { GenerateContentRequest } from '../../src/gemini/request.ts';
import type { TranslationSettings } from '../../src/wire/translation-settings.ts';
import { chatDialect } from '../../src/openai/chat/dialect.ts';
import type { Signature } from '../../src/ports/capabilities.ts';
import type { Plan } from '../../src/ports/dialect.ts';
import { chat } from '../support/chat.ts';

const settings: TranslationSettings = {
  systemPromptMode: 'leading',
  historyImages: 'last',
  imageReplyFormat: 'markdown',
  modelAliases: new Map([['gpt-4o', 'gemini-3.5-flash']]),
};

type Options = { readonly settings?: Partial<TranslationSettings>; readonly recalled?: readonly Signature[] };

const translated = (request: object, options: Options = {}) => {
  const recalled = new Map((options.recalled ?? []).map((signature) => [signature.callId, signature]));
  const read = chat.decode({ model: 'gemini-3.5-flash', messages: [{ role: 'user', content: 'hi' }], ...request });
  if (E.isLeft(read)) return read;
  const context = { requestId: 'req_1', id: 'x', created: 1, recalled, media: new Map(), imageReplyFormat: null };
  return E.map(({ call }: Plan) => call)(chatDialect({ ...settings, ...options.settings }).translate(read.right, context));
};

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const call = (request: object, options: Options = {}) => {
  const read = translated(request, options);
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  return read.right;
};

const body = (request: object, options: Options = {}): GenerateContentRequest => call(request, options).body;

const refusal = (request: object) => {
  const read = translated(request);
  if (E.isRight(read)) throw new Error('was not refused');
  const error = read.left;
  return error.tag === 'InvalidRequest' ? { param: error.param, code: error.code, message: error.message } : { tag: error.tag };
};

const user = (content: unknown) => ({ role: 'user', content });
const says = (text: string) => ({ role: 'user', parts: [{ text }] });
const tool = (name: string, more: object = {}) => ({ type: 'function', function: { name, parameters: { type: 'object', properties: { a: { type: 'string' } } }, ...more } });
const called = (id: string, name: string, args = '{}', more: object = {}) => ({ id, type: 'function', function: { name, arguments: args }, ...more });

t.test('messages become turns', (t) => {
  const cases: readonly (readonly [string, readonly object[], readonly unknown[]])[] = [
    ['a text', [user('hi')], [says('hi')]],
    ['text parts', [user([{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }])], [{ role: 'user', parts: [{ text: 'a' }, { text: 'b' }] }]],
    ['turns of one role in a row are joined', [user('a'), user('b')], [{ role: 'user', parts: [{ text: 'a' }, { text: 'b' }] }]],
    ['an answer is a model turn', [user('a'), { role: 'assistant', content: 'b' }, user('c')], [says('a'), { role: 'model', parts: [{ text: 'b' }] }, says('c')]],
    ['empty texts and turns are dropped', [user('a'), { role: 'assistant', content: '' }, user([{ type: 'text', text: '' }, { type: 'text', text: 'b' }])], [{ role: 'user', parts: [{ text: 'a' }, { text: 'b' }] }]],
    ['a refusal is text', [user('a'), { role: 'assistant', content: null, refusal: 'no' }, user('b')], [says('a'), { role: 'model', parts: [{ text: 'no' }] }, says('b')]],
    ['reasoning_content is not sent back', [user('a'), { role: 'assistant', content: 'b', reasoning_content: 'hm' }, user('c')], [says('a'), { role: 'model', parts: [{ text: 'b' }] }, says('c')]],
    ['a history that begins with the model gets a user turn before it', [{ role: 'assistant', content: 'b' }, user('c')], [says(' '), { role: 'model', parts: [{ text: 'b' }] }, says('c')]],
    ['only a system message becomes the user turn', [{ role: 'system', content: 's' }], [says('s')]],
  ];
  for (const [name, messages, contents] of cases) t.same(plain(body({ messages }).contents), contents, name);
  t.end();
});

t.test('a conversation that ends with the model is continued, in words where prefill is refused', (t) => {
  const messages = [user('a'), { role: 'assistant', content: 'once upon' }];
  t.same(body({ messages }).contents.length, 2, 'gemini-3.5-flash takes it');
  t.same(plain(body({ model: 'gemini-3.8-flash', messages }).contents.at(-1)), says('Continue.'));
  t.end();
});

t.test('media come as data', (t) => {
  const png = 'iVBORw0KGgoAAAANSUhEUg==';
  const cases: readonly (readonly [string, object, unknown])[] = [
    ['a picture', { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }, { inlineData: { mimeType: 'image/png', data: png } }],
    ['a picture with detail', { type: 'image_url', image_url: { url: `data:image/png;base64,${png}`, detail: 'low' } }, { inlineData: { mimeType: 'image/png', data: png }, mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } }],
    ['a picture as a bare string', { type: 'image_url', image_url: `data:image/png;base64,${png}` }, { inlineData: { mimeType: 'image/png', data: png } }],
    ['a wrong type is mended by the bytes', { type: 'image_url', image_url: { url: `data:image/jpg;base64,${png}` } }, { inlineData: { mimeType: 'image/png', data: png } }],
    ['image/jpg is image/jpeg', { type: 'image_url', image_url: { url: 'data:image/jpg;base64,AAAA' } }, { inlineData: { mimeType: 'image/jpeg', data: 'AAAA' } }],
    ['parameters and blanks in a data URL', { type: 'image_url', image_url: { url: `data:image/png;name=a.png;base64, ${png.slice(0, 8)}\n${png.slice(8)}` } }, { inlineData: { mimeType: 'image/png', data: png } }],
    ['percent signs in a data URL', { type: 'image_url', image_url: { url: 'data:image/gif;base64,AAA%3D' } }, { inlineData: { mimeType: 'image/gif', data: 'AAA=' } }],
    ['a data URL that is not base64', { type: 'file', file: { file_data: 'data:text/plain,a%20b' } }, { inlineData: { mimeType: 'text/plain', data: 'YSBi' } }],
    ['bare base64 whose bytes tell the kind', { type: 'image_url', image_url: { url: png } }, { inlineData: { mimeType: 'image/png', data: png } }],
    ['url-safe base64', { type: 'image_url', image_url: { url: 'data:image/png;base64,-_-_' } }, { inlineData: { mimeType: 'image/png', data: '+/+/' } }],
    ['audio', { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }, { inlineData: { mimeType: 'audio/mp3', data: 'AAAA' } }],
    ['a file with its name', { type: 'file', file: { file_data: 'AAAA', filename: 'a.PDF' } }, { inlineData: { mimeType: 'application/pdf', data: 'AAAA' } }],
    ['a video', { type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAA' } }, { inlineData: { mimeType: 'video/mp4', data: 'AAAA' } }],
  ];
  for (const [name, part, expected] of cases) t.same(plain(body({ messages: [user([part])] }).contents), [{ role: 'user', parts: [expected] }], name);
  const older = body({ model: 'gemini-2.5-flash', messages: [user([{ type: 'image_url', image_url: { url: `data:image/png;base64,${png}`, detail: 'high' } }])] });
  t.same(plain(older.contents), [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: png } }] }], 'no resolution on a part before Gemini 3');
  t.end();
});

t.test('pictures of earlier answers go back from their markdown', (t) => {
  const image = (data: string) => `![](data:image/png;base64,${data})`;
  const messages = [user('a'), { role: 'assistant', content: `x ${image('AAAA')} y` }, user('b'), { role: 'assistant', content: image('BBBB') }, user('c')];
  const parts = (mode: 'last' | 'all') => body({ model: 'gemini-2.5-flash-image', messages }, { settings: { historyImages: mode } }).contents.map((turn) => plain(turn.parts));
  t.same(parts('last'), [[{ text: 'a' }], [{ text: 'x ' }, { text: '[image]' }, { text: ' y' }], [{ text: 'b' }], [{ text: '[image]' }, { inlineData: { mimeType: 'image/png', data: 'BBBB' } }], [{ text: 'c' }]]);
  t.same(parts('all')[1], [{ text: 'x ' }, { text: '[image]' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }, { text: ' y' }]);
  t.end();
});

t.test('calls and their results', (t) => {
  const two = { role: 'assistant', content: null, tool_calls: [called('1', 'f', '{"x":1}'), called('2', 'g', '')] };
  const result = (id: string, content: unknown) => ({ role: 'tool', tool_call_id: id, content });
  const response = (id: string, name: string, value: unknown) => ({ functionResponse: { id, name, response: value } });
  const model = { model: 'gemini-2.5-flash' };
  const calls = { role: 'model', parts: [{ functionCall: { id: '1', name: 'f', args: { x: 1 } } }, { functionCall: { id: '2', name: 'g', args: {} } }] };
  const cases: readonly (readonly [string, readonly object[], readonly unknown[]])[] = [
    ['results in the order of the calls, in one turn', [user('a'), two, result('2', '{"r":2}'), result('1', 'one')], [says('a'), calls, { role: 'user', parts: [response('1', 'f', { result: 'one' }), response('2', 'g', { r: 2 })] }]],
    ['a missing result says so', [user('a'), two, result('1', 'one')], [says('a'), calls, { role: 'user', parts: [response('1', 'f', { result: 'one' }), response('2', 'g', { error: 'no result' })] }]],
    ['a user text between goes behind the results, in its own turn', [user('a'), two, result('1', '1'), user('b'), result('2', '2')], [says('a'), calls, { role: 'user', parts: [response('1', 'f', { result: '1' }), response('2', 'g', { result: '2' })] }, says('b')]],
    ['arrays, null and numbers are wrapped', [user('a'), two, result('1', [1, 2]), result('2', null)], [says('a'), calls, { role: 'user', parts: [response('1', 'f', { result: [1, 2] }), response('2', 'g', { result: null })] }]],
    ['text parts are joined', [user('a'), two, result('1', [{ type: 'text', text: '{"a":' }, { type: 'text', text: '1}' }]), result('2', '')], [says('a'), calls, { role: 'user', parts: [response('1', 'f', { a: 1 }), response('2', 'g', { result: '' })] }]],
    ['a schema with $ref stays a string', [user('a'), two, result('1', '{"p":{"$ref":"#/x"}}'), result('2', '[1]')], [says('a'), calls, { role: 'user', parts: [response('1', 'f', { result: '{"p":{"$ref":"#/x"}}' }), response('2', 'g', { result: '[1]' })] }]],
    ['the deprecated function messages', [user('a'), { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"x":1}' } }, { role: 'function', name: 'f', content: 'ok' }], [says('a'), { role: 'model', parts: [{ functionCall: { id: 'call_function_1', name: 'f', args: { x: 1 } } }] }, { role: 'user', parts: [response('call_function_1', 'f', { result: 'ok' })] }]],
  ];
  for (const [name, messages, contents] of cases) t.same(plain(body({ ...model, messages }).contents), contents, name);
  t.end();
});

t.test('pictures that a tool gave back go inside the response on Gemini 3, beside it before', (t) => {
  const url = 'data:image/png;base64,AAAA';
  const messages = [user('a'), { role: 'assistant', tool_calls: [called('1', 'f')] }, { role: 'tool', tool_call_id: '1', content: [{ type: 'text', text: 'seen' }, { type: 'image_url', image_url: { url } }] }];
  const inlineData = { mimeType: 'image/png', data: 'AAAA' };
  t.same(plain(body({ messages }).contents.at(-1)), { role: 'user', parts: [{ functionResponse: { id: '1', name: 'f', response: { result: 'seen' }, parts: [{ inlineData }] } }] });
  t.same(plain(body({ model: 'gemini-2.5-pro', messages }).contents.at(-1)), { role: 'user', parts: [{ inlineData }] });
  t.end();
});

t.test('thought signatures go back from the call, from memory, or as the stand-in', (t) => {
  const history = (first: object, second: object) => [user('a'), { role: 'assistant', tool_calls: [first, second] }];
  const signatures = (request: object, options: Options = {}) => body(request, options).contents[1]?.parts.map((part) => part.thoughtSignature);
  const kept = { extra_content: { google: { thought_signature: 'sig' } } };
  t.same(signatures({ messages: history(called('1', 'f', '{}', kept), called('2', 'f')) }), ['sig', undefined]);
  t.same(signatures({ messages: history(called('1', 'f'), called('2', 'f')) }, { recalled: [{ callId: '1', value: 'mem', keyId: 'k' }] }), ['mem', undefined]);
  t.same(signatures({ messages: history(called('1', 'f'), called('2', 'f')) }), ['skip_thought_signature_validator', undefined], 'first call only');
  t.same(signatures({ model: 'gemini-2.5-flash', messages: history(called('1', 'f'), called('2', 'f')) }), [undefined, undefined], '2.5 asks for none');
  const text = body({ messages: [user('a'), { role: 'assistant', content: 'b', extra_content: { google: { thought_signature: 'ts' } } }, user('c')] });
  t.same(plain(text.contents[1]?.parts), [{ text: 'b', thoughtSignature: 'ts' }]);
  t.end();
});

t.test('each parameter of a chat request has its field', (t) => {
  const cases: readonly (readonly [string, object, object])[] = [
    ['max_tokens', { max_tokens: 5 }, { maxOutputTokens: 5 }],
    ['max_completion_tokens wins', { max_tokens: 5, max_completion_tokens: 7 }, { maxOutputTokens: 7 }],
    ['zeros are values', { temperature: 0, top_p: 0, seed: 0 }, { temperature: 0, topP: 0, seed: 0 }],
    ['top_k', { top_k: 40 }, { topK: 40 }],
    ['stop as a string', { stop: 'END' }, { stopSequences: ['END'] }],
    ['stop without empty strings', { stop: ['', 'a'] }, { stopSequences: ['a'] }],
    ['a 64-bit seed is folded', { seed: 2 ** 32 + 7 }, { seed: 7 }],
    ['penalties but zeros', { presence_penalty: 0, frequency_penalty: 1.5 }, { frequencyPenalty: 1.5 }],
    ['logprobs', { logprobs: true, top_logprobs: 3 }, { responseLogprobs: true, logprobs: 3 }],
    ['json_object', { response_format: { type: 'json_object' } }, { responseMimeType: 'application/json' }],
    ['json_schema', { response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema: { $schema: 's', type: 'object', properties: { const: { const: 1 } }, additionalProperties: false } } } }, { responseMimeType: 'application/json', responseJsonSchema: { type: 'object', properties: { const: { enum: [1] } }, additionalProperties: false } }],
    ['text format', { response_format: { type: 'text' } }, {}],
    ['pictures wanted', { modalities: ['text', 'image'] }, { responseModalities: ['TEXT', 'IMAGE'] }],
    ['nothing for what is ignored', { user: 'u', metadata: {}, store: true, prediction: {}, verbosity: 'low', n: 1, logit_bias: {}, stop: null, temperature: null, modalities: ['text'] }, {}],
  ];
  for (const [name, request, config] of cases) {
    const { thinkingConfig: _, ...made } = { ...body(request).generationConfig };
    t.same(plain(made), config, name);
  }
  t.same(body({ service_tier: 'fast' }).serviceTier, 'priority');
  t.same(body({ service_tier: 'auto' }).serviceTier, undefined);
  t.end();
});

t.test('what a model family refuses is left out', (t) => {
  const config = (model: string, request: object) => plain({ ...body({ model, ...request }).generationConfig, thinkingConfig: undefined });
  const sampling = { temperature: 1, top_p: 0.5, top_k: 3 };
  for (const model of ['gemini-3.8-flash', 'gemini-3.6-flash', 'gemini-3.5-flash-lite', 'gemini-4-argon', 'gemini-flash-latest']) t.same(config(model, sampling), {}, `${model}: no sampling`);
  for (const model of ['gemini-3.5-flash', 'gemini-3.1-pro-preview', 'gemini-2.5-pro', 'gemini-3-flash-preview']) t.same(config(model, sampling), { temperature: 1, topP: 0.5, topK: 3 }, `${model}: sampling`);
  t.same(config('gemini-2.5-flash', { presence_penalty: 1 }), {}, 'no penalties on 2.5');
  t.same(config('gemini-2.5-flash', { n: 3 }), { candidateCount: 3 });
  t.equal(call({ model: 'gemini-2.5-flash', n: 3 }).copies, 1);
  t.equal(call({ n: 3 }).copies, 3, 'one candidate a call: three calls');
  t.equal(call({ model: 'gemini-4-argon' }).streamed, true, 'Gemini 4 is always streamed');
  t.equal(call({}).streamed, false);
  t.equal(body({ model: 'gemini-3.8-flash-tts' }).safetySettings, undefined, 'no safety settings for speech');
  t.equal(body({}).safetySettings?.every(({ threshold }) => threshold === 'OFF'), true);
  t.same(body({ extra_body: { google: { safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }] } } }).safetySettings, [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }]);
  t.end();
});

t.test('thinking by effort, suffix and explicit config, in the form of the family', (t) => {
  const shown = { includeThoughts: true };
  const cases: readonly (readonly [string, object, object | undefined])[] = [
    ['gemini-2.5-flash', {}, shown],
    ['gemini-2.5-flash-lite', {}, undefined],
    ['gemini-2.5-flash', { reasoning_effort: 'none' }, { thinkingBudget: 0 }],
    ['gemini-2.5-pro', { reasoning_effort: 'none' }, { thinkingBudget: 128 }],
    ['gemini-2.5-pro', { reasoning_effort: 'max' }, { thinkingBudget: 32_768, ...shown }],
    ['gemini-2.5-flash', { reasoning_effort: 'medium' }, { thinkingBudget: 8192, ...shown }],
    ['gemini-2.5-flash-lite-thinking-100', {}, { thinkingBudget: 512, ...shown }],
    ['gemini-2.5-flash-nothinking', {}, { thinkingBudget: 0 }],
    ['gemini-2.5-flash-thinking', {}, { thinkingBudget: -1, ...shown }],
    ['gemini-2.5-flash-maxthinking-search', {}, { thinkingBudget: 24_576, ...shown }],
    ['gemini-2.5-flash-nothinking', { reasoning_effort: 'low' }, { thinkingBudget: 1024, ...shown }],
    ['gemini-3.5-flash', { reasoning_effort: 'minimal' }, { thinkingLevel: 'MINIMAL', ...shown }],
    ['gemini-3.5-flash', { reasoning_effort: null }, shown],
    ['gemini-3.8-flash', { reasoning_effort: 'none' }, { thinkingLevel: 'LOW' }],
    ['gemini-3-pro-preview', { reasoning_effort: 'medium' }, { thinkingLevel: 'LOW', ...shown }],
    ['gemini-3.1-flash-image', { reasoning_effort: 'medium' }, { thinkingLevel: 'MINIMAL', ...shown }],
    ['gemini-4-hydrogen', { reasoning_effort: 'xhigh' }, { thinkingLevel: 'XHIGH', ...shown }],
    ['gemini-4-argon', { reasoning_effort: 'max' }, { thinkingLevel: 'HIGH', ...shown }],
    ['gemini-9-unknown', { reasoning_effort: 'high' }, { thinkingLevel: 'HIGH', ...shown }],
    ['gemini-3.5-flash', { extra_body: { google: { thinking_config: { thinking_budget: 4000, include_thoughts: false } } } }, { thinkingLevel: 'MEDIUM', includeThoughts: false }],
    ['gemini-3.5-flash', { google: { thinkingConfig: { thinkingLevel: 'HIGH' } }, reasoning_effort: 'low' }, { thinkingLevel: 'HIGH', ...shown }],
    ['gemini-3-pro-image', { reasoning_effort: 'high' }, undefined],
    ['gemma-3-27b-it', { reasoning_effort: 'high' }, undefined],
  ];
  for (const [model, request, config] of cases) {
    t.same(plain({ c: body({ model, ...request }).generationConfig?.thinkingConfig }), plain({ c: config }), `${model} ${JSON.stringify(request)}`);
  }
  t.end();
});

t.test('model names', (t) => {
  const cases = [
    ['models/gemini-2.5-flash', 'gemini-2.5-flash'],
    ['google/gemini-2.5-flash', 'gemini-2.5-flash'],
    ['gemini-2.5-flash-thinking-2000-search', 'gemini-2.5-flash'],
    ['gemini-2.5-flash-search-nothinking', 'gemini-2.5-flash'],
    ['gpt-4o', 'gemini-3.5-flash'],
    ['gpt-4o-search', 'gemini-3.5-flash'],
    ['tunedModels/my-model', 'tunedModels/my-model'],
  ] as const;
  for (const [asked, model] of cases) t.equal(call({ model: asked }).model, model, asked);
  for (const model of ['../../secret', 'a?key=b', 'x'.repeat(200), 'a/b/c']) t.same(refusal({ model }), { tag: 'ModelNotFound' }, `refused: ${model.slice(0, 20)}`);
  t.end();
});

t.test('tools and the choice among them', (t) => {
  const tools = [tool('f'), tool('2-g', { strict: true }), tool('h', { parameters: { type: 'object', properties: {} } })];
  const config = (request: object) => plain({ c: body(request).toolConfig?.functionCallingConfig });
  t.same(plain(body({ tools: [tool('f'), tool('h', { parameters: { type: 'object', properties: {} }, description: 'd' })] }).tools), [
    { functionDeclarations: [{ name: 'f', parametersJsonSchema: { type: 'object', properties: { a: { type: 'string' } } } }, { name: 'h', description: 'd' }] },
  ]);
  t.same(config({ tools: [tool('f')] }), {}, 'auto needs no config');
  t.same(config({ tools }), { c: { mode: 'VALIDATED' } }, 'strict is validated');
  t.same(config({ tools, tool_choice: 'required' }), { c: { mode: 'ANY' } });
  t.same(config({ tools, tool_choice: 'none' }), { c: { mode: 'NONE' } });
  t.same(config({ tools, tool_choice: { type: 'function', function: { name: '2-g' } } }), { c: { mode: 'ANY', allowedFunctionNames: ['_2-g'] } }, 'names are sent as declared');
  t.same(config({ tools, tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] } } }), { c: { mode: 'VALIDATED', allowedFunctionNames: ['f'] } });
  t.same(config({ functions: [{ name: 'f' }], function_call: { name: 'f' } }), { c: { mode: 'ANY', allowedFunctionNames: ['f'] } }, 'the deprecated form');
  t.same(plain(body({ tools: [], tool_choice: 'auto' }).tools ?? null), null, 'no tools: nothing is sent');
  t.same(plain(body({ web_search_options: {} }).tools), [{ googleSearch: {} }]);
  t.same(plain(body({ web_search_options: {}, tool_choice: 'none' }).tools ?? null), null, 'none stops searching too');
  const both = body({ web_search_options: {}, tools: [tool('f')] });
  t.same(plain(both.toolConfig), { functionCallingConfig: { mode: 'VALIDATED' }, includeServerSideToolInvocations: true });
  t.same(body({ model: 'gemini-2.5-flash-search', tools: [tool('f')] }).tools?.length, 1, 'before Gemini 3 functions win over the suffix');
  t.end();
});

t.test('speech models speak with the voice asked for', (t) => {
  const speech = (voice: unknown) => plain(body({ model: 'gemini-3.8-flash-tts', modalities: ['text', 'audio'], audio: { voice, format: 'wav' } }).generationConfig);
  const config = (voiceName: string) => ({ responseModalities: ['AUDIO'], speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName } } } });
  t.same(speech('alloy'), config('Kore'));
  t.same(speech('Puck'), config('Puck'), "Gemini's own names");
  t.same(speech({ id: 'nova' }), config('Leda'));
  t.end();
});

t.test('cached content holds instruction and tools itself', (t) => {
  const made = body({ messages: [{ role: 'system', content: 's' }, user('a')], tools: [tool('f')], extra_body: { google: { cached_content: 'cachedContents/x' } } });
  t.same([made.cachedContent, made.systemInstruction, made.tools], ['cachedContents/x', undefined, undefined]);
  t.end();
});

t.test('a wrong request is told by the name of its field', (t) => {
  const cases: readonly (readonly [object, string, string | null])[] = [
    [{ model: undefined }, 'model', 'missing_required_parameter'],
    [{ messages: 'x' }, 'messages', 'invalid_value'],
    [{ messages: [] }, 'messages', 'invalid_value'],
    [{ messages: [{ role: 'king', content: 'x' }] }, 'messages.0.role', 'invalid_value'],
    [{ messages: [user(7)] }, 'messages.0.content', 'invalid_type'],
    [{ messages: [user([{ type: 'hologram' }])] }, 'messages.0.content.0.type', 'invalid_value'],
    [{ messages: [user([{ text: 'x' }])] }, 'messages.0.content.0.type', 'missing_required_parameter'],
    [{ messages: [user([{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }])] }, 'messages.0.content.0.image_url.url', 'unsupported_value'],
    [{ messages: [user([{ type: 'image_url', image_url: { url: 'data:image/png;base64,***' } }])] }, 'messages.0.content.0.image_url.url', 'invalid_value'],
    [{ messages: [user([{ type: 'file', file: { file_id: 'f' } }])] }, 'messages.0.content.0.file', 'unsupported_value'],
    [{ messages: [user('a'), { role: 'tool', tool_call_id: 'no', content: '' }] }, 'messages.1.tool_call_id', 'invalid_value'],
    [{ messages: [user('a'), { role: 'assistant', tool_calls: [called('1', 'f', '{')] }] }, 'messages.1.tool_calls.0.function.arguments', 'invalid_value'],
    [{ messages: [user('a'), { role: 'assistant', audio: { id: 'x' } }] }, 'messages.1.audio.id', 'unsupported_value'],
    [{ temperature: 3 }, 'temperature', 'invalid_value'],
    [{ max_tokens: 0 }, 'max_tokens', 'invalid_value'],
    [{ n: 9 }, 'n', 'invalid_value'],
    [{ stop: ['1', '2', '3', '4', '5', '6'] }, 'stop', 'invalid_value'],
    [{ top_logprobs: 3 }, 'top_logprobs', 'invalid_value'],
    [{ logit_bias: { 50_256: -100 } }, 'logit_bias', 'unsupported_parameter'],
    [{ tools: [{ type: 'custom' }] }, 'tools.0.custom', 'missing_required_parameter'],
    [{ tools: [{ type: 'computer' }] }, 'tools.0.type', 'unsupported_value'],
    [{ tools: [tool('f')], tool_choice: { type: 'function', function: { name: 'g' } } }, 'tool_choice', 'invalid_value'],
    [{ tools: [tool('f')], tool_choice: 'perhaps' }, 'tool_choice', 'invalid_value'],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema', 'missing_required_parameter'],
    [{ model: 'gemini-2.5-flash', tools: [tool('f')], web_search_options: {} }, 'web_search_options', 'unsupported_parameter'],
    [{ modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }, 'modalities', 'unsupported_value'],
    [{ model: 'gemini-3.8-flash-tts', audio: { voice: 'alloy', format: 'flac' } }, 'audio.format', 'unsupported_value'],
    [{ model: 'gemini-3.8-flash-tts', stream: true, audio: { voice: 'alloy', format: 'wav' } }, 'audio.format', 'unsupported_value'],
    [{ reasoning_effort: 'extreme' }, 'reasoning_effort', 'invalid_value'],
  ];
  for (const [request, param, code] of cases) t.match(refusal(request), { param, code }, `${param} ${code}`);
  t.end();
});
