import t, { type Test } from 'tap';
import { callPart, frame, stop, tool } from '../support/chat.ts';
import { tone, wav } from '../support/gemini-emulator/canned-media.ts';
import { asked, dataOf, pollux, question, type Pollux } from '../support/pollux.ts';

type Answer = { readonly status: number; readonly text: string };

type Ask = (path: string, body: object | FormData) => Promise<Answer>;

const asking =
  ({ url, password }: Pollux): Ask =>
  async (path, body) => {
    const isForm = body instanceof FormData;
    const headers = { authorization: `Bearer ${password}`, ...(isForm ? {} : { 'content-type': 'application/json' }) };
    const answer = await fetch(`${url}/v1${path}`, { method: 'POST', headers, body: isForm ? body : JSON.stringify(body) });
    return { status: answer.status, text: await answer.text() };
  };

const setUp = async (t: Test, settings: Readonly<Record<string, string>> = {}) => {
  const running = await pollux(t, { settings });
  return { ...running, ask: asking(running) };
};

const recording = (stream: boolean): FormData => {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(wav(tone(200)))]), 'speech.wav');
  form.set('model', 'gemini-3.5-transcribe');
  if (stream) form.set('stream', 'true');
  return form;
};

const chat = (more: object = {}) => question('hi', { model: 'gemini-3.5-flash', ...more });
const picture = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgoAAAANSUhEUg==' } };
const sound = { inlineData: { mimeType: 'audio/L16;codec=pcm;rate=24000', data: 'AAAAAAAA' } };

type Endpoint = { readonly name: string; readonly path: string; readonly ask: (stream: boolean) => object | FormData; readonly half: object };

const endpoints: readonly Endpoint[] = [
  { name: 'chat', path: '/chat/completions', ask: (stream) => chat({ stream }), half: { text: 'half a' } },
  { name: 'pictures', path: '/images/generations', ask: (stream) => ({ prompt: 'a cat', stream }), half: picture },
  { name: 'speech', path: '/audio/speech', ask: (stream) => ({ model: 'gemini-3.8-flash-tts', input: 'Hello.', voice: 'coral', response_format: 'pcm', ...(stream ? { stream_format: 'sse' } : {}) }), half: sound },
  { name: 'transcripts', path: '/audio/transcriptions', ask: (stream) => recording(stream), half: { text: 'half a' } },
];

const faults = ['UNEXPECTED_TOOL_CALL', 'MALFORMED_FUNCTION_CALL', 'TOO_MANY_TOOL_CALLS', 'MALFORMED_RESPONSE', 'MISSING_THOUGHT_SIGNATURE', 'MALFORMED_OF_THE_FUTURE'];

/** Once whole and once streamed. */
const inBothForms =
  (run: (t: Test, stream: boolean) => Promise<void>) =>
  async (t: Test): Promise<void> => {
    for (const stream of [false, true]) await t.test(stream ? 'streamed' : 'whole', (t) => run(t, stream));
  };

t.test('what Gemini itself calls faulty is tried again, then an error that says it, in every endpoint', inBothForms(async (t, stream) => {
  const { emulator, ask } = await setUp(t);
  for (const { name, path, ask: body, half } of endpoints) {
    for (const reason of faults) {
      const faulty = [frame([half], { finishReason: reason, finishMessage: 'So it is.' })];
      emulator.answerWith(faulty, { times: 1 });
      const well = await ask(path, body(stream));
      t.match([well.status, well.text.includes('"error"'), well.text.includes(reason)], [200, false, false], `${name}: ${reason} once`);
      const before = asked(emulator).length;
      emulator.answerWith(faulty);
      t.match(await ask(path, body(stream)), { status: 502, text: new RegExp(`${reason}.*So it is.*"faulty_response"`) }, `${name}: ${reason} for good`);
      t.equal(asked(emulator).length - before, 2, 'once more, not for ever');
      emulator.reset();
    }
  }
}));

t.test('a call of a function that nobody declared is passed on where Gemini finds no fault in it', inBothForms(async (t, stream) => {
  const { emulator, ask } = await setUp(t);
  emulator.answerWith([frame([callPart('nobody_declared')], stop)]);
  for (const tools of [undefined, [tool('f')]]) {
    t.match(await ask('/chat/completions', chat({ stream, tools })), { status: 200, text: /nobody_declared[^]*"finish_reason":"tool_calls"/ });
  }
  emulator.answerWith([frame([callPart('nobody_declared')], { finishReason: 'UNEXPECTED_TOOL_CALL' })]);
  const told = await ask('/chat/completions', chat({ stream }));
  t.match(told, { status: 502, text: /UNEXPECTED_TOOL_CALL.*faulty_response/ });
  t.notMatch(told.text, /nobody_declared/, 'nothing of it is shown');
}));

