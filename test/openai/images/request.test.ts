import t from 'tap';
import { E, pipe } from '../../../src/kernel/fp.ts';
import { editsDialect, generationsDialect } from '../../../src/openai/images/dialect.ts';
import type { ModelSettings } from '../../../src/wire/model-name.ts';
import type { SignedImage } from '../../../src/ports/images.ts';
import type { Plan } from '../../../src/ports/dialect.ts';
import { context, png, rightOf } from './images.ts';

const settings: ModelSettings = { modelAliases: new Map([['gpt-image-2', 'gemini-3-pro-image']]) };
const generations = generationsDialect(settings);
const edits = editsDialect(settings);
const prompt = 'a cat';
const file = (bytes: readonly number[], mimeType = 'image/png') => ({ filename: 'a', mimeType, bytes: new Uint8Array([9, ...bytes]).subarray(1) });
const pngFile = file([...Buffer.from(png, 'base64')]);

const called = (body: object, dialect = generations) => pipe(dialect.decode({ prompt, ...body }), E.flatMap((asked) => dialect.translate(asked, context)), E.map((plan) => plan.call));
const configOf = (body: object): unknown => rightOf(called(body)).body.generationConfig;

t.test('a prompt alone is one call for one picture', (t) => {
  t.match(called({}), E.right({
    model: 'gemini-3.1-flash-image',
    copies: 1,
    streamed: false,
    body: { contents: [{ role: 'user', parts: [{ text: prompt }] }], safetySettings: [{ threshold: 'OFF' }], generationConfig: { responseModalities: ['IMAGE'] } },
  }));
  t.match(called({ n: 4 }), E.right({ copies: 4, someCopies: { atOnce: 4 } }));
  t.end();
});

t.test('models', (t) => {
  const cases: readonly (readonly [string | null | undefined, string])[] = [
    [undefined, 'gemini-3.1-flash-image'],
    [null, 'gemini-3.1-flash-image'],
    ['', 'gemini-3.1-flash-image'],
    ['gpt-image-1', 'gemini-3.1-flash-image'],
    ['gpt-image-1.5', 'gemini-3.1-flash-image'],
    ['chatgpt-image-latest', 'gemini-3.1-flash-image'],
    ['dall-e-3', 'gemini-3.1-flash-image'],
    ['gpt-image-2', 'gemini-3-pro-image'],
    ['models/gemini-2.5-flash-image', 'gemini-2.5-flash-image'],
    ['google/gemini-nano-banana-2.1', 'gemini-nano-banana-2.1'],
    ['gemini-3.1-flash-image-maxthinking', 'gemini-3.1-flash-image'],
  ];
  for (const [model, expected] of cases) t.match(called({ model }), E.right({ model: expected }), String(model));
  t.match(called({ model: 'a b' }), E.left({ tag: 'ModelNotFound' }));
  t.match(configOf({ model: 'gemini-2.5-flash-image' }), { responseModalities: ['TEXT', 'IMAGE'] }, 'text comes along where it must');
  t.same(configOf({ model: 'gemini-3.1-flash-image-maxthinking' }), { responseModalities: ['IMAGE'], thinkingConfig: { thinkingLevel: 'HIGH', includeThoughts: false } });
  t.end();
});

const flash = 'gemini-3.1-flash-image';
const pro = 'gemini-3-pro-image';
const old = 'gemini-2.5-flash-image';

