import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import type { ProxyError } from '../../../src/kernel/proxy-error.ts';
import type { AudioTranscription, Frame } from '../../../src/gemini/response.ts';
import { transcriptMachine, type TranscriptWish } from '../../../src/openai/transcriptions/machine.ts';
import { transcriptError, transcriptFrames, wholeTranscript } from '../../../src/openai/transcriptions/reply.ts';
import type { Whole } from '../../../src/ports/reply.ts';
import { cannedTranscript } from '../../support/gemini-emulator/canned-transcript.ts';
import { textFrame } from '../../support/capabilities.ts';

const usage = { promptTokenCount: 40, candidatesTokenCount: 9, thoughtsTokenCount: 1, promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 32 }] };
const last: Frame = { candidates: [{ finishReason: 'STOP' }], usageMetadata: usage };
const heard = (audioTranscription: AudioTranscription): Frame => ({ candidates: [{ content: { parts: [{ audioTranscription }] } }] });

const events = (frames: readonly Frame[], over: Partial<TranscriptWish> = {}) => {
  const machine = transcriptMachine({ format: 'json', granularities: ['segment'], language: null, temperature: 0, ...over });
  let state = machine.start;
  const all = [...frames, last].flatMap((frame) => {
    const [next, some] = machine.step(state, frame);
    state = next;
    return some;
  });
  return [...all, ...machine.end(state)];
};

const whole = (frames: readonly Frame[], over: Partial<TranscriptWish> = {}): unknown =>
  E.match(
    (error: ProxyError): unknown => error,
    ({ headers, body }: Whole): unknown => (headers['content-type'] === 'application/json; charset=utf-8' ? JSON.parse(String(body)) : [headers['content-type'], body]),
  )(wholeTranscript(events(frames, over)));

