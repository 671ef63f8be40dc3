import t from 'tap';
import { bytesBehind } from '../../support/bytes-behind.ts';
import { E } from '../../../src/kernel/fp.ts';
import type { Frame, ResponsePart } from '../../../src/gemini/response.ts';
import type { Whole } from '../../../src/ports/reply.ts';
import { editsDialect, generationsDialect } from '../../../src/openai/images/dialect.ts';
import { context, frameOf, picture, png, rightOf } from './images.ts';

const settings = { modelAliases: new Map<string, string>() };
const generations = generationsDialect(settings);
const edits = editsDialect(settings);

const answerTo = (body: object = {}, dialect = generations) =>
  rightOf(dialect.translate(rightOf(dialect.decode({ prompt: 'a cat', image: png, ...body })), context)).answer;

const whole = (frames: readonly Frame[], body?: object) => {
  const writer = answerTo(body).whole();
  writer.add(frames);
  return E.map(({ value }: { readonly value: Whole }) => JSON.parse(String(value.body)))(writer.end());
};

const written = (frames: readonly Frame[], body?: object, dialect = generations) => {
  const writer = answerTo(body, dialect).stream();
  return { text: writer.write(frames), end: writer.end() };
};

const streamed = (frames: readonly Frame[], body?: object, dialect = generations) => {
  const { text: before, end } = written(frames, body, dialect);
  return String(bytesBehind(before, E.isRight(end) ? end.right.value : '')).split('\n\n').filter((text) => text !== '').map((text) => {
    const [, event, data = ''] = /^event: (.*)\ndata: (.*)$/.exec(text) ?? [];
    return { event, data: JSON.parse(data) };
  });
};

const usageMetadata = { promptTokenCount: 266, candidatesTokenCount: 1355, thoughtsTokenCount: 45, promptTokensDetails: [{ modality: 'IMAGE', tokenCount: 258 }], candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }] };
const usage = {
  input_tokens: 266,
  output_tokens: 1400,
  total_tokens: 1666,
  input_tokens_details: { text_tokens: 8, image_tokens: 258 },
  output_tokens_details: { text_tokens: 110, image_tokens: 1290 },
};

const draft: ResponsePart = { ...picture('DRAFT'), thought: true };
const thought: ResponsePart = { text: 'hm', thought: true };

t.test('a picture with its true format and usage; thoughts, drafts and words are no pictures', (t) => {
  const frames = [frameOf([thought, draft, { text: 'Here you are' }]), frameOf([picture()], { usageMetadata, finishReason: 'STOP' })];
  t.same(whole(frames, { output_format: 'webp' }), E.right({ created: 7, data: [{ b64_json: png }], background: 'opaque', output_format: 'png', usage }));
  t.match(whole([frameOf([picture('/9j/', 'image/jpeg')])]), E.right({ output_format: 'jpeg' }));
  t.end();
});

t.test('pictures of several formats are told no common one', (t) => {
  t.match(whole([frameOf([picture(), picture('/9j/', 'image/jpeg')])], { n: 2 }), E.right({ data: [{ b64_json: png }, { b64_json: '/9j/' }], output_format: undefined }));
  t.match(whole([frameOf([picture(), picture()])], { n: 2 }), E.right({ output_format: 'png' }));
  t.end();
});

t.test('size and quality are told where OpenAI has a word for them', (t) => {
  const frames = [frameOf([picture()])];
  t.match(whole(frames, { size: '1536x1024', quality: 'high' }), E.right({ size: '1536x1024', quality: 'high' }));
  const plain = rightOf(whole(frames, { size: '1792x1024', quality: 'hd' }));
  t.notOk('size' in plain || 'quality' in plain);
  t.end();
});

t.test('a picture that was kept is shown by its address', (t) => {
  t.match(whole([frameOf([{ fileData: { mimeType: 'image/png', fileUri: 'http://x/a.png' } }])]), E.right({ data: [{ url: 'http://x/a.png' }] }));
  const keeps = (body: object) => rightOf(generations.translate(rightOf(generations.decode({ prompt: 'p', ...body })), context)).keepsImages;
  t.ok(keeps({ response_format: 'url' }));
  t.ok(keeps({ model: 'dall-e-3' }), "dall-e's own default");
  for (const body of [{}, { model: 'gpt-image-1' }, { model: 'dall-e-3', response_format: 'b64_json' }, { response_format: 'url', stream: true }]) t.notOk(keeps(body), JSON.stringify(body));
  t.end();
});

