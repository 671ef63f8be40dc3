import t, { type Test } from 'tap';
import OpenAI, { APIError, toFile } from 'openai';
import { tinyPng } from '../support/gemini-emulator/canned-media.ts';
import type { GeminiEmulator } from '../support/gemini-emulator/emulator.ts';
import { startGeminiEmulator } from '../support/gemini-emulator/start-gemini-emulator.ts';
import type { EmulatorOptions } from '../support/gemini-emulator/emulator.ts';
import { schemaCheck } from '../support/published-schemas.ts';
import { nativeRecordings, recordingsArePresent, skipWithoutRecordings } from '../support/recordings.ts';
import { startService } from '../support/service.ts';

type Started = { readonly emulator: GeminiEmulator; readonly client: OpenAI; readonly url: string; readonly password: string };

const keys = ['AIza-test-key-number-one', 'AIza-test-key-number-two', 'AIza-test-key-number-three'];

const started = async (t: Test, options: EmulatorOptions = {}): Promise<Started> => {
  const emulator = await startGeminiEmulator(options);
  const settings = { GEMINI_BASE_URL: emulator.url, GEMINI_API_KEYS: keys.join(','), MAX_REQUESTS_PER_MINUTE: '0', MAX_REQUESTS_PER_DAY_PER_IP: '0' };
  const { url, password, close } = await startService(settings);
  t.teardown(async () => {
    await close();
    await emulator.close();
  });
  return { emulator, url, password, client: new OpenAI({ baseURL: `${url}/v1`, apiKey: password, maxRetries: 0 }) };
};

/** The faults of an answer by OpenAI's own schema, where it lies beside the project. */
const faults = recordingsArePresent ? schemaCheck('openai.schema.json') : () => [];

const isPng = (base64: string | undefined): boolean => Buffer.from(base64 ?? '', 'base64').subarray(1, 4).toString('latin1') === 'PNG';

const generated = (emulator: GeminiEmulator) => emulator.requests.filter(({ action }) => /generateContent/i.test(action ?? ''));
const bodies = (emulator: GeminiEmulator): readonly GeminiBody[] => generated(emulator).map(({ body }) => body as GeminiBody);
type GeminiBody = {
  readonly contents: readonly { readonly parts: readonly { readonly text?: string; readonly inlineData?: { readonly mimeType: string; readonly data: string } }[] }[];
  readonly generationConfig?: { readonly imageConfig?: unknown };
};

const told = async (asked: Promise<unknown>): Promise<unknown> => asked.then(() => 'an answer', (error: unknown) => (error instanceof APIError ? { status: error.status, code: error.code, param: error.param, message: error.message } : error));

const red = tinyPng(4, 4, [255, 0, 0]);
const blue = tinyPng(4, 4, [0, 0, 255]);

t.test('generates one picture, as base64 by default', async (t) => {
  const { emulator, client } = await started(t);
  const answer = await client.images.generate({ prompt: 'a cat', model: 'gpt-image-1', size: '1536x1024', quality: 'high' });
  t.same(faults('ImagesResponse', JSON.parse(JSON.stringify(answer))), []);
  t.match(answer, { output_format: 'png', size: '1536x1024', background: 'opaque', data: [{ b64_json: String }], usage: { output_tokens_details: { image_tokens: Number } } });
  t.ok(isPng(answer.data?.[0]?.b64_json));
  t.same(bodies(emulator)[0]?.generationConfig?.imageConfig, { aspectRatio: '3:2', imageSize: '1K' });
});

t.test('generates n pictures with as many calls, over the keys', async (t) => {
  const { emulator, client } = await started(t);
  const answer = await client.images.generate({ prompt: 'a cat', model: 'gemini-3-pro-image', n: 3 });
  t.equal(answer.data?.length, 3);
  t.ok(answer.data?.every(({ b64_json: base64 }) => isPng(base64)));
  t.same(new Set(generated(emulator).map(({ key }) => key)), new Set(keys));
});

t.test('with response_format url there is an address instead', async (t) => {
  const { client } = await started(t);
  for (const body of [{ response_format: 'url' as const }, { model: 'dall-e-3' }]) {
    const answer = await client.images.generate({ prompt: 'a cat', ...body });
    t.same(faults('ImagesResponse', JSON.parse(JSON.stringify(answer))), []);
    t.match(answer.data, [{ url: /^(https?:|data:image\/png;base64,)/ }]);
    t.notOk('b64_json' in (answer.data?.[0] ?? {}));
  }
});