t.test('sizes and qualities as shape and size', (t) => {
  const cases: readonly (readonly [model: string, size: string | undefined, quality: string | undefined, expected: object | undefined])[] = [
    [flash, undefined, undefined, undefined],
    [flash, 'auto', 'auto', undefined],
    [flash, '1024x1024', undefined, { aspectRatio: '1:1', imageSize: '1K' }],
    [flash, '1536x1024', undefined, { aspectRatio: '3:2', imageSize: '1K' }],
    [flash, '1024x1536', undefined, { aspectRatio: '2:3', imageSize: '1K' }],
    [flash, '1792x1024', undefined, { aspectRatio: '16:9', imageSize: '1K' }],
    [flash, '1024x1792', undefined, { aspectRatio: '9:16', imageSize: '1K' }],
    [flash, '512x512', undefined, { aspectRatio: '1:1', imageSize: '512' }],
    [flash, '256x256', undefined, { aspectRatio: '1:1', imageSize: '512' }],
    [pro, '256x256', undefined, { aspectRatio: '1:1', imageSize: '1K' }],
    [flash, '2048x2048', undefined, { aspectRatio: '1:1', imageSize: '2K' }],
    [flash, '4096x4096', undefined, { aspectRatio: '1:1', imageSize: '4K' }],
    [flash, '1920x1080', undefined, { aspectRatio: '16:9', imageSize: '2K' }],
    [flash, '3840x2160', undefined, { aspectRatio: '16:9', imageSize: '4K' }],
    [flash, '864X1184', undefined, { aspectRatio: '3:4', imageSize: '1K' }],
    [flash, '896×1152', undefined, { aspectRatio: '4:5', imageSize: '1K' }],
    [flash, '512x2048', undefined, { aspectRatio: '1:4', imageSize: '1K' }],
    [flash, '21:9', undefined, { aspectRatio: '21:9' }],
    [flash, '4k', undefined, { imageSize: '4K' }],
    [old, '1536x1024', undefined, { aspectRatio: '3:2' }],
    [flash, '1024x1024', 'high', { aspectRatio: '1:1', imageSize: '1K' }],
    [flash, undefined, 'low', { imageSize: '1K' }],
    [flash, undefined, 'standard', { imageSize: '1K' }],
    [flash, undefined, 'medium', { imageSize: '2K' }],
    [flash, 'auto', 'hd', { imageSize: '2K' }],
    [flash, undefined, 'high', { imageSize: '4K' }],
    [old, undefined, 'high', undefined],
  ];
  for (const [model, size, quality, expected] of cases) {
    t.same((configOf({ model, size, quality }) as { readonly imageConfig?: object }).imageConfig, expected, `${model} ${size} ${quality}`);
  }
  t.end();
});

t.test('a shape and a size of their own win over what the size says', (t) => {
  const lookOf = (body: object) => (configOf(body) as { readonly imageConfig?: object }).imageConfig;
  const table: readonly (readonly [object, object | undefined])[] = [
    [{ aspectRatio: '16:9' }, { aspectRatio: '16:9' }],
    [{ aspect_ratio: '16:9', resolution: '2K' }, { aspectRatio: '16:9', imageSize: '2K' }],
    [{ imageSize: '4k' }, { imageSize: '4K' }],
    [{ image_size: '1024x1024' }, { imageSize: '1K' }],
    [{ aspectRatio: 'auto', imageSize: '', resolution: null }, undefined],
    [{ size: '1024x1024', aspectRatio: '9:16' }, { aspectRatio: '9:16', imageSize: '1K' }],
    [{ size: '1024x1024', resolution: '2K' }, { aspectRatio: '1:1', imageSize: '2K' }],
    [{ aspectRatio: '1:1', quality: 'hd' }, { aspectRatio: '1:1', imageSize: '2K' }],
    [{ model: old, aspectRatio: '1:1', resolution: '1K' }, { aspectRatio: '1:1' }],
    ...[{ image_config: { aspect_ratio: '16:9', image_size: '2K' } }, { imageConfig: { aspectRatio: '16:9', imageSize: '2K' } }, { extra_body: { google: { image_config: { aspect_ratio: '16:9', image_size: '2K' } } } }, { google: { imageConfig: { aspectRatio: '16:9' } }, imageSize: '2K' }, { generationConfig: { imageConfig: { aspectRatio: '16:9', imageSize: '2K' } } }].map(
      (given): readonly [object, object] => [given, { aspectRatio: '16:9', imageSize: '2K' }],
    ),
    [{ image_config: { aspect_ratio: '16:9' }, aspect_ratio: '1:1' }, { aspectRatio: '1:1' }],
    [{ image_config: { aspect_ratio: '16:9', image_size: '4K' }, aspectRatio: '1:1', resolution: '2K' }, { aspectRatio: '1:1', imageSize: '2K' }],
    [{ image_config: 'x', imageConfig: null, extra_body: 3 }, undefined],
    [{ width: 1024, height: '1024' }, { aspectRatio: '1:1', imageSize: '1K' }],
    [{ width: 0, height: -1, response_format: 'base64' }, undefined],
  ];
  for (const [body, expected] of table) t.same(lookOf(body), expected, JSON.stringify(body));
  const wrong = { aspectRatio: '7:5', aspect_ratio: '2K', resolution: '16K', imageSize: '16:9', image_size: 'big' };
  for (const [field, value] of Object.entries(wrong)) t.match(called({ [field]: value }), E.left({ param: field }), field);
  t.end();
});

