import t from 'tap';
import { allDoors, allWays } from '../support/doors/all-doors.ts';
import { askDoor, type Answer, type Asking, type Door, type Outcome } from '../support/doors/door.ts';
import { wentUp } from '../support/doors/went-up.ts';
import { tinyPng } from '../support/gemini-emulator/canned-media.ts';
import { faultKinds } from '../support/gemini-emulator/faults.ts';
import { asked, chat, gate, madeUpKeys, pollux, question, settingsFor, toldBy, type Pollux } from '../support/pollux.ts';
import { eventually } from '../support/serving.ts';
import { startService } from '../support/service.ts';

const model = 'gemini-3.5-flash';
const older = 'gemini-2.5-flash';
const painter = 'gemini-3.1-flash-image';
const [key = ''] = madeUpKeys;
const picture = tinyPng(3, 2, [200, 30, 40]).toString('base64');

/** Text that breaks where it is cut, quoted or escaped wrongly. */
const hard = ['a "quoted" \\ line\r\n', '\ttab, \u2028, é, 日本, \u{1f600}', '```js\nconst a = `${b}`;\n```\n', '</script> data: [DONE]\n\nevent: ping\n\n', '  end  '];

type Parts = readonly object[];

const candidate = (parts: Parts, more: object = {}): object => ({ candidates: [{ content: { role: 'model', parts }, index: 0, ...more }] });
const counts = { promptTokenCount: 100, toolUsePromptTokenCount: 7, cachedContentTokenCount: 60, candidatesTokenCount: 20, thoughtsTokenCount: 30, totalTokenCount: 157 };
const counted = (frame: object): object => ({ ...frame, usageMetadata: counts });

const call = (city: string, more: object = {}): object => ({ functionCall: { id: `call_${city}`, name: 'get_weather', args: { city, ...more } } });

/** A question in no dialect's words, what Gemini says to it (the emulator's own answer where nothing stands), and what must come of it. */
type Question = {
  readonly name: string;
  readonly text: string;
  readonly picture?: string;
  readonly more?: Partial<Asking>;
  readonly frames?: Parts;
  readonly expects: object;
};

const blockedPrompt: Question = {
  name: 'a prompt that is blocked',
  text: 'Bad.',
  frames: [{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 } }],
  expects: { text: '', finish: 'blocked' },
};

const questions: readonly Question[] = [
  { name: 'text', text: 'Grüße, 你好 \u{1f600}!', expects: { finish: 'end', calls: [], pictures: [], blocked: '' } },
  {
    name: 'text that is hard to carry, with all counts',
    text: hard.join(''),
    frames: [...hard.map((text) => candidate([{ text }])), counted(candidate([{ text: '' }], { finishReason: 'STOP' }))],
    expects: { text: hard.join(''), finish: 'end', usage: { input: 107, cached: 60, output: 50, thoughts: 30 } },
  },
  { name: 'a call', text: 'The weather in Paris?', more: { tools: true }, expects: { finish: 'calls', calls: [{ name: 'get_weather', args: { city: 'Paris' } }], pictures: [] } },
  {
    name: 'calls side by side behind a text, with odd arguments',
    text: 'Both?',
    more: { tools: true },
    frames: [candidate([{ text: 'Let me see.' }]), candidate([call('日本 "x"', { n: 1.5, deep: [{ a: null }] }), call('Rome')]), counted(candidate([{ text: '' }], { finishReason: 'STOP' }))],
    expects: { text: 'Let me see.', finish: 'calls', calls: [{ args: { n: 1.5 } }, { args: { city: 'Rome' } }] },
  },
  {
    name: 'thoughts',
    text: 'Think.',
    more: { thinks: true },
    frames: [candidate([{ text: 'First **this**, ', thought: true }]), candidate([{ text: 'then that.', thought: true }]), counted(candidate([{ text: 'Done.' }], { finishReason: 'STOP' }))],
    expects: { text: 'Done.', thoughts: 'First **this**, then that.', finish: 'end' },
  },
  { name: 'text of an older family', text: 'Hello', more: { model: older }, expects: { finish: 'end', text: /Hello/, calls: [] } },
  { name: 'a call of an older family', text: 'The weather in Oslo?', more: { model: older, tools: true }, expects: { finish: 'calls', calls: [{ args: { city: 'Oslo' } }] } },
  { name: 'a picture in', text: 'What is it?', picture, expects: { finish: 'end', pictures: [] } },
  { name: 'a picture out', text: 'Draw a red square.', more: { model: painter }, expects: { finish: 'end', calls: [], pictures: [/^iVBOR/] } },
  blockedPrompt,
  { name: 'an answer that is blocked on its way', text: 'Bad.', frames: [candidate([{ text: 'It begins' }]), counted({ candidates: [{ finishReason: 'SAFETY', index: 0 }] })], expects: { text: 'It begins', finish: 'blocked' } },
  { name: 'an answer that is cut', text: 'Tell me a tale.', more: { most: 60 }, frames: [candidate([{ text: 'Once upon ' }]), counted(candidate([{ text: 'a ti' }], { finishReason: 'MAX_TOKENS' }))], expects: { text: 'Once upon a ti', finish: 'cut' } },
  { name: 'an answer that is cut before its first word', text: 'Tell me a tale.', more: { most: 10 }, frames: [{ candidates: [{ content: { role: 'model' }, finishReason: 'MAX_TOKENS', index: 0 }], usageMetadata: { promptTokenCount: 5, thoughtsTokenCount: 10, totalTokenCount: 15 } }], expects: { text: '', finish: 'cut' } },
];

