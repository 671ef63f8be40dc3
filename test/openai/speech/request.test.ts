import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { GeminiCall } from '../../../src/gemini/request.ts';
import { speechDialect } from '../../../src/openai/speech/dialect.ts';
import { decodeSpeechRequest, type SpeechRequest } from '../../../src/openai/speech/request.ts';
import { toGemini } from '../../../src/openai/speech/to-gemini.ts';
import { checkRequest } from '../../support/gemini-emulator/check-request.ts';

const aliases = new Map([['tts-1-hd', 'gemini-2.5-pro-preview-tts'], ['mine', 'gemini-3.1-flash-tts-preview']]);
const base = { model: 'gemini-3.8-flash-tts', input: 'Hello there', voice: 'alloy' };

const call = (over: object): GeminiCall => {
  const made = E.flatMap((asked: Parameters<typeof toGemini>[0]) => toGemini(asked, aliases))(decodeSpeechRequest({ ...base, ...over }));
  if (E.isLeft(made)) throw new Error(JSON.stringify(made.left));
  const refusal = checkRequest(made.right.model, made.right.body);
  if (refusal !== undefined) throw new Error(refusal.message);
  return made.right;
};
const fault = (over: object): unknown => {
  const made = E.flatMap((asked: Parameters<typeof toGemini>[0]) => toGemini(asked, aliases))(decodeSpeechRequest({ ...base, ...over }));
  return E.isLeft(made) ? made.left : null;
};

t.test('a text is spoken by a voice, with nothing that speech models refuse', (t) => {
  t.same(call({}), {
    model: 'gemini-3.8-flash-tts',
    streamed: false,
    copies: 1,
    body: {
      contents: [{ role: 'user', parts: [{ text: 'Hello there' }] }],
      generationConfig: { responseModalities: ['AUDIO'], speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } } },
    },
  });
  t.equal(call({ stream_format: 'sse' }).streamed, true);
  t.equal(call({ stream_format: 'audio' }).streamed, false);
  t.end();
});

t.test("OpenAI's voices and models have a counterpart, Gemini's own pass", (t) => {
  const voices: readonly (readonly [unknown, string])[] = [
    ['alloy', 'Kore'],
    ['NOVA', 'Leda'],
    ['cedar', 'Iapetus'],
    ['Zephyr', 'Zephyr'],
    ['zubenelgenubi', 'Zubenelgenubi'],
    [{ id: 'Puck' }, 'Puck'],
    ['of-tomorrow', 'of-tomorrow'],
  ];
  for (const [voice, name] of voices) t.equal(call({ voice }).body.generationConfig?.speechConfig?.voiceConfig.prebuiltVoiceConfig.voiceName, name);
  const models: readonly (readonly [string, string])[] = [
    ['tts-1', 'gemini-3.8-flash-tts'],
    ['tts-1-1106', 'gemini-3.8-flash-tts'],
    ['gpt-4o-mini-tts', 'gemini-3.8-flash-tts'],
    ['gpt-4o-mini-tts-2025-12-15', 'gemini-3.8-flash-tts'],
    ['tts-1-hd', 'gemini-2.5-pro-preview-tts'],
    ['mine', 'gemini-3.1-flash-tts-preview'],
    ['models/gemini-2.5-flash-preview-tts', 'gemini-2.5-flash-preview-tts'],
    ['gemini-9-tts', 'gemini-9-tts'],
  ];
  for (const [model, id] of models) t.equal(call({ model }).model, id);
  t.end();
});

t.test('instructions are a field of their own from 3.8 on, and stand before the text until then', (t) => {
  const part = (model: string, instructions = 'Cheerfully') => call({ model, instructions }).body.contents[0]?.parts[0];
  t.same(part('gemini-3.8-flash-tts'), { text: 'Hello there', speechMetadata: { style: 'Cheerfully' } });
  t.same(part('gemini-4-tts'), { text: 'Hello there', speechMetadata: { style: 'Cheerfully' } });
  t.same(part('gemini-3.1-flash-tts-preview'), { text: 'Cheerfully: Hello there' });
  t.same(part('gemini-2.5-flash-preview-tts'), { text: 'Cheerfully: Hello there' });
  t.same(part('gemini-2.5-flash-preview-tts', ' '), { text: 'Hello there' });
  t.end();
});

t.test('what is wrong is named', (t) => {
  const cases: readonly (readonly [object, string])[] = [
    [{ model: undefined }, 'model'],
    [{ input: undefined }, 'input'],
    [{ input: ' ' }, 'input'],
    [{ input: 'x'.repeat(4097) }, 'input'],
    [{ input: ['x'] }, 'input'],
    [{ instructions: 'x'.repeat(4097) }, 'instructions'],
    [{ voice: undefined }, 'voice'],
    [{ voice: '' }, 'voice'],
    [{ voice: {} }, 'voice.id'],
    [{ response_format: 'ogg' }, 'response_format'],
    [{ speed: 0.2 }, 'speed'],
    [{ speed: 4.1 }, 'speed'],
    [{ stream_format: 'json' }, 'stream_format'],
  ];
  for (const [over, param] of cases) t.match(fault(over), { tag: 'InvalidRequest', param }, JSON.stringify(over).slice(0, 60));
  t.equal(fault({ input: '😀'.repeat(4096) }), null, 'characters are counted, not UTF-16 units');
  t.equal(fault({ response_format: null, speed: null, something: 'new' }), null);
  t.match(fault({ model: '../x' }), { tag: 'ModelNotFound' });
  t.end();
});

t.test('an encoder is wanted for all but wav and pcm at their own speed', (t) => {
  const dialect = speechDialect({ modelAliases: aliases });
  const context = { requestId: 'req_1', id: 'x', created: 7, recalled: new Map(), media: new Map(), imageReplyFormat: null };
  const wish = (over: object) => {
    const plan = E.flatMap((asked: SpeechRequest) => dialect.translate(asked, context))(decodeSpeechRequest({ ...base, ...over }));
    return E.isRight(plan) ? plan.right.encoding : undefined;
  };
  t.equal(wish({ response_format: 'wav' }), null);
  t.equal(wish({ response_format: 'pcm', speed: 1 }), null);
  t.match(wish({}), { format: 'mp3', speed: 1 });
  t.match(wish({ response_format: 'opus', speed: 2 }), { format: 'opus', speed: 2 });
  t.match(wish({ response_format: 'wav', speed: 2 }), { format: 'pcm', speed: 2 });
  t.equal(wish({})?.otherwise([]), null, 'no format asked for: WAV will do');
  t.match(wish({ response_format: 'mp3' })?.otherwise([]), { tag: 'InvalidRequest', param: 'response_format', message: /These work: wav, pcm\./ });
  t.match(wish({ response_format: 'mp3' })?.otherwise(['opus', 'pcm']), { param: 'response_format', message: /without mp3.*These work: wav, pcm, opus\./ });
  t.match(wish({ speed: 2 })?.otherwise([]), { param: 'speed' });
  t.end();
});
