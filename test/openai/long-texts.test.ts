import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { scratch } from '../../src/kernel/scratch.ts';
import { bodyEncoder } from '../../src/gemini/call-body.ts';
import { bytesBehind } from '../support/bytes-behind.ts';
import { E, TE } from '../../src/kernel/fp.ts';
import { readBase64 } from '../../src/kernel/read-base64.ts';
import { encloseText, isUnread, leaveUnread, leaveWords, type LongText } from '../../src/kernel/unread-text.ts';
import type { Frame, ResponsePart } from '../../src/gemini/response.ts';
import { readSound } from '../../src/gemini/sound.ts';
import { generationsDialect } from '../../src/openai/images/dialect.ts';
import { writeLarge } from '../../src/pipeline/write-large.ts';
import { noResponses } from '../../src/adapters/responses/no-responses.ts';
import { completionDialect } from '../../src/openai/completions/dialect.ts';
import { transcriptionDialect } from '../../src/openai/transcriptions/dialect.ts';
import { messagesDialect } from '../../src/anthropic/messages/dialect.ts';
import { shortTexts } from '../../src/openai/chat/ask/unread-at.ts';
import { chatDialect } from '../../src/openai/chat/dialect.ts';
import { responsesDialect } from '../../src/openai/responses/dialect.ts';
import { decodeBody } from '../../src/pipeline/decode-body.ts';
import type { Dialect } from '../../src/ports/dialect.ts';
import { receivedWith } from '../support/capabilities.ts';
import { asName } from '../support/as-name.ts';

const settings = { systemPromptMode: 'leading', historyImages: 'all', imageReplyFormat: 'markdown', modelAliases: new Map(), keepAliveMs: 0 } as const;
const dialect = chatDialect(settings);
const context = { requestId: 'req_1', id: 'x', created: 1, recalled: new Map(), media: new Map(), imageReplyFormat: null };

/** What Gemini is sent for a body, or the error; read whole, or with long texts left unread. */
const sentBy = async <A>(dialect: Dialect<A>, json: string, unreadAt: Dialect<A>['unreadAt']) => {
  const received = receivedWith({}, { contentType: 'application/json', readBody: TE.right(Buffer.from(json)) });
  const read = await decodeBody(dialect.decode, unreadAt === undefined ? {} : { ...dialect, unreadAt })({ received: { ...received, authorized: true }, permit: null })();
  if (E.isLeft(read)) return { error: read.left, left: false, large: false };
  const { asked, isLargeBody } = read.right;
  const keys = dialect.callIds(asked, 'calls and answers');
  const plan = dialect.translate(asked, context);
  if (E.isLeft(plan)) return { error: plan.left, left: false, large: false };
  const { body } = plan.right.call;
  const encoder = bodyEncoder();
  const sent = isLargeBody === true ? ((await encoder.large(body)) ?? []) : encoder.small(body);
  const left = body.contents.some(({ parts }) => parts.some((part) => isUnread(part.text) || isUnread(part.inlineData?.data)));
  return { keys, left, text: typeof sent === 'string' ? sent : Buffer.concat(sent).toString() };
};

const sentFor = (json: string, unreadAt: typeof dialect.unreadAt) => sentBy(dialect, json, unreadAt);

const png = `iVBORw0KGgo${'AAAA'.repeat(12_000)}A`;
const long = 'All is well that ends well. ';
/** Of a text that is short, but left unread: as long as the bound in bytes, and one byte less. */
const bound = shortTexts.least;
const atBound = (beginning: string): readonly string[] => [bound, bound - 1].map((bytes) => beginning + 'a'.repeat(bytes - Buffer.byteLength(JSON.stringify(beginning)) + 2));
const texts = fc.constantFrom(
  'short', ...['', `${long}\n"q" \\ é天🙂`, `${long} ![a](https://example.com/a.png) ends`, `${long}[1]!`, '{"a": 1, "b": "c'].flatMap(atBound), '\u0000'.repeat(bound), `\ud800${long.repeat(5)}`, `\u007f0${long.repeat(5)}`, `{"a": 1, "b": "${'c'.repeat(bound)}"}`,
  long.repeat(1500), `${long}\n"quoted" \\ é天🙂 `.repeat(1200), `![a](data:image/png;base64,${png}) and `.repeat(2), `{"a": 1, "b": "${'c'.repeat(40_000)}"}`, '\u0000'.repeat(40_000), ' '.repeat(70_000), '\ud800'.repeat(9000), long.repeat(20_000));
