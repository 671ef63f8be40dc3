import t, { type Test } from 'tap';
import { livingModel } from '../../src/gemini/living-model.ts';
import { aliasOf } from '../../src/wire/model-alias.ts';
import { modelName } from '../../src/wire/model-name.ts';
import { asked, pollux, type PolluxOptions } from '../support/pollux.ts';

const setUp = async (t: Test, options: PolluxOptions = {}) => {
  const { url, password, emulator } = await pollux(t, options);
  const headers = { authorization: `Bearer ${password}`, 'content-type': 'application/json' };
  const ask = async (path: string, body: object | null): Promise<{ readonly status: number; readonly message: string; readonly code: string | null }> => {
    const answer = await fetch(`${url}/v1${path}`, body === null ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) });
    const { error } = (await answer.json()) as { readonly error?: { readonly message: string; readonly code: string | null } };
    return { status: answer.status, message: error?.message ?? '', code: error?.code ?? null };
  };
  const chat = (model: string, more: object = {}) => ask('/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }], ...more });
  return { emulator, ask, chat, url, password };
};

t.test('a name that is not there is told in our words, the cure first, with a living model for the same job', async (t) => {
  const { ask, chat } = await setUp(t);
  t.match(await chat('gpt-4o-mini'), { status: 404, code: 'model_not_found', message: 'Choose a Gemini model, for example gemini-flash-latest (gpt-4o-mini is not one), or map it with MODEL_ALIASES.' });
  t.match(await chat('gpt-4o-mini', { stream: true }), { status: 404, message: /^Choose a Gemini model, for example gemini-flash-latest / });
  const retired: readonly (readonly [string, RegExp])[] = [
    ['gemini-2.0-flash-exp', /^Choose gemini-flash-latest \(Google does not offer gemini-2\.0-flash-exp, or no longer\)/],
    ['gemini-1.5-pro', /^Choose gemini-pro-latest /],
    ['gemini-2.0-flash-lite', /^Choose gemini-flash-lite-latest /],
    ['gemini-2.0-flash-exp-image-generation', /^Choose gemini-3\.1-flash-image /],
    ['imagen-3.0-generate-002', /^Choose gemini-3\.1-flash-image /],
    ['a b', /^Choose a Gemini model, for example gemini-flash-latest \(a b is not one\)/],
  ];
  for (const [model, message] of retired) {
    const told = await chat(model);
    t.match(told, { status: 404, code: 'model_not_found', message }, model);
    t.notMatch(told.message, /v1beta|ListModels/);
  }
  t.match(await ask('/images/generations', { prompt: 'x', model: 'imagen-3.0-generate-002' }), { status: 404, message: /^Choose gemini-3\.1-flash-image / });
  t.match(await ask('/images/generations', { prompt: 'x', model: 'gemini-2.0-flash-exp' }), { status: 404, message: /^Choose gemini-3\.1-flash-image / });
  t.match(await ask('/embeddings', { input: 'x', model: 'text-embedding-004' }), { status: 404, message: /^Choose gemini-embedding-/ });
  t.match(await ask('/audio/speech', { input: 'x', voice: 'coral', model: 'gemini-2.0-flash-tts' }), { status: 404, message: /^Choose gemini-[\d.]+-flash(?:-lite)?-tts / });
  t.match(await ask('/models/gpt-4o', null), { status: 404, message: /^Choose a Gemini model, for example gemini-flash-latest / });
});

t.test('the living model is in the list right now', (t) => {
  const list = (...ids: readonly string[]) => ids.map((id) => ({ name: `models/${id}` }));
  const table: readonly (readonly [string, Parameters<typeof livingModel>[1], readonly string[], string | null])[] = [
    ['gpt-4o', 'chat', ['gemini-3.5-flash', 'gemini-3.8-flash', 'gemini-3.8-flash-tts', 'gemma-4-31b-it'], 'gemini-3.8-flash'],
    ['gpt-4o', 'chat', ['gemini-3.1-pro-preview', 'gemini-embedding-2'], 'gemini-3.1-pro-preview'],
    ['gemini-1.5-pro', 'chat', ['gemini-3.8-flash', 'gemini-3.1-pro-preview', 'gemini-2.5-pro'], 'gemini-3.1-pro-preview'],
    ['gemini-2.5-flash', 'chat', ['gemini-2.5-flash', 'gemini-3-flash-preview'], 'gemini-3-flash-preview'],
    ['imagen-4.0-generate-001', 'chat', ['gemini-flash-latest', 'gemini-nano-banana-2.1'], 'gemini-nano-banana-2.1'],
    ['gemini-2.0-flash', 'image', ['gemini-flash-latest', 'gemini-3-pro-image', 'imagen-4.0'], 'gemini-3-pro-image'],
    ['gemini-3-flash', 'chat', ['gemini-2.5-flash-native-audio-latest', 'gemini-omni-flash'], null],
    ['x', 'chat', [], null],
  ];
  for (const [name, job, ids, expected] of table) t.equal(livingModel(name, job, list(...ids)), expected, `${name} for ${job}`);
  t.end();
});

