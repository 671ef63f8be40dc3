import t from 'tap';
import { E, pipe } from '../../../src/kernel/fp.ts';
import type { GeminiCall } from '../../../src/gemini/request.ts';
import { decodeTranscriptionRequest, type Task } from '../../../src/openai/transcriptions/request.ts';
import { soundType } from '../../../src/openai/transcriptions/sound-type.ts';
import { toGemini } from '../../../src/openai/transcriptions/to-gemini.ts';
import { checkRequest } from '../../support/gemini-emulator/check-request.ts';
import { wavFile } from '../../support/recording-file.ts';

const aliases = new Map([['gpt-4o-transcribe', 'gemini-2.5-flash']]);
const base = { file: wavFile(), model: 'gemini-3.5-flash' };

const made = (over: object, task: Task = 'transcribe') =>
  pipe(decodeTranscriptionRequest(task)({ ...base, ...over }), E.flatMap((asked) => toGemini(asked, task, aliases)));

const call = (over: object, task?: Task): GeminiCall => {
  const read = made(over, task);
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  const refusal = checkRequest(read.right.model, read.right.body);
  if (refusal !== undefined) throw new Error(refusal.message);
  return read.right;
};
const order = (over: object, task?: Task): string => String(call(over, task).body.contents[0]?.parts[1]?.text ?? '');
const config = (over: object) => call({ model: 'gemini-3.5-transcribe', ...over }).body.generationConfig?.audioTranscriptionConfig;

t.test('a model that can do anything is told what to do with the recording', (t) => {
  const { model, streamed, body } = call({});
  t.same([model, streamed], ['gemini-3.5-flash', false]);
  const [sound] = body.contents[0]?.parts ?? [];
  t.same(sound, { inlineData: { mimeType: 'audio/wav', data: Buffer.from(wavFile().bytes).toString('base64') } });
  t.match(order({}), /word for word.*\[no speech\]$/s);
  t.match(order({}, 'translate'), /in English/);
  t.match(order({ language: 'de', languages: ['en', 'de'] }), /Language spoken: de, en/);
  t.match(order({ keywords: ['Kubernetes', 'etcd'] }), /Words that may come up: Kubernetes, etcd/);
  t.match(order({ prompt: 'A talk of Ada.' }), /For spelling and style.*A talk of Ada\.$/s);
  t.same(body.generationConfig, { thinkingConfig: { thinkingLevel: 'MINIMAL' } }, 'little thinking');
  t.equal(call({ temperature: '0.2' }).body.generationConfig?.temperature, 0.2);
  t.equal(call({ model: 'gemini-3.8-flash', temperature: '0.2' }).body.generationConfig?.temperature, undefined, 'newer models do not take it');
  t.equal(call({ stream: 'true' }).streamed, true);
  t.equal(call({ model: 'gemini-4-argon' }).streamed, true, 'Gemini 4 is always streamed');
  t.end();
});

t.test('a model that only transcribes is told by its configuration', (t) => {
  t.same(call({ model: 'gemini-3.5-transcribe' }).body, {
    contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'audio/wav', data: Buffer.from(wavFile().bytes).toString('base64') } }] }],
    generationConfig: { audioTranscriptionConfig: { mode: 'VERBATIM' } },
  });
  t.same(config({ language: 'en', languages: 'fr' })?.languageCodes, ['en', 'fr']);
  t.same(config({ language: 'zh_CN' })?.languageCodes, ['zh-CN']);
  t.same(config({ keywords: ['etcd'], prompt: 'ZyntriQix, Digique Plus, etcd.' })?.customVocabulary, ['etcd', 'ZyntriQix', 'Digique Plus']);
  t.equal(config({ prompt: 'x'.repeat(61) })?.customVocabulary, undefined);
  for (const response_format of ['srt', 'vtt', 'verbose_json']) t.same(config({ response_format }), { mode: 'VERBATIM', wordTimestamp: true });
  t.same(config({ response_format: 'diarized_json' }), { mode: 'VERBATIM', wordTimestamp: true, diarization: true });
  t.end();
});

t.test("OpenAI's models have a counterpart, which depends on whether times are asked for", (t) => {
  const models: readonly (readonly [object, string])[] = [
    [{ model: 'whisper-1' }, 'gemini-flash-latest'],
    [{ model: 'whisper-1', response_format: 'srt' }, 'gemini-3.5-transcribe'],
    [{ model: 'gpt-4o-mini-transcribe-2025-12-15' }, 'gemini-flash-latest'],
    [{ model: 'gpt-transcribe' }, 'gemini-flash-latest'],
    [{ model: 'gpt-4o-transcribe-diarize', response_format: 'diarized_json' }, 'gemini-3.5-transcribe'],
    [{ model: 'gpt-4o-transcribe' }, 'gemini-2.5-flash'],
    [{ model: 'models/gemini-3.5-transcribe' }, 'gemini-3.5-transcribe'],
  ];
  for (const [over, model] of models) t.equal(call(over).model, model, JSON.stringify(over));
  t.equal(call({ model: 'whisper-1' }, 'translate').model, 'gemini-flash-latest');
  t.end();
});

