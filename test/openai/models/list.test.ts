import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { fallbackModels } from '../../../src/gemini/fallback-models.ts';
import { modelList, listedModels, oneModel, type Model } from '../../../src/openai/models/list.ts';

const seen = 1_790_000_000;
const none = { extraModels: [], modelAliases: new Map<string, string>(), firstSeen: () => seen };
const google = (id: string, more: object = {}) => ({ name: `models/${id}`, supportedGenerationMethods: ['generateContent'], ...more });
const idsOf = (id: string): readonly string[] => listedModels([google(id)], none).map((model) => model.id.slice(id.length));

t.test('the list has OpenAI\'s shape, with what OpenRouter and LobeChat tell of a model', (t) => {
  const known = [google('gemini-2.5-flash', { displayName: 'Gemini 2.5 Flash', description: 'd', inputTokenLimit: 1_048_576, outputTokenLimit: 65_536 }), google('gemini-embedding-2', { supportedGenerationMethods: ['embedContent'], inputTokenLimit: 8192 })];
  const { object, data } = modelList(known, none) as { readonly object: string; readonly data: readonly Model[] };
  t.equal(object, 'list');
  t.strictSame(data.find(({ id }) => id === 'gemini-2.5-flash'), {
    id: 'gemini-2.5-flash',
    object: 'model',
    created: Date.parse('2025-06-17T00:00:00Z') / 1000,
    owned_by: 'google',
    name: 'Gemini 2.5 Flash',
    displayName: 'Gemini 2.5 Flash',
    description: 'd',
    context_length: 1_048_576,
    contextWindowTokens: 1_048_576,
    maxOutput: 65_536,
    top_provider: { context_length: 1_048_576, max_completion_tokens: 65_536, is_moderated: false },
    architecture: { modality: 'text+image+file+audio+video->text', input_modalities: ['text', 'image', 'file', 'audio', 'video'], output_modalities: ['text'], tokenizer: 'Gemini' },
    supported_parameters: ['max_tokens', 'max_completion_tokens', 'stop', 'seed', 'temperature', 'top_p', 'top_k', 'reasoning', 'reasoning_effort', 'include_reasoning', 'tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'structured_outputs', 'web_search_options'],
    vision: true,
    functionCall: true,
    reasoning: true,
    search: true,
    imageOutput: false,
  });
  t.match(data.find(({ id }) => id === 'gemini-2.5-flash-nothinking'), { name: 'Gemini 2.5 Flash (nothinking)', reasoning: false });
  t.match(data.find(({ id }) => id === 'gemini-embedding-2'), { created: Date.parse('2026-04-22T00:00:00Z') / 1000, contextWindowTokens: 8192, architecture: { output_modalities: ['embeddings'] } });
  t.end();
});

t.test('what a model can do follows its family', (t) => {
  const table: readonly (readonly [string, Partial<Model>])[] = [
    ['gemini-3.8-flash', { vision: true, functionCall: true, reasoning: true, search: true }],
    ['gemini-3-pro-image', { vision: true, functionCall: true, reasoning: false, search: true, imageOutput: true }],
    ['gemini-2.5-flash-image', { vision: true, functionCall: false, search: false, imageOutput: true }],
    ['gemini-3.8-flash-tts', { vision: false, functionCall: false, reasoning: false, search: false }],
    ['gemma-3-1b-it', { vision: false, functionCall: false, search: false }],
    ['gemma-3-27b-it', { vision: true, functionCall: false }],
    ['gemini-9-unknown', { vision: true, functionCall: true, reasoning: true, search: true }],
  ];
  for (const [id, facts] of table) t.match(listedModels([google(id)], none)[0], facts, id);
  t.notOk(listedModels([google('gemini-3.8-flash')], none)[0]?.supported_parameters?.includes('temperature'), 'a parameter that does not count is not named');
  t.end();
});

t.test('a model is as old as it is: by its day, by the month in its name, else since we saw it', (t) => {
  const table: readonly (readonly [string, number])[] = [
    ['gemini-3.8-flash', Date.parse('2026-09-02T00:00:00Z') / 1000],
    ['gemini-2.0-flash-001', Date.parse('2025-02-05T00:00:00Z') / 1000],
    ['gemini-2.5-flash-preview-09-2025', Date.parse('2025-09-01T00:00:00Z') / 1000],
    ['gemini-4-argon', seen],
  ];
  for (const [id, created] of table) for (const model of listedModels([google(id)], none)) t.equal(model.created, created, model.id);
  const aliases = { ...none, extraModels: ['gemini-3.7-flash', 'mine'], modelAliases: new Map([['gpt-4o', 'gemini-2.5-flash-search'], ['gpt-5', 'gemini-3.8-flash']]) };
  const listed = new Map(listedModels([google('gemini-2.5-flash', { displayName: 'G', inputTokenLimit: 5 })], aliases).map((model) => [model.id, model]));
  t.match(listed.get('gpt-4o'), { created: Date.parse('2025-06-17T00:00:00Z') / 1000, context_length: 5, owned_by: 'pollux', search: true, name: undefined });
  t.match(listed.get('gpt-5'), { created: Date.parse('2026-09-02T00:00:00Z') / 1000, vision: true });
  t.match(listed.get('gemini-3.7-flash'), { created: Date.parse('2026-08-13T00:00:00Z') / 1000 });
  t.match(listed.get('mine'), { created: seen });
  t.end();
});

t.test('suffix names are offered where they make a difference', (t) => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['gemini-2.5-flash', ['', '-thinking', '-maxthinking', '-hidden', '-nothinking', '-search']],
    ['gemini-2.5-pro', ['', '-thinking', '-maxthinking', '-hidden', '-search']],
    ['gemini-3.5-flash', ['', '-thinking', '-maxthinking', '-hidden', '-nothinking', '-search']],
    ['gemini-3.8-flash', ['', '-thinking', '-maxthinking', '-hidden', '-search']],
    ['gemini-3-pro-image', ['']],
    ['gemini-3.8-flash-tts', ['']],
    ['gemma-4-31b-it', ['']],
  ];
  for (const [id, suffixes] of table) t.same(idsOf(id), suffixes, id);
  t.same(listedModels([google('veo-3.1', { supportedGenerationMethods: ['predictLongRunning'] })], none), [], 'what neither chats nor embeds is not listed');
  t.end();
});

