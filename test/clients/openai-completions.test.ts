import OpenAI from 'openai';
import Older from 'openai-4';
import t, { type Test } from 'tap';
import { asked, frame, model, pollux, type Pollux, type PolluxOptions } from '../support/pollux.ts';

const setup = async (t: Test, options: PolluxOptions = {}): Promise<Pollux & { readonly client: OpenAI; readonly older: Older }> => {
  const running = await pollux(t, options);
  const settings = { apiKey: running.password, baseURL: `${running.url}/v1`, maxRetries: 0 };
  return { ...running, client: new OpenAI(settings), older: new Older(settings) };
};

type Asked = { readonly contents: readonly { readonly role: string; readonly parts: readonly { readonly text: string }[] }[]; readonly generationConfig?: Readonly<Record<string, unknown>> };

const bodies = ({ emulator }: Pollux): readonly Asked[] => asked(emulator).map(({ body }) => body as Asked);

const promptsUp = (running: Pollux): readonly string[] => bodies(running).map(({ contents }) => contents.map(({ parts }) => parts.map(({ text }) => text).join()).join());

/** Each call is answered with the last word of its prompt. */
const answerLastWords = ({ emulator }: Pollux): void => {
  emulator.answerWith(({ body }) => ({ frames: [frame('…'), frame(` ${(body as Asked).contents[0]?.parts[0]?.text.split(' ').at(-1)}`, 'STOP')].map((one) => ({ ...one, usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 } })) }));
};

t.test('a prompt is gone on from, by the newest and the last 4.x client', async (t) => {
  const running = await setup(t);
  const request = { model, prompt: 'Once upon a time', max_tokens: 4000, temperature: 0.5, stop: ['END'], seed: 7 };
  for (const told of [await running.client.completions.create(request), await running.older.completions.create(request)]) {
    t.match(told, { id: /^cmpl-/, object: 'text_completion', model, choices: [{ index: 0, finish_reason: 'stop', logprobs: null, text: /Once upon a time/ }] });
    t.equal(told.usage?.total_tokens, (told.usage?.prompt_tokens ?? 0) + (told.usage?.completion_tokens ?? 0));
  }
  t.match(bodies(running)[0], { contents: [{ role: 'user', parts: [{ text: 'Once upon a time' }] }], generationConfig: { maxOutputTokens: 4000, temperature: 0.5, stopSequences: ['END'], seed: 7 } });
});

t.test('prompts in every form: a text, texts, token numbers, lists of those', async (t) => {
  const running = await setup(t);
  answerLastWords(running);
  const forms: readonly (readonly [OpenAI.CompletionCreateParams['prompt'], readonly string[]])[] = [
    ['Hello world', ['Hello world']],
    [['Hello world', 'Hello moon'], ['Hello world', 'Hello moon']],
    [[9906, 1917], ['Hello world']],
    [[[9906, 1917], [9906]], ['Hello world', 'Hello']],
  ];
  for (const [prompt, texts] of forms) {
    const before = bodies(running).length;
    const { choices } = await running.client.completions.create({ model, prompt });
    t.same(choices.map(({ text, index }) => [index, text]), texts.map((text, index) => [index, `… ${text.split(' ').at(-1)}`]), 'in the order of the prompts');
    t.same(promptsUp(running).slice(before).toSorted(), [...texts].toSorted());
  }
});

t.test('several prompts with several answers each: choices of a prompt stand together, usage counts each prompt once', async (t) => {
  const running = await setup(t);
  answerLastWords(running);
  const { choices, usage } = await running.client.completions.create({ model, prompt: ['to one', 'to two'], n: 2, seed: 10 });
  t.same(choices.map(({ text, index }) => [index, text]), [[0, '… one'], [1, '… one'], [2, '… two'], [3, '… two']]);
  t.match(usage, { prompt_tokens: 6, completion_tokens: 8, total_tokens: 14 });
  t.same(bodies(running).map(({ generationConfig }) => Number(generationConfig?.['seed'])).toSorted((a, b) => a - b), [10, 11, 12, 13]);
});

t.test('twenty prompts at once, as LangChain sends them, are all answered', async (t) => {
  const running = await setup(t);
  answerLastWords(running);
  const prompt = Array.from({ length: 20 }, (_, at) => `number ${at}`);
  const { choices } = await running.client.completions.create({ model, prompt });
  t.same(choices.map(({ text }) => text), prompt.map((text) => `… ${text.split(' ').at(-1)}`));
});