/** What all doors must agree on; ids and the way back are each door's own, and chat shows thoughts unasked. */
const shared = ({ text, calls, pictures, finish, usage }: Answer): object => ({ text, calls: calls.map(({ name, args }) => ({ name, args })), pictures, finish, usage });

const answered = (outcome: Outcome): Answer => {
  if (outcome.answer === null) throw new Error(`${outcome.status} ${outcome.error.message}`);
  return outcome.answer;
};

const put = async (door: Door, service: Pollux, stream: boolean, question: Question): Promise<Outcome> => {
  if (question.frames !== undefined) service.emulator.answerWith({ frames: question.frames }, { times: 1 });
  return askDoor(door, service, { model, stream, turns: door.says(question.text, question.picture), ...question.more });
};

t.test('every door gives the same answer in its own words, whole and streamed', async (t) => {
  const service = await pollux(t, { settings: { BLOCKED_REPLY: 'choice' }, emulator: { strictSignatures: true } });
  for (const question of questions) {
    await t.test(question.name, async (t) => {
      const seen: { readonly answer: object; readonly up: readonly unknown[] }[] = [];
      for (const [door, stream] of allWays) {
        const name = `${door.name}, ${stream ? 'streamed' : 'whole'}`;
        const outcome = await put(door, service, stream, question);
        t.same(outcome.faults, [], `${name}: its own schema`);
        const answer = answered(outcome);
        t.match(answer, question.expects, name);
        if (question === blockedPrompt) t.match(answer.blocked, 'PROHIBITED_CONTENT', name);
        const now = { answer: shared(answer), up: wentUp(service) };
        t.same(now.answer, seen[0]?.answer ?? now.answer, `${name}: as the others`);
        t.same(now.up, seen[0]?.up ?? now.up, `${name}: asks as the others`);
        seen.push(now);
      }
    });
  }
});

t.test('every door goes on from call to result with the signature that it gave, whole and streamed', async (t) => {
  const service = await pollux(t, { emulator: { strictSignatures: true } });
  const forgetful = await startService(settingsFor(service.emulator, [key]));
  t.teardown(() => forgetful.close());
  // Messages has room for signatures in its thinking blocks alone; without them the service remembers.
  const others = { 'the same service': service, 'one that remembers nothing, after thoughts': { ...forgetful, emulator: service.emulator } };
  for (const [who, next] of Object.entries(others)) {
    const seen: { readonly answers: readonly object[]; readonly up: readonly unknown[] }[] = [];
    for (const [door, stream] of allWays) {
      const name = `${door.name}, ${stream ? 'streamed' : 'whole'}, goes on at ${who}`;
      const asking = { model, stream, tools: true, thinks: next !== service };
      const first = door.says('The weather in Rome?');
      const called = answered(await askDoor(door, service, { ...asking, turns: first }));
      t.equal(called.finish, 'calls', name);
      const turns = [...first, ...called.back, ...door.results(called.calls, { degrees: 20, sky: 'grün' })];
      const outcome = await askDoor(door, next, { ...asking, turns });
      t.same(outcome.faults, [], name);
      const now = { answers: [called, answered(outcome)].map(shared), up: wentUp(service) };
      t.match(JSON.stringify(now.up), '["signed",true]', `${name}: its own signature`);
      t.same(now, seen[0] ?? now, `${name}: as the others`);
      seen.push(now);
    }
  }
});

