import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import type { Ajv2020 as Ajv2020Type } from 'ajv/dist/2020.js';
import t, { type Test } from 'tap';
import { publishedSchema, skipWithoutRecordings } from '../recordings.ts';
import type { EmulatorOptions, GeminiEmulator } from './emulator.ts';
import { numberAt, objectAt, objectsAt, parsed, textAt, type JsonObject } from './json.ts';
import { mergeFrames } from './merge-frames.ts';
import { startGeminiEmulator } from './start-gemini-emulator.ts';

const require = createRequire(import.meta.url);
const { Ajv2020 } = require('ajv/dist/2020.js') as { readonly Ajv2020: typeof Ajv2020Type };

const started = async (t: Test, options: EmulatorOptions = {}): Promise<GeminiEmulator> => {
  const emulator = await startGeminiEmulator(options);
  t.teardown(() => emulator.close());
  return emulator;
};

type Ask = { readonly model?: string; readonly text?: string; readonly more?: JsonObject };

const bodyOf = ({ text = 'Hello', more = {} }: Ask): JsonObject => ({ contents: [{ role: 'user', parts: [{ text }] }], ...more });

const post = async ({ url }: GeminiEmulator, action: string, ask: Ask): Promise<{ readonly type: string; readonly text: string }> => {
  const answer = await fetch(`${url}/v1beta/models/${ask.model ?? 'gemini-3.8-flash'}:${action}`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'k1' },
    body: JSON.stringify(bodyOf(ask)),
  });
  return { type: answer.headers.get('content-type') ?? '', text: await answer.text() };
};

const streamed = async (emulator: GeminiEmulator, ask: Ask): Promise<readonly JsonObject[]> => {
  const { text } = await post(emulator, 'streamGenerateContent?alt=sse', ask);
  return text.split('\r\n\r\n').slice(0, -1).map((event) => Object(parsed(event.slice('data: '.length))));
};

const whole = async (emulator: GeminiEmulator, ask: Ask): Promise<JsonObject> => Object(parsed((await post(emulator, 'generateContent', ask)).text));

const partsOf = (answer: JsonObject, candidate = 0): readonly JsonObject[] => objectsAt(objectsAt(answer, 'candidates')[candidate]?.['content'], 'parts');
const reasonOf = (answer: JsonObject): unknown => objectsAt(answer, 'candidates')[0]?.['finishReason'];
const textOf = (answer: JsonObject, candidate = 0): string => partsOf(answer, candidate).map((part) => textAt(part, 'text') ?? '').join('');
const configured = (generationConfig: JsonObject): JsonObject => ({ generationConfig });

const weather = { name: 'get_weather', parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } };
const tools = [{ functionDeclarations: [weather, { name: 'get_time' }] }];
const old = 'gemini-2.5-flash';

/** One request for each kind of canned answer. */
const asks: Readonly<Record<string, Ask>> = {
  words: {},
  'words of 2.5': { model: old },
  thoughts: { more: configured({ thinkingConfig: { includeThoughts: true } }) },
  'a call': { text: 'The weather in Paris?', more: { tools } },
  'two calls': { text: 'Call both tools', more: { tools } },
  'calls of 2.5': { model: old, text: 'Call both tools', more: { tools } },
  JSON: { more: configured({ responseMimeType: 'application/json', responseJsonSchema: { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] } }) },
  'a search': { more: { tools: [{ googleSearch: {} }] } },
  'code that ran': { text: 'calculate 6 * 7', more: { tools: [{ codeExecution: {} }] } },
  'few tokens': { more: configured({ maxOutputTokens: 60 }) },
  'thoughts alone': { more: configured({ maxOutputTokens: 10 }) },
  'a stop': { more: configured({ stopSequences: ['canned'] }) },
  'two candidates': { model: old, more: configured({ candidateCount: 2 }) },
  logprobs: { model: old, more: configured({ responseLogprobs: true, logprobs: 1 }) },
  'a picture': { model: 'gemini-3.1-flash-image', more: configured({ imageConfig: { aspectRatio: '16:9' } }) },
  speech: { model: 'gemini-2.5-flash-preview-tts', more: configured({ responseModalities: ['AUDIO'] }) },
  'speech as WAV': { model: 'gemini-3.8-flash-tts', more: configured({ responseModalities: ['AUDIO'] }) },
  'a transcript': { model: 'gemini-3.5-transcribe', more: configured({ audioTranscriptionConfig: { wordTimestamp: true, diarization: true } }) },
};

