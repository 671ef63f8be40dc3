import fc from 'fast-check';
import t from 'tap';
import { asked, chat, dataOf, pollux, question, type Pollux } from '../support/pollux.ts';
import { tinyPng } from '../support/gemini-emulator/canned-media.ts';
import { asName } from '../support/as-name.ts';

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

t.test('a transcript that Gemini cuts within a character comes out whole', async (t) => {
  const service = await pollux(t);
  const part = (fields: object): object => ({ candidates: [{ index: 0, content: { role: 'model', parts: [fields] } }] });
  const end = { candidates: [{ index: 0, finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 3 } };
  const cuts: readonly (readonly [readonly object[], string])[] = [
    [[part({ text: `Hi ${half}` }), part({ text: '\ude00!' })], 'Hi \u{1f600}!'],
    [[part({ audioTranscription: { text: `Hi ${half}` } }), part({ audioTranscription: { text: '\ude00!' } })], 'Hi \u{1f600}!'],
    [[part({ text: `Hi ${half}` })], 'Hi \ufffd'],
    [[part({ text: `Hi ${half}` }), part({ text: ' there' })], 'Hi \ufffd there'],
  ];
  for (const [frames, told] of cuts) {
    for (const stream of [false, true]) {
      service.emulator.answerWith([...frames, end], { times: 1 });
      const text = await (await post(service, '/v1/audio/transcriptions', form({ model: 'gemini-2.5-flash', file: sound, stream: String(stream) }))).text();
      const events = (stream ? dataOf(text) : [text]).map((data) => JSON.parse(data) as { readonly text?: string; readonly delta?: string });
      t.equal(events.at(-1)?.text, told, JSON.stringify(frames));
      if (stream) t.equal(events.map(({ delta = '' }) => delta).join(''), told);
      t.ok(events.every(({ delta = '' }) => delta.isWellFormed()));
    }
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

/** JSON that reading and writing would change, or not. */
const written: readonly string[] = [
  '{"id":12345678901234567890}',
  '{"price":1.0,"list":[2.50,3e2,1E5]}',
  '{"zero":-0,"deep":{"a":[{"b":-0.0}]}}',
  '{"huge":1e400,"tiny":1e-400,"exact":0.10000000000000000555}',
  '{"digits":123456789.123456789}',
  '{"b":1,"10":2,"2":{"1":3,"0":4}}',
  '{"a":1,"a":2.0}',
  '{"__proto__":1.0,"constructor":{"x":12345678901234567890}}',
  '{"text":"} 1.0 \\" , 12345678901234567890","n":1.0}',
  '{"plain":1,"text":"Zürich \\n","list":[true,null,-1.5]}',
  '{}',
];

const sentFor = async (service: Pollux, body: string): Promise<string> => {
  t.equal((await post(service, '/v1/chat/completions', body)).status, 200, asName(body.slice(0, 200)));
  return asked(service.emulator).at(-1)?.text ?? '';
};

const spaced = (json: string): string => json.replaceAll(/("(?:[^"\\]|\\.)*")|([,:{[])/g, (_, string = '', mark = '') => string + (mark === '' ? '' : `${mark}\n  `));

t.test('what tools give back and what they were called with goes up as it was written', async (t) => {
  const service = await pollux(t);
  const bodyOf = (args: string, content: string): string =>
    `{"model":"gemini-3.5-flash","messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":${JSON.stringify(args)}}}]},{"role":"tool","tool_call_id":"1","content":${content}}]}`;
  for (const json of written) {
    for (const given of [json, spaced(json)]) {
      t.ok((await sentFor(service, bodyOf(given, '"x"'))).includes(`"args":${json}`), `arguments ${given}`);
      const results = [await sentFor(service, bodyOf('{}', JSON.stringify(given))), await sentFor(service, bodyOf('{}', given))];
      for (const sent of results) {
        const says = sent.includes(`"response":${json}`) || sent.includes(`"response":{"result":${JSON.stringify(given)}}`);
        t.ok(says, `result ${given} in ${sent.slice(sent.indexOf('functionResponse'))}`);
      }
    }
  }
  for (const bare of ['12345678901234567890', '[1.0,{"2":1,"1":2}]', '1e400']) {
    t.ok((await sentFor(service, bodyOf('{}', bare))).includes(`"response":{"result":${JSON.stringify(bare)}}`), bare);
    t.ok((await sentFor(service, bodyOf(bare, '"x"'))).includes(`"args":{"value":${bare}}`), `arguments ${bare}`);
  }
  t.match(await sentFor(service, bodyOf('{}', JSON.stringify('{"id":12345678901234567890}'))), '"response":{"result":"{\\"id\\":12345678901234567890}"}', 'a number that Google would round stays text');
  t.match(await sentFor(service, bodyOf('{}', JSON.stringify('{"price":1.0}'))), '"response":{"price":1.0}', 'a number that is written otherwise stays in its object');
});

t.test('numbers of schemas go up as they were written, wherever the schema stands', async (t) => {
  const service = await pollux(t);
  const schema = '{"type":"object","properties":{"a":{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807},"b":{"enum":[9007199254740993,1.5,"9007199254740993"],"default":12345678901234567890}},"required":["a"]}';
  const asking = (model: string, more: string): string => `{"model":"${model}","messages":[{"role":"user","content":"a"}],${more}}`;
  const format = `"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":${schema}}}`;
  const tools = (given: string): string => `"tools":[{"type":"function","function":{"name":"f","parameters":${given}}}]`;
  const bodies: readonly string[] = [
    asking('gemini-3.5-flash', tools(schema)),
    asking('gemini-3.5-flash', `"tools":[{"type":"function","name":"f","parameters":${schema}}]`),
    asking('gemini-3.5-flash', `"functions":[{"name":"f","parameters":${schema}}]`),
    asking('gemini-3.5-flash', format),
    asking('gemini-3.5-flash', `"guided_json":${schema}`),
    asking('gemini-2.5-flash', `${tools('{"type":"object","properties":{"x":{"type":"string"}}}')},${format}`),
    `{"model":"gemini-3.5-flash",${tools(schema)},"messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\\"a\\":12345678901234567890}"}}]},{"role":"tool","tool_call_id":"1","content":"exact-0 exact-00000000"}]}`,
  ];
  for (const body of bodies) {
    const sent = await sentFor(service, body);
    t.match(sent, '"minimum":-9223372036854775808,"maximum":9223372036854775807', body);
    t.match(sent, '"enum":[9007199254740993,1.5,"9007199254740993"],"default":12345678901234567890', body);
    t.same(JSON.parse(sent).contents.length > 0, true);
  }
  t.match(await sentFor(service, asking('gemini-3.5-flash', tools('{"type":"object","properties":{"a":{"enum":[9007199254740992,9007199254740993]}}}'))), '"enum":[9007199254740992]', 'two that are one number here');
});

t.test('what Google\'s own tools were asked and gave keeps its numbers, there and back, with and without the client\'s help', async (t) => {
  const [service, other] = [await pollux(t), await pollux(t)];
  const [args, response] = ['{"id":12345678901234567890,"n":1.5}', '{"found":[9007199254740993,{"a":"exact-0"}]}'];
  const parts = `[{"toolCall":{"id":"t","toolType":"GOOGLE_SEARCH_WEB","args":${args}},"thoughtSignature":"c2ln"},{"toolResponse":{"id":"t","toolType":"GOOGLE_SEARCH_WEB","response":${response}},"thoughtSignature":"c2ln"},{"text":"Answer"},{"functionCall":{"id":"q","name":"f","args":${args}},"thoughtSignature":"c2lnMg=="}]`;
  const body = `{"candidates":[{"content":{"role":"model","parts":${parts}},"finishReason":"STOP"}]}`;
  const tools = '"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"string"}}}}},{"type":"web_search"}]';
  for (const stream of [false, true]) {
    service.emulator.answerWith({ body: stream ? `data: ${body}\r\n\r\n` : body }, { times: 1 });
    const asking = (more: string): string => `{"model":"gemini-3.5-flash",${tools},"messages":[{"role":"user","content":"a"}${more}]`;
    const told = await (await post(service, '/v1/chat/completions', `${asking('')},"stream":${stream}}`)).text();
    t.ok(told.includes(`"args":${args}`) && told.includes(`"response":${response}`), `told, stream ${stream}: ${told}`);
    const given = /"server_tool_parts":(\[.*?"thoughtSignature":"c2ln"\}\])/.exec(told)?.[1] ?? '';
    const call = `"content":"Answer","tool_calls":[{"id":"q","type":"function","function":{"name":"f","arguments":${JSON.stringify(args)}}}]`;
    for (const kept of [`,"extra_content":{"google":{"server_tool_parts":${given}}}`, '']) {
      const sent = await sentFor(kept === '' ? service : other, `${asking(`,{"role":"assistant",${call}${kept}},{"role":"tool","tool_call_id":"q","content":"ok"}`)}}`);
      t.equal(sent.split(args).length, 3, `sent back ${kept === '' ? 'from memory' : 'by the client'}: ${sent}`);
      t.ok(sent.includes(`"response":${response}`));
    }
  }
});

t.test('numbers of arguments that come in pieces stay as they were written', async (t) => {
  const service = await pollux(t);
  const part = (call: string, more = ''): string => `data: {"candidates":[{"content":{"role":"model","parts":[{"functionCall":${call}}]}${more}}]}\r\n\r\n`;
  const frames = [
    part('{"name":"f","willContinue":true}'),
    part('{"partialArgs":[{"jsonPath":"$.id","numberValue":12345678901234567890},{"jsonPath":"$.n","numberValue":2}],"willContinue":true}'),
    part('{}', ',"finishReason":"STOP"'),
  ];
  service.emulator.answerWith({ body: frames.join('') }, { times: 1 });
  const told = await (await chat(service, question('a', { model: 'gemini-3.5-flash', stream: true, tools: [{ type: 'function', function: { name: 'f' } }] }))).text();
  t.match(told, '"arguments":"{\\"id\\":12345678901234567890,\\"n\\":2}"');
});

const callFrame = (args: string): string => `{"candidates":[{"content":{"parts":[{"text":"} \\" {","thought":true},{"functionCall":{"name":"f","args":${args}}}],"role":"model"},"finishReason":"STOP"}]}`;

type Calling = { readonly function?: { readonly arguments: string }; readonly custom?: { readonly input: string } };

t.test('arguments come down as Gemini wrote them, streamed and whole, and so does JSON that a function of ours takes', async (t) => {
  const service = await pollux(t);
  const argumentsOf = async (frame: string, stream: boolean, over: object): Promise<string> => {
    service.emulator.answerWith({ body: stream ? `data: ${frame}\r\n\r\n` : frame }, { times: 1 });
    const text = await (await chat(service, question('Hello', { stream, model: 'gemini-3.5-flash', tools: [tool], ...over }))).text();
    const told = (stream ? dataOf(text).filter((data) => data !== '[DONE]') : [text]).flatMap((data) => JSON.parse(data).choices as readonly { readonly delta?: object; readonly message?: object }[]);
    const messages = told.map(({ delta, message }) => (delta ?? message) as { readonly content?: string | null; readonly tool_calls?: readonly Calling[]; readonly function_call?: { readonly arguments: string } });
    return messages.map(({ content, tool_calls: calls, function_call: legacy }) => (content ?? '') + (calls ?? []).map((one) => one.function?.arguments ?? one.custom?.input).join('') + (legacy?.arguments ?? '')).join('');
  };
  const schema = { type: 'object', properties: { a: { type: 'string' } } };
  const format = { response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } };
  for (const json of written) {
    for (const stream of [false, true]) {
      const name = `${stream ? 'streamed' : 'whole'} ${json}`;
      t.equal(await argumentsOf(callFrame(json), stream, {}), json, name);
      if (!stream) t.equal(await argumentsOf(callFrame(spaced(json)), stream, {}), json, `${name}, with blanks`);
      t.equal(await argumentsOf(callFrame(json), stream, { tools: undefined, functions: [tool.function] }), json, `${name}, the deprecated form`);
      t.equal(await argumentsOf(callFrame(json).replace('"f"', '"final_answer"'), stream, { model: 'gemini-2.5-flash', ...format }), json, `${name}, as an answer in JSON`);
      const listed = { ...format, response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'array', items: schema } } } };
      const inside = callFrame(`{"answer": [${json}] }`).replace('"f"', '"final_answer"');
      t.equal(await argumentsOf(inside, stream, { model: 'gemini-2.5-flash', ...listed }), `[${json}]`, `${name}, as a list in JSON`);
    }
  }
});

