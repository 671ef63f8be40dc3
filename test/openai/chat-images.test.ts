import t from 'tap';
import { bytesBehind } from '../support/bytes-behind.ts';
import { E } from '../../src/kernel/fp.ts';
import type { Frame, ResponsePart } from '../../src/gemini/response.ts';
import { chatDialect } from '../../src/openai/chat/dialect.ts';
import type { ChatRequest } from '../../src/openai/chat/ask/request.ts';
import type { TranslationSettings } from '../../src/wire/translation-settings.ts';
import type { TranslationContext } from '../../src/ports/dialect.ts';
import type { SignedImage } from '../../src/ports/images.ts';
import { chat } from '../support/chat.ts';

const settings: TranslationSettings = { systemPromptMode: 'leading', historyImages: 'last', imageReplyFormat: 'markdown', modelAliases: new Map() };
const context: TranslationContext = { requestId: 'req_1', id: 'x', created: 1, recalled: new Map(), media: new Map(), imageReplyFormat: null };

const requestOf = (body: object): ChatRequest => {
  const read = chat.decode({ model: 'gemini-3-pro-image', ...body });
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  return read.right;
};

const png = 'iVBORw0KGgoAAAAN';
const stored: ResponsePart = { fileData: { mimeType: 'image/png', fileUri: 'http://x/images/a.png' } };
const drawn: ResponsePart = { inlineData: { mimeType: 'image/png', data: png } };

const dialectOf = (imageReplyFormat: TranslationSettings['imageReplyFormat']) => chatDialect({ ...settings, imageReplyFormat });

const shown = (model: string, parts: readonly ResponsePart[], over: { readonly header?: string; readonly setting?: TranslationSettings['imageReplyFormat'] } = {}) => {
  const dialect = dialectOf(over.setting ?? 'markdown');
  const asked = requestOf({ model, messages: [{ role: 'user', content: 'draw' }] });
  const said = { ...context, imageReplyFormat: over.header ?? null };
  const plan = dialect.translate(asked, said);
  if (E.isLeft(plan)) throw new Error(plan.left.tag);
  const frame: Frame = { candidates: [{ content: { parts }, finishReason: 'STOP' }] };
  const writer = plan.right.answer.whole();
  writer.add([frame]);
  const whole = writer.end();
  if (E.isLeft(whole)) throw new Error(whole.left.tag);
  return { message: JSON.parse(String(whole.right.value.body)).choices[0].message, kept: plan.right.keepsImages };
};

t.test('pictures are shown as asked for: by the setting, the header, or a suffix of the model', (t) => {
  const url = 'http://x/images/a.png';
  const cases: readonly (readonly [string, Parameters<typeof shown>, object])[] = [
    ['markdown by default, in its place', ['m', [{ text: 'a' }, stored, { text: 'b' }, stored]], { message: { content: `a![](${url})b![](${url})` }, kept: true }],
    ['images by setting', ['m', [{ text: 'a' }, stored], { setting: 'images' }], { message: { content: 'a', images: [{ type: 'image_url', image_url: { url } }] }, kept: true }],
    ['images by header', ['m', [stored], { header: 'Images' }], { message: { images: [{ image_url: { url } }] } }],
    ['images by suffix, which wins', ['m:images', [stored], { header: 'markdown' }], { message: { images: [{ image_url: { url } }] } }],
    ['data-url is not stored', ['m:data-url', [drawn]], { message: { content: `![](data:image/png;base64,${png})` }, kept: false }],
    ['data-url by setting', ['m', [drawn], { setting: 'data-url' }], { kept: false }],
    ['markdown by suffix over the setting', ['m:markdown', [stored], { setting: 'data-url' }], { message: { content: `![](${url})` }, kept: true }],
    ['a draft is shown nowhere', ['m', [{ ...drawn, thought: true }, { text: 'a' }]], { message: { content: 'a' } }],
  ];
  for (const [name, call, expected] of cases) t.match(shown(...call), expected, name);
  t.end();
});