const urls = fc.constantFrom(
  `data:image/png;base64,${png.slice(0, 400)}`, png.slice(0, 400), `https://example.com/${'a'.repeat(400)}.png`, `data:image/png,${png.slice(0, 400)}`, `data:image/svg+xml;base64,${Buffer.from(`<svg>${long}</svg>`).toString('base64')}`,
  `data:image/png;base64,${png}`, `data:;base64,${png}`, png, `data:image/png;base64,${png}=`, `data:image/png;base64,${png}%3D`, `data:image/png;base64,${png.replaceAll('A', '_')}`,
  `data:image/png;base64,${png.replaceAll('AAAA', 'A\nA\r\n\tAA')}`, `data:image/png;base64,${png}\u00a0\f==\ufeff`, `data:image/png;base64,${png.replaceAll('AAAA', 'A\\nA')}`, `data:image/png;name="\u00e9";base64, ${png}`, `${png.slice(1)}-_`,
  `data:image/png,${png}`, `data:image/png;base64,${png} `, `data:image/png;base64,${png}===`, `data:${'x'.repeat(1200)},${png}`, `data:audio/wav;base64,${png}`, `data:image/svg+xml;base64,${Buffer.from(`<svg>${long.repeat(2000)}</svg>`).toString('base64')}`,
  `https://example.com/${'a'.repeat(40_000)}`, Buffer.from(long.repeat(2000)).toString('base64'), `DATA:IMAGE/PNG;BASE64,${png}`, `ftp://${'a'.repeat(40_000)}`,
);
const part = fc.oneof(
  texts.map((text) => ({ type: 'text', text })),
  urls.map((url) => ({ type: 'image_url', image_url: { url } })),
  urls.map((url) => ({ type: 'image_url', image_url: { url, detail: 'low' } })),
  urls.map((url) => ({ type: 'image_url', image_url: url })),
  urls.map((data) => ({ type: 'input_audio', input_audio: { data, format: 'mp3' } })),
  urls.map((file_data) => ({ type: 'file', file: { file_data, filename: 'a.txt' } })),
  texts.map((refusal) => ({ type: 'refusal', refusal })),
  texts.map((type) => ({ type, text: 'a' })),
);
const ask = { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'a', arguments: `{"b":"${long}"}` } }] };
const message = fc.oneof(
  { weight: 5, arbitrary: fc.record({ role: fc.constantFrom('user', 'user', 'assistant', 'assistant', 'system', 'developer', 'tool', texts), content: fc.oneof(texts, fc.array(part, { maxLength: 2 })) }) },
  { weight: 1, arbitrary: texts.map((content) => [ask, { role: 'tool', tool_call_id: 'call_1', content }]) },
);
const body = fc.record(
  { model: fc.constantFrom('gemini-3.5-flash', 'gemini-2.5-flash'), messages: fc.array(message, { maxLength: 4 }).map((all) => all.flat()), user: texts, stop: texts, tools: fc.constantFrom([{ type: 'function', function: { name: 'a', description: long.repeat(1500) } }]) },
  { requiredKeys: ['model', 'messages'] },
);

t.test('whether long texts are read or left unread, Gemini is sent the same bytes, and errors are the same', async (t) => {
  let left = 0;
  const write = [(value: unknown) => JSON.stringify(value), (value: unknown) => JSON.stringify(value, null, 1).replaceAll('/', '\\/'), (value: unknown) => JSON.stringify(value).replaceAll('é', '\\u00e9')];
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom(...write), async (value, toJson) => {
      const json = toJson(value);
      const [whole, unread] = [await sentFor(json, undefined), await sentFor(json, dialect.unreadAt)];
      if (unread.left) left += 1;
      t.ok(JSON.stringify({ ...whole, left: 0 }) === JSON.stringify({ ...unread, left: 0 }), 'the same');
    }),
    { numRuns: 150 },
  );
  t.ok(left > 0, `${left} requests went up with a text that nobody read`);
});

/** What a text is as base64, said in words of regular expressions and Node's own decoder. */
const base64InWords = (text: string): { letters: string; isPlain: boolean } | null => {
  const letters = text.replace(/\s/g, '');
  const bare = letters.replace(/={1,2}$/, '');
  if (!/^[\w+/-]+$/.test(bare) || bare.length % 4 === 1) return null;
  const isPlain = /^[a-zA-Z0-9+/]+={0,2}$/.test(text);
  return { letters: Buffer.from(bare, 'base64').toString('base64'), isPlain };
};