for (const echo of [false, true]) {
  t.test(`a stream says what the whole answer says${echo ? ', the prompt before it' : ''}`, async (t) => {
    const running = await setup(t);
    answerLastWords(running);
    const request = { model, prompt: ['to one', 'to two'], echo };
    const whole = await running.client.completions.create(request);
    const stream = await running.client.completions.create({ ...request, stream: true, stream_options: { include_usage: true } });
    const chunks: OpenAI.Completion[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const texts = ['', ''];
    for (const { text, index } of chunks.flatMap(({ choices }) => choices)) texts[index] += text;
    t.same(texts, whole.choices.map(({ text }) => text));
    t.same(texts, echo ? ['to one… one', 'to two… two'] : ['… one', '… two']);
    t.same(chunks.at(-1), { ...chunks[0], choices: [], usage: whole.usage });
    t.same(chunks.flatMap(({ choices }) => choices.flatMap(({ finish_reason: reason }) => reason ?? [])), ['stop', 'stop']);
    t.equal(new Set(chunks.map(({ id, object }) => `${id} ${object}`)).size, 1);
  });
}

t.test('log probabilities come in the shape of old, with their places in the text', async (t) => {
  const running = await setup(t);
  const chosen = (token: string, logProbability: number) => ({ token, logProbability });
  const logprobsResult = (tokens: readonly string[]) => ({ chosenCandidates: tokens.map((token) => chosen(token, -0.5)), topCandidates: tokens.map((token) => ({ candidates: [chosen(token, -0.5), chosen('x', -2)] })) });
  const piece = (tokens: readonly string[], finishReason?: string) => ({ candidates: [{ content: { role: 'model', parts: [{ text: tokens.join('') }] }, logprobsResult: logprobsResult(tokens), ...(finishReason === undefined ? {} : { finishReason }), index: 0 }] });
  running.emulator.answerWith(({ stream }) => ({ frames: stream ? [piece(['Hel', 'lo']), piece([' you'], 'STOP')] : [piece(['Hel', 'lo', ' you'], 'STOP')] }));
  for (const stream of [false, true]) {
    const answer = await running.client.completions.create({ model, prompt: 'Say hello', logprobs: 2, stream });
    const all: (OpenAI.CompletionChoice.Logprobs | null)[] = [];
    if (Symbol.asyncIterator in answer) for await (const { choices } of answer) all.push(...choices.map(({ logprobs }) => logprobs));
    else all.push(...answer.choices.map(({ logprobs }) => logprobs));
    t.same(all.flatMap((one) => one?.tokens ?? []), ['Hel', 'lo', ' you']);
    t.same(all.flatMap((one) => one?.text_offset ?? []), [0, 3, 5]);
    t.same(all.flatMap((one) => one?.top_logprobs ?? [])[0], { Hel: -0.5, x: -2 });
    t.same(all.flatMap((one) => one?.token_logprobs ?? []), [-0.5, -0.5, -0.5]);
  }
  t.match(bodies(running)[0]?.generationConfig, { responseLogprobs: true, logprobs: 2 });
});

type Told = { readonly status: number; readonly param: string; readonly code: string; readonly message: string };

t.test('what Gemini can not do is refused by name, before it is asked', async (t) => {
  const running = await setup(t);
  const refused: readonly (readonly [object, string, string])[] = [
    [{ suffix: 'the end' }, 'suffix', 'unsupported_parameter'],
    [{ best_of: 3 }, 'best_of', 'unsupported_parameter'],
    [{ logit_bias: { 50256: -100 } }, 'logit_bias', 'unsupported_parameter'],
    [{ echo: true, logprobs: 1 }, 'logprobs', 'unsupported_parameter'],
    [{ logprobs: 6 }, 'logprobs', 'invalid_value'],
    [{ n: 0 }, 'n', 'invalid_value'],
    [{ max_tokens: 0 }, 'max_tokens', 'invalid_value'],
    [{ stream: 'yes' }, 'stream', 'invalid_value'],
    [{ prompt: undefined }, 'prompt', 'missing_required_parameter'],
    [{ prompt: '' }, 'prompt', 'invalid_value'],
    [{ prompt: ['a', ''] }, 'prompt.1', 'invalid_value'],
    [{ prompt: ['a', [1]] }, 'prompt.1', 'invalid_value'],
    [{ prompt: { text: 'a' } }, 'prompt', 'invalid_value'],
    [{ prompt: [1_000_000] }, 'prompt', 'invalid_value'],
    [{ prompt: Array.from({ length: 17 }, () => 'a'), n: 2 }, 'prompt', 'invalid_value'],
    [{ model: 'gemini-2.5-flash-image' }, 'model', 'unsupported_value'],
    [{ model: 'no model at all' }, 'model', 'model_not_found'],
  ];
  for (const [over, param, code] of refused) {
    const told = await running.client.completions.create({ model, prompt: 'a', ...over } as OpenAI.CompletionCreateParamsNonStreaming).catch((error: Told) => error);
    t.match(told, { status: code === 'model_not_found' ? 404 : 400, param, code, message: /\w/ }, JSON.stringify(over));
  }
  t.equal(asked(running.emulator).length, 0);
  const harmless = { suffix: '', best_of: 2, n: 2, logit_bias: {}, user: 'u', unknown: 1, temperature: null, stop: null };
  t.equal((await running.client.completions.create({ model, prompt: 'a', ...harmless })).choices.length, 2, 'what says nothing is no fault');
});

t.test('a block and a cut are told as on chat', async (t) => {
  const running = await setup(t);
  running.emulator.answerWith(() => ({ frames: [{ candidates: [{ content: { role: 'model', parts: [{ text: 'half' }] }, finishReason: 'MAX_TOKENS', index: 0 }] }] }));
  t.match((await running.client.completions.create({ model, prompt: 'a' })).choices, [{ text: 'half', finish_reason: 'length' }]);
  running.emulator.answerWith(() => ({ frames: [{ promptFeedback: { blockReason: 'SAFETY' } }] }));
  t.match(await running.client.completions.create({ model, prompt: 'a' }).catch((error: Told) => error), { status: 400 });
});

t.test('moderations are refused in words, whatever is sent', async (t) => {
  const running = await setup(t);
  const told = await running.client.moderations.create({ input: 'a' }).catch((error: Told) => error);
  t.match(told, { status: 400, code: 'unsupported_value', message: /Moderations are not supported.*another service/ });
  t.equal(asked(running.emulator).length, 0);
});
