import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { neighbourFields } from '../../../src/openai/chat/ask/neighbour-fields.ts';
import { body, chat, refusal, tool, user, whole } from '../../support/chat.ts';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');

const model = 'gemini-2.5-flash';
const image = 'gemini-3.1-flash-image';
const schema = { type: 'object', properties: { a: { type: 'string' } } };
const json = { responseMimeType: 'application/json', responseJsonSchema: schema };
const shown = { includeThoughts: true };
const config = (request: object) => body({ model, ...request }).generationConfig ?? {};
const thinking = (request: object) => config(request).thinkingConfig;
const search = { tools: [{ googleSearch: {} }] };

/** An example for each field that is taken, and a part of what it makes of the request. */
const taken: Readonly<Record<string, readonly [value: unknown, made: object]>> = {
  top_k: [40, { generationConfig: { topK: 40 } }],
  n_predict: [100, { generationConfig: { maxOutputTokens: 100 } }],
  chat_template_kwargs: [{ enable_thinking: false }, { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }],
  plugins: [[{ id: 'web' }], search],
  enable_search: [true, search],
  urlContext: [true, { tools: [{ urlContext: {} }] }],
  url_context: [{}, { tools: [{ urlContext: {} }] }],
  googleSearch: [{}, search],
  google_search: [true, search],
  reasoning: [{ effort: 'low' }, { generationConfig: { thinkingConfig: { thinkingBudget: 1024 } } }],
  include_reasoning: [false, { generationConfig: { thinkingConfig: { includeThoughts: false } } }],
  thinking: [{ type: 'disabled' }, { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }],
  thinking_budget: [500, { generationConfig: { thinkingConfig: { thinkingBudget: 500 } } }],
  thinkingBudget: [0, { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }],
  thinking_level: ['low', { generationConfig: { thinkingConfig: { thinkingBudget: 1024 } } }],
  thinkingLevel: ['HIGH', { generationConfig: { thinkingConfig: { thinkingBudget: 24_576 } } }],
  thinking_token_budget: [500, { generationConfig: { thinkingConfig: { thinkingBudget: 500 } } }],
  thinking_budget_tokens: [500, { generationConfig: { thinkingConfig: { thinkingBudget: 500 } } }],
  enable_thinking: [false, { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } }],
  think: ['low', { generationConfig: { thinkingConfig: { thinkingBudget: 1024 } } }],
  safety_settings: [[{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_ONLY_HIGH' }], { safetySettings: [{ threshold: 'BLOCK_ONLY_HIGH' }] }],
  google: [{ thinking_config: { thinking_budget: 7 } }, { generationConfig: { thinkingConfig: { thinkingBudget: 7 } } }],
  extra_body: [{ google: { cached_content: 'cachedContents/x' } }, { cachedContent: 'cachedContents/x' }],
  thinking_config: [{ thinking_budget: 7 }, { generationConfig: { thinkingConfig: { thinkingBudget: 7 } } }],
  thinkingConfig: [{ thinkingBudget: 7, includeThoughts: false }, { generationConfig: { thinkingConfig: { thinkingBudget: 7, includeThoughts: false } } }],
  cached_content: ['cachedContents/x', { cachedContent: 'cachedContents/x' }],
  cachedContent: ['cachedContents/x', { cachedContent: 'cachedContents/x' }],
  media_resolution: ['low', { generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_LOW' } }],
  mediaResolution: ['MEDIA_RESOLUTION_HIGH', { generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_HIGH' } }],
  generationConfig: [{ topK: 3, thinkingConfig: { thinkingBudget: 7 } }, { generationConfig: { topK: 3, thinkingConfig: { thinkingBudget: 7 } } }],
  generation_config: [{ top_k: 3, response_mime_type: 'application/json', response_schema: schema }, { generationConfig: { topK: 3, ...json } }],
  responseModalities: [['TEXT', 'IMAGE'], { generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } }],
  guided_json: [schema, { generationConfig: json }],
  structured_outputs: [{ json: JSON.stringify(schema) }, { generationConfig: json }],
  json_schema: [schema, { generationConfig: json }],
  format: [schema, { generationConfig: json }],
};

/** Taken, but not seen in the body that these requests make. */
const elsewhere = ['usage', 'image_config', 'imageConfig', 'aspect_ratio', 'aspectRatio', 'image_size', 'imageSize'];

t.test('every field of the table is taken, harmlessly ignored, or refused by its name', (t) => {
  for (const [name, , fate] of neighbourFields) {
    if (fate === 'ignored') for (const value of ['x', 3, 0.5, true, [1], { a: 1 }]) t.same(body({ [name]: value }), body({}), name);
    else if (fate === 'refused') t.same(refusal({ [name]: ['x'] }), { param: name, code: 'unsupported_parameter' }, name);
    else if (!elsewhere.includes(name)) {
      const [value, made] = taken[name] ?? [undefined, {}];
      t.not(value, undefined, `${name} has an example`);
      t.match(body({ model, [name]: value }), made, name);
    }
  }
  t.same(new Set(neighbourFields.map(([name]) => name)).size, neighbourFields.length, 'no field twice');
  t.end();
});

t.test('what clients send for a field that they leave alone is no reason to refuse, for any of them', (t) => {
  for (const [name] of neighbourFields) for (const value of [null, '', [], {}]) {
    if (['googleSearch', 'google_search', 'urlContext', 'url_context', 'enable_search'].includes(name)) continue;
    t.same(body({ [name]: value }), body({}), `${name} ${JSON.stringify(value)}`);
  }
  for (const name of ['top_k', 'n_predict', 'min_p', 'typical_p', 'repetition_penalty', 'guided_regex', 'bad_words', 'grammar', 'allowed_token_ids']) {
    for (const value of [0, -1]) t.same(body({ [name]: value }), body({}), `${name} ${value}`);
  }
  for (const value of [-5, -0.5, 0.4]) t.same(body({ top_k: value }), body({}), `top_k ${value}`);
  t.end();
});

t.test('OpenAI\'s own fields keep OpenAI\'s rules', (t) => {
  const wrong = { max_tokens: 0, max_completion_tokens: -1, temperature: -1, top_p: -1, n: 0, stop: 0, presence_penalty: -3, top_logprobs: -1, response_format: '', tools: '', reasoning_effort: 'much', stream: '' };
  for (const [name, value] of Object.entries(wrong)) t.equal(refusal({ [name]: value }).param, name, name);
  t.end();
});

t.test('docs/parameters.md has every row of the table', (t) => {
  const text = readFileSync(join(project, 'docs', 'parameters.md'), 'utf8');
  const missing = neighbourFields.filter(([name, of, fate, how]) => !text.includes(`| \`${name}\` | ${of} | ${fate} | ${how} |`));
  t.same(missing, []);
  t.end();
});

t.test('a schema counts wherever it stands', (t) => {
  const formats: readonly object[] = [
    { type: 'json_object', schema },
    { type: 'json_object', response_schema: schema },
    { type: 'json_schema', schema },
    { type: 'json_schema', json_schema: { schema } },
    { type: 'json_schema', json_schema: schema },
  ];
  for (const response_format of formats) t.match(config({ response_format }), json, JSON.stringify(response_format));
  t.match(config({ response_format: { type: 'json_object', schema: {} } }), { responseMimeType: 'application/json', responseJsonSchema: undefined });
  t.equal(config({ response_format: { type: 'text', schema } }).responseMimeType, undefined);
  t.match(config({ response_format: { type: 'text' }, format: 'json' }), { responseMimeType: 'application/json' });
  t.match(config({ structured_outputs: { json_object: true } }), { responseMimeType: 'application/json' });
  t.match(body({ model, tools: [tool('f')], response_format: { type: 'json_object', schema } }).tools, [{ functionDeclarations: [{}, { name: 'final_answer', parametersJsonSchema: schema }] }], 'also where a function takes the answer');
  for (const name of ['choice', 'regex', 'grammar', 'structural_tag']) t.equal(refusal({ structured_outputs: { [name]: 'x' } }).param, `structured_outputs.${name}`);
  t.same(refusal({ guided_json: 'no schema' }), { param: 'guided_json', code: 'invalid_value' });
  t.same(refusal({ structured_outputs: { json: '['.repeat(100_000) } }), { param: 'structured_outputs.json', code: 'invalid_value' });
  t.equal(refusal({ response_format: { type: 'grammar', grammar: 'x' } }).param, 'response_format.type');
  t.end();
});

t.test('wishes for thinking: OpenAI\'s word first, off over a budget, a budget over on', (t) => {
  t.same(thinking({ reasoning_effort: 'auto' }), thinking({}));
  t.same(thinking({ reasoning_effort: 'default' }), thinking({}));
  t.same(thinking({ reasoning: { effort: 'auto' } }), thinking({}));
  t.same(thinking({ extra_body: { google: { thinking_config: { thinking_level: 'auto' } } } }), thinking({}));
  t.same(thinking({ reasoning_effort: 'low', thinking_budget: 5 }), { thinkingBudget: 1024, ...shown });
  t.same(thinking({ enable_thinking: true }), { thinkingBudget: -1, ...shown });
  t.same(thinking({ enable_thinking: true, thinking_budget: 700 }), { thinkingBudget: 700, ...shown });
  t.same(thinking({ enable_thinking: false, thinking_budget: 700 }), { thinkingBudget: 0 });
  t.same(thinking({ chat_template_kwargs: { thinking: false } }), { thinkingBudget: 0 });
  t.same(thinking({ thinkingBudget: -1 }), { thinkingBudget: -1, ...shown });
  t.same(thinking({ think: true }), { thinkingBudget: -1, ...shown });
  t.same(thinking({ reasoning: { max_tokens: -1 } }), { thinkingBudget: -1, ...shown });
  t.same(thinking({ model: 'gemini-3.8-flash', thinking_budget: 24_576 }), { thinkingLevel: 'HIGH', ...shown });
  t.equal(refusal({ thinking_budget: 'much' }).param, 'thinking_budget');
  t.equal(refusal({ thinkingLevel: 'much' }).param, 'thinking_level');
  t.end();
});

t.test('a picture\'s shape and size can be asked for in chat', (t) => {
  const wish = { aspect_ratio: '16:9', image_size: '2K' };
  const camel = { aspectRatio: '16:9', imageSize: '2k' };
  const sent = { aspectRatio: '16:9', imageSize: '2K' };
  for (const request of [{ image_config: wish }, { imageConfig: camel }, { imageConfig: wish }, { google: { image_config: wish } }, { extra_body: { google: { image_config: wish } } }, { extra_body: { google: { imageConfig: camel } } }, wish, camel, { generationConfig: { imageConfig: camel } }]) {
    t.same(config({ model: image, ...request }).imageConfig, sent, JSON.stringify(request));
  }
  t.same(config({ model: image, image_config: { aspect_ratio: 'auto' } }).imageConfig, undefined);
  t.same(config({ model: 'gemini-2.5-flash-image', image_config: { aspect_ratio: '4:3', image_size: '1K' } }).imageConfig, { aspectRatio: '4:3' }, 'a fixed size is not sent');
  t.same(config({ image_config: wish }).imageConfig, undefined, 'a model that draws nothing is not told');
  t.equal(refusal({ model: image, image_config: { aspect_ratio: '7:5' } }).param, 'image_config.aspect_ratio');
  t.equal(refusal({ model: image, aspect_ratio: '7:5' }).param, 'aspect_ratio');
  t.equal(refusal({ model: image, extra_body: { google: { image_config: { image_size: '16K' } } } }).param, 'extra_body.google.image_config.image_size');
  t.end();
});

t.test('a function with one of Google\'s names and no parameters is Google\'s own tool', (t) => {
  for (const [name, own] of [['googleSearch', 'googleSearch'], ['google_search', 'googleSearch'], ['urlContext', 'urlContext'], ['url_context', 'urlContext'], ['codeExecution', 'codeExecution'], ['code_execution', 'codeExecution']] as const) {
    for (const parameters of [undefined, {}, { type: 'object', properties: {} }]) {
      t.same(body({ tools: [{ type: 'function', function: { name, parameters } }] }).tools, [{ [own]: {} }], name);
    }
    t.match(body({ tools: [tool(name)] }).tools, [{ functionDeclarations: [{ name }] }], `${name} with parameters is the client's`);
  }
  t.same(body({ tools: [{ type: 'openrouter:web_search' }, { type: 'openrouter:web_fetch' }] }).tools, [{ googleSearch: {} }, { urlContext: {} }]);
  t.match(body({ tools: [{ type: 'function', function: { name: 'web_search' } }] }).tools, [{ functionDeclarations: [{ name: 'web_search' }] }]);
  t.equal(refusal({ model, tools: [tool('f')], urlContext: true }).param, 'urlContext', 'what the family refuses is told by its field');
  t.end();
});

t.test('Google\'s generationConfig is told by the request\'s own names, which go before it', (t) => {
  const given = { temperature: 0.3, topP: 0.4, maxOutputTokens: 3000, stopSequences: ['x'], seed: 5, candidateCount: 2, mediaResolution: 'MEDIA_RESOLUTION_LOW' };
  const penalties = { presencePenalty: 1, frequencyPenalty: 0.5 };
  t.match(config({ generationConfig: given }), given);
  t.match(config({ model: 'gemini-3.5-flash', generationConfig: penalties }), penalties);
  t.match(config({ generationConfig: given, temperature: 1, top_p: null, max_completion_tokens: 4000 }), { temperature: 1, topP: 0.4, maxOutputTokens: 4000 });
  t.equal(config({ generationConfig: { responseMimeType: 'text/plain', responseSchema: schema } }).responseMimeType, undefined);
  t.equal(refusal({ generationConfig: { temperature: 3 } }).param, 'temperature');
  t.end();
});

t.test('tools count in the flat form of the Responses API and in Anthropic\'s', (t) => {
  const declared = [{ functionDeclarations: [{ name: 'f', description: 'd', parametersJsonSchema: schema }] }];
  for (const offer of [{ type: 'function', name: 'f', description: 'd', parameters: schema }, { name: 'f', description: 'd', input_schema: schema }]) {
    t.same(body({ tools: [offer] }).tools, declared, JSON.stringify(offer));
    for (const tool_choice of [{ type: 'function', name: 'f' }, { type: 'tool', name: 'f' }, { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] }]) {
      t.same(body({ tools: [offer], tool_choice }).toolConfig, { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } });
    }
    for (const tool_choice of ['any', { type: 'any' }, { type: 'required' }]) t.same(body({ tools: [offer], tool_choice }).toolConfig, { functionCallingConfig: { mode: 'ANY' } });
    t.equal(body({ tools: [offer], tool_choice: { type: 'auto' } }).toolConfig, undefined);
  }
  t.match(body({ tools: [{ type: 'custom', name: 'c' }] }).tools, [{ functionDeclarations: [{ name: 'c', parametersJsonSchema: { required: ['input'] } }] }]);
  t.same(refusal({ tools: [{ type: 'function', name: 'f', parameters: 'x' }] }).param, 'tools.0.function.parameters');
  t.same(refusal({ tools: [{ type: 'bash_20250124', name: 'bash' }] }).param, 'tools.0.type');
  t.end();
});

t.test('a choice that names a tool of Google\'s leaves it to the model, since Gemini can\'t be held to one', (t) => {
  const both = [{ type: 'function', function: { name: 'googleSearch' } }, tool('f')];
  for (const tool_choice of [{ type: 'function', function: { name: 'googleSearch' } }, { type: 'googleSearch' }]) {
    const tools = tool_choice.function === undefined ? [{ type: 'googleSearch' }, tool('f')] : both;
    t.same(body({ tools, tool_choice }).toolConfig, body({ tools }).toolConfig, JSON.stringify(tool_choice));
  }
  t.same(body({ tools: [{ type: 'web_search_preview' }], tool_choice: { type: 'web_search_preview' } }).tools, [{ googleSearch: {} }]);
  t.equal(refusal({ tools: both, tool_choice: { type: 'function', function: { name: 'urlContext' } } }).param, 'tool_choice');
  for (const name of ['googleSearchRetrieval', 'google_search_retrieval', 'enterpriseWebSearch']) t.same(body({ tools: [{ [name]: {} }] }).tools, [{ googleSearch: {} }], name);
  t.end();
});

t.test('penalties stay below 2, the end that Gemini does not take', (t) => {
  const { presencePenalty = 0, frequencyPenalty = 0 } = config({ model: 'gemini-3.5-flash', presence_penalty: 2, frequency_penalty: 2 });
  for (const value of [presencePenalty, frequencyPenalty]) t.ok(value < 2 && value > 1.999 && Math.fround(value) < 2, String(value));
  t.match(config({ model: 'gemini-3.5-flash', presence_penalty: -2 }), { presencePenalty: -2 });
  t.end();
});

t.test('OpenRouter\'s usage: {include: true} asks for the usage frame', (t) => {
  const optionsOf = (request: object) => chat.decode(JSON.parse(JSON.stringify(whole({ messages: [user('hi')], ...request }))));
  t.match(optionsOf({ usage: { include: true } }), { right: { terms: { stream_options: { include_usage: true } } } });
  t.match(optionsOf({ usage: { include: true }, stream_options: { include_usage: false } }), { right: { terms: { stream_options: { include_usage: false } } } });
  t.match(optionsOf({ usage: { include: false } }), { right: { terms: { stream_options: undefined } } });
  t.end();
});
