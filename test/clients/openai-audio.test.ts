import OpenAI, { BadRequestError, toFile } from 'openai';
import t, { type Test } from 'tap';
import { skipWithoutFfmpeg } from '../support/ffmpeg.ts';
import { mp3Frames } from '../support/mp3-frames.ts';
import { tone, wav } from '../support/gemini-emulator/canned-media.ts';
import { schemaCheck } from '../support/published-schemas.ts';
import { asked, dataOf, madeUpKeys, pollux, type Pollux, type PolluxOptions } from '../support/pollux.ts';
import { nativeRecordings, skipWithoutRecordings } from '../support/recordings.ts';

type Setup = Pollux & { readonly client: OpenAI };

const setup = async (t: Test, options: PolluxOptions = {}): Promise<Setup> => {
  const running = await pollux(t, options);
  return { ...running, client: new OpenAI({ apiKey: running.password, baseURL: `${running.url}/v1`, maxRetries: 0 }) };
};

const speech = { model: 'gpt-4o-mini-tts', voice: 'coral', input: 'Hello there.' } as const;
const samples = tone(100);
const recording = () => toFile(wav(tone(200)), 'speech.wav');

const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

/** What the service answered 400 with. */
const refusalOf = async (asking: Promise<unknown>): Promise<unknown> => {
  try {
    await asking;
  } catch (error) {
    return error instanceof BadRequestError ? { param: error.param, code: error.code } : error;
  }
  return 'no refusal';
};

t.test('a text is spoken as WAV and PCM, whichever way the model answers', async (t) => {
  const { client, emulator } = await setup(t);
  for (const model of ['gpt-4o-mini-tts', 'gemini-2.5-flash-preview-tts']) {
    const file = await client.audio.speech.create({ ...speech, model, response_format: 'wav' });
    t.equal(file.headers.get('content-type'), 'audio/wav');
    const bytes = await bytesOf(file);
    t.equal(file.headers.get('content-length'), String(bytes.length));
    t.same(bytes, wav(samples));
    t.same(await bytesOf(await client.audio.speech.create({ ...speech, model, response_format: 'pcm' })), samples);
  }
  t.same(asked(emulator).map(({ model }) => model), ['gemini-3.8-flash-tts', 'gemini-3.8-flash-tts', 'gemini-2.5-flash-preview-tts', 'gemini-2.5-flash-preview-tts']);
});

t.test('speech is streamed as events', async (t) => {
  const { client } = await setup(t);
  const response = await client.audio.speech.create({ ...speech, response_format: 'pcm', stream_format: 'sse' });
  t.match(response.headers.get('content-type'), /^text\/event-stream/);
  const events = dataOf(await response.text()).map((data) => JSON.parse(data) as { readonly type: string; readonly audio?: string; readonly usage?: { readonly total_tokens: number } });
  t.same(Buffer.concat(events.map(({ audio = '' }) => Buffer.from(audio, 'base64'))), samples);
  t.equal(events.at(-1)?.type, 'speech.audio.done');
  t.ok((events.at(-1)?.usage?.total_tokens ?? 0) > 0);
});

t.test('what cannot be spoken is a 400 that names the field', async (t) => {
  const { client, emulator } = await setup(t);
  t.match(await refusalOf(client.audio.speech.create({ ...speech, input: '' })), { param: 'input' });
  t.match(await refusalOf(client.audio.speech.create({ ...speech, speed: 9 })), { param: 'speed' });
  t.equal(asked(emulator).length, 0);
});

t.test('a recording becomes text, with usage', async (t) => {
  const { client, emulator } = await setup(t);
  const answer = await client.audio.transcriptions.create({ model: 'whisper-1', file: await recording(), language: 'en', temperature: 0 });
  t.ok(answer.text.length > 0);
  t.match(answer, { usage: { type: 'tokens' } });
  t.equal(asked(emulator)[0]?.model, 'gemini-flash-latest');
  t.match(asked(emulator)[0]?.body, { contents: [{ parts: [{ inlineData: { mimeType: 'audio/wav', data: wav(tone(200)).toString('base64') } }, {}] }] });
  const text = await client.audio.transcriptions.create({ model: 'whisper-1', file: await recording(), response_format: 'text' });
  t.equal(typeof text, 'string');
  const english = await client.audio.translations.create({ model: 'whisper-1', file: await recording() });
  t.ok(english.text.length > 0);
});

t.test('times and speakers come from the model that tells them', async (t) => {
  const { client } = await setup(t);
  const file = await recording();
  const verbose = await client.audio.transcriptions.create({ model: 'whisper-1', file, response_format: 'verbose_json', timestamp_granularities: ['word', 'segment'] });
  t.match(verbose, { text: 'Good morning, everyone. Shall we begin?', language: 'english', duration: 3.5 });
  t.match(verbose.words?.[0], { word: 'Good', start: 0, end: 0.5 });
  t.equal(verbose.segments?.length, 2);
  t.match(await client.audio.transcriptions.create({ model: 'whisper-1', file, response_format: 'srt' }), /^1\n00:00:00,000 --> 00:00:01,500\nGood/);
  t.match(await client.audio.transcriptions.create({ model: 'whisper-1', file, response_format: 'vtt' }), /^WEBVTT\n\n/);
  const spoken = await client.audio.transcriptions.create({ model: 'gpt-4o-transcribe-diarize', file, response_format: 'diarized_json', chunking_strategy: 'auto' });
  t.match(spoken, { segments: [{ speaker: 'A' }, { speaker: 'B' }] });
  t.match(await refusalOf(client.audio.transcriptions.create({ model: 'gemini-2.5-flash', file, response_format: 'srt' })), { param: 'response_format' });
  if (skipWithoutRecordings() !== false) return;
  t.same(schemaCheck('openai.schema.json')('CreateTranscriptionResponseVerboseJson', verbose), []);
});