t.test('EXTRA_MODELS and aliases follow, and a name that Google has too keeps its place and its facts', (t) => {
  const settings = { ...none, extraModels: ['gemma-a', 'mine', 'mine'], modelAliases: new Map([['gpt-4o', 'gemma-b'], ['mine', 'gemma-b']]) };
  const listed = listedModels([google('gemma-a', { displayName: 'A' }), google('gemma-b')], settings);
  t.same(listed.map(({ id }) => id), ['gemma-a', 'gemma-b', 'mine', 'gpt-4o']);
  t.match(listed[0], { name: 'A' });
  t.end();
});

t.test('one model is found with and without models/, and an unknown one is named', (t) => {
  for (const id of ['gemma-a', 'models/gemma-a', 'models%2Fgemma-a', 'models%2fgemma-a']) t.match(oneModel(id)([google('gemma-a')], none), E.right({ id: 'gemma-a' }), id);
  t.same(oneModel('gemma-z')([google('gemma-a')], none), E.left({ tag: 'ModelNotFound', model: 'gemma-z', message: null }));
  t.end();
});

t.test('a name that is not listed and that requests may have is found too', (t) => {
  const settings = { ...none, extraModels: ['models/of-mine'], modelAliases: new Map([['gpt-*', 'gemini-3.5-flash']]) };
  const known = [google('gemini-3.5-flash', { inputTokenLimit: 1_048_576 })];
  for (const id of ['gpt-5', 'gemini-3.5-flash-thinking-500', 'gemini-3.5-flash-search-hidden', 'gemini-3.5-flash:images', 'models%2Fgemini-3.5-flash%3Aimages'])
    t.match(oneModel(id)(known, settings), E.right({ id: /^(gpt-5|gemini-3.5-flash.*)$/, object: 'model', context_length: 1_048_576 }), id);
  for (const id of ['models%2Fof-mine', 'models/of-mine', 'of-mine']) t.match(oneModel(id)(known, settings), E.right({ id: 'models/of-mine' }), id);
  for (const id of ['gpt', 'gemini-9-search', 'gemini-3.5-flash-x']) t.match(oneModel(id)(known, settings), E.left({ tag: 'ModelNotFound' }), id);
  t.end();
});

t.test('no two models share a name, also in the list of last resort', (t) => {
  const ids = listedModels(fallbackModels, none).map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length);
  t.ok(ids.includes('gemini-flash-latest'));
  t.end();
});