t.test('a stream is events that end with CRLF CRLF, and nothing after the last', async (t) => {
  const { type, text } = await post(await started(t), 'streamGenerateContent?alt=sse', {});
  t.equal(type, 'text/event-stream');
  t.match(text, /^data: \{/);
  t.ok(text.endsWith('\r\n\r\n'));
  t.notMatch(text, /\[DONE\]|event:/);
  for (const event of text.split('\r\n\r\n').slice(0, -1)) t.match(event, /^data: \{[^\n]*\}$/);
});

t.test('a stream without alt=sse is one JSON array of the same frames', async (t) => {
  const { type, text } = await post(await started(t), 'streamGenerateContent', {});
  t.equal(type, 'application/json; charset=UTF-8');
  t.same(parsed(text), await streamed(await started(t), {}));
});

t.test('the whole answer is what the frames of the stream make together', async (t) => {
  for (const [name, ask] of Object.entries(asks)) {
    const [first, second] = [await started(t), await started(t)];
    const frames = await streamed(first, ask);
    t.ok(frames.length > 0, name);
    t.same(await whole(second, ask), mergeFrames(frames), name);
  }
});

t.test('usage grows from frame to frame, and its total is the sum', async (t) => {
  for (const [name, ask] of Object.entries(asks)) {
    const counts = (await streamed(await started(t), ask)).map((frame) => objectAt(frame, 'usageMetadata'));
    const totals = counts.map((count) => numberAt(count, 'totalTokenCount') ?? Number.NaN);
    t.same(totals, totals.toSorted((a, b) => a - b), name);
    const sums = counts.map((count) =>
      ['promptTokenCount', 'toolUsePromptTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount'].reduce((sum, field) => sum + (numberAt(count, field) ?? 0), 0),
    );
    t.same(totals, sums, name);
  }
});

t.test('canned answers show what the request asks for', async (t) => {
  const emulator = await started(t);
  const said = async (name: string): Promise<JsonObject> => whole(emulator, asks[name] ?? {});
  t.match(textOf(await said('words')), /你好.*You wrote: “Hello”/);
  t.match(partsOf(await said('thoughts'))[0], { thought: true, text: /Canned thinking/ });
  t.same(partsOf(await said('thoughts')).map(({ thought }) => thought), [true, undefined], 'thoughts stay apart from the answer');
  t.match(partsOf(await said('a call')), [{ functionCall: { name: 'get_weather', args: { city: 'Paris' } }, thoughtSignature: String }, { text: '' }]);
  t.same(partsOf(await said('two calls')).map(({ thoughtSignature }) => thoughtSignature !== undefined), [true, false, false], 'only the first is signed');
  t.same(partsOf(await said('calls of 2.5')), [{ functionCall: { name: 'get_weather', args: { city: 'Berlin' } } }, { functionCall: { name: 'get_time', args: {} } }]);
  t.match(parsed(textOf(await said('JSON'))), { age: Number });
  t.match(partsOf(await said('code that ran')), [{ executableCode: { language: 'PYTHON' } }, { codeExecutionResult: { outcome: 'OUTCOME_OK' } }, { text: String }]);
  t.notMatch(textOf(await said('a stop')), /canned/);
  t.match(textOf(await said('two candidates'), 1), /^\(2\) /);
  t.match(objectsAt(await said('logprobs'), 'candidates')[0], { avgLogprobs: Number, logprobsResult: { chosenCandidates: [{ token: String }] } });
});

t.test('an answer that outgrows its tokens ends with MAX_TOKENS', async (t) => {
  const emulator = await started(t);
  const short = await whole(emulator, asks['few tokens'] ?? {});
  t.equal(reasonOf(short), 'MAX_TOKENS');
  t.match(objectAt(short, 'usageMetadata'), { thoughtsTokenCount: 48, candidatesTokenCount: 12 });
  const none = await whole(emulator, asks['thoughts alone'] ?? {});
  t.equal(reasonOf(none), 'MAX_TOKENS');
  t.same(objectsAt(none, 'candidates')[0]?.['content'], { role: 'model' }, 'no parts');
  t.equal(objectAt(none, 'usageMetadata')['candidatesTokenCount'], undefined);
});

t.test('what a search supports is told in bytes of UTF-8', async (t) => {
  const answer = await whole(await started(t), asks['a search'] ?? {});
  const supports = objectsAt(objectAt(objectsAt(answer, 'candidates')[0], 'groundingMetadata'), 'groundingSupports');
  t.ok(supports.length > 0);
  for (const segment of supports.map((support) => objectAt(support, 'segment'))) {
    const bytes = Buffer.from(textOf(answer)).subarray(numberAt(segment, 'startIndex'), numberAt(segment, 'endIndex'));
    t.equal(bytes.toString('utf8'), segment['text']);
  }
});

const inline = (answer: JsonObject): { readonly type: unknown; readonly bytes: Buffer } => {
  const data = partsOf(answer).map((part) => objectAt(part, 'inlineData')).find((one) => one['data'] !== undefined) ?? {};
  return { type: data['mimeType'], bytes: Buffer.from(textAt(data, 'data') ?? '', 'base64') };
};

t.test('pictures are PNGs of the asked ratio, speech is raw samples or WAV by the model', async (t) => {
  const emulator = await started(t);
  const picture = inline(await whole(emulator, asks['a picture'] ?? {}));
  t.equal(picture.type, 'image/png');
  t.same([picture.bytes.readUInt32BE(16), picture.bytes.readUInt32BE(20)], [16, 9]);
  const data = picture.bytes.subarray(picture.bytes.indexOf('IDAT') + 4, -16);
  t.equal(inflateSync(data).length, 9 * (1 + 16 * 3));
  const raw = inline(await whole(emulator, asks['speech'] ?? {}));
  t.same([raw.type, raw.bytes.length], ['audio/L16;codec=pcm;rate=24000', 4800]);
  const wav = inline(await whole(emulator, asks['speech as WAV'] ?? {}));
  t.same([wav.type, wav.bytes.length, wav.bytes.subarray(0, 4).toString()], ['audio/wav', 4844, 'RIFF']);
});

t.test('a model that transcribes tells stretches, with times and speakers as asked', async (t) => {
  const emulator = await started(t);
  const told = async (ask: Parameters<typeof whole>[1]) => partsOf(await whole(emulator, ask)).map((part) => objectAt(part, 'audioTranscription'));
  t.match(await told(asks['a transcript'] ?? {}), [{ text: 'Good morning, everyone.', startOffset: '0s', endOffset: '1.5s', speakerLabel: 'spk_1', words: [{ word: 'Good' }, {}, {}] }, { speakerLabel: 'spk_2' }]);
  t.match(await told({ model: 'gemini-3.5-transcribe' }), [{ speakerLabel: undefined, words: undefined }, {}]);
});

t.test("every canned answer fits Google's published schema", { skip: skipWithoutRecordings() }, async (t) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
  ajv.addSchema(publishedSchema('gemini.schema.json'), 'gemini');
  const validate = ajv.getSchema('gemini#/$defs/GenerateContentResponse');
  const emulator = await started(t);
  for (const [name, ask] of Object.entries(asks)) {
    for (const frame of await streamed(emulator, ask)) t.equal(validate?.(frame), true, `${name} ${JSON.stringify(validate?.errors)}`);
  }
});
