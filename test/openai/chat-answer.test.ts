import fc from 'fast-check';
import t from 'tap';
import { scratch } from '../../src/kernel/scratch.ts';
import { bytesBehind } from '../support/bytes-behind.ts';
import { E } from '../../src/kernel/fp.ts';
import { plainTextOf, saidIn } from '../../src/gemini/plain-text.ts';
import type { Candidate, Frame, ResponsePart } from '../../src/gemini/response.ts';
import type { ChatEvent } from '../../src/openai/chat/answer/chunk.ts';
import { completion } from '../../src/openai/chat/answer/completion.ts';
import { functionNames } from '../../src/gemini/tools/function-names.ts';
import { chatWriting } from '../../src/openai/chat/answer/chat-answer.ts';
import { chatMachine, type MachineSettings } from '../../src/openai/chat/answer/machine.ts';
import { wholeWriter } from '../../src/openai/chat/answer/whole-text.ts';
import { dataEvent } from '../../src/wire/event-stream.ts';
import { eventTemplate } from '../../src/wire/event-template.ts';

const settings: MachineSettings = {
  id: 'chatcmpl-1',
  created: 7,
  model: 'asked',
  names: functionNames([]),
  custom: new Set(),
  jsonAnswer: null,
  isLegacy: false,
  oneCall: false,
  audio: { format: 'wav', id: 'audio_1', expiresAt: 7 },
  includeUsage: false,
  imageReply: 'markdown',
  citesSources: false,
  keepsServerTools: false,
  tellsDetails: false,
  question: '',
};

const events = (frames: readonly Frame[], over: Partial<MachineSettings> = {}): readonly ChatEvent[] => {
  const machine = chatMachine({ ...settings, ...over });
  const made: ChatEvent[] = [];
  let state = machine.start;
  for (const frame of frames) {
    const [next, some] = machine.step(state, [frame]);
    state = next;
    made.push(...some);
  }
  return [...made, ...machine.end(state)];
};

type Message = Readonly<Record<string, unknown>>;
type Whole = { readonly choices: readonly { readonly index: number; readonly message: Message; readonly finish_reason: string; readonly logprobs: unknown; readonly native_finish_reason?: string }[]; readonly usage: unknown };

const whole = (frames: readonly Frame[], over: Partial<MachineSettings> = {}): Whole => {
  const made = completion(events(frames, over));
  if (E.isLeft(made)) throw new Error(made.left.tag);
  return JSON.parse(String(made.right.body));
};
const deltas = (frames: readonly Frame[], over: Partial<MachineSettings> = {}): readonly unknown[] =>
  events(frames, over).flatMap(({ chunk }) => chunk.choices.map((choice) => choice.delta));
const finishes = (frames: readonly Frame[]): readonly unknown[] =>
  events(frames).flatMap(({ chunk }) => chunk.choices.map((choice) => choice.finish_reason)).filter((reason) => reason !== null);

const frame = (parts: readonly ResponsePart[], rest: Candidate = {}): Frame => ({ candidates: [{ content: { parts }, ...rest }] });
const stop: Candidate = { finishReason: 'STOP' };
const callPart = (name: string, more: ResponsePart = {}): ResponsePart => ({ functionCall: { id: `id-${name}`, name, args: { a: 1 } }, ...more });
const opening = { role: 'assistant', content: '', refusal: null };

t.test('a text answer, as a stream and whole', (t) => {
  const frames = [frame([{ text: 'Grüß' }]), frame([{ text: ' dich' }, { text: '' }], stop)];
  t.same(deltas(frames), [opening, { content: 'Grüß' }, { content: ' dich' }, {}]);
  t.same(finishes(frames), ['stop']);
  t.same(whole(frames).choices, [{ index: 0, message: { role: 'assistant', content: 'Grüß dich', refusal: null }, logprobs: null, finish_reason: 'stop' }]);
  t.end();
});

t.test('thoughts go to reasoning_content, their pictures nowhere', (t) => {
  const frames = [frame([{ text: 'hm', thought: true }, { inlineData: { mimeType: 'image/png', data: 'x' }, thought: true }, { text: 'so' }], stop)];
  t.same(deltas(frames), [opening, { reasoning_content: 'hm' }, { content: 'so' }, {}]);
  t.match(whole(frames).choices[0]?.message, { content: 'so', reasoning_content: 'hm' });
  t.end();
});