t.test('a picture that no store took comes in lines that every client reads, unless it was asked for in one', (t) => {
  const data = 'A'.repeat(300_000);
  const markdown = `![](data:image/png;base64,${data})`;
  const lines = (model: string): readonly string[] => {
    const plan = dialectOf('markdown').translate(requestOf({ model, stream: true, messages: [{ role: 'user', content: 'draw' }] }), context);
    if (E.isLeft(plan)) throw new Error(plan.left.tag);
    const writer = plan.right.answer.stream();
    const parts = [{ text: 'a' }, { inlineData: { mimeType: 'image/png', data } }, { text: 'b' }];
    const text = writer.write([{ candidates: [{ content: { parts }, finishReason: 'STOP' }] }]);
    const end = writer.end();
    if (E.isLeft(end)) throw new Error(end.left.tag);
    return String(bytesBehind(text, end.right.value)).split('\n\n').flatMap((line) => (line.startsWith('data: {') ? [line.slice('data: '.length)] : []));
  };
  const contentIn = (all: readonly string[]): string => all.map((line) => JSON.parse(line).choices[0]?.delta.content ?? '').join('');
  const cut = lines('m');
  t.ok(cut.every((line) => line.length < 131_072), 'Open WebUI takes no longer ones');
  t.ok(contentIn(cut) === `a${markdown}b`, 'and nothing is lost');
  t.ok(lines('m:data-url').some((line) => line.includes(markdown)), 'whole where asked for');
  t.match(shown('m', [{ inlineData: { mimeType: 'image/png', data } }]).message, { content: markdown });
  t.end();
});

t.test('an unknown word in the header is told, and the suffix is no part of the model', (t) => {
  const dialect = chatDialect(settings);
  const asked = requestOf({ model: 'gemini-3-pro-image:images', messages: [{ role: 'user', content: 'draw' }] });
  t.match(dialect.translate(asked, context), E.right({ call: { model: 'gemini-3-pro-image' } }));
  const plain = requestOf({ messages: [{ role: 'user', content: 'draw' }] });
  t.match(dialect.translate(plain, { ...context, imageReplyFormat: 'gif' }), E.left({ tag: 'InvalidRequest', param: 'x-image-reply-format' }));
  t.end();
});

const link = 'https://example.com/cat.png';
const user = (...content: readonly object[]) => ({ role: 'user', content });

t.test('web addresses are gathered with the field that holds them', (t) => {
  const { mediaLinks } = chatDialect(settings);
  const messages = [
    user({ type: 'text', text: `see ${link}` }, { type: 'image_url', image_url: { url: link } }, { type: 'image_url', image_url: 'http://a.test/b' }),
    { role: 'assistant', content: 'old ![](https://x/images/old.png)' },
    user({ type: 'file', file: { file_data: 'https://a.test/c.pdf' } }, { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }),
    { role: 'assistant', content: 'new ![two](https://x/images/new.png) ![](relative.png)', images: [{ type: 'image_url', image_url: { url: 'https://x/images/beside.png' } }] },
    user({ type: 'video_url', video_url: { url: 'https://www.youtube.com/watch?v=abc' } }, { type: 'audio_url', audio_url: { url: 'https://a.test/d.mp3' } }),
  ];
  t.same(mediaLinks(requestOf({ messages })), [
    { url: link, path: 'messages.0.content.1.image_url.url', isRequired: true },
    { url: 'http://a.test/b', path: 'messages.0.content.2.image_url', isRequired: true },
    { url: 'https://a.test/c.pdf', path: 'messages.2.content.0.file.file_data', isRequired: true },
    { url: 'https://x/images/new.png', path: 'messages.3.content', isRequired: false },
    { url: 'https://x/images/beside.png', path: 'messages.3.content', isRequired: false },
    { url: 'https://a.test/d.mp3', path: 'messages.4.content.1.audio_url.url', isRequired: true },
  ]);
  const all = chatDialect({ ...settings, historyImages: 'all' }).mediaLinks(requestOf({ messages }));
  t.ok(all.some(({ url }) => url.endsWith('/old.png')), 'all of them when set so');
  t.end();
});