type Told = { readonly type?: string; readonly delta?: string; readonly text?: string };
const streamed = (frames: readonly Frame[], over: Partial<TranscriptWish> = {}): readonly Told[] =>
  transcriptFrames(events(frames, over))
    .split('\n\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text.slice('data: '.length)));

/** The text of a transcript; a stream must have said the same. */
const textOf = (frames: readonly Frame[]): string => {
  const { text } = whole(frames) as { readonly text: string };
  const told = streamed(frames);
  const deltas = told.map(({ delta = '' }) => delta).join('');
  if (deltas !== text || told.at(-1)?.text !== text) throw new Error(`streamed ${JSON.stringify(deltas)}, whole ${JSON.stringify(text)}`);
  return text;
};

const canned = (asked: object = { wordTimestamp: true, diarization: true }): readonly Frame[] =>
  (cannedTranscript(asked as Parameters<typeof cannedTranscript>[0]) as readonly AudioTranscription[]).map(heard);

t.test('a transcript is what the model says, without blanks around it and without thoughts', (t) => {
  const thought: Frame = { candidates: [{ content: { parts: [{ text: 'Hm.', thought: true }] } }] };
  t.equal(textOf([thought, textFrame('\n Hello'), textFrame(' there, '), textFrame('world.\n')]), 'Hello there, world.');
  t.equal(textOf([textFrame('[no'), textFrame('isy street] Hello')]), '[noisy street] Hello');
  t.equal(textOf([textFrame('[no '), textFrame('speech]\n')]), '', 'silence');
  t.equal(textOf([textFrame('No speech is given today.')]), 'No speech is given today.');
  t.same(whole([textFrame('Hello')]), {
    text: 'Hello',
    usage: { type: 'tokens', input_tokens: 40, input_token_details: { audio_tokens: 32, text_tokens: 8 }, output_tokens: 10, total_tokens: 50 },
  });
  t.same(whole([textFrame('Hello')], { format: 'text' }), ['text/plain; charset=utf-8', 'Hello\n']);
  t.end();
});

t.test('stretches make one text, whichever way they come', (t) => {
  t.equal(textOf(canned()), 'Good morning, everyone. Shall we begin?');
  t.equal(textOf([heard({ text: 'Hel' }), heard({ text: 'lo' })]), 'Hello', 'without times they are pieces of one text');
  t.equal(textOf([heard({ text: '你好。', endOffset: '1s' }), heard({ text: '再见。', endOffset: '2s' })]), '你好。再见。');
  t.equal(textOf([textFrame('Hello.'), heard({ text: 'Hello.', endOffset: '1s' })]), 'Hello.', 'what comes twice is told once');
  t.equal(textOf([heard({ text: 'Hello.', endOffset: '1s' }), textFrame('Hello.')]), 'Hello.');
  t.equal(textOf([{ candidates: [{ content: { parts: [{ text: 'Hello.', audioTranscription: { endOffset: '1s' } }] } }] }]), 'Hello.', 'the text of the part itself');
  t.equal(textOf([{ candidates: [{ content: { parts: [{ text: 'Hello.', audioTranscription: { text: 'Hello.', endOffset: '1s' } }] } }] }]), 'Hello.');
  t.equal(textOf([heard({ words: [{ word: 'Just', endOffset: '1s' }, { word: 'words', endOffset: '2s' }] })]), 'Just words');
  t.match(whole(canned()), { languages: [{ code: 'en-US' }] });
  t.end();
});

t.test('subtitles have a line a sentence', (t) => {
  t.same(whole(canned(), { format: 'srt' }), [
    'text/plain; charset=utf-8',
    '1\n00:00:00,000 --> 00:00:01,500\nGood morning, everyone.\n\n2\n00:00:02,000 --> 00:00:03,500\nShall we begin?\n\n',
  ]);
  t.same(whole(canned(), { format: 'vtt' }), [
    'text/plain; charset=utf-8',
    'WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nGood morning, everyone.\n\n00:00:02.000 --> 00:00:03.500\nShall we begin?\n\n',
  ]);
  const late = heard({ text: 'a --> b', startOffset: '3661.0005s', endOffset: '3662s' });
  t.match(whole([late], { format: 'vtt' }), [/./, /01:01:01\.001 --> 01:01:02\.000\na -> b/]);
  t.same(whole([], { format: 'srt' }), ['text/plain; charset=utf-8', ''], 'silence has none');
  t.match(whole([textFrame('Hello')], { format: 'srt' }), { tag: 'BadAnswer', reason: 'no times in it' });
  t.end();
});

t.test('a long stretch is cut by sentence, silence and length', (t) => {
  const word = (text: string, start: number) => ({ word: text, startOffset: `${start}s`, endOffset: `${start + 0.4}s` });
  const lines = (text: string, words: readonly ReturnType<typeof word>[]) =>
    (whole([heard({ text, words, endOffset: '60s' })], { format: 'verbose_json' }) as { segments: readonly { text: string }[] }).segments.map((segment) => segment.text);
  t.same(lines('One two. Three', [word('One', 0), word('two.', 0.5), word('Three', 1)]), ['One two.', 'Three']);
  t.same(lines('One two', [word('One', 0), word('two', 5)]), ['One', 'two'], 'silence');
  t.same(lines('一二三', [word('一', 0), word('二', 0.5), word('三', 1)]), ['一二三'], 'as it is written');
  t.same(lines('changed', [word('One', 0), word('two', 0.5)]), ['One two'], 'words that are not in the text');
  const many = Array.from({ length: 40 }, (_, at) => word('word', at * 0.4));
  for (const line of lines(many.map((one) => one.word).join(' '), many)) t.ok(line.length <= 84 && line.split(' ').length <= 18, line);
  t.end();
});

t.test('verbose_json has what was asked for', (t) => {
  t.match(whole(canned(), { format: 'verbose_json' }), { task: 'transcribe', language: 'english', duration: 3.5, text: /^Good/, segments: [{ id: 0, start: 0, end: 1.5 }, { id: 1, start: 2, end: 3.5 }], usage: { type: 'duration', seconds: 4 }, words: undefined });
  t.match(whole(canned(), { format: 'verbose_json', granularities: ['word'] }), { words: [{ word: 'Good', start: 0, end: 0.5 }, { word: 'morning,', start: 0.5, end: 1 }], segments: undefined });
  const silent = (language: string | null) => (whole([], { format: 'verbose_json', language }) as { readonly language: string }).language;
  t.same([silent('de'), silent('zh-CN'), silent('und'), silent(null)], ['german', 'chinese', '', '']);
  t.end();
});

t.test('speakers are A, B, … in order, whole and streamed', (t) => {
  const segments = [
    { type: 'transcript.text.segment', id: 'seg_0', start: 0, end: 1.5, text: 'Good morning, everyone.', speaker: 'A' },
    { type: 'transcript.text.segment', id: 'seg_1', start: 2, end: 3.5, text: 'Shall we begin?', speaker: 'B' },
  ];
  t.match(whole(canned(), { format: 'diarized_json' }), { task: 'transcribe', duration: 3.5, segments });
  const told = streamed(canned(), { format: 'diarized_json' });
  t.same(told.filter(({ type }) => type === 'transcript.text.segment'), segments);
  t.match(told[0], { type: 'transcript.text.delta', segment_id: 'seg_0' });
  t.equal(streamed(canned()).some(({ type }) => type === 'transcript.text.segment'), false, 'only where asked for');
  t.end();
});

t.test('a refusal is told in words, even after some of it', (t) => {
  t.match(whole([{ candidates: [{ finishReason: 'SAFETY' }] }]), { tag: 'Blocked', what: 'answer', reason: 'SAFETY' });
  t.match(whole([{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }]), { tag: 'Blocked', what: 'prompt', reason: 'PROHIBITED_CONTENT' });
  t.match(transcriptError(events([textFrame('Hello'), { candidates: [{ finishReason: 'RECITATION' }] }])), { tag: 'Blocked', reason: 'RECITATION' });
  t.equal(transcriptError(events([textFrame('Hello')])), null);
  t.end();
});
