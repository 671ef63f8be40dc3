import t from 'tap';
import { E } from '../../src/kernel/fp.ts';
import { mendCall } from '../../src/gemini/mend-call.ts';
import { openaiErrors } from '../../src/openai/errors.ts';
import { modelTraits } from '../../src/gemini/model-traits.ts';
import { refusedPairs } from '../../src/gemini/refused-pairs.ts';
import { assistant, body, call, plain, refusal, tool, translated, user } from '../support/chat.ts';
import { checkRequest } from '../support/gemini-emulator/check-request.ts';

/** One model of every family, and some that nobody has heard of. */
const families: readonly string[] = [
  'gemma-3-27b-it', 'gemma-3n-e4b-it', 'gemma-4-31b-it', 'gemma-4-26b-a4b-it', 'gemma-5-70b-it',
  'gemini-2.5-pro', 'gemini-2.5-flash', 'gemini-2.5-flash-lite', 'gemini-2.5-flash-image', 'gemini-2.5-flash-preview-tts',
  'gemini-3-pro-preview', 'gemini-3-flash-preview', 'gemini-3.1-pro-preview', 'gemini-3.1-flash-lite', 'gemini-3.1-flash-image', 'gemini-3.1-flash-lite-image', 'gemini-3-pro-image', 'nano-banana-pro-preview', 'gemini-nano-banana-2.1', 'gemini-3.1-flash-tts-preview',
  'gemini-3.5-flash', 'gemini-3.5-flash-lite', 'gemini-3.6-flash', 'gemini-3.7-flash', 'gemini-3.8-flash', 'gemini-3.8-flash-tts', 'gemini-3.8-flash-lite-tts', 'gemini-flash-latest', 'gemini-pro-latest',
  'gemini-4-argon', 'gemini-4-carbon', 'gemini-4-hydrogen', 'gemini-5-neon', 'gemini-5-flash-image', 'gemini-5-flash-tts', 'mystery-model',
];

type Wish = { readonly name: string; readonly fields: object; readonly suffix?: string; readonly params?: readonly string[] };

const schema = { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] } } };

/** Every field of a chat request that Gemini has something to say about. `tools` of two wishes are put together. */
const wishes: readonly Wish[] = [
  { name: 'functions', fields: { tools: [tool('f')] } },
  { name: 'strict functions', fields: { tools: [tool('g', { strict: true })] } },
  { name: 'old functions', fields: { functions: [{ name: 'h' }] } },
  { name: 'custom tools', fields: { tools: [{ type: 'custom', custom: { name: 'run' } }] } },
  { name: 'search by tool', fields: { tools: [{ type: 'google_search' }] } },
  { name: 'URL context', fields: { tools: [{ url_context: {} }] } },
  { name: 'code execution', fields: { tools: [{ type: 'code_execution' }] } },
  { name: 'maps', fields: { tools: [{ googleMaps: {} }] } },
  { name: 'search by option', fields: { web_search_options: {} }, params: ['web_search_options'] },
  { name: 'search by suffix', fields: {}, suffix: '-search' },
  { name: 'URL context by switch', fields: { urlContext: true }, params: ['urlContext'] },
  { name: 'thinking by suffix', fields: {}, suffix: '-thinking-800' },
  { name: 'a JSON object', fields: { response_format: { type: 'json_object' } } },
  { name: 'a JSON schema', fields: { response_format: schema } },
  { name: 'a call that must come', fields: { tool_choice: 'required' } },
  { name: 'a named call', fields: { tool_choice: { type: 'function', function: { name: 'f' } } } },
  { name: 'no call', fields: { tool_choice: 'none' } },
  { name: 'allowed calls', fields: { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] } } } },
  { name: 'one call', fields: { parallel_tool_calls: false } },
  { name: 'choices', fields: { n: 3 } },
  { name: 'a stream', fields: { stream: true } },
  { name: 'log probabilities', fields: { logprobs: true, top_logprobs: 2 } },
  { name: 'a seed', fields: { seed: 2 ** 40 } },
  { name: 'penalties', fields: { presence_penalty: 1, frequency_penalty: -1 } },
  { name: 'sampling', fields: { temperature: 2, top_p: 0.5, top_k: 40 } },
  { name: 'stops', fields: { stop: ['a', 'b'] } },
  { name: 'a small cap', fields: { max_tokens: 10 } },
  { name: 'effort', fields: { reasoning_effort: 'medium' } },
  { name: 'no thinking', fields: { reasoning_effort: 'none' } },
  { name: 'all thinking', fields: { reasoning_effort: 'max' } },
  { name: 'a budget', fields: { reasoning: { max_tokens: 64 } } },
  { name: 'level and budget', fields: { google: { thinking_config: { thinking_budget: 70_000, thinking_level: 'high' } } } },
  { name: 'an instruction', fields: { messages: [{ role: 'system', content: 'Be brief.' }, user('hi')] } },
  { name: 'a prefill', fields: { messages: [user('hi'), assistant('Well')] } },
  { name: 'a cached content', fields: { extra_body: { google: { cached_content: 'cachedContents/x' } } } },
  { name: 'safety settings', fields: { safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }] } },
  { name: 'a shape', fields: { image_config: { aspect_ratio: '16:9' } } },
  { name: 'a voice', fields: { audio: { voice: 'alloy', format: 'wav' } } },
  { name: 'speech', fields: { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } } },
  { name: 'a tier', fields: { service_tier: 'flex' } },
];

