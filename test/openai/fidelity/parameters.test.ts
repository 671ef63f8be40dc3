import t from 'tap';
import { body, call, refusal, user } from '../../support/chat.ts';

const config = (request: object) => {
  const { thinkingConfig: _, ...rest } = body(request).generationConfig ?? {};
  return rest;
};

t.test('zeros are values', (t) => {
  t.same(config({ model: 'gemini-3.5-flash', seed: 0, temperature: 0, top_p: 0, n: 1 }), { seed: 0, temperature: 0, topP: 0 });
  t.same(config({ model: 'gemini-2.5-flash', n: 1, presence_penalty: 0, top_logprobs: 0, logprobs: true }), { responseLogprobs: true, logprobs: 0 });
  t.end();
});

t.test('null is the same as nothing, for every field', (t) => {
  const names = ['max_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'n', 'stop', 'seed', 'presence_penalty', 'frequency_penalty', 'logprobs', 'top_logprobs', 'logit_bias', 'response_format', 'tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call', 'reasoning_effort', 'stream', 'stream_options', 'service_tier', 'modalities', 'audio', 'web_search_options', 'user', 'metadata', 'store', 'prediction', 'verbosity', 'extra_body', 'google', 'reasoning', 'thinking', 'safety_settings'];
  t.same(body(Object.fromEntries(names.map((name) => [name, null]))), body({}));
  t.end();
});

t.test('penalties go to the models that take them', (t) => {
  const penalties = { presence_penalty: 0.5, frequency_penalty: -0.5 };
  t.same(config({ model: 'gemini-2.5-flash', ...penalties }), {});
  t.same(config({ model: 'gemini-3.5-flash', ...penalties }), { presencePenalty: 0.5, frequencyPenalty: -0.5 });
  t.end();
});

t.test('sampling goes to the models where it counts', (t) => {
  const sampling = { temperature: 0.5, top_p: 0.9, top_k: 10 };
  for (const model of ['gemini-2.5-pro', 'gemini-3-flash-preview', 'gemini-3.1-pro-preview', 'gemini-3.5-flash']) t.same(config({ model, ...sampling }), { temperature: 0.5, topP: 0.9, topK: 10 }, model);
  for (const model of ['gemini-3.5-flash-lite', 'gemini-3.6-flash', 'gemini-3.8-flash', 'gemini-4-argon', 'gemini-7-new']) t.same(config({ model, ...sampling }), {}, model);
  t.end();
});

t.test('n is several candidates or several calls, at most 8', (t) => {
  t.same([config({ model: 'gemini-2.5-flash', n: 3 }), call({ model: 'gemini-2.5-flash', n: 3 }).copies], [{ candidateCount: 3 }, 1]);
  t.same([config({ n: 3 }), call({ n: 3 }).copies], [{}, 3]);
  t.same(refusal({ n: 9 }), { param: 'n', code: 'invalid_value' });
  t.same(refusal({ n: 0 }), { param: 'n', code: 'invalid_value' });
  t.end();
});

t.test('numbers that Gemini could not hold are folded or capped', (t) => {
  t.same(config({ seed: 2 ** 40 + 5 }), { seed: 5 });
  t.same(config({ seed: -1 }), { seed: -1 });
  t.same(config({ max_tokens: 2 ** 40, top_k: 2 ** 40 }), { maxOutputTokens: 2 ** 31 - 1, topK: 2 ** 31 - 1 });
  t.end();
});

t.test('stop has up to 5 strings, none of them empty', (t) => {
  t.same(config({ stop: 'END' }), { stopSequences: ['END'] });
  t.same(config({ stop: ['a', '', 'b'] }), { stopSequences: ['a', 'b'] });
  t.same(config({ stop: '' }), {});
  t.same(refusal({ stop: ['1', '2', '3', '4', '5', '6'] }).param, 'stop');
  t.end();
});

t.test('what has no counterpart and changes nothing is ignored, what would change the answer is refused', (t) => {
  const ignored = { user: 'u', metadata: { a: 'b' }, store: true, prediction: { type: 'content', content: 'x' }, verbosity: 'low', prompt_cache_key: 'k', safety_identifier: 's', logit_bias: {}, moderation: {}, brand_new: 1 };
  t.same(body(ignored), body({}));
  t.same(refusal({ logit_bias: { 50_256: -100 } }), { param: 'logit_bias', code: 'unsupported_parameter' });
  t.same(refusal({ top_logprobs: 3 }).param, 'top_logprobs');
  t.end();
});

t.test('fields that are not OpenAI\'s are no reason to refuse when they don\'t fit', (t) => {
  t.same(body({ thinking: true, include_reasoning: 'yes' }), body({}));
  const messages = [user('a'), { role: 'assistant', content: null, tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' }, provider_specific_fields: 'x' }], reasoning_details: 7 }];
  t.equal(body({ messages }).contents.length, 3);
  t.end();
});

t.test('the service tier goes up in Gemini\'s words', (t) => {
  const table = { auto: undefined, default: undefined, scale: undefined, flex: 'flex', priority: 'priority', fast: 'priority' };
  for (const [service_tier, sent] of Object.entries(table)) t.equal(body({ service_tier }).serviceTier, sent, service_tier);
  t.end();
});

t.test('safety filters are off unless the request says otherwise, in words that Gemini has', (t) => {
  const wanted = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_ONLY_HIGH' }];
  for (const request of [{ safety_settings: wanted }, { extra_body: { google: { safety_settings: wanted } } }, { google: { safetySettings: wanted } }]) t.same(body(request).safetySettings, wanted);
  t.ok(body({}).safetySettings?.every(({ threshold }) => threshold === 'OFF'));
  t.same(refusal({ safety_settings: [{ category: 'HARM_CATEGORY_TOXICITY', threshold: 'OFF' }] }).param, 'safety_settings.0.category');
  t.end();
});

t.test('a cached content goes without the instruction and tools that are in it', (t) => {
  const made = body({ messages: [{ role: 'system', content: 's' }, user('a')], tools: [{ google_search: {} }], extra_body: { google: { cached_content: 'cachedContents/x' } } });
  t.same([made.cachedContent, made.systemInstruction, made.tools, made.toolConfig], ['cachedContents/x', undefined, undefined, undefined]);
  t.end();
});