t.test('base64 is read from the bytes of a text, and of a JSON string, as Node reads it', (t) => {
  const letter = fc.constantFrom('A', 'z', '0', '/', '+', '-', '_', 'Q', 'n', '=', ' ', '\n', '\t', '\r', '\f', '\u000b', '\u00a0', '\u2028', '\u2029', '\ufeff', '\b', '\\', '"', 'é', '%', '\u00c2', '天');
  const usual = fc.array(fc.constantFrom('QUJD', 'x-_9', ' ', '\r\n', '+'), { maxLength: 30 }).map((pieces) => pieces.join(''));
  const some = fc.tuple(usual, fc.array(letter, { maxLength: 4 }), fc.constantFrom('', '=', '==', '= =\n')).map(([start, middle, end]) => `${start}${middle.join('')}${end}`);
  const said = (bytes: Uint8Array, isJson: boolean, text: string): unknown => {
    const read = readBase64(bytes, isJson);
    return read === null ? null : { letters: read.isPlain ? Buffer.from(text, 'base64').toString('base64') : Buffer.from(read.letters).toString(), isPlain: read.isPlain };
  };
  fc.assert(
    fc.property(some, (text) => {
      const [expected, json] = [base64InWords(text), JSON.stringify(text).slice(1, -1)];
      const isRead = isDeepStrictEqual(said(Buffer.from(text), false, text), expected);
      return isRead && (json.includes('\\u') || isDeepStrictEqual(said(Buffer.from(json), true, text), expected));
    }),
    { numRuns: 2000 },
  );
  t.same(readBase64(Buffer.from('-_-_ QQ'), false), { letters: Buffer.from('+/+/QQ=='), isPlain: false });
  t.end();
});

t.test('a picture and a long prompt of the user are left unread, an answer with a picture is not', async (t) => {
  const asked = (messages: unknown) => JSON.stringify({ model: 'gemini-3.5-flash', messages });
  const picture = [{ type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }];
  t.ok((await sentFor(asked([{ role: 'user', content: picture }]), dialect.unreadAt)).left);
  t.ok((await sentFor(asked([{ role: 'user', content: long.repeat(2000) }]), dialect.unreadAt)).left);
  for (const role of ['user', 'assistant']) {
    const [least, less] = atBound(long).map((content) => asked([{ role: 'user', content: 'a' }, { role, content }]));
    t.ok((await sentFor(least ?? '', dialect.unreadAt)).left, `${role}: words of ${bound} bytes`);
    t.notOk((await sentFor(less ?? '', dialect.unreadAt)).left, `${role}: words of less`);
  }
  t.notOk((await sentFor(asked([{ role: 'user', content: 'a' }, { role: 'assistant', content: `![a](data:image/png;base64,${png})` }, { role: 'user', content: 'b' }]), dialect.unreadAt)).left);
});

t.test('a body that spells the mark of a cut text is read all the same', async (t) => {
  const content = long.repeat(2000);
  const json = JSON.stringify({ model: 'gemini-3.5-flash', messages: [{ role: 'user', content }, { role: 'user', content: '\u007f0' }] });
  t.same(await sentFor(json, dialect.unreadAt), await sentFor(json, undefined));
});

const messages = messagesDialect(settings);
const source = fc.oneof(urls, texts).map((data) => ({ type: 'base64', media_type: 'image/png', data }));
const block = fc.oneof(
  source.map((one) => ({ type: 'image', source: one })),
  source.map((one) => ({ type: 'document', source: one })),
  texts.map((data) => ({ type: 'document', source: { type: 'text', media_type: 'text/plain', data } })),
  texts.map((text) => ({ type: 'text', text })),
);
const called = { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }] };
const said = fc.array(block, { minLength: 1, maxLength: 2 });
const ofMessages = fc.oneof(said, said.map((content) => [{ type: 'tool_result', tool_use_id: 'toolu_1', content }]));
const askedMessages = ofMessages.map((content) => ({ model: 'gemini-3.5-flash', max_tokens: 10, messages: [{ role: 'user', content: 'a' }, called, { role: 'user', content }] }));

const responses = responsesDialect(settings, noResponses);
const itemPart = fc.oneof(
  urls.map((image_url) => ({ type: 'input_image', image_url, detail: 'low' })),
  urls.map((data) => ({ type: 'input_audio', input_audio: { data, format: 'mp3' } })),
  urls.map((file_data) => ({ type: 'input_file', file_data, filename: 'a.txt' })),
  texts.map((text) => ({ type: 'input_text', text })),
);
const item = fc.record({ role: fc.constantFrom('user', 'user', 'assistant', 'developer'), content: fc.oneof(texts, fc.array(itemPart, { maxLength: 2 })) });
const askedResponses = fc.record({ model: fc.constant('gemini-3.5-flash'), store: fc.constantFrom(false, false, true), input: fc.array(item, { minLength: 1, maxLength: 2 }) });