t.test('every door sends a drawn picture back to be changed, the same bytes with their signature', async (t) => {
  const service = await pollux(t, { emulator: { strictSignatures: true } });
  const seen: (readonly unknown[])[] = [];
  for (const [door, stream] of allWays) {
    const name = `${door.name}, ${stream ? 'streamed' : 'whole'}`;
    const first = door.says('Draw a red square.');
    const drawn = answered(await askDoor(door, service, { model: painter, stream, turns: first }));
    answered(await askDoor(door, service, { model: painter, stream, turns: [...first, ...drawn.back, ...door.says('Make it blue.')] }));
    const up = wentUp(service);
    t.match(JSON.stringify(up), `["picture","image/png","${drawn.pictures[0]}",true]`, `${name}: signed`);
    t.same(up, seen[0] ?? up, `${name}: as the others`);
    seen.push(up);
  }
});

t.test('a blocked prompt is an error in chat unless a choice is wished, and an answer in every other door', async (t) => {
  const service = await pollux(t);
  for (const [door, stream] of allWays) {
    const { status, answer, error } = await put(door, service, stream, blockedPrompt);
    t.equal(status, door.name === 'chat' ? 400 : 200, door.name);
    t.match(answer?.blocked ?? error.message, 'PROHIBITED_CONTENT', door.name);
  }
});

/** A trouble, what makes it, and what all doors say of it. */
type Trouble = {
  readonly name: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** One, unless it takes more. */
  readonly keys?: readonly string[];
  readonly prepare?: (service: Pollux) => void;
  /** One request goes before, which spends what there is. */
  readonly isSpent?: boolean;
  readonly password?: string;
  readonly text?: string;
  readonly model?: string;
  /** Of the 4xx the number, which all doors share; 500 for whichever of the 5xx the dialect has for it. */
  readonly status: number;
  /** Has a Retry-After, the same in all doors. */
  readonly waits: boolean;
  /** Each wait is longer than the one before, whatever the door. */
  readonly grows?: boolean;
  /** Whether OpenAI's and Anthropic's SDKs give up at once; Google's go by the status alone. */
  readonly isFinal: boolean;
  /** Google's word for it, OpenAI's and Anthropic's. */
  readonly words: readonly [string, string, string];
};

const wordOf: Readonly<Record<string, number>> = { native: 0, chat: 1, Responses: 1, Messages: 2 };

const troubles: readonly Trouble[] = [
  { name: 'the quota of a minute is out', prepare: ({ emulator }) => emulator.failKey(key, 'minute'), status: 429, waits: true, isFinal: false, words: ['RESOURCE_EXHAUSTED', 'requests', 'rate_limit_error'] },
  { name: 'the quota of a day is out', prepare: ({ emulator }) => emulator.failKey(key, 'day'), status: 429, waits: true, isFinal: true, words: ['RESOURCE_EXHAUSTED', 'insufficient_quota', 'rate_limit_error'] },
  { name: "the service's own minute is out", settings: { MAX_REQUESTS_PER_MINUTE: '1' }, isSpent: true, status: 429, waits: true, isFinal: false, words: ['RESOURCE_EXHAUSTED', 'requests', 'rate_limit_error'] },
  { name: "the caller's own day is out", settings: { MAX_REQUESTS_PER_DAY_PER_IP: '1' }, isSpent: true, status: 429, waits: true, isFinal: true, words: ['RESOURCE_EXHAUSTED', 'requests', 'rate_limit_error'] },
  { name: 'a wrong password', password: 'wrong', status: 401, waits: false, isFinal: true, words: ['UNAUTHENTICATED', 'invalid_request_error', 'authentication_error'] },
  { name: 'a body that is too large', settings: { MAX_BODY_MB: '1' }, text: 'a'.repeat(1_200_000), status: 413, waits: false, isFinal: true, words: ['INVALID_ARGUMENT', 'invalid_request_error', 'request_too_large'] },
  { name: 'a model that is not there', model: 'gemini-nothing-0', status: 404, waits: false, isFinal: true, words: ['NOT_FOUND', 'invalid_request_error', 'not_found_error'] },
  { name: 'a key that Google does not know', prepare: ({ emulator }) => emulator.failKey(key, 'invalid'), status: 500, waits: false, isFinal: true, words: ['UNAVAILABLE', 'server_error', 'api_error'] },
  { name: 'Gemini is overloaded with every key', keys: madeUpKeys, prepare: ({ emulator }) => emulator.fault('overloaded', { times: Infinity }), status: 500, waits: true, grows: true, isFinal: false, words: ['UNAVAILABLE', 'server_error', 'overloaded_error'] },
];