t.test('a stream gives the same text as the whole transcript', async (t) => {
  const { client } = await setup(t);
  for (const model of ['gemini-2.5-flash', 'gemini-3.5-transcribe', 'gemini-3.8-flash']) {
    const whole = await client.audio.transcriptions.create({ model, file: await recording() });
    const stream = await client.audio.transcriptions.create({ model, file: await recording(), stream: true });
    const events: OpenAI.Audio.TranscriptionStreamEvent[] = [];
    for await (const event of stream) events.push(event);
    const text = events.map((event) => (event.type === 'transcript.text.delta' ? event.delta : '')).join('');
    t.equal(text, whole.text, model);
    t.ok(events.length > 2, 'in several pieces');
    t.match(events.at(-1), { type: 'transcript.text.done', text, usage: { type: 'tokens' } });
    if (skipWithoutRecordings() !== false) continue;
    t.same(schemaCheck('openai.schema.json')('CreateTranscriptionResponseJson', whole), []);
  }
});

t.test('a spent key costs nothing, and a refusal is told', async (t) => {
  const { client, emulator } = await setup(t, { keys: madeUpKeys });
  for (const key of madeUpKeys.slice(0, 2)) emulator.failKey(key, 'minute');
  t.ok((await client.audio.transcriptions.create({ model: 'gemini-2.5-flash', file: await recording() })).text.length > 0);
  t.match(await refusalOf(client.audio.transcriptions.create({ model: 'gemini-2.5-flash', file: await toFile(Buffer.from('hello'), 'notes.txt') })), { param: 'file' });
});

t.test('recorded transcripts are told word for word', { skip: skipWithoutRecordings() }, async (t) => {
  const recordings = nativeRecordings().filter(({ name }) => name.includes('transcription'));
  t.ok(recordings.length >= 2);
  const { client, emulator } = await setup(t);
  for (const { name, response } of recordings) {
    const recorded = JSON.parse(response.body) as { readonly candidates: readonly { readonly content: { readonly parts: readonly { readonly text?: string; readonly thought?: boolean }[] } }[] };
    const text = recorded.candidates[0]?.content.parts.flatMap((part) => (part.thought === true ? [] : [part.text ?? ''])).join('').trim();
    emulator.answerWith({ body: response.body }, { times: 1 });
    const answer = await client.audio.transcriptions.create({ model: 'gemini-3-flash-preview', file: await recording() });
    t.equal(answer.text, text, name);
    t.match(answer, { usage: { type: 'tokens', input_token_details: { audio_tokens: 138 } } });
  }
});

t.test('with ffmpeg speech comes as MP3 unless asked otherwise, and at any speed', { skip: skipWithoutFfmpeg() }, async (t) => {
  const { client } = await setup(t);
  const usual = await client.audio.speech.create(speech);
  t.equal(usual.headers.get('content-type'), 'audio/mpeg');
  t.match([...(await bytesOf(usual)).subarray(0, 1)], [0xff]);
  const types = { opus: 'audio/ogg; codecs=opus', aac: 'audio/aac', flac: 'audio/flac' } as const;
  for (const response_format of ['opus', 'aac', 'flac'] as const) {
    const file = await client.audio.speech.create({ ...speech, response_format });
    t.equal(file.headers.get('content-type'), types[response_format]);
    t.ok((await bytesOf(file)).length > 100);
  }
  const slow = await bytesOf(await client.audio.speech.create({ ...speech, response_format: 'pcm', speed: 0.5 }));
  t.ok(slow.length > samples.length * 1.6, `${slow.length} bytes`);
  const streamed = dataOf(await (await client.audio.speech.create({ ...speech, stream_format: 'sse' })).text()).map((data) => JSON.parse(data) as { readonly audio?: string });
  t.equal(Buffer.from(streamed[0]?.audio ?? '', 'base64')[0], 0xff);
});

t.test('without ffmpeg speech comes as MP3, whole and streamed, and what needs it is a 400', async (t) => {
  const path = process.env['PATH'];
  process.env['PATH'] = t.testdir();
  t.teardown(() => {
    process.env['PATH'] = path;
  });
  const { client, emulator } = await setup(t);
  const seconds = (file: Buffer): number => mp3Frames(file).reduce((sum, frame) => sum + frame.samples / frame.rate, 0);
  const spoken = samples.length / 48_000;
  for (const response_format of [undefined, 'mp3'] as const) {
    const file = await client.audio.speech.create({ ...speech, response_format });
    t.equal(file.headers.get('content-type'), 'audio/mpeg');
    t.ok(Math.abs(seconds(await bytesOf(file)) - spoken) < 0.15);
  }
  const events = dataOf(await (await client.audio.speech.create({ ...speech, stream_format: 'sse' })).text()).map((data) => JSON.parse(data) as { readonly audio?: string });
  t.ok(Math.abs(seconds(Buffer.concat(events.map(({ audio = '' }) => Buffer.from(audio, 'base64')))) - spoken) < 0.15);
  t.same(await bytesOf(await client.audio.speech.create({ ...speech, response_format: 'wav' })), wav(samples));
  const before = asked(emulator).length;
  t.match(await refusalOf(client.audio.speech.create({ ...speech, response_format: 'opus', stream_format: 'sse' })), { param: 'response_format' });
  for (const response_format of ['mp3', 'wav'] as const) {
    t.match(await refusalOf(client.audio.speech.create({ ...speech, response_format, speed: 1.5 })), { param: 'speed' });
  }
  t.equal(asked(emulator).length, before, 'Gemini was not asked for those');
});