t.test('at the doors of messages and responses too', async (t) => {
  const left = { messages: 0, responses: 0 };
  const check = async <A>(door: keyof typeof left, of: Dialect<A>, value: unknown) => {
    const json = JSON.stringify(value);
    const [whole, unread] = [await sentBy(of, json, undefined), await sentBy(of, json, of.unreadAt)];
    if (unread.left) left[door] += 1;
    t.ok(JSON.stringify({ ...whole, left: 0 }) === JSON.stringify({ ...unread, left: 0 }), 'the same');
  };
  await fc.assert(fc.asyncProperty(askedMessages, (value) => check('messages', messages, value)), { numRuns: 60 });
  await fc.assert(fc.asyncProperty(askedResponses, (value) => check('responses', responses, value)), { numRuns: 60 });
  t.ok(left.messages > 0 && left.responses > 0, JSON.stringify(left));
});

const picture = Buffer.alloc(150_001, 'picture').toString('base64');
/** In pieces that cut groups of letters. */
const unreadPicture = leaveUnread([Buffer.from(picture.slice(0, 70_001)), Buffer.from(picture.slice(70_001, 70_003)), Buffer.from(picture.slice(70_003))]) ?? '';

const drawnAs = (data: LongText, mimeType = 'image/png'): readonly ResponsePart[] => [
  { text: 'a' },
  { inlineData: { mimeType, data }, thoughtSignature: 'c2ln' },
  { fileData: { mimeType, fileUri: typeof data === 'string' ? `data:${mimeType};base64,${data}` : encloseText(`data:${mimeType};base64,`, data, '') } },
  { text: 'b' },
];

/** How a door writes an answer with such a picture, whole and as a stream. */
const writtenBy = async <A>({ decode, translate }: Dialect<A>, body: object, parts: readonly ResponsePart[]): Promise<readonly string[]> => {
  const asked = decode(body, () => JSON.stringify(body));
  if (E.isLeft(asked)) throw new Error(JSON.stringify(asked.left));
  const plan = translate(asked.right, context);
  if (plan instanceof Promise || E.isLeft(plan)) throw new Error('no plan');
  const frame: Frame = { candidates: [{ content: { parts }, finishReason: 'STOP' }] };
  const [whole, stream] = [plan.right.answer.whole(), plan.right.answer.stream()];
  whole.add([frame]);
  const ended = whole.end();
  if (E.isLeft(ended)) throw new Error(ended.left.tag);
  const written = await writeLarge(ended.right.value);
  const streamed = stream.write([frame]);
  const last = stream.end();
  return [String(ended.right.value.body), Buffer.concat((written.pieces ?? [String(written.body)]).map((piece) => Buffer.from(piece))).toString(), streamed, E.isRight(last) ? String(bytesBehind('', last.right.value)) : ''];
};

t.test('whether a picture of an answer was read or left unread, every door writes the same', async (t) => {
  const asked = { model: 'gemini-3-pro-image', messages: [{ role: 'user', content: 'a' }] };
  const doors: readonly (readonly [string, (parts: readonly ResponsePart[]) => Promise<readonly string[]>])[] = [
    ...(['markdown', 'images', 'data-url'] as const).map((imageReplyFormat) => [`chat, ${imageReplyFormat}`, (parts: readonly ResponsePart[]) => writtenBy(chatDialect({ ...settings, imageReplyFormat }), asked, parts)] as const),
    ['messages', (parts) => writtenBy(messages, { ...asked, max_tokens: 10 }, parts)],
    ['responses', (parts) => writtenBy(responses, { model: asked.model, input: 'a', store: false }, parts)],
    ['images', (parts) => writtenBy(generationsDialect(settings), { model: asked.model, prompt: 'a' }, parts)],
  ];
  for (const [name, write] of doors) {
    const [read, unread] = [await write(drawnAs(picture)), await write(drawnAs(unreadPicture))];
    t.ok(read[0]?.includes(picture), `${name}: the picture is there`);
    t.equal(read[0], read[1], `${name}: in pieces as in one go`);
    for (const [index, text] of read.entries()) t.ok(text === unread[index], `${name}, ${index}`);
  }
  const sound = leaveUnread([Buffer.from(picture.slice(0, 70_001)), Buffer.from(picture.slice(70_001))]) ?? '';
  t.same(readSound({ mimeType: 'audio/L16;rate=24000', data: sound }), readSound({ mimeType: 'audio/L16;rate=24000', data: picture }), 'and sound is the same');
});