t.test('every door refuses alike in its own words, whole and streamed, whichever was asked first', async (t) => {
  for (const trouble of troubles) {
    for (const first of allDoors) {
      await t.test(`${trouble.name}, ${first.name} first`, async (t) => {
        const service = await pollux(t, { settings: trouble.settings ?? {}, keys: trouble.keys ?? [key] });
        trouble.prepare?.(service);
        const ways = [...allWays.filter(([door]) => door === first), ...allWays.filter(([door]) => door !== first)];
        if (trouble.isSpent === true) await askDoor(first, service, { model, stream: false, turns: first.says('Hello') });
        const waits: (number | null)[] = [];
        for (const [door, stream] of ways) {
          const name = `${door.name}, ${stream ? 'streamed' : 'whole'}`;
          const caller = { ...service, password: trouble.password ?? service.password };
          const { status, faults, error } = await askDoor(door, caller, { model: trouble.model ?? model, stream, turns: door.says(trouble.text ?? 'Hello') });
          t.equal(status >= 500 ? 500 : status, trouble.status, `${name}: ${error.message}`);
          t.same(faults, [], `${name}: its own schema`);
          t.equal(error.word, trouble.words[wordOf[door.name] ?? 0], `${name}: its word`);
          t.ok(error.message.length > 10, `${name}: a sentence`);
          t.equal(error.retryAfter !== null, trouble.waits, `${name}: Retry-After ${String(error.retryAfter)}`);
          if (door.name !== 'native') t.equal(error.isFinal, trouble.isFinal, `${name}: is tried again`);
          waits.push(error.retryAfter);
        }
        const seconds = waits.map((wait) => wait ?? 0);
        const areAlike = trouble.grows === true ? seconds.every((wait, at) => wait >= (seconds[at - 1] ?? 1)) : Math.max(...seconds) - Math.min(...seconds) <= 3;
        t.ok(areAlike, `waits alike: ${waits.join()}`);
      });
    }
  }
});

t.test('a 401 of Google\'s is about the key at every door, whatever its words: the next key answers, and none left is no 401', async (t) => {
  const unknown = JSON.stringify({ error: { code: 401, message: 'Words that nobody knew, of key AIza-made-up in projects/123456789012.', status: 'UNAUTHENTICATED' } });
  const page = '<html>401 Unauthorized</html>';
  const [bad, ...good] = madeUpKeys;
  const service = await pollux(t, { keys: madeUpKeys });
  for (const [door, stream] of allWays) {
    const name = `${door.name}, ${stream ? 'streamed' : 'whole'}`;
    const ask = (): Promise<Outcome> => askDoor(door, service, { model, stream, turns: door.says('Hello') });
    service.emulator.answerWith(({ seen }) => (seen.key === bad ? { status: 401, body: unknown } : undefined));
    for (let times = 0; times < 4; times += 1) t.equal((await ask()).status, 200, name);
    const met = asked(service.emulator).filter(({ key: used }) => used === bad).length;
    t.ok(met <= 1, `${name}: such a key is asked last (${met})`);
    t.ok(asked(service.emulator).some(({ key: used }) => good.includes(used ?? '')));
    service.emulator.reset();
    for (const [body, what] of [[unknown, 'refused'], [page, 'on the way']] as const) {
      service.emulator.answerWith({ status: 401, body });
      const { status, faults, error } = await ask();
      t.equal(status, what === 'refused' && door.name !== 'Messages' ? 503 : 502, `${name}, ${what}`);
      t.same(faults, [], name);
      t.notMatch(error.message, /AIza|123456789012|Words that/, name);
      service.emulator.reset();
    }
  }
});