t.test('edits pictures sent as a form: the pictures before the prompt', async (t) => {
  const { emulator, client } = await started(t);
  const image = await Promise.all([red, blue].map((bytes, at) => toFile(bytes, `${at}.png`, { type: 'image/png' })));
  const answer = await client.images.edit({ image, prompt: 'mix them', n: 3 });
  t.same(faults('ImagesResponse', JSON.parse(JSON.stringify(answer))), []);
  t.equal(answer.data?.length, 3);
  const parts = bodies(emulator)[0]?.contents[0]?.parts ?? [];
  t.same(parts.map(({ text, inlineData }) => text ?? inlineData), [
    { mimeType: 'image/png', data: red.toString('base64') },
    { mimeType: 'image/png', data: blue.toString('base64') },
    'mix them',
  ]);
  const one = await client.images.edit({ image: await toFile(red, 'a.png', { type: 'image/png' }), prompt: 'paint it', response_format: 'url' });
  t.match(one.data, [{ url: String }]);
});

t.test('edits pictures sent as JSON', async (t) => {
  const { emulator, url, password } = await started(t);
  const answer = await fetch(`${url}/v1/images/edits`, {
    method: 'POST',
    headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'paint it', images: [{ image_url: `data:image/png;base64,${red.toString('base64')}` }] }),
  });
  t.equal(answer.status, 200);
  t.same(faults('ImagesResponse', await answer.json()), []);
  t.equal(bodies(emulator)[0]?.contents[0]?.parts[0]?.inlineData?.data, red.toString('base64'));
});

t.test('a picture kept by its address is edited from the store, with its signature and the key that made it', async (t) => {
  const { emulator, client, url, password } = await started(t, { strictSignatures: true });
  const drawn = await client.images.generate({ prompt: 'a cat', model: 'gemini-3-pro-image', response_format: 'url' });
  const address = drawn.data?.[0]?.url ?? '';
  const bytes = Buffer.from(await (await fetch(address)).arrayBuffer());
  t.ok(isPng(bytes.toString('base64')), 'whoever has the address sees it');
  const answer = await fetch(`${url}/v1/images/edits`, {
    method: 'POST',
    headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'paint it', model: 'gemini-3-pro-image', images: [{ image_url: address }] }),
  });
  t.equal(answer.status, 200);
  t.match(bodies(emulator).at(-1)?.contents[0]?.parts, [{ inlineData: { data: bytes.toString('base64') }, thoughtSignature: String }, { text: 'paint it' }]);
  const calls = generated(emulator);
  t.equal(calls.length, 2);
  t.equal(calls[0]?.key, calls[1]?.key);
});

t.test('streams drafts and pictures', async (t) => {
  const { client } = await started(t);
  const stream = await client.images.generate({ prompt: 'a cat', stream: true, partial_images: 2 });
  const events = [];
  for await (const event of stream) events.push(event);
  t.same(events.map(({ type }) => type), ['image_generation.partial_image', 'image_generation.completed']);
  t.same(events.flatMap((event) => faults('ImageGenStreamEvent', event)), []);
  t.ok(events.every((event) => isPng(event.b64_json)));
  const edit = await client.images.edit({ image: await toFile(red, 'a.png', { type: 'image/png' }), prompt: 'paint it', stream: true, n: 2 });
  const edited = [];
  for await (const event of edit) edited.push(event);
  t.same(edited.map(({ type }) => type), ['image_edit.completed', 'image_edit.completed']);
  t.same(edited.flatMap((event) => faults('ImageEditStreamEvent', event)), []);
});

t.test('a stream without drafts is tried again when it is cut off, or holds thoughts alone', async (t) => {
  const { emulator, client } = await started(t);
  const drawn = async (): Promise<readonly string[]> => {
    const events: string[] = [];
    for await (const event of await client.images.generate({ prompt: 'a cat', stream: true })) events.push(event.type);
    return events;
  };
  emulator.fault('reset-mid-body', { times: 1 });
  t.same(await drawn(), ['image_generation.completed']);
  emulator.answerWith({ frames: [{ candidates: [{ content: { parts: [{ text: 'hm', thought: true }] }, finishReason: 'STOP' }] }] }, { times: 1 });
  t.same(await drawn(), ['image_generation.completed']);
  t.equal(generated(emulator).length, 4);
});