t.test('names as OpenRouter and LiteLLM write them mean the same models', (t) => {
  const aliases = new Map([['gpt-4o', 'gemini-pro-latest'], ['llama:free', 'gemma-4-31b-it'], ['claude-*', 'gemini-flash-latest']]);
  const plain = { thinking: null, search: false, hidesThoughts: false, imageReply: null };
  const table: readonly (readonly [string, object])[] = [
    ['google/gemini-2.5-flash:online', { ...plain, model: 'gemini-2.5-flash', search: true }],
    ['google/gemini-2.5-flash:thinking', { ...plain, model: 'gemini-2.5-flash', thinking: { kind: 'dynamic' } }],
    ['google/gemini-2.5-flash:free', { ...plain, model: 'gemini-2.5-flash' }],
    ['gemini-2.5-flash:nitro:online', { ...plain, model: 'gemini-2.5-flash', search: true }],
    ['gemini-2.5-flash-thinking:online:images', { model: 'gemini-2.5-flash', thinking: { kind: 'dynamic' }, search: true, hidesThoughts: false, imageReply: 'images' }],
    ['gemini/gemini-2.5-flash', { ...plain, model: 'gemini-2.5-flash' }],
    ['gpt-4o:online', { ...plain, model: 'gemini-pro-latest', search: true }],
    ['gpt-4o:free', { ...plain, model: 'gemini-pro-latest' }],
    ['openai/gpt-4o:online', { ...plain, model: 'gemini-pro-latest', search: true }],
    ['anthropic/claude-sonnet-5-5', { ...plain, model: 'gemini-flash-latest' }],
    ['openai/gemini-2.5-flash-search', { ...plain, model: 'gemini-2.5-flash', search: true }],
    ['llama:free', { ...plain, model: 'gemma-4-31b-it' }],
    ['gemini-2.5-flash:onlines', { ...plain, model: 'gemini-2.5-flash:onlines' }],
  ];
  for (const [name, read] of table) t.same(modelName(name, aliases), read, name);
  t.end();
});

t.test('no name at all is a 400 that says so', async (t) => {
  const { ask, chat } = await setUp(t);
  for (const model of ['', ' ']) t.match(await chat(model), { status: 400, code: 'missing_required_parameter', message: /'model'/ });
  for (const id of ['google/gemini-2.5-flash', 'models%2Fgemini-2.5-flash', 'gemini%2Fgemini-2.5-flash']) t.match(await ask(`/models/${id}`, null), { status: 200 }, id);
});

t.test('MODEL_ALIASES takes patterns: a name of its own first, then the first that fits, never across the work of models', (t) => {
  const aliases = new Map([['gpt-4o', 'gemini-pro-latest'], ['gpt-*', 'gemini-flash-latest-thinking'], ['dall-e-*', 'gemini-3-pro-image'], ['*sonnet*-2*', 'gemini-3.8-flash'], ['a*a', 'x']]);
  const table: readonly (readonly [string, string | undefined])[] = [
    ['gpt-4o', 'gemini-pro-latest'],
    ['gpt-4o-mini', 'gemini-flash-latest-thinking'],
    ['gpt-', 'gemini-flash-latest-thinking'],
    ['gpt', undefined],
    ['gpt-image-1', undefined],
    ['gpt-4o-mini-tts', undefined],
    ['gpt-4o-transcribe', undefined],
    ['dall-e-3', 'gemini-3-pro-image'],
    ['claude-sonnet-4-20250514', 'gemini-3.8-flash'],
    ['claude-sonnet', undefined],
    ['a', undefined],
    ['aa', 'x'],
    ['gemini-2.5-flash', undefined],
  ];
  for (const [name, expected] of table) t.equal(aliasOf(name, aliases), expected, name);
  t.match(modelName('gpt-5-nano', aliases), { model: 'gemini-flash-latest', thinking: { kind: 'dynamic' } }, 'with the suffixes of what it stands for');
  t.match(modelName('google/gpt-5-search', aliases), { model: 'gemini-flash-latest' });
  t.end();
});

t.test('a pattern is no model of the list, and pictures of OpenAI stay pictures beside it', async (t) => {
  const { ask, chat, emulator, url, password } = await setUp(t, { settings: { MODEL_ALIASES: 'gpt-*=gemini-flash-latest,o1=gemini-pro-latest' } });
  t.equal((await chat('gpt-4o-mini')).status, 200);
  t.equal((await ask('/images/generations', { prompt: 'a cat', model: 'gpt-image-1' })).status, 200);
  t.same(asked(emulator).map(({ model }) => model), ['gemini-flash-latest', 'gemini-3.1-flash-image']);
  const list = (await (await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${password}` } })).json()) as { readonly data: readonly { readonly id: string }[] };
  const ids = list.data.map(({ id }) => id);
  t.ok(ids.includes('o1'));
  t.notOk(ids.some((id) => id.includes('*')));
});

t.test('an alias may say how pictures are shown; a name that says it itself is heeded first', (t) => {
  const aliases = new Map([['picture', 'models/gemini-3.1-flash-image:images'], ['gpt-image-*', 'gemini-3-pro-image:data-url'], ['base', 'gemini-3-pro-image:images']]);
  const table: readonly (readonly [string, string, string | null])[] = [
    ['picture', 'gemini-3.1-flash-image', 'images'],
    ['models/picture', 'gemini-3.1-flash-image', 'images'],
    ['picture:markdown', 'gemini-3.1-flash-image', 'markdown'],
    ['gpt-image-1', 'gemini-3-pro-image', 'data-url'],
    ['base-thinking', 'gemini-3-pro-image', 'images'],
    ['gemini-3-pro-image', 'gemini-3-pro-image', null],
  ];
  for (const [name, model, imageReply] of table) t.match(modelName(name, aliases), { model, imageReply }, name);
  t.end();
});