t.test('every door tells the wait that a head told, of Google or of something on the way', async (t) => {
  const service = await pollux(t);
  for (const door of allDoors) {
    service.emulator.answerWith({ body: '<html>busy</html>', status: 503, headers: { 'retry-after': '7' } }, { times: 5 });
    const { status, error } = await askDoor(door, service, { model, stream: false, turns: door.says('Hello') });
    t.ok(status >= 500, door.name);
    t.equal(error.retryAfter, 7, `${door.name}: ${error.message}`);
    service.emulator.reset();
  }
});

const jsonWays: readonly (readonly [path: string, body: object])[] = [
  ['/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hello' }] }],
  ['/v1/completions', { model, prompt: 'Hello' }],
  ['/v1/responses', { model, input: 'Hello' }],
  ['/v1/responses/input_tokens', { model, input: 'Hello' }],
  ['/v1/messages', { model, max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] }],
  ['/v1/messages/count_tokens', { model, messages: [{ role: 'user', content: 'Hello' }] }],
  ['/v1/embeddings', { model: 'gemini-embedding-001', input: ['\ufeffa', 'b'] }],
  ['/v1/images/generations', { model: painter, prompt: 'a' }],
  ['/v1/images/edits', { model: painter, prompt: 'a', image: `data:image/png;base64,${picture}` }],
  ['/v1/audio/speech', { model: 'gemini-2.5-flash-preview-tts', input: 'a', voice: 'alloy', response_format: 'wav' }],
  [`/v1beta/models/${model}:generateContent`, { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }],
  [`/v1beta/models/${model}:countTokens`, { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }],
  [`/v1beta/models/${model}:streamGenerateContent?alt=sse`, { contents: [{ role: 'user', parts: [{ text: `Hello ${' '.repeat(400_000)}` }] }] }],
];