const words = { frames: [{ candidates: [{ content: { parts: [{ text: 'No.' }] }, finishReason: 'STOP' }] }] };
const refusedByGemini = { status: 400, body: JSON.stringify({ error: { code: 400, message: 'No.', status: 'INVALID_ARGUMENT' } }) };

t.test('some pictures made and some calls failed: those made are answered', async (t) => {
  const { emulator, client } = await started(t);
  for (const answer of [words, refusedByGemini]) {
    emulator.answerWith(answer, { times: 1 });
    const { data } = await client.images.generate({ prompt: 'a cat', n: 3 });
    t.equal(data?.length, 2);
  }
  for (const key of keys) emulator.failKey(key, 'day');
  t.match(await told(client.images.generate({ prompt: 'a cat', n: 3 })), { status: 429 }, 'no picture at all is an error');
});

t.test('a refusal in words is a content policy violation, a block a content filter, whole and in a stream', async (t) => {
  const { emulator, client } = await started(t);
  const refusals: readonly (readonly [object, RegExp, string])[] = [
    [{ candidates: [{ content: { parts: [{ text: 'I cannot draw that.' }] }, finishReason: 'STOP' }] }, /I cannot draw that/, 'content_policy_violation'],
    [{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }, /PROHIBITED_CONTENT/, 'content_filter'],
    [{ candidates: [{ finishReason: 'IMAGE_SAFETY' }] }, /IMAGE_SAFETY/, 'content_filter'],
  ];
  for (const [frame, message, code] of refusals) {
    emulator.answerWith({ frames: [frame] }, { times: 2 });
    t.match(await told(client.images.generate({ prompt: 'x' })), { status: 400, code, message });
    const streamed = async (): Promise<void> => {
      for await (const event of await client.images.generate({ prompt: 'x', stream: true })) t.fail(event.type);
    };
    t.match(await told(streamed()), { code, message });
  }
});

t.test('what is not offered is told', async (t) => {
  const { emulator, client, url } = await started(t);
  const image = await toFile(red, 'a.png', { type: 'image/png' });
  t.match(await told(client.images.createVariation({ image })), { status: 400, message: /images\/edits/ });
  t.match(await told(client.images.edit({ image, mask: image, prompt: 'x' })), { status: 400, param: 'mask' });
  t.match(await told(client.images.generate({ prompt: '' })), { status: 400, param: 'prompt' });
  t.match(await told(client.images.generate({ prompt: 'x', model: 'gemini-3.5-flash' })), { status: 400, message: /modalities/ }, 'Gemini says that a model does not draw');
  t.equal((await fetch(`${url}/v1/images/variations`, { method: 'POST' })).status, 401, 'strangers learn nothing');
  t.equal(generated(emulator).length, 1);
});

type RecordedPart = { readonly thought?: boolean; readonly inlineData?: { readonly mimeType: string; readonly data: string } };
type Recorded = { readonly candidates?: readonly { readonly content?: { readonly parts?: readonly RecordedPart[] } }[]; readonly usageMetadata?: { readonly totalTokenCount?: number } };

t.test('recorded pictures come through whole', { skip: skipWithoutRecordings() }, async (t) => {
  const recordings = nativeRecordings().filter(({ endpoint, response }) => endpoint === 'generateContent' && response.status === 200 && /"inlineData"/.test(response.body) && /image\/(png|jpeg)/.test(response.body));
  t.ok(recordings.length >= 2);
  const { emulator, client } = await started(t);
  for (const { name, response } of recordings) {
    const frame: Recorded = JSON.parse(response.body);
    const pictures = (frame.candidates ?? []).flatMap(({ content }) => content?.parts ?? []).flatMap(({ inlineData, thought }) => (thought === true || inlineData === undefined ? [] : inlineData.data));
    emulator.answerWith({ body: response.body }, { times: 1 });
    const answer = await client.images.generate({ prompt: 'x', n: 1 });
    t.same(faults('ImagesResponse', JSON.parse(JSON.stringify(answer))), [], name);
    t.ok(answer.data?.[0]?.b64_json === pictures[0], `${name}: every byte`);
    t.equal(answer.usage?.total_tokens, frame.usageMetadata?.totalTokenCount ?? 0, `${name}: usage`);
  }
});
