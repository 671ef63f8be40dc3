import fc from 'fast-check';
import t from 'tap';
import { asked, chat, dataOf, pollux, question, type Pollux } from '../support/pollux.ts';
import { tinyPng } from '../support/gemini-emulator/canned-media.ts';

/** Every text and every name in a value of JSON. */
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, held]) => [name, ...textsIn(held)]);
};

/** Texts of a JSON text that are not well-formed, those inside texts that are JSON themselves too. */
const brokenIn = (json: string): readonly string[] => {
  const texts = textsIn(JSON.parse(json));
  return [...texts.filter((text) => !text.isWellFormed()), ...texts.filter((text) => /^\s*[{[]/.test(text)).flatMap((text) => (isJson(text) ? brokenIn(text) : []))];
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const half = '\ud83d';
const cut = `cut ${half}`;
const schema = { type: 'object', description: cut, properties: { [`p${half}`]: { type: 'string', description: cut, enum: [cut, 'b'] } }, required: [`p${half}`] };
const tool = { type: 'function', function: { name: 'f', description: cut, parameters: schema } };
const called = { id: `id${half}`, type: 'function', function: { name: `n${half}`, arguments: JSON.stringify({ [`k${half}`]: cut }) } };
const history = [
  { role: 'system', content: cut },
  { role: 'user', content: cut, name: cut },
  { role: 'assistant', content: cut, tool_calls: [called, { ...called, id: 'raw', function: { name: 'f', arguments: `{"a":"${cut}"}` } }] },
  { role: 'tool', tool_call_id: `id${half}`, content: cut },
  { role: 'tool', tool_call_id: 'raw', content: JSON.stringify({ [`k${half}`]: [cut, { $ref: cut }] }) },
  { role: 'system', content: [{ type: 'text', text: cut }] },
  { role: 'user', content: [{ type: 'text', text: cut }, { type: 'file', file: { filename: cut, file_data: 'data:text/plain;base64,aGk=' } }] },
];
const format = { type: 'json_schema', json_schema: { name: cut, schema } };

const post = ({ url, password }: Pollux, path: string, body: string | FormData): Promise<Response> =>
  fetch(`${url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${password}`, ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}) }, body });

const form = (fields: Readonly<Record<string, string | Blob>>): FormData => {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  return made;
};

const picture = new Blob([new Uint8Array(tinyPng(2, 2, [1, 2, 3]))], { type: 'image/png' });
const sound = new Blob([new Uint8Array([82, 73, 70, 70, 36, 0, 0, 0, 87, 65, 86, 69, 102, 109, 116, 32])], { type: 'audio/wav' });

t.test('no half of a character goes up, from any field of any endpoint', async (t) => {
  const service = await pollux(t);
  const cases: readonly (readonly [string, string | FormData])[] = [
    ['/v1/chat/completions', JSON.stringify({ model: 'gemini-3.5-flash', messages: history, tools: [tool], stop: [cut] })],
    ['/v1/chat/completions', JSON.stringify({ model: 'gemini-3.5-flash', messages: [{ role: 'user', content: cut }], response_format: format })],
    ['/v1/chat/completions', JSON.stringify({ model: 'gemini-2.5-flash', messages: [{ role: 'user', content: cut }], response_format: format, tools: [{ type: 'custom', custom: { name: 'c', description: cut } }] })],
    ['/v1/images/generations', JSON.stringify({ model: 'gemini-3.1-flash-image', prompt: cut })],
    ['/v1/images/edits', form({ model: 'gemini-3.1-flash-image', prompt: cut, image: picture })],
    ['/v1/embeddings', JSON.stringify({ model: 'gemini-embedding-001', input: [cut, `${half}\ude00 whole`] })],
    ['/v1/audio/speech', JSON.stringify({ model: 'gemini-2.5-flash-preview-tts', input: cut, voice: 'alloy', response_format: 'wav', instructions: cut })],
    ['/v1/audio/transcriptions', form({ model: 'gemini-2.5-flash', prompt: cut, file: sound })],
  ];
  for (const [path, body] of cases) {
    const before = asked(service.emulator).length;
    const answer = await post(service, path, body);
    const text = await answer.text();
    const sent = asked(service.emulator).slice(before);
    t.equal(answer.status, 200, `${path}: ${text.slice(0, 200)}`);
    t.ok(sent.length > 0, `${path} was asked`);
    for (const request of sent) {
      t.same(brokenIn(request.text), [], path);
      t.match(request.text, /cut \ufffd|cut \\ufffd/, `${path} tells where the half was`);
    }
  }
  t.match(asked(service.emulator).map(({ text }) => text).join(''), /\u{1f600} whole|\\ud83d\\ude00 whole/u, 'whole characters stay');
});