t.test('what is wrong is told with the field', (t) => {
  const cases: readonly (readonly [string, object, object])[] = [
    ['no prompt', { prompt: undefined }, { param: 'prompt', code: 'missing_required_parameter' }],
    ['null for a prompt', { prompt: null }, { param: 'prompt', code: 'missing_required_parameter' }],
    ['an empty prompt', { prompt: ' ' }, { param: 'prompt', code: 'invalid_value' }],
    ['a prompt that is a file', { prompt: pngFile }, { param: 'prompt' }],
    ['too many', { n: 11 }, { param: 'n', message: /from 1 to 10/ }],
    ['none', { n: 0 }, { param: 'n' }],
    ['half a picture', { n: '1.5' }, { param: 'n' }],
    ['no size', { size: 'large' }, { param: 'size', message: /1536x1024/ }],
    ['a size of nothing', { size: '0x0' }, { param: 'size' }],
    ['a shape that is not drawn', { size: '1000x700' }, { param: 'size', message: /3:2/ }],
    ['a shape that this model does not draw', { model: pro, size: '1:8' }, { param: 'size' }],
    ['a size that this model does not draw', { model: old, size: '2048x2048' }, { param: 'size', message: /at most 1K/ }],
    ['a size that no model draws', { size: '9000x9000' }, { param: 'size', message: /at most 4K/ }],
    ['an unknown quality', { quality: 'best' }, { param: 'quality' }],
    ['an unknown style', { style: 'bold' }, { param: 'style' }],
    ['transparency', { background: 'transparent' }, { param: 'background', code: 'unsupported_value' }],
    ['an unknown format', { output_format: 'gif' }, { param: 'output_format' }],
    ['compression over 100', { output_compression: 101 }, { param: 'output_compression' }],
    ['an unknown way to answer', { response_format: 'file' }, { param: 'response_format' }],
    ['too many drafts', { partial_images: 4 }, { param: 'partial_images' }],
    ['a stream that is no yes or no', { stream: 'maybe' }, { param: 'stream' }],
    ['a mask', { mask: pngFile }, { param: 'mask', code: 'unsupported_parameter' }],
    ['too many pictures', { image: Array.from({ length: 17 }, () => png) }, { param: 'image', message: /at most 16/ }],
    ['a file that is no picture', { image: file([1, 2, 3], 'text/plain') }, { param: 'image', message: /not a picture/ }],
    ['a file of nothing', { image: file([], 'image/png') }, { param: 'image', message: /is empty/ }],
    ['a data: URL of nothing', { image: 'data:image/png;base64,' }, { param: 'image', message: /is empty/ }],
    ['a document as a data: URL', { image: ['data:application/pdf;base64,JVBERi0x'] }, { param: 'image.0' }],
    ['no base64', { image: 'cat.png!' }, { param: 'image', message: /base64/ }],
    ['a file kept elsewhere', { images: [{ file_id: 'file-1' }] }, { param: 'images.0.file_id', code: 'unsupported_value' }],
    ['an address that is none', { images: [{ image_url: 5 }] }, { param: 'images.0.image_url' }],
    ['a picture that is none', { images: [5] }, { param: 'images.0' }],
    ['an address that was not read', { image: 'https://x.example/a.png' }, { param: 'image' }],
  ];
  for (const [name, body, expected] of cases) t.match(called(body), E.left({ tag: 'InvalidRequest', ...expected }), name);
  t.match(edits.decode([]), E.left({ tag: 'InvalidRequest' }));
  t.match(edits.decode({ prompt }), E.left({ param: 'image', code: 'missing_required_parameter' }));
  t.match(edits.decode({ prompt, image: '', images: [] }), E.left({ param: 'image' }));
  t.end();
});