t.test('function calls: index over the whole stream, arguments, names back, signatures', (t) => {
  const frames = [frame([callPart('_2f', { thoughtSignature: 's' })]), frame([callPart('g')]), frame([{ text: '' }], stop)];
  const over = { names: functionNames(['2f', 'g']) };
  t.same(deltas(frames, over), [
    opening,
    { tool_calls: [{ index: 0, id: 'id-_2f', type: 'function', function: { name: '2f', arguments: '{"a":1}' }, extra_content: { google: { thought_signature: 's' } } }] },
    { tool_calls: [{ index: 1, id: 'id-g', type: 'function', function: { name: 'g', arguments: '{"a":1}' } }] },
    {},
  ]);
  t.same(finishes(frames), ['tool_calls'], 'STOP in a later frame than the call');
  t.match(whole(frames, over).choices[0]?.message, { content: null, tool_calls: [{ id: 'id-_2f' }, { id: 'id-g' }] });
  t.notOk(Object.hasOwn(Object(Object(whole(frames).choices[0]?.message['tool_calls'])[0]), 'index'), 'no index in a whole answer');
  t.match(whole(frames, { oneCall: true }).choices[0]?.message['tool_calls'], { length: 1 }, 'parallel_tool_calls: false keeps the first');
  t.match(whole(frames, { isLegacy: true }).choices[0], { finish_reason: 'function_call', message: { function_call: { name: '_2f', arguments: '{"a":1}' } } });
  t.same(whole([frame([{ functionCall: { id: 'x', name: 'f' } }], stop)]).choices[0]?.message['tool_calls'], [{ id: 'x', type: 'function', function: { name: 'f', arguments: '{}' } }], 'no arguments are {}');
  t.end();
});

t.test('finish reasons', (t) => {
  const text = [{ text: 'x' }];
  const table: readonly (readonly [string | undefined, readonly ResponsePart[], string, string | undefined])[] = [
    ['STOP', text, 'stop', undefined],
    ['STOP', [callPart('f')], 'tool_calls', undefined],
    ['MAX_TOKENS', [callPart('f')], 'length', undefined],
    ['CONTINUATION', text, 'length', undefined],
    ...['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'IMAGE_SAFETY', 'IMAGE_PROHIBITED_CONTENT', 'IMAGE_RECITATION', 'ESCALATION', 'LANGUAGE'].map(
      (reason) => [reason, text, 'content_filter', undefined] as const,
    ),
    ['SAFETY', [callPart('f')], 'content_filter', undefined],
    ...['MALFORMED_FUNCTION_CALL', 'MALFORMED_RESPONSE', 'TOO_MANY_TOOL_CALLS', 'MISSING_THOUGHT_SIGNATURE', 'NO_IMAGE', 'IMAGE_OTHER', 'OTHER', 'BRAND_NEW', '__proto__'].map(
      (reason) => [reason, text, 'stop', reason] as const,
    ),
    ['UNEXPECTED_TOOL_CALL', [callPart('f')], 'stop', 'UNEXPECTED_TOOL_CALL'],
    [undefined, text, 'stop', undefined],
  ];
  for (const [reason, parts, finish, native] of table) {
    const choice = whole([frame(parts, reason === undefined ? {} : { finishReason: reason })]).choices[0];
    t.same([choice?.finish_reason, choice?.native_finish_reason], [finish, native], `${reason} with ${parts[0]?.text === undefined ? 'a call' : 'text'}`);
  }
  t.same(finishes([frame(text, stop), frame(text, stop), frame([{ text: 'y' }], stop)]), ['stop'], 'several STOPs in one stream make one');
  t.same(finishes([frame(text, stop), frame([], { finishReason: 'RECITATION' })]), ['content_filter'], 'the last one counts');
  t.end();
});