const toolsOf = (fields: object): readonly object[] => ('tools' in fields && Array.isArray(fields.tools) ? fields.tools : []);

/** Both wishes in one request; a tool that is chosen is there. */
const together = (a: Wish, b: Wish, model: string): object => {
  const fields = { ...a.fields, ...b.fields };
  const chosen = [a, b].some(({ name }) => name.endsWith(' call') || name.endsWith(' come') || name === 'allowed calls') ? [tool('f')] : [];
  const tools = [...toolsOf(a.fields), ...toolsOf(b.fields), ...chosen];
  return { ...fields, ...(tools.length === 0 ? {} : { tools }), model: `${model}${a.suffix ?? ''}${b.suffix ?? ''}` };
};

/** What only Google can know of a model, and tells in a 400 that is passed on. */
const theirs = /Logprobs is not enabled/;

t.test('no two wishes go up together that a family refuses together: the rest gives way or is refused by its field', (t) => {
  const seen = { sent: 0, refused: 0 };
  const wrong: string[] = [];
  for (const model of families) {
    for (const [at, a] of wishes.entries()) {
      for (const b of wishes.slice(at)) {
        const request = together(a, b, model);
        const made = translated(request);
        const where = `${model}: ${a.name} beside ${b.name}`;
        if (E.isLeft(made)) {
          seen.refused += 1;
          const field = made.left.tag === 'InvalidRequest' ? (made.left.param ?? '') : '';
          const top = field.split('.')[0] ?? '';
          if (!(top in request) || top === 'model') wrong.push(`${where}: refused by '${field}'`);
          continue;
        }
        seen.sent += 1;
        const fault = checkRequest(made.right.model, plain(made.right.body));
        if (fault !== undefined && !theirs.test(fault.message)) wrong.push(`${where}: ${fault.message}`);
      }
    }
  }
  t.same(wrong.slice(0, 20), [], `${wrong.length} of ${seen.sent + seen.refused}`);
  t.ok(seen.sent > 20_000 && seen.refused > 500, `${seen.sent} were sent, ${seen.refused} refused`);
  t.end();
});