const number = fc.oneof(fc.bigInt().map(String), fc.tuple(fc.integer(), fc.nat(99_999), fc.integer({ min: -400, max: 400 })).map(([whole, fraction, power]) => `${whole}.${fraction}e${power}`), fc.double({ noNaN: true, noDefaultInfinity: true }).map(String));
const { json: anyJson } = fc.letrec<{ readonly json: string; readonly object: string }>((tie) => ({
  json: fc.oneof({ maxDepth: 3 }, number, fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => JSON.stringify(text)), fc.array(tie('json'), { maxLength: 3 }).map((list) => `[${list.join(',')}]`), tie('object')),
  object: fc.uniqueArray(fc.tuple(fc.oneof(fc.nat(20).map(String), fc.string({ maxLength: 3 })), tie('json')), { maxLength: 4, selector: ([name]) => name }).map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
}));

t.test('arguments go round without a change, whatever they hold', async (t) => {
  const service = await pollux(t);
  await fc.assert(
    fc.asyncProperty(fc.array(anyJson, { maxLength: 3 }), async (values) => {
      const args = `{"values":[${values.join(',')}]}`;
      service.emulator.answerWith({ body: callFrame(args) }, { times: 1 });
      const { choices } = JSON.parse(await (await chat(service, question('Hello', { model: 'gemini-3.5-flash', tools: [tool] }))).text());
      const [calling] = choices[0].message.tool_calls;
      if (calling.function.arguments !== args) throw new Error(`${calling.function.arguments} for ${args}`);
      await chat(service, { model: 'gemini-3.5-flash', messages: [{ role: 'user', content: 'a' }, choices[0].message, { role: 'tool', tool_call_id: calling.id, content: 'x' }] });
      if (asked(service.emulator).at(-1)?.text.includes(`"args":${args}`) !== true) throw new Error(`not sent: ${args}`);
    }),
    { numRuns: 60 },
  );
  t.pass('down and up again');
});