t.test('answers without content end properly', (t) => {
  const blocked: Frame = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 } };
  t.match(whole([blocked]).choices, [{ index: 0, finish_reason: 'content_filter', message: { role: 'assistant', content: null, refusal: /PROHIBITED_CONTENT/ } }]);
  t.match(deltas([blocked]), [opening, { refusal: /PROHIBITED_CONTENT/ }, {}]);
  const filtered = frame([], { finishReason: 'SAFETY', finishMessage: 'Because.' });
  t.match(whole([filtered]).choices[0], { finish_reason: 'content_filter', message: { content: null, refusal: /SAFETY.*Because/ } });
  const spent = frame([{ text: 'hm', thought: true }], { finishReason: 'MAX_TOKENS' });
  t.match(whole([spent]).choices, [{ finish_reason: 'length', message: { content: '', refusal: null, reasoning_content: 'hm' } }]);
  t.match(whole([{ candidates: [{ finishReason: 'MAX_TOKENS' }] }]).choices, [{ finish_reason: 'length', message: { content: '' } }], 'no content key at all');
  t.match(whole([{ promptFeedback: { blockReason: 'BLOCK_REASON_UNSPECIFIED' } }, frame([{ text: 'x' }], stop)]).choices[0], { finish_reason: 'stop' });
  t.end();
});

t.test('usage is the last word of every field, never a sum', (t) => {
  const frames: readonly Frame[] = [
    { ...frame([{ text: 'a' }]), usageMetadata: { promptTokenCount: 7, cachedContentTokenCount: 2, candidatesTokenCount: 1, totalTokenCount: 8 } },
    { ...frame([{ text: 'b' }]), usageMetadata: { promptTokenCount: 9, cachedContentTokenCount: 0, candidatesTokenCount: 45, thoughtsTokenCount: 51 } },
    { ...frame([], stop), usageMetadata: { promptTokenCount: 9, toolUsePromptTokenCount: 4, totalTokenCount: 109, serviceTier: 'standard' } },
  ];
  const usage = { prompt_tokens: 13, completion_tokens: 96, total_tokens: 109, prompt_tokens_details: { cached_tokens: 2, audio_tokens: 0 }, completion_tokens_details: { reasoning_tokens: 51, audio_tokens: 0 } };
  t.same(whole(frames).usage, usage);
  t.match(whole(frames), { service_tier: 'default' });
  const asked = events(frames, { includeUsage: true });
  t.same(asked.filter((event) => event.isSent).at(-1)?.chunk.choices, [], 'the usage comes last, with no choices');
  t.same(asked.slice(0, -1).map(({ chunk }) => chunk.usage), asked.slice(0, -1).map(() => null), 'null before');
  const unasked = events(frames);
  t.equal(unasked.filter((event) => event.isSent).some(({ chunk }) => Object.hasOwn(chunk, 'usage')), false, 'not sent unless asked for');
  t.end();
});

t.test('tokens of pictures and sound in an answer are told apart', (t) => {
  const details = [{ modality: 'TEXT', tokenCount: 10 }, { modality: 'IMAGE', tokenCount: 1290 }, { modality: 'AUDIO', tokenCount: 5 }];
  const usageMetadata = { promptTokenCount: 7, candidatesTokenCount: 1305, thoughtsTokenCount: 3, candidatesTokensDetails: details };
  t.match(whole([{ ...frame([{ text: 'a' }], stop), usageMetadata }]).usage, {
    completion_tokens: 1308,
    completion_tokens_details: { reasoning_tokens: 3, text_tokens: 10, image_tokens: 1290, audio_tokens: 5 },
  });
  t.end();
});

t.test('several candidates are several choices, each with its role and end', (t) => {
  const frames: readonly Frame[] = [{ candidates: [{ index: 0, content: { parts: [{ text: 'a' }] } }, { index: 1, content: { parts: [{ text: 'b' }] } }] }, { candidates: [{ index: 1, ...stop }, { index: 0, finishReason: 'MAX_TOKENS' }] }];
  t.match(whole(frames).choices, [{ index: 0, finish_reason: 'length', message: { content: 'a' } }, { index: 1, finish_reason: 'stop', message: { content: 'b' } }]);
  t.equal(deltas(frames).filter((delta) => JSON.stringify(delta).includes('role')).length, 2);
  t.end();
});

t.test('code that ran is shown fenced, a picture by its address, signed text with its signature', (t) => {
  const frames = [frame([{ executableCode: { language: 'PYTHON', code: 'print(1)\n' } }, { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } }, { text: 'is ' }, { fileData: { mimeType: 'image/png', fileUri: 'http://x/a.png' } }, { text: '', thoughtSignature: 'sig' }], stop)];
  t.match(whole(frames).choices[0]?.message, { content: '\n```python\nprint(1)\n```\n\n```\n1\n```\nis ![](http://x/a.png)', extra_content: { google: { thought_signature: 'sig' } } });
  t.end();
});