/** All that a door says of an answer, at once and frame by frame, with what it keeps. */
const saidBy = async <A>({ decode, translate }: Dialect<A>, body: object, frames: readonly Frame[]): Promise<unknown> => {
  const asked = decode(body, () => JSON.stringify(body));
  if (E.isLeft(asked)) throw new Error(JSON.stringify(asked.left));
  const plan = translate(asked.right, context);
  if (plan instanceof Promise || E.isLeft(plan)) throw new Error('no plan');
  const [atOnce, collected, stream] = [plan.right.answer.whole(), plan.right.answer.whole(), plan.right.answer.stream()];
  collected.add(frames);
  const [first, second] = [atOnce.atOnce(frames, scratch()), collected.end()];
  const written = stream.write(frames);
  const last = stream.end();
  const bodyOf = (end: typeof first): unknown => (E.isLeft(end) ? end.left : [String(end.right.value.body), end.right.signatures]);
  return [bodyOf(first), bodyOf(second), written, E.isLeft(last) ? last.left : String(bytesBehind('', last.right.value))];
};

t.test('whether the words of an answer were read or left unread, every door writes the same', async (t) => {
  const asked = { model: 'gemini-3.5-flash', messages: [{ role: 'user', content: 'a' }] };
  const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
  const oddName = '"content":"" é';
  const tool = { name: 'look', description: 'b', parameters: { type: 'object', properties: {} } };
  const input = { model: asked.model, input: 'a' };
  const doors: readonly (readonly [string, (frames: readonly Frame[]) => Promise<unknown>])[] = [
    ['chat', (frames) => saidBy(dialect, asked, frames)],
    ['chat with a schema', (frames) => saidBy(dialect, { ...asked, response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } }, frames)],
    ['chat with tools and a schema', (frames) => saidBy(dialect, { ...asked, model: 'gemini-2.5-flash', tools: [{ type: 'function', function: tool }], response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } }, frames)],
    ['chat that cites', (frames) => saidBy(dialect, { ...asked, web_search_options: {} }, frames)],
    ['chat for a model with an odd name', (frames) => saidBy(chatDialect({ ...settings, modelAliases: new Map([[oddName, 'gemini-3.5-flash']]) }), { ...asked, model: oddName }, frames)],
    ['messages', (frames) => saidBy(messages, { ...asked, max_tokens: 10 }, frames)],
    ['responses', (frames) => saidBy(responses, { ...input, store: false }, frames)],
    ['kept responses', (frames) => saidBy(responses, input, frames)],
    ['completions', (frames) => saidBy(completionDialect(settings, () => TE.right('')), { model: asked.model, prompt: 'a' }, frames)],
    ['transcriptions', (frames) => saidBy(transcriptionDialect('transcribe', settings), { model: asked.model, file: { bytes: Buffer.from('RIFF'), filename: 'a.wav', mimeType: 'audio/wav' } }, frames)],
  ];
  const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 5, totalTokenCount: 8 };
  const answer = (text: LongText, reason: string): readonly Frame[] => [{ candidates: [{ content: { parts: [{ text }] }, finishReason: reason, index: 0 }], usageMetadata }];
  const words = fc.oneof(fc.constantFrom('{"a": "b"}', `\`\`\`json\n{"a":"${'c'.repeat(300)}"}\n\`\`\``, 'Grüße 👋 "quoted" \\ 天\n'.repeat(3000), '</script> & more', '\u0000 is read'), fc.string({ unit: 'binary', maxLength: 40 }));
  let left = 0;
  for (const [name, write] of doors) {
    await fc.assert(
      fc.asyncProperty(words, fc.constantFrom('STOP', 'MAX_TOKENS', 'SAFETY', 'OTHER'), async (text, reason) => {
        const unread = leaveWords(Buffer.from(JSON.stringify(text).slice(1, -1)));
        if (unread === null || text === '') return;
        left += 1;
        const [one, other] = [await write(answer(unread, reason)), await write(answer(text, reason))];
        t.ok(isDeepStrictEqual(one, other), asName(`${name}: ${JSON.stringify([one, other])}`));
      }),
      { numRuns: 40 },
    );
  }
  t.ok(left > 150, `${left} were left unread`);
});