t.test('what gives way before Gemini 3: a suffix is let go, a tool asked for by name is a 400 that names the field', (t) => {
  const model = 'gemini-2.5-flash';
  for (const response_format of [{ type: 'json_object' }, schema]) {
    const sent = body({ model: `${model}-search`, response_format });
    t.match([sent.tools, sent.generationConfig?.responseMimeType], [undefined, 'application/json'], 'the suffix');
    const table: readonly (readonly [object, string])[] = [
      [{ web_search_options: {} }, 'web_search_options'],
      [{ tools: [{ type: 'code_execution' }] }, 'tools.0'],
      [{ tools: [tool('f'), { url_context: {} }] }, 'tools.1'],
      [{ tools: [{ google_maps: {} }] }, 'tools.0'],
      [{ urlContext: true }, 'urlContext'],
      [{ plugins: [{ id: 'web' }] }, 'plugins'],
    ];
    for (const [fields, param] of table) {
      t.same(refusal({ model, response_format, ...fields }), { param, code: 'unsupported_parameter' }, param);
      const { left } = translated({ model, response_format, ...fields }) as { readonly left: { readonly message: string } };
      t.match(left.message, /^'[\w.]+': this model does not do [\w ]+ beside (?:a JSON format|functions); leave one of them out/);
      t.equal(body({ model: 'gemini-3.5-flash', response_format, ...fields }).generationConfig?.responseMimeType, 'application/json', 'both from Gemini 3 on');
    }
    t.equal(body({ model: `${model}-search`, response_format, tools: [tool('f')] }).tools?.length, 1, 'the suffix beside functions that take the JSON');
    t.same(body({ model, response_format, tools: [{ type: 'code_execution' }], tool_choice: 'none' }).tools, undefined, 'a tool that nobody may call is no wish');
  }
  t.end();
});

t.test('what a family does not do at all is refused by its field', (t) => {
  const table: readonly (readonly [string, object, string])[] = [
    ['gemma-3-27b-it', { tools: [tool('f')] }, 'tools'],
    ['gemma-3-27b-it', { functions: [{ name: 'f' }] }, 'functions'],
    ['gemma-3-27b-it', { web_search_options: {} }, 'web_search_options'],
    ['gemma-3-27b-it', { response_format: { type: 'json_object' } }, 'response_format'],
    ['gemini-3.8-flash-tts', { tools: [tool('f')] }, 'tools'],
    ['gemini-3.8-flash-tts', { response_format: schema }, 'response_format'],
    ['gemini-3.8-flash-tts', { logprobs: true }, 'logprobs'],
    ['gemini-2.5-flash-image', { tools: [tool('f')] }, 'tools'],
    ['gemini-3-pro-image', { tools: [{ type: 'code_execution' }] }, 'tools.0'],
    ['gemini-2.5-flash-image', { web_search_options: {} }, 'web_search_options'],
  ];
  for (const [model, fields, param] of table) t.same(refusal({ model, ...fields }), { param, code: 'unsupported_parameter' }, `${model}: ${param}`);
  t.same(body({ model: 'gemini-3-pro-image', web_search_options: {} }).tools, [{ googleSearch: {} }], 'image models of Gemini 3 search');
  for (const model of ['gemma-3-27b-it', 'gemini-2.5-flash-image', 'gemini-3.8-flash-tts']) t.same(body({ model: `${model}-search` }).tools, undefined, `${model}: the suffix is let go`);
  t.end();
});

t.test('every row of the table is met by a family', (t) => {
  for (const { wishes: pair, families: meets } of refusedPairs) t.ok(families.some((model) => meets(modelTraits(model))), pair.join(' beside '));
  t.end();
});

t.test('Gemma 4 takes an instruction and thinks or does not; Gemma 3 takes neither', (t) => {
  const messages = [{ role: 'system', content: 'Be brief.' }, user('hi')];
  for (const model of ['gemma-4-31b-it', 'gemma-4-26b-a4b-it', 'models/gemma-4-31b-it', 'gemma-5-1b-it']) {
    t.match(body({ model, messages }), { systemInstruction: { parts: [{ text: 'Be brief.' }] }, contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }, model);
    const thinking = (fields: object) => body({ model, ...fields }).generationConfig?.thinkingConfig;
    for (const effort of ['none', 'minimal', 'low']) t.same(thinking({ reasoning_effort: effort }), { thinkingLevel: 'MINIMAL' }, effort);
    for (const effort of ['medium', 'high', 'xhigh', 'max']) t.same(thinking({ reasoning_effort: effort }), { thinkingLevel: 'HIGH', includeThoughts: true }, effort);
    t.same(thinking({ reasoning: { max_tokens: 0 } }), { thinkingLevel: 'MINIMAL' });
    t.same(thinking({}), { includeThoughts: true });
    t.same(body({ model, tools: [tool('f')] }).tools?.length, 1);
  }
  for (const model of ['gemma-3-27b-it', 'gemma-3n-e2b-it', 'gemma-2-9b-it']) {
    const sent = body({ model, messages, reasoning_effort: 'high' });
    t.same([sent.systemInstruction, sent.generationConfig?.thinkingConfig], [undefined, undefined], model);
    t.match(sent.contents, [{ role: 'user', parts: [{ text: 'Be brief.' }, { text: 'hi' }] }]);
  }
  t.end();
});