t.test('spoken answers are given as WAV or as bare samples', (t) => {
  const pcm = Buffer.from([1, 0, 2, 0]);
  const frames = (mimeType: string, data: Buffer) => [frame([{ inlineData: { mimeType, data: data.toString('base64') } }], stop)];
  const sound = (given: readonly Frame[], format: 'wav' | 'pcm16'): Buffer => {
    const message = whole(given, { audio: { format, id: 'a', expiresAt: 9 } }).choices[0]?.message;
    t.match(message, { content: null, audio: { id: 'a', transcript: '', expires_at: 9 } });
    return Buffer.from(String(Object(message?.['audio'])['data']), 'base64');
  };
  const wav = sound(frames('audio/L16;codec=pcm;rate=16000', pcm), 'wav');
  t.same([wav.toString('latin1', 0, 4), wav.toString('latin1', 8, 12), wav.readUInt32LE(24), wav.readUInt32LE(40), wav.subarray(44)], ['RIFF', 'WAVE', 16_000, 4, pcm]);
  t.same(sound(frames('audio/wav', wav), 'wav'), wav, 'a WAV file gets no second header');
  t.same(sound(frames('audio/wav', wav), 'pcm16'), pcm);
  t.same(sound(frames('audio/L16;rate=24000', pcm), 'pcm16'), pcm);
  t.end();
});

t.test('citations count characters where Gemini counts bytes', (t) => {
  const groundingMetadata = { groundingChunks: [{ web: { uri: 'http://a', title: 'A' } }], groundingSupports: [{ segment: { startIndex: 4, endIndex: 8, text: '😀' }, groundingChunkIndices: [0, 5] }] };
  const frames = [frame([{ text: 'Zü' }]), frame([{ text: 'r😀 x' }], { ...stop, groundingMetadata })];
  t.same(whole(frames, { citesSources: true }).choices[0]?.message['annotations'], [{ type: 'url_citation', url_citation: { url: 'http://a', title: 'A', start_index: 3, end_index: 5 } }]);
  t.end();
});

t.test('citations stand where they do whether texts come in one read or several', (t) => {
  const groundingMetadata = { groundingChunks: [{ web: { uri: 'http://a', title: 'A' } }], groundingSupports: [{ segment: { startIndex: 10, endIndex: 14 }, groundingChunkIndices: [0] }] };
  const frames = [[{ text: 'before ' }], [{ text: 'it ' }], [{ executableCode: { code: 'print(1)' } }], [{ text: 'goes on' }]].map((parts) => frame(parts));
  const last = frame([{ text: ' here' }], { ...stop, groundingMetadata });
  const written = (reads: readonly (readonly Frame[])[]): string => {
    const stream = chatWriting({ ...settings, citesSources: true }).stream();
    const shown = reads.map(stream.write).join('');
    return `${shown}${E.match(() => 'failed', ({ value }: { readonly value: unknown }) => String(value))(stream.end())}`;
  };
  const together = written([[...frames, last]]);
  t.equal(written([...frames, last].map((each) => [each])), together);
  const [, from = '', to = ''] = /"start_index":(\d+),"end_index":(\d+)/.exec(together) ?? [];
  const content = String(whole([...frames, last], { citesSources: true }).choices[0]?.message['content']);
  t.equal(content.slice(Number(from), Number(to)), 'goes');
  t.end();
});

t.test('log probabilities', (t) => {
  const logprobsResult = { chosenCandidates: [{ token: 'é', logProbability: -0.5 }], topCandidates: [{ candidates: [{ token: 'é', logProbability: -0.5 }] }] };
  const frames = [frame([{ text: 'é' }], { ...stop, logprobsResult })];
  const plain = { token: 'é', logprob: -0.5, bytes: [195, 169] };
  t.same(whole(frames).choices[0]?.logprobs, { content: [{ ...plain, top_logprobs: [plain] }], refusal: null });
  t.same(events(frames).find(({ chunk }) => chunk.choices[0]?.delta.content === 'é')?.chunk.choices[0]?.logprobs, { content: [{ ...plain, top_logprobs: [plain] }], refusal: null });
  const thinking = frame([{ text: 'hm', thought: true }], { logprobsResult: { chosenCandidates: [{ token: 'hm', logProbability: -1 }] } });
  t.same(whole([thinking, ...frames]).choices[0]?.logprobs, { content: [{ ...plain, top_logprobs: [plain] }], refusal: null }, 'tokens of thoughts are none of the content');
  t.end();
});

