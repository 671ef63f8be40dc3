import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { fallbackModels } from '../../../src/gemini/fallback-models.ts';
import { modelList, models, oneModel } from '../../../src/openai/models/list.ts';

const none = { extraModels: [], modelAliases: new Map<string, string>() };
const google = (id: string, more: object = {}) => ({ name: `models/${id}`, supportedGenerationMethods: ['generateContent'], ...more });
const idsOf = (id: string): readonly string[] => models([google(id)], none).map((model) => model.id.slice(id.length));

t.test('the list has OpenAI\'s shape, with name and context length where Google tells them', (t) => {
  const known = [google('gemma-4-31b-it', { displayName: 'Gemma 4', inputTokenLimit: 262_144 }), google('gemini-embedding-2', { supportedGenerationMethods: ['embedContent'] })];
  t.strictSame(modelList(known, none), {
    object: 'list',
    data: [
      { id: 'gemma-4-31b-it', object: 'model', created: 1_702_425_600, owned_by: 'google', name: 'Gemma 4', context_length: 262_144 },
      { id: 'gemini-embedding-2', object: 'model', created: 1_702_425_600, owned_by: 'google' },
    ],
  });
  t.end();
});

t.test('suffix names are offered where they make a difference', (t) => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['gemini-2.5-flash', ['', '-thinking', '-maxthinking', '-nothinking', '-search']],
    ['gemini-2.5-pro', ['', '-thinking', '-maxthinking', '-search']],
    ['gemini-3.5-flash', ['', '-thinking', '-maxthinking', '-nothinking', '-search']],
    ['gemini-3.8-flash', ['', '-thinking', '-maxthinking', '-search']],
    ['gemini-3-pro-image', ['']],
    ['gemini-3.8-flash-tts', ['']],
    ['gemma-4-31b-it', ['']],
  ];
  for (const [id, suffixes] of table) t.same(idsOf(id), suffixes, id);
  t.same(models([google('veo-3.1', { supportedGenerationMethods: ['predictLongRunning'] })], none), [], 'what neither chats nor embeds is not listed');
  t.end();
});

t.test('EXTRA_MODELS and aliases follow, and a name that Google has too keeps its place and its facts', (t) => {
  const settings = { extraModels: ['gemma-a', 'mine', 'mine'], modelAliases: new Map([['gpt-4o', 'gemma-b'], ['mine', 'gemma-b']]) };
  const listed = models([google('gemma-a', { displayName: 'A' }), google('gemma-b')], settings);
  t.same(listed.map(({ id }) => id), ['gemma-a', 'gemma-b', 'mine', 'gpt-4o']);
  t.match(listed[0], { name: 'A' });
  t.end();
});

t.test('one model is found with and without models/, and an unknown one is named', (t) => {
  for (const id of ['gemma-a', 'models/gemma-a', 'models%2Fgemma-a', 'models%2fgemma-a']) t.match(oneModel(id)([google('gemma-a')], none), E.right({ id: 'gemma-a' }), id);
  t.same(oneModel('gemma-z')([google('gemma-a')], none), E.left({ tag: 'ModelNotFound', model: 'gemma-z', message: null }));
  t.end();
});

t.test('no two models share a name, also in the list of last resort', (t) => {
  const ids = models(fallbackModels, none).map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length);
  t.ok(ids.includes('gemini-flash-latest'));
  t.end();
});