t.test('a byte order mark before JSON is passed over at every door', async (t) => {
  const { url, password, emulator } = await pollux(t);
  for (const [path, body] of jsonWays) {
    const ask = (text: string): Promise<Response> =>
      fetch(`${url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json' }, body: text });
    const [plain, marked] = [await ask(JSON.stringify(body)), await ask(`\ufeff${JSON.stringify(body)}`)];
    await Promise.all([plain.arrayBuffer(), marked.arrayBuffer()]);
    t.same([plain.status, marked.status], [200, 200], path);
    const went = asked(emulator).map(({ text }) => text);
    t.equal(went.at(-1), went.at(-2), `${path}: what goes up is the same`);
  }
});

const pdf = Buffer.from('%PDF-1.4 short').toString('base64');
const link = 'https://example.com/a (1).csv';
const filed = [
  candidate([{ text: 'See ' }, { inlineData: { mimeType: 'application/pdf', data: pdf } }]),
  candidate([{ text: ', ' }, { fileData: { mimeType: 'text/csv', fileUri: link } }, { inlineData: { mimeType: 'video/mp4', data: Buffer.alloc(1_500_000).toString('base64') } }]),
  counted(candidate([{ text: '.' }], { finishReason: 'STOP' })),
];
const filesShown = `See [application/pdf](data:application/pdf;base64,${pdf}), [text/csv](https://example.com/a%20%281%29.csv)[video/mp4, 1.5 MB: too large to be shown here].`;

t.test('a file in an answer is shown as a link where a door has no place for it, and a large one is told; beside JSON there is none', async (t) => {
  const service = await pollux(t);
  for (const [door, stream] of allWays) {
    if (door.name === 'native') continue;
    const name = `${door.name}, ${stream ? 'streamed' : 'whole'}`;
    service.emulator.answerWith({ frames: filed }, { times: 1 });
    const outcome = await askDoor(door, service, { model, stream, turns: door.says('Make files.') });
    t.same(outcome.faults, [], name);
    t.equal(answered(outcome).text, filesShown, name);
  }
  service.emulator.answerWith({ frames: [candidate([{ text: '{"a":1}' }, { inlineData: { mimeType: 'application/pdf', data: pdf } }], { finishReason: 'STOP' })] }, { times: 1 });
  const json = await chat(service, question('JSON', { response_format: { type: 'json_object' } }));
  t.equal((await toldBy(json)).choices[0]?.message.content, '{"a":1}');
});

const mebibyte = 1024 * 1024;
/** Of 64 MiB an eighth is kept for small requests; a body counts four times, and every exchange 64 KiB. */
const largestText = (56 * mebibyte - 64 * 1024) / 4 - 2000;
const tight = { MEMORY_BUDGET_MB: '64', MAX_BODY_MB: '16', MAX_CONCURRENT_REQUESTS: '8', UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '2000', UPSTREAM_IDLE_TIMEOUT_MS: '200' };

type Way = { readonly path: string; readonly body: object; readonly headers: Readonly<Record<string, string>> };

const otherWays: readonly (readonly [path: string, body: object])[] = [
  ['/v1/completions', { model, prompt: 'Hello' }],
  ['/v1/completions', { model, prompt: 'Hello', stream: true }],
  ['/v1/embeddings', { model: 'gemini-embedding-001', input: ['a', 'b'] }],
  ['/v1/images/generations', { model: painter, prompt: 'a', n: 2 }],
  ['/v1/audio/speech', { model: 'gemini-2.5-flash-preview-tts', input: 'a', voice: 'alloy', response_format: 'wav' }],
  ['/v1/messages/count_tokens', { model, messages: [{ role: 'user', content: 'Hello' }] }],
];

/** Every way to ask, each with a question of some length. */
const waysOf = ({ password }: Pollux): readonly Way[] => {
  const bearer = { authorization: `Bearer ${password}`, 'content-type': 'application/json' };
  return [
    ...allWays.map(([door, stream]) => ({ ...door.request({ model, stream, turns: door.says('a'.repeat(200_000)) }), headers: { ...bearer, ...door.credential(password) } })),
    ...otherWays.map(([path, body]) => ({ path, body, headers: bearer })),
  ];
};

/** Asks, reads all or leaves after so many milliseconds; what comes of it is no matter here. */
const askAndLeave = async ({ url }: Pollux, { path, body, headers }: Way, leavesAfter: number | null): Promise<void> => {
  const signal = leavesAfter === null ? null : AbortSignal.timeout(leavesAfter);
  try {
    await (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal })).arrayBuffer();
  } catch {
    // A stream that is cut, or a caller who has left.
  }
};

t.test('after any fault at any door, read to its end or left, all memory and all places are given back', { timeout: 120_000 }, async (t) => {
  const service = await pollux(t, { keys: madeUpKeys, settings: tight, emulator: { checks: false } });
  const ways = waysOf(service);
  for (const [at, kind] of faultKinds.entries()) {
    service.emulator.fault(kind, { times: ways.length, size: 100_000 });
    // An endless stream ends with its reader.
    const leavesAt = (way: number): number | null => (kind === 'endless-stream' || (at + way) % 3 === 0 ? 20 + 15 * (way % 8) : null);
    await Promise.all(ways.map((way, number) => askAndLeave(service, way, leavesAt(number))));
    service.emulator.reset();
  }
  const larger = (text: string): Promise<Response> => chat(service, question(text, { model: 'gemini-2.5-flash-lite' }));
  let largest = await larger('a'.repeat(largestText));
  // Who has left is noticed in the next turn of the event loop.
  for (let more = 0; largest.status === 503 && more < 20; more += 1) largest = await larger('a'.repeat(largestText));
  t.equal(largest.status, 200, await largest.text());
  t.equal((await larger('a'.repeat(largestText + 64 * 1024))).status, 413, 'which was the largest there is');
  const held = gate();
  service.emulator.answerWith({ frames: [candidate([{ text: 'Hello' }], { finishReason: 'STOP' })], hold: { beforeFrame: 0, until: held.until } }, { times: 8 });
  const seven = Array.from({ length: 7 }, () => chat(service, question('Hello', { model: 'gemini-2.5-flash-lite', stream: true })));
  await eventually(() => asked(service.emulator).length >= 7);
  t.equal((await larger('Hello')).status, 503, 'no place is left for this caller');
  held.open();
  for (const answer of await Promise.all(seven)) t.equal(answer.status, 200, await answer.text());
});