const anyPart: fc.Arbitrary<ResponsePart> = fc.oneof(
  fc.record({ text: fc.string({ unit: 'binary' }) }),
  fc.record({ text: fc.constantFrom('', ' ', '\n', 'a"\\', '\u2028') }),
  fc.record({ text: fc.string(), thought: fc.constant(true) }),
  fc.record({ text: fc.string(), thoughtSignature: fc.constantFrom('c2ln', 'bmV4dA==') }),
  fc.record({ executableCode: fc.record({ code: fc.string() }) }),
  fc.record({ functionCall: fc.record({ name: fc.constant('f'), id: fc.string() }) }),
);
const anyFrames = fc.array(fc.record({ parts: fc.array(anyPart, { maxLength: 4 }), index: fc.nat({ max: 2 }) }), { maxLength: 12 });

t.test('what is written the short way is what would have been, and frames that come together say the same as one by one', (t) => {
  fc.assert(
    fc.property(anyFrames, fc.boolean(), fc.boolean(), fc.string(), (given, includeUsage, citesSources, model) => {
      const asked = { ...settings, includeUsage, citesSources, model };
      const frames = given.map(({ parts, index }) => frame(parts, { index }));
      const alone = events(frames, asked);
      const machine = chatMachine(asked);
      const [state, together] = machine.step(machine.start, frames);
      t.same([...together, ...machine.end(state)], alone);
      const stream = chatWriting(asked).stream();
      const written = stream.write(frames);
      const ended = E.match(() => 'failed', ({ value }: { readonly value: unknown }) => String(value))(stream.end());
      t.equal(`${written}${ended}`, `${alone.filter(({ isSent }) => isSent).map(({ chunk }) => dataEvent(chunk)).join('')}data: [DONE]\n\n`);
    }),
  );
  t.end();
});

t.test('an event of which all but a text is made once is the same event', (t) => {
  const anyText = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(anyText, anyText, fc.constantFrom('text', 'text-', '"text"'), (text, own, odd) => {
      const write = (delta: string): string => dataEvent({ own, odd, delta, end: odd });
      t.equal(eventTemplate(write)(text), write(text));
    }),
  );
  t.end();
});

t.test('a whole answer of one text goes a shorter way and is what the machine makes of it', (t) => {
  const reason = fc.constantFrom('STOP', 'MAX_TOKENS', 'SAFETY', 'OTHER', 'FINISH_REASON_UNSPECIFIED', 'NEW_REASON', 'MALFORMED_FUNCTION_CALL', undefined);
  const usage = fc.record({ promptTokenCount: fc.nat(2), thoughtsTokenCount: fc.nat(3), totalTokenCount: fc.nat(3), serviceTier: fc.constantFrom('FLEX', 'new') }, { requiredKeys: [] });
  const candidate = fc.record(
    {
      content: fc.oneof({ weight: 4, arbitrary: fc.string({ unit: 'binary' }).map((text) => [{ text }]) }, fc.array(anyPart, { maxLength: 2 })).map((parts) => ({ parts })),
      finishReason: reason,
      index: fc.constantFrom(0, 0, 0, 1),
      groundingMetadata: fc.constant({ webSearchQueries: ['q'], groundingChunks: [{ web: { uri: 'https://a.example', title: 'a' } }], groundingSupports: [{ segment: { startIndex: 0, endIndex: 1 }, groundingChunkIndices: [0] }] }),
    },
    { requiredKeys: ['finishReason'] },
  );
  const bare = candidate.map(({ groundingMetadata: _, ...rest }) => rest);
  const frames = fc.oneof({ weight: 5, arbitrary: fc.tuple(fc.record({ candidates: fc.tuple(bare), usageMetadata: usage }, { requiredKeys: ['candidates'] })) }, fc.array(fc.record({ candidates: fc.array(candidate, { maxLength: 2 }), usageMetadata: usage, promptFeedback: fc.constant({ blockReason: 'SAFETY' }) }, { requiredKeys: [] }), { maxLength: 2 }));
  const over = fc.record({ citesSources: fc.boolean(), tellsDetails: fc.boolean(), isLegacy: fc.boolean(), jsonAnswer: fc.constantFrom(null, null, { name: 'f', holds: 'whole' }) });
  let short = 0;
  fc.assert(
    fc.property(frames, over, (given: readonly Frame[], own) => {
      const asked = { ...settings, ...own } as MachineSettings;
      const [long, made] = [chatWriting(asked).whole(), { count: 0 }];
      long.add(given);
      const bodyOf = E.map(({ value, signatures }: { readonly value: { readonly body: string | Uint8Array }; readonly signatures: unknown }) => [value.body, signatures]);
      const writer = wholeWriter(asked, () => {
        made.count += 1;
        return chatWriting(asked).whole();
      });
      t.same(bodyOf(writer.atOnce(given, scratch())), bodyOf(long.end()));
      if (made.count === 0) short += 1;
    }),
    { numRuns: 500 },
  );
  t.ok(short > 50, 'some did go it');
  t.end();
});