t.test('no half of a character comes down, in errors either', async (t) => {
  const service = await pollux(t);
  for (const body of [{ model: `no${half}` }, { model: 'gemini-3.5-flash', [`k${half}`]: 1, messages: [{ role: half }] }, { model: 'gemini-3.5-flash', messages: [{ role: 'tool', tool_call_id: half, content: '' }] }]) {
    const text = await (await chat(service, question('Hello', body))).text();
    t.same(brokenIn(text), []);
  }
  const parts = [
    { text: `thinking ${half}`, thought: true },
    { text: `Hi ${half}` },
    { text: '\ude00!' },
    { functionCall: { name: 'f', args: { [`k${half}`]: cut, list: [cut] } } },
    { text: half },
  ];
  const frames = parts.map((part) => ({ candidates: [{ index: 0, content: { role: 'model', parts: [part] } }] }));
  const grounding = { groundingChunks: [{ web: { uri: 'https://example.com/', title: cut } }], groundingSupports: [{ segment: { text: 'Hi', startIndex: 0, endIndex: 2 }, groundingChunkIndices: [0] }] };
  const last = { candidates: [{ index: 0, content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'STOP', finishMessage: cut, groundingMetadata: grounding }] };
  service.emulator.answerWith([...frames, last]);
  for (const stream of [true, false]) {
    const text = await (await chat(service, question('Hello', { stream, model: 'gemini-3.5-flash', tools: [tool, { type: 'web_search' }] }))).text();
    const told = stream ? dataOf(text).filter((data) => data !== '[DONE]') : [text];
    t.same(told.flatMap(brokenIn), [], stream ? 'streamed' : 'whole');
    t.match(told.join(''), '\u{1f600}!', 'halves find each other');
  }
});

t.test('whatever pieces Gemini cuts a text into, it comes out whole', async (t) => {
  const service = await pollux(t);
  const text = fc.array(fc.constantFrom('a', '\u{1f600}', '\ud83d', '\ude00', ' ', 'é'), { minLength: 1, maxLength: 6 }).map((units) => `x${units.join('')}`);
  await fc.assert(
    fc.asyncProperty(text, fc.boolean(), async (all, stream) => {
      const units = [...Array(all.length).keys()].map((at) => all.charAt(at));
      const frames = units.map((unit) => ({ candidates: [{ index: 0, content: { role: 'model', parts: [{ text: unit }] } }] }));
      service.emulator.answerWith([...frames, { candidates: [{ index: 0, finishReason: 'STOP' }] }], { times: 1 });
      const body = await (await chat(service, question('Hello', { stream }))).text();
      const contents = stream
        ? dataOf(body).filter((data) => data !== '[DONE]').map((data) => JSON.parse(data).choices?.[0]?.delta.content ?? '')
        : [JSON.parse(body).choices[0].message.content];
      if (contents.some((one: string) => !one.isWellFormed())) throw new Error('a half');
      if (contents.join('') !== all.toWellFormed()) throw new Error(JSON.stringify(contents));
    }),
    { numRuns: 40 },
  );
  t.pass('streamed and whole');
});