t.test('what is wrong is named', (t) => {
  const cases: readonly (readonly [object, string, RegExp?])[] = [
    [{ file: undefined }, 'file', /multipart/],
    [{ file: 'text' }, 'file'],
    [{ file: [wavFile(), wavFile()] }, 'file', /one file/],
    [{ file: wavFile({ bytes: new Uint8Array() }) }, 'file', /empty/],
    [{ file: wavFile({ bytes: new Uint8Array(26 * 1_048_576) }) }, 'file', /26\.0 MB.*25 MB/],
    [{ file: { filename: 'notes.txt', mimeType: 'text/plain', bytes: Buffer.from('hello there') } }, 'file', /flac, mp3/],
    [{ model: undefined }, 'model'],
    [{ language: 'no language!' }, 'language'],
    [{ languages: ['en', '1'] }, 'languages.1'],
    [{ response_format: 'xml' }, 'response_format'],
    [{ response_format: 'srt' }, 'response_format', /gemini-3\.5-flash.*no times/],
    [{ response_format: 'diarized_json' }, 'response_format', /no speakers/],
    [{ temperature: 'hot' }, 'temperature'],
    [{ temperature: '3' }, 'temperature'],
    [{ stream: 'maybe' }, 'stream'],
    [{ model: 'whisper-1', stream: 'true', response_format: 'vtt' }, 'stream'],
    [{ timestamp_granularities: ['word'] }, 'timestamp_granularities', /verbose_json/],
    [{ timestamp_granularities: ['letter'], response_format: 'verbose_json' }, 'timestamp_granularities.0'],
    [{ include: ['logprobs'] }, 'include'],
    [{ known_speaker_names: ['agent'] }, 'known_speaker_names'],
    [{ known_speaker_references: ['data:'] }, 'known_speaker_references'],
    [{ prompt: 'x'.repeat(10_001) }, 'prompt'],
  ];
  for (const [over, param, message = /./] of cases) t.match(made(over), E.left({ tag: 'InvalidRequest', param, message }), `${param}: ${message.source}`);
  t.match(made({ response_format: 'verbose_json', model: 'whisper-1' }, 'translate'), E.left({ param: 'response_format' }));
  t.match(made({ model: 'gemini-3.5-transcribe' }, 'translate'), E.left({ param: 'model' }));
  t.match(made({ model: '../x' }), E.left({ tag: 'ModelNotFound' }));
  t.end();
});

t.test('empty fields, as forms send them, are no fields', (t) => {
  t.same(call({ language: '', prompt: '', response_format: '', temperature: '', stream: '' }), call({}));
  t.same(call({ chunking_strategy: 'auto', stream: 'False', something: 'new' }), call({}), 'what is not known is let through');
  t.end();
});

t.test('a recording is what its bytes say, else what the client said, else its name', (t) => {
  const text = (value: string): Uint8Array => Buffer.from(value, 'latin1');
  const blank = text('.'.repeat(20));
  const cases: readonly (readonly [string, string, Uint8Array, string | null])[] = [
    ['a.mp3', 'audio/mpeg', wavFile().bytes, 'audio/wav'],
    ['', '', text('ID3\x04'), 'audio/mp3'],
    ['', '', text('\xff\xfb\x90\x00'), 'audio/mp3'],
    ['', '', text('\xff\xf1\x50\x80'), 'audio/aac'],
    ['', '', text('fLaC'), 'audio/flac'],
    ['', '', text('OggS'), 'audio/ogg'],
    ['', '', text('\x1aE\xdf\xa3'), 'audio/webm'],
    ['', '', text('FORM....AIFF'), 'audio/aiff'],
    ['', '', text('\0\0\0\x20ftypM4A '), 'audio/m4a'],
    ['', '', text('\0\0\0\x20ftypisom'), 'audio/mp4'],
    ['talk.MPGA', 'application/octet-stream', blank, 'audio/mp3'],
    ['talk.opus', '', blank, 'audio/ogg'],
    ['blob', 'audio/webm;codecs=opus', blank, 'audio/webm'],
    ['blob', 'audio/x-m4a', blank, 'audio/m4a'],
    ['blob', 'video/mp4', blank, 'audio/mp4'],
    ['blob', 'audio/midi', blank, null],
    ['a.constructor', '', blank, null],
    ['talk.wav', 'text/plain', blank, 'audio/wav'],
    ['talk.wav', 'audio/mpeg', blank, 'audio/mp3'],
    ['talk.mp3', 'audio/mpeg', text('\x89PNG\r\n\x1a\n'), null],
  ];
  for (const [filename, mimeType, bytes, type] of cases) {
    const read = soundType({ filename, mimeType, bytes });
    t.equal(E.isRight(read) ? read.right : null, type, `${filename} ${mimeType}`);
  }
  t.end();
});
