import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import type { Frame } from '../../../src/gemini/response.ts';
import { speechMachine } from '../../../src/openai/speech/machine.ts';
import { speechError, speechFrames, wholeSpeech } from '../../../src/openai/speech/reply.ts';
import { tone, wav } from '../../support/gemini-emulator/canned-media.ts';

const l16 = 'audio/L16;codec=pcm;rate=24000';
const samples = tone(20);
const [one, two] = [samples.subarray(0, 400), samples.subarray(400)];

const sound = (mimeType: string, bytes: Uint8Array): Frame => ({
  candidates: [{ content: { parts: [{ inlineData: { mimeType, data: Buffer.from(bytes).toString('base64') } }] } }],
});
const last: Frame = { candidates: [{ finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 40, thoughtsTokenCount: 2 } };

const events = (frames: readonly Frame[], format: 'wav' | 'pcm') => {
  const machine = speechMachine(format);
  let state = machine.start;
  const all = frames.flatMap((frame) => {
    const [next, some] = machine.step(state, frame);
    state = next;
    return some;
  });
  return [...all, ...machine.end(state)];
};

const whole = (frames: readonly Frame[], format: 'wav' | 'pcm') =>
  E.match(
    (error: ProxyError): unknown => error,
    ({ headers, body }: { readonly headers: object; readonly body: string | Uint8Array }): unknown => [headers, Buffer.from(body)],
  )(wholeSpeech(events(frames, format)));

type Told = { readonly type?: string; readonly audio?: string; readonly usage?: unknown };
const streamed = (frames: readonly Frame[], format: 'wav' | 'pcm'): readonly Told[] =>
  speechFrames(events(frames, format))
    .split('\n\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text.slice('data: '.length)));
const audioIn = (told: readonly Told[]): Buffer => Buffer.concat(told.map(({ audio = '' }) => Buffer.from(audio, 'base64')));

t.test('bare samples and a ready WAV file give the same WAV file and the same samples', (t) => {
  for (const frames of [[sound(l16, samples), last], [sound(l16, one), sound(l16, two), last], [sound('audio/wav', wav(samples)), last], [sound('audio/wav', wav(one)), sound('audio/wav', two), last]]) {
    t.same(whole(frames, 'wav'), [{ 'content-type': 'audio/wav' }, wav(samples)]);
    t.same(whole(frames, 'pcm'), [{ 'content-type': 'audio/pcm' }, samples]);
    t.same(audioIn(streamed(frames, 'pcm')), samples);
    t.same(audioIn(streamed(frames, 'wav')).subarray(44), samples);
    t.equal(audioIn(streamed(frames, 'wav')).readUInt32LE(40), 0xffff_ffff, 'a stream does not know its length');
  }
  t.end();
});

t.test('the rate is what Gemini says', (t) => {
  const [, body] = whole([sound('audio/L16;rate=16000', samples), last], 'wav') as readonly [object, Buffer];
  t.equal(body.readUInt32LE(24), 16_000);
  t.end();
});

t.test('encoded sound goes out as it is', (t) => {
  const frames = [sound('audio/mpeg', one), sound('audio/mpeg', two), last];
  t.same(whole(frames, 'wav'), [{ 'content-type': 'audio/mpeg' }, samples]);
  t.same(audioIn(streamed(frames, 'wav')), samples);
  t.end();
});

t.test('a stream ends with its usage', (t) => {
  const told = streamed([sound(l16, one), sound(l16, two), last], 'pcm');
  t.same(told.map(({ type }) => type), ['speech.audio.delta', 'speech.audio.delta', 'speech.audio.done']);
  t.same(told.at(-1)?.usage, { input_tokens: 3, output_tokens: 42, total_tokens: 45 });
  t.end();
});

t.test('an answer without sound is an error, in words', (t) => {
  const text: Frame = { candidates: [{ content: { parts: [{ text: 'I would rather not.' }] }, finishReason: 'STOP' }] };
  t.match(whole([text], 'wav'), { tag: 'BadAnswer', reason: 'no sound in it' });
  t.match(whole([sound('audio/midi', one), last], 'wav'), { tag: 'BadAnswer', reason: 'sound of an unknown kind' });
  t.match(whole([{ candidates: [{ finishReason: 'PROHIBITED_CONTENT' }] }], 'wav'), { tag: 'Blocked', what: 'answer', reason: 'PROHIBITED_CONTENT' });
  t.match(whole([{ promptFeedback: { blockReason: 'SAFETY' } }], 'wav'), { tag: 'Blocked', what: 'prompt' });
  t.match(speechError(events([sound(l16, one), { candidates: [{ finishReason: 'SAFETY' }] }], 'pcm')), { tag: 'Blocked', what: 'answer' }, 'even after some of it');
  t.equal(speechError(events([sound(l16, one), last], 'pcm')), null);
  t.end();
});

t.test('sound that Gemini encoded itself is told by the name that clients know, whichever Gemini has for it', (t) => {
  const bytes = Buffer.from('ID3\x04', 'latin1');
  const names = { 'audio/mp3': 'audio/mpeg', 'audio/mpeg': 'audio/mpeg', 'audio/ogg': 'audio/ogg; codecs=opus', 'audio/x-flac': 'audio/flac' };
  for (const [mimeType, told] of Object.entries(names)) t.same(whole([sound(mimeType, bytes), last], 'wav'), [{ 'content-type': told }, bytes], mimeType);
  t.end();
});