const partsFor = (messages: readonly object[], media: ReadonlyMap<string, SignedImage>, model = 'gemini-3-pro-image') => {
  const made = chatDialect(settings).translate(requestOf({ model, messages }), { ...context, media });
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left));
  return made.right.call.body.contents.map(({ parts }) => JSON.parse(JSON.stringify(parts)));
};

t.test('what was read for an address goes in where the address stood', (t) => {
  const media = new Map<string, SignedImage>([[link, { mimeType: 'image/png', data: png, signature: null }]]);
  t.same(partsFor([user({ type: 'text', text: 'what?' }, { type: 'image_url', image_url: { url: link, detail: 'low' } })], media), [
    [{ text: 'what?' }, { inlineData: { mimeType: 'image/png', data: png }, mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } }],
  ]);
  t.same(partsFor([user({ type: 'video_url', video_url: { url: 'https://youtu.be/abc' } })], new Map()), [[{ fileData: { fileUri: 'https://youtu.be/abc' } }]]);
  const files = 'https://generativelanguage.googleapis.com/v1beta/files/abc-1';
  t.same(partsFor([user({ type: 'file', file: { file_data: files } })], new Map()), [[{ fileData: { fileUri: files } }]]);
  t.end();
});

t.test('pictures of earlier answers go back with their signatures', (t) => {
  const own = 'http://x/images/a.png';
  const media = new Map<string, SignedImage>([[own, { mimeType: 'image/png', data: png, signature: { value: 'c2lnbg==', keyId: 'k' } }]]);
  const history = (content: string, more: object = {}) => [
    { role: 'user', content: 'draw' },
    { role: 'assistant', content, ...more },
    { role: 'user', content: 'make the sky red' },
  ];
  const back = { inlineData: { mimeType: 'image/png', data: png }, thoughtSignature: 'c2lnbg==' };
  t.same(partsFor(history(`here: ![](${own}) ok?`), media)[1], [{ text: 'here: ' }, { text: '[image]' }, back, { text: ' ok?' }]);
  t.same(partsFor(history('', { images: [{ type: 'image_url', image_url: { url: own } }] }), media)[1], [{ text: '[image]' }, back], 'beside the text too');
  t.same(partsFor(history(`![](${own})`), media, 'gemini-2.5-flash-image')[1], [{ text: '[image]' }, { inlineData: back.inlineData }], 'unsigned where nobody checks');
  const odd = 'https://x.test/a_(b)_(c(d)).png';
  for (const written of [`${own} "a title"`, `<${own}>`, ` <${own}> 'a (title)'`]) t.same(partsFor(history(`a ![x](${written}) b`), media)[1], [{ text: 'a ' }, { text: '[image]' }, back, { text: ' b' }], written);
  t.same(partsFor(history(`![](${odd})(c)`), new Map([[odd, media.get(own) as never]]))[1], [{ text: '[image]' }, back, { text: '(c)' }], 'brackets in an address');
  t.same(partsFor(history('![](https://x.test/a(b.png) and (more)'), new Map())[1], [{ text: '![](https://x.test/a(b.png)' }, { text: ' and (more)' }], 'a bracket that is not closed');
  t.same(partsFor(history('![](https://gone.test/x.png)'), new Map())[1], [{ text: '![](https://gone.test/x.png)' }], 'what could not be read stays as it was');
  t.match(partsFor(history(`![](data:image/png;base64,${png})`), new Map())[1], [{ text: '[image]' }, { inlineData: { data: png }, thoughtSignature: /./ }], 'a stand-in where there is no signature');
  t.same(
    partsFor([...history(`![](https://x/images/old.png)`), ...history(`![](${own})`)], media).flat().filter((part: { text?: string }) => part.text === '[image]').length,
    2,
    'older ones are told, not sent',
  );
  t.end();
});