t.test('speech models take no instruction: its text goes into the user turn', (t) => {
  for (const model of families.filter((name) => name.includes('-tts'))) {
    const sent = body({ model, messages: [{ role: 'system', content: 'Say it cheerfully.' }, user('Hello.')] });
    t.equal(sent.systemInstruction, undefined, model);
    t.match(sent.contents, [{ role: 'user', parts: [{ text: 'Say it cheerfully.' }, { text: 'Hello.' }] }]);
  }
  t.end();
});

t.test('a generation that came later is as the newest known of its kind', (t) => {
  const table: readonly (readonly [string, string])[] = [
    ['gemma-5-1b-it', 'gemma-4-31b-it'],
    ['gemma-12-2b', 'gemma-4-31b-it'],
    ['gemini-3.9-flash', 'gemini-3.8-flash'],
    ['gemini-5-neon', 'gemini-4-argon'],
    ['gemini-12-argon', 'gemini-4-argon'],
    ['gemini-5-flash-image', 'gemini-nano-banana-2.1'],
    ['gemini-5-flash-tts', 'gemini-3.8-flash-tts'],
    ['a-model-of-the-future', 'gemini-3.8-flash'],
  ];
  for (const [later, known] of table) t.same(modelTraits(later), modelTraits(known), later);
  t.end();
});

const refusedBy = (message: string) => ({ tag: 'GeminiInvalid', message, code: 'unsupported_parameter' }) as const;

t.test('a model that takes less than its kind is asked once more without what it refuses', (t) => {
  const messages = [{ role: 'system', content: 'Be brief.' }, user('hi')];
  const made = call({ model: 'gemini-9-unknown', messages, reasoning_effort: 'high', presence_penalty: 1 });
  const mended = (message: string) => plain(mendCall(made, refusedBy(message))?.body);
  t.match(mended('Developer instruction is not enabled for models/x'), { systemInstruction: undefined, contents: [{ role: 'user', parts: [{ text: 'Be brief.' }, { text: 'hi' }] }] });
  for (const message of ['Thinking level HIGH is not supported for this model.', 'Thinking level is not supported for this model.', 'Thinking is not supported for this model.']) {
    t.match(mended(message)?.generationConfig, { presencePenalty: 1, thinkingConfig: undefined }, message);
  }
  t.match(mended('Penalty is not enabled for models/x')?.generationConfig, { presencePenalty: undefined, thinkingConfig: { thinkingLevel: 'HIGH' } });
  t.equal(mended('Logprobs is not enabled for models/x'), undefined, 'what changes the answer is told');
  const bare = call({ model: 'gemini-9-unknown' });
  for (const message of ['Developer instruction is not enabled for models/x', 'Penalty is not enabled for models/x', 'Multiple candidates is not enabled']) t.equal(mendCall(bare, refusedBy(message)), null, `nothing to mend: ${message}`);
  t.end();
});

t.test("a refusal of Google's names the caller's field", (t) => {
  const table: readonly (readonly [string, string | null])[] = [
    ['Logprobs is not enabled for models/gemini-3.8-flash', 'logprobs'],
    ['Multiple candidates is not enabled for this model', 'n'],
    ['JSON mode is not enabled for models/x', 'response_format'],
    ["Function calling with a response mime type: 'application/json' is unsupported", 'response_format'],
    ['Function calling is not enabled for models/x', 'tools'],
    ['Search Grounding is not enabled for models/x', 'tools'],
    ['The requested combination of response modalities (IMAGE) is not supported by the model.', 'modalities'],
    ['Budget 0 is invalid. This model only works in thinking mode.', 'reasoning_effort'],
    ['The input token count exceeds the maximum number of tokens allowed (1048576).', 'messages'],
    ['Something else.', null],
  ];
  for (const [message, param] of table) t.match(JSON.parse(String(openaiErrors.whole(refusedBy(message)).body)), { error: { param } }, message);
  t.end();
});