const said = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '\ud83d', '\ude00', '"', '\\'), maxLength: 3 });
const saidFrame: fc.Arbitrary<Frame> = fc.record({
  candidates: fc.oneof(
    { weight: 6, arbitrary: said.map((text) => [{ content: { parts: [{ text }] } }]) },
    { weight: 1, arbitrary: said.map((text) => [{ content: { parts: [{ text, thought: true }] } }]) },
    { weight: 1, arbitrary: said.map((text) => [{ content: { parts: [{ text, thoughtSignature: 'c2ln' }] } }]) },
    { weight: 1, arbitrary: said.map((text) => [{ content: { parts: [{ text }] }, index: 1 }]) },
    { weight: 1, arbitrary: fc.constant([{ content: { parts: [callPart('f')] } }, { content: { parts: [{ text: 'b' }] }, index: 1 }]) },
    { weight: 1, arbitrary: said.map((text) => [{ content: { parts: [{ text }] }, ...stop }]) },
  ),
  usageMetadata: fc.record({ promptTokenCount: fc.nat(2), candidatesTokenCount: fc.nat(3), totalTokenCount: fc.nat(3) }, { requiredKeys: [] }),
});

/** Every other plain frame as one whose text came as JSON.stringify writes it. */
const withJson = (frame: Frame): Frame => {
  const text = plainTextOf(frame) ?? '';
  return text.length % 2 === 0 || !text.isWellFormed() ? frame : { ...frame, json: JSON.stringify(text).slice(1, -1) };
};

t.test('texts that go the short way say, and leave behind, what the machine makes of them', (t) => {
  const over = fc.record({ includeUsage: fc.boolean(), citesSources: fc.boolean(), tellsDetails: fc.boolean() });
  const long: Frame = { candidates: [{ content: { parts: [{ text: 'word '.repeat(1000) }] } }] };
  const frames = fc.array(fc.array(fc.oneof({ weight: 9, arbitrary: saidFrame }, { weight: 1, arbitrary: fc.constant(long) }), { minLength: 1, maxLength: 4 }), { maxLength: 8 });
  fc.assert(
    fc.property(frames, over, (batches, own) => {
      const short = chatWriting({ ...settings, ...own }).stream();
      const alone = (batch: readonly Frame[]): string | null => {
        const [said] = batch.length === 1 ? (saidIn(batch) ?? []) : [];
        return said === undefined ? null : short.say(said);
      };
      const shown = batches.map((batch) => batch.map(withJson)).map((batch) => alone(batch) ?? short.write(batch)).join('');
      const made = events(batches.flat(), own);
      const written = made.flatMap(({ chunk, isSent }) => (isSent ? [dataEvent(chunk)] : [])).join('');
      const end = short.end();
      if (E.isLeft(end)) return t.fail(end.left.tag);
      t.equal(String(bytesBehind(shown, end.right.value)), `${written}data: [DONE]\n\n`);
      t.same(end.right.signatures, made.at(-1)?.signatures ?? []);
    }),
    { numRuns: 300 },
  );
  t.end();
});