t.test('what Gemini has no counterpart for is ignored', (t) => {
  const ignored = { style: 'vivid', background: 'opaque', output_format: 'webp', output_compression: 50, moderation: 'low', user: 'u', input_fidelity: 'high', mask: null, seed: 5 };
  t.same(configOf(ignored), { responseModalities: ['IMAGE'] });
  t.same(configOf({ output_format: 'jpeg' }), { responseModalities: ['IMAGE'], responseFormat: { image: { mimeType: 'IMAGE_JPEG' } } });
  t.same(configOf({ output_format: 'jpeg', model: old }), { responseModalities: ['TEXT', 'IMAGE'] });
  t.end();
});

t.test('a form says the same as JSON', (t) => {
  const form = { prompt, n: '2', stream: 'true', partial_images: '1', output_compression: '80', size: '1024x1024', quality: '', user: '7', image: [pngFile, pngFile] };
  const url = `data:image/png;base64,${png}`;
  const body = { prompt, n: 2, stream: true, partial_images: 1, output_compression: 80, size: '1024x1024', quality: null, user: '7', images: [{ image_url: url }, { image_url: { url } }] };
  const withoutPaths = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(/"path":"[^"]*",/g, ''));
  t.same(withoutPaths(edits.decode(form)), withoutPaths(edits.decode(body)));
  t.end();
});

t.test('pictures go before the text, in order, whatever way they came', (t) => {
  const inline = { inlineData: { mimeType: 'image/png', data: png } };
  const image = [pngFile, `data:image/png;base64,${png}`, png, 'https://generativelanguage.googleapis.com/v1beta/files/abc'];
  const parts = [inline, inline, inline, { fileData: { fileUri: image[3] } }, { text: prompt }];
  t.same(rightOf(called({ image }, edits)).body.contents, [{ role: 'user', parts }]);
  t.same(rightOf(called({ image: pngFile })).body.contents[0]?.parts.length, 2, 'beside a prompt of generations too');
  t.same(rightOf(called({ image: file([0xff, 0xd8, 0xff], 'application/octet-stream') }, edits)).body.contents[0]?.parts[0]?.inlineData?.mimeType, 'image/jpeg');
  t.end();
});

t.test('pictures by web address are read first; our own go with their signature where it is checked', (t) => {
  const url = 'https://pollux.example/images/a.png';
  const asked = rightOf(edits.decode({ prompt, model: pro, images: [{ image_url: url }] }));
  t.same(edits.mediaLinks(asked), [{ url, path: 'images.0.image_url', isRequired: true }]);
  const own: SignedImage = { mimeType: 'image/png', data: png, signature: { value: 'sig', keyId: 'k' } };
  const partFor = (model: string, read: SignedImage) =>
    E.map(({ call }: Plan) => call.body.contents[0]?.parts[0])(edits.translate({ ...asked, model }, { ...context, media: new Map([[url, read]]) }));
  const inline = { inlineData: { mimeType: 'image/png', data: png } };
  t.same(partFor(pro, own), E.right({ ...inline, thoughtSignature: 'sig' }));
  t.same(partFor(old, own), E.right(inline));
  t.same(partFor(pro, { ...own, signature: null }), E.right(inline));
  t.match(partFor(pro, { ...own, mimeType: 'text/html' }), E.left({ param: 'images.0.image_url', message: /not a picture/ }));
  t.end();
});

t.test('drafts are asked for only where a stream shows them', (t) => {
  t.match(called({ stream: true, partial_images: 2 }), E.right({ streamed: true, body: { generationConfig: { thinkingConfig: { includeThoughts: true } } } }));
  for (const body of [{ partial_images: 2 }, { stream: true }, { stream: true, partial_images: 0 }]) {
    t.match(called(body), E.right({ streamed: false }));
    t.same(configOf(body), { responseModalities: ['IMAGE'] });
  }
  t.end();
});