t.test('no more pictures than asked for', (t) => {
  const frames = [frameOf([picture('A'), picture('B')]), { candidates: [{ index: 1, content: { parts: [picture('C')] } }] }];
  t.match(rightOf(whole(frames)).data, [{ b64_json: 'A' }]);
  t.same(rightOf(whole(frames, { n: 5 })).data, [{ b64_json: 'A' }, { b64_json: 'B' }, { b64_json: 'C' }]);
  t.end();
});

t.test('why there is no picture', (t) => {
  const policy = (message: RegExp) => ({ tag: 'InvalidRequest', code: 'content_policy_violation', param: 'prompt', message });
  const cases: readonly (readonly [string, readonly Frame[], object])[] = [
    ['words instead', [frameOf([{ text: 'I cannot ' }]), frameOf([{ text: 'draw that.' }], { finishReason: 'STOP' })], policy(/I cannot draw that\./)],
    ['a blocked prompt', [{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }], { tag: 'Blocked', what: 'prompt', reason: 'PROHIBITED_CONTENT' }],
    ['a blocked picture', [{ candidates: [{ finishReason: 'IMAGE_SAFETY', finishMessage: 'Unable to show.' }] }], { tag: 'Blocked', what: 'answer', reason: 'IMAGE_SAFETY', message: 'Unable to show.' }],
    ['only drafts', [frameOf([thought, draft], { finishReason: 'STOP' })], { tag: 'EmptyAnswer', finishReason: 'STOP' }],
    ['tokens used up', [{ candidates: [{ finishReason: 'MAX_TOKENS' }] }], { tag: 'EmptyAnswer', finishReason: 'MAX_TOKENS' }],
    ['nothing at all', [], { tag: 'EmptyAnswer', finishReason: null }],
  ];
  for (const [name, frames, expected] of cases) {
    t.match(whole(frames), E.left(expected), name);
    t.match(written(frames).end, E.left(expected), `${name}, in a stream`);
    t.same(streamed(frames), []);
  }
  t.ok(E.isRight(written([frameOf([picture()])]).end));
  const long = whole([frameOf([{ text: 'x'.repeat(9000) }])]);
  t.ok(E.isLeft(long) && 'message' in long.left && (long.left.message ?? '').length < 2100, 'a long excuse is cut');
  t.end();
});

t.test('a stream: drafts as asked for, then each picture, with usages that add up', (t) => {
  const used = (candidatesTokenCount: number) => ({ usageMetadata: { promptTokenCount: 5, candidatesTokenCount } });
  const frames = [frameOf([draft, draft, draft], used(1)), frameOf([picture('A')], used(10)), frameOf([picture('B')], used(20)), frameOf([], used(25))];
  const events = streamed(frames, { n: 2, stream: true, partial_images: 2, size: '1024x1024' });
  t.same(events.map(({ event, data }) => [event, data.b64_json]), [
    ['image_generation.partial_image', 'DRAFT'],
    ['image_generation.partial_image', 'DRAFT'],
    ['image_generation.completed', 'A'],
    ['image_generation.completed', 'B'],
  ]);
  t.match(events[1]?.data, { type: 'image_generation.partial_image', partial_image_index: 1, created_at: 7, size: '1024x1024', quality: 'auto', background: 'opaque', output_format: 'png' });
  t.same(events.slice(2).map(({ data }) => [data.usage.input_tokens, data.usage.output_tokens]), [[5, 20], [0, 5]]);
  t.match(rightOf(whole(frames, { n: 2 })).usage, { input_tokens: 5, output_tokens: 25, total_tokens: 30 });
  t.match(streamed(frames, { stream: true, image: png }, edits).map(({ event }) => event), ['image_edit.completed'], 'no drafts unless asked for');
  t.end();
});