t.test('a block before anything was shown is a 400 that every client shows, in every endpoint', inBothForms(async (t, stream) => {
  const { emulator, ask } = await setUp(t);
  for (const { name, path, ask: body } of endpoints) {
    for (const reason of ['SAFETY', 'OTHER', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'IMAGE_SAFETY', 'A_NEW_ONE']) {
      emulator.answerWith([{ promptFeedback: { blockReason: reason, blockReasonMessage: 'Because.' } }], { times: 1 });
      const told = await ask(path, body(stream));
      t.match(told, { status: 400, text: new RegExp(`"message":"Gemini blocked the request \\(${reason}.*send it again\\. Gemini says: Because\\..*"code":"content_filter"`) }, `${name}: ${reason}`);
    }
    for (const reason of ['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'LANGUAGE', 'IMAGE_SAFETY', 'IMAGE_PROHIBITED_CONTENT', 'IMAGE_RECITATION', 'ESCALATION']) {
      emulator.answerWith([{ candidates: [{ finishReason: reason }] }], { times: 1 });
      t.match(await ask(path, body(stream)), { status: 400, text: new RegExp(`blocked its answer \\(${reason}: .*"code":"content_filter"`) }, `${name}: ${reason}`);
    }
  }
  t.equal(asked(emulator).length, endpoints.length * 16, 'a block is not asked for again');
}));

t.test('ends other than STOP count where the answer must be whole', inBothForms(async (t, stream) => {
  const { emulator, ask } = await setUp(t);
  for (const { name, path, ask: body, half } of endpoints.filter((endpoint) => endpoint.name !== 'chat')) {
    for (const reason of ['OTHER', 'IMAGE_OTHER', 'NO_IMAGE', 'A_NEW_ONE']) {
      emulator.answerWith([frame([half], { finishReason: reason })]);
      const { status, text } = await ask(path, body(stream));
      t.match(text, new RegExp(`${reason}.*"faulty_response"`), `${name}: ${reason} for good`);
      t.equal(status, stream && !(name === 'pictures') ? 200 : 502, 'behind what was shown, an error frame');
      emulator.reset();
      if (stream && name !== 'pictures') continue;
      emulator.answerWith([frame([half], { finishReason: reason })], { times: 1 });
      t.equal((await ask(path, body(stream))).status, 200, `${name}: ${reason} once`);
    }
    emulator.answerWith([frame([half], { finishReason: 'MAX_TOKENS' })], { times: 1 });
    t.match((await ask(path, body(stream))).text, /MAX_TOKENS.*"answer_too_long"/, `${name}: cut`);
    emulator.answerWith([frame([half], { finishReason: 'SAFETY' })], { times: 1 });
    t.match((await ask(path, body(stream))).text, /SAFETY.*"content_filter"/, `${name}: blocked in the middle`);
  }
}));

t.test('an answer that shows nothing of what was asked for has a true status, as a stream too', inBothForms(async (t, stream) => {
  const { emulator, ask } = await setUp(t);
  const words = [frame([{ text: 'I cannot ' }]), frame([{ text: 'do that.' }], stop)];
  const thoughts = [frame([{ text: 'hm', thought: true }]), frame([], stop)];
  const table: readonly (readonly [name: string, frames: readonly object[], status: number, told: RegExp])[] = [
    ['pictures', words, 400, /I cannot do that\..*"content_policy_violation"/],
    ['pictures', thoughts, 502, /"empty_response"/],
    ['speech', words, 502, /no sound.*"bad_upstream_answer"/],
    ['speech', thoughts, 502, /"empty_response"/],
    ['transcripts', thoughts, 502, /"empty_response"/],
  ];
  for (const [name, frames, status, told] of table) {
    emulator.answerWith(frames);
    for (const { path, ask: body } of endpoints.filter((endpoint) => endpoint.name === name)) t.match(await ask(path, body(stream)), { status, text: told }, name);
    emulator.reset();
  }
}));

t.test('a block after something was shown is a finish reason; after thoughts alone it is an error', async (t) => {
  const { emulator, ask } = await setUp(t);
  for (const stream of [false, true]) {
    emulator.answerWith([frame([{ text: 'Once upon' }]), { candidates: [{ finishReason: 'SAFETY', index: 0 }] }], { times: 1 });
    t.match(await ask('/chat/completions', chat({ stream })), { status: 200, text: /Once upon[^]*"finish_reason":"content_filter"/ });
    emulator.answerWith([frame([{ text: 'Once upon' }]), { promptFeedback: { blockReason: 'OTHER' } }], { times: 1 });
    const late = await ask('/chat/completions', chat({ stream }));
    t.match(late, { status: 200, text: /Once upon[^]*"finish_reason":"content_filter"/ }, 'a block of the prompt that is told late');
    t.notMatch(late.text, /"refusal":"/);
    emulator.answerWith([frame([{ text: 'hm', thought: true }]), { candidates: [{ finishReason: 'SAFETY', index: 0 }] }], { times: 1 });
    const { text } = await ask('/chat/completions', chat({ stream }));
    t.match(text, /"code":"content_filter"/);
    t.notMatch(text, /DONE/);
  }
});

t.test('a quota that is spent behind the first words is told of the one key, not of all', async (t) => {
  const { emulator, ask } = await setUp(t, { GEMINI_API_KEYS: 'made-up-key-number-1,made-up-key-number-2' });
  const spent = { error: { code: 429, message: 'Resource has been exhausted (e.g. check quota).', status: 'RESOURCE_EXHAUSTED' } };
  emulator.answerWith([frame([{ text: 'Once upon' }]), spent], { times: 1 });
  const told = await ask('/chat/completions', chat({ stream: true }));
  t.match(told, { status: 200, text: /Once upon[^]*The Gemini key of this answer has reached its rate limit[^]*"rate_limit_exceeded"/ });
});

t.test('of several choices one may be blocked; when all are, it is an error', async (t) => {
  const { emulator, ask } = await setUp(t);
  const block = [{ candidates: [{ finishReason: 'SAFETY' }] }];
  for (const stream of [false, true]) {
    emulator.answerWith(block, { times: 1 });
    t.match(await ask('/chat/completions', chat({ n: 2, stream })), { status: 200, text: /"finish_reason":"content_filter"/ });
    emulator.answerWith(block, { times: 2 });
    t.match(await ask('/chat/completions', chat({ n: 2, stream })), { status: 400, text: /"code":"content_filter"/ });
    emulator.answerWith([{ candidates: [{ index: 1, finishReason: 'SAFETY' }] }, frame([{ text: 'a' }], stop)], { times: 1 });
    t.match(await ask('/chat/completions', chat({ model: 'gemini-2.5-flash', n: 2, stream })), { status: 200, text: /"finish_reason":"content_filter"/ });
  }
  emulator.answerWith(block, { times: 1 });
  t.match(await ask('/images/generations', { prompt: 'a cat', n: 3 }), { status: 200, text: /b64_json.*b64_json/ }, 'the pictures that were drawn');
});

t.test('BLOCKED_REPLY=choice: a block is an answer with a refusal, and an error elsewhere', async (t) => {
  const { emulator, ask } = await setUp(t, { BLOCKED_REPLY: 'choice' });
  for (const stream of [false, true]) {
    for (const block of [{ promptFeedback: { blockReason: 'SAFETY' } }, { candidates: [{ finishReason: 'SAFETY' }] }]) {
      emulator.answerWith([block], { times: 1 });
      t.match(await ask('/chat/completions', chat({ stream })), { status: 200, text: /"refusal":"[^"]*SAFETY[^]*"finish_reason":"content_filter"/ });
    }
  }
  emulator.answerWith([{ promptFeedback: { blockReason: 'SAFETY' } }], { times: 1 });
  t.match(await ask('/images/generations', { prompt: 'a cat' }), { status: 400 });
});

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

t.test('each fault of an answer has its own true sentence', async (t) => {
  const { emulator, ask } = await setUp(t);
  const usageMetadata = { promptTokenCount: 5, totalTokenCount: 5 };
  const table: readonly (readonly [string, readonly object[], RegExp])[] = [
    ['no candidates', [{ candidates: [], usageMetadata }], /nothing in it \(not one candidate\).*empty_response/],
    ['no candidates, not even a list', [{ usageMetadata }], /nothing in it \(not one candidate\).*empty_response/],
    ['a candidate without content', [{ candidates: [{ finishReason: 'STOP', index: 0 }] }], /no answer \(STOP: the model ended without a word\).*empty_response/],
    ['deep arguments', [{ candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: JSON.parse(nested(150)) } }] }, finishReason: 'STOP' }] }], /could not be read \(a tool call whose arguments are nested more than 100 levels deep\).*bad_upstream_answer/],
    ['deep arguments beside a good call', [{ candidates: [{ content: { parts: [callPart('f'), { functionCall: { name: 'f', args: JSON.parse(nested(150)) } }] }, finishReason: 'STOP' }] }], /nested more than 100 levels deep/],
    ['arguments that are no object', [{ candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: 'x' } }] }, finishReason: 'STOP' }] }], /a tool call that is none/],
  ];
  for (const [name, frames, message] of table) {
    for (const stream of [false, true]) {
      emulator.answerWith(frames);
      const { status, text } = await ask('/chat/completions', chat({ stream, tools: [tool('f')] }));
      t.match(text, message, `${name}: ${String(stream)}`);
      t.ok(status === 502 || (stream && name.includes('beside')), `${name}: ${status}`);
      emulator.reset();
    }
  }
  const none = dataOf((await ask('/chat/completions', chat({ stream: true }))).text);
  t.equal(none.at(-1), '[DONE]', 'and all is well without a fault');
});
