import fc from 'fast-check';
import t from 'tap';
import { joinMachines } from '../../src/kernel/join-machines.ts';
import type { Machine } from '../../src/kernel/machine.ts';
import type { AnswerEvent } from '../../src/gemini/answer/answer-event.ts';
import { readAnswer } from '../../src/gemini/answer/read-answer.ts';
import type { AnswerSettings } from '../../src/gemini/answer/read-part.ts';
import { parseFrames } from '../../src/gemini/parse-frames.ts';
import type { Frame } from '../../src/gemini/response.ts';
import { functionNames } from '../../src/gemini/tools/function-names.ts';
import { callReader } from '../../src/gemini/whole-calls.ts';
import { nativeRecordings, skipWithoutRecordings, type Recording } from '../support/recordings.ts';

const settings: AnswerSettings = { names: functionNames([]), jsonAnswer: null, oneCall: false, citesSources: true };

const events = (batches: readonly (readonly Frame[])[], over: Partial<AnswerSettings> = {}): readonly AnswerEvent[] => {
  const machine = readAnswer({ ...settings, ...over });
  const all: AnswerEvent[] = [];
  let state = machine.start;
  for (const batch of batches) {
    const [next, made] = machine.step(state, batch);
    state = next;
    all.push(...made);
  }
  return [...all, ...machine.end(state)];
};

const of = (all: readonly AnswerEvent[], candidate: number): readonly Exclude<AnswerEvent, { readonly kind: 'usage' }>[] =>
  all.flatMap((event) => (event.kind !== 'usage' && event.candidate === candidate ? [event] : []));

/** What a reader has of a candidate in the end, however it came. */
const collected = (all: readonly AnswerEvent[], candidate = 0) => {
  const own = of(all, candidate);
  const words = (kind: 'text' | 'thought'): string => own.map((event) => (event.kind === kind ? event.text : '')).join('');
  return {
    text: words('text'),
    thought: words('thought'),
    calls: own.flatMap((event) => (event.kind === 'call' ? [{ name: event.name, args: JSON.parse(event.text), signature: event.signature }] : [])),
    pictures: own.flatMap((event) => (event.kind === 'picture' ? [event.data] : [])),
    sound: own.flatMap((event) => (event.kind === 'sound' ? [event.data] : [])),
    code: own.flatMap((event) => (event.kind === 'code' ? [event.code.code] : [])),
    results: own.flatMap((event) => (event.kind === 'code result' ? [event.result.output] : [])),
    tools: own.filter((event) => event.kind === 'server tool').length,
    queries: own.flatMap((event) => (event.kind === 'search' ? event.queries : [])),
    sources: own.flatMap((event) => (event.kind === 'source' ? [event.url] : [])),
    signatures: own.flatMap((event) => ('signature' in event && event.signature !== undefined ? [event.signature] : [])),
    citations: own.flatMap((event) => (event.kind === 'citation' ? [[event.url, event.start, event.end]] : [])),
    end: own.flatMap((event) => (event.kind === 'end' ? [event.reason] : [])),
  };
};

const signature = { thoughtSignature: fc.constantFrom('c2ln', 'YWJj') };
const part = fc.oneof(
  fc.record({ text: fc.string({ unit: 'binary', maxLength: 6 }), thought: fc.boolean(), ...signature }, { requiredKeys: ['text'] }),
  fc.record({ text: fc.constantFrom('a\ud83d', '\ude00b', 'ü😀') }),
  fc.record({ functionCall: fc.record({ id: fc.string(), name: fc.constantFrom('f', 'g'), args: fc.dictionary(fc.string(), fc.integer()) }), ...signature }, { requiredKeys: ['functionCall'] }),
  fc.record({ inlineData: fc.constantFrom({ mimeType: 'image/png', data: 'AAAA' }, { mimeType: 'audio/wav', data: 'BBBB' }, { mimeType: 'video/mp4', data: 'CCCC' }), thought: fc.boolean() }),
  fc.constantFrom({ executableCode: { code: '1' } }, { codeExecutionResult: { output: '2' } }, { toolCall: { toolType: 'URL_CONTEXT' } }, {}),
);
const groundingMetadata = fc.record({
  webSearchQueries: fc.array(fc.string(), { maxLength: 1 }),
  groundingChunks: fc.array(fc.constantFrom({ web: { uri: 'http://a', title: 'A' } }, {}), { maxLength: 2 }),
  groundingSupports: fc.array(fc.record({ segment: fc.record({ startIndex: fc.nat(9), endIndex: fc.nat(20) }), groundingChunkIndices: fc.array(fc.nat(2), { maxLength: 2 }) }), { maxLength: 2 }),
});
const candidate = fc.record(
  { index: fc.nat(2), content: fc.record({ parts: fc.array(part, { maxLength: 4 }) }), finishReason: fc.constantFrom('STOP', 'MAX_TOKENS', 'SAFETY', 'NEW'), groundingMetadata },
  { requiredKeys: [] },
);
const frame = fc.record({ candidates: fc.array(candidate, { maxLength: 2 }), usageMetadata: fc.record({ promptTokenCount: fc.nat(9), candidatesTokenCount: fc.nat(9) }) }, { requiredKeys: [] });
const frames = fc.array(frame, { maxLength: 6 });

/** The same said in as many frames as there are parts. */
const partByPart = (frame: Frame): readonly Frame[] =>
  (frame.candidates ?? []).flatMap(({ content, ...rest }): readonly Frame[] => {
    const { index } = rest;
    const place = index === undefined ? {} : { index };
    return [...(content?.parts ?? []).map((part) => ({ candidates: [{ ...place, content: { parts: [part] } }] })), { candidates: [rest] }];
  });

t.test('however an answer is cut, its events add up to the same', (t) => {
  fc.assert(
    fc.property(frames as fc.Arbitrary<readonly Frame[]>, (given) => {
      const whole = events([given]);
      t.same(events(given.map((one) => [one])), whole, 'a batch for each frame');
      const parts = events([given.flatMap(partByPart)]);
      for (const index of [0, 1, 2]) {
        if (of(whole, index).length > 0 || of(parts, index).length > 0) t.same(collected(parts, index), collected(whole, index), 'a frame for each part');
      }
    }),
    { numRuns: 150 },
  );
  t.end();
});

t.test('a step changes no state, and tells of each candidate its begin first and one end last', (t) => {
  fc.assert(
    fc.property(frames as fc.Arbitrary<readonly Frame[]>, (given) => {
      const machine = readAnswer(settings);
      const [middle] = machine.step(machine.start, given);
      const last = JSON.stringify(machine.end(middle));
      machine.step(middle, given);
      t.equal(JSON.stringify(machine.end(middle)), last);
      const all = events([given]);
      const known = new Set(all.flatMap((event) => (event.kind === 'usage' ? [] : [event.candidate])));
      t.ok(known.size > 0, 'an answer of no candidate has one');
      for (const index of known) {
        const kinds = of(all, index).map(({ kind }) => kind);
        t.same([kinds[0], kinds.at(-1), kinds.filter((kind) => kind === 'begin' || kind === 'end').length], ['begin', 'end', 2]);
      }
    }),
    { numRuns: 150 },
  );
  t.end();
});

t.test('a function that takes an answer in JSON is told as text, and words beside it only without it', (t) => {
  const jsonAnswer = { name: 'final_answer', holds: 'value' as const, tool: { name: 'final_answer', description: '', parameters: {}, strict: undefined } };
  const call = { functionCall: { id: 'x', name: 'final_answer', args: { answer: [1] } } };
  const said = (parts: readonly object[]) => collected(events([[{ candidates: [{ content: { parts } }] }]], { jsonAnswer }));
  t.match(said([{ text: 'So: ' }, call, { text: ' Done.' }]), { text: '[1]', calls: [] });
  t.match(said([{ text: '```json\n[2]\n```' }]), { text: '[2]', calls: [] });
  t.match(said([{ text: 'I ask.' }, { functionCall: { id: 'y', name: 'f' } }]), { text: '', calls: [{ name: 'f', args: {} }] });
  t.end();
});

type Block = { readonly type: string; readonly key: string };
type Blocks = { readonly index: number; readonly open: Block | null; readonly input: number; readonly output: number; readonly found: readonly string[] };
type Out = readonly [type: string, detail?: unknown];

/** A dialect of blocks, of which one is open at a time: Anthropic's, in small. */
const blockWriter: Machine<Blocks, readonly AnswerEvent[], Out> = {
  start: { index: 0, open: null, input: 0, output: 0, found: [] },
  step: (known, given) => {
    let state = known;
    const out: Out[] = [];
    const close = (): void => {
      if (state.open !== null) out.push(['content_block_stop', state.index]);
      if (state.open !== null) state = { ...state, open: null, index: state.index + 1 };
    };
    const enter = (type: string, key = type): void => {
      if (state.open?.key === key) return;
      close();
      out.push(['content_block_start', type]);
      state = { ...state, open: { type, key } };
    };
    const sign = (signature: string | undefined): void => {
      if (signature === undefined) return;
      enter('thinking');
      out.push(['signature_delta', signature]);
      close();
    };
    for (const event of given) {
      if (event.kind === 'usage') {
        const { promptTokenCount = 0, candidatesTokenCount = 0, thoughtsTokenCount = 0 } = event.usage;
        state = { ...state, input: promptTokenCount, output: candidatesTokenCount + thoughtsTokenCount };
      } else if (event.kind === 'begin') out.push(['message_start', state.input]);
      else if (event.kind === 'thought' || event.kind === 'text') {
        if (event.text !== '') enter(event.kind === 'text' ? 'text' : 'thinking');
        if (event.text !== '') out.push([`${event.kind}_delta`, event.text]);
        sign(event.signature);
      } else if (event.kind === 'call') {
        sign(event.signature);
        enter('tool_use', event.id);
        out.push(['input_json_delta', event.text]);
        close();
      } else if (event.kind === 'source') state = { ...state, found: [...state.found, event.url] };
      else if (event.kind === 'end') {
        close();
        if (state.found.length > 0) out.push(['web_search_tool_result', state.found]);
        out.push(['message_delta', [event.finish === 'stopped' && event.calls > 0 ? 'tool_use' : event.finish, state.output]]);
      }
    }
    return [state, out];
  },
  end: () => [['message_stop']],
  fail: (_state, error) => [['error', error.tag]],
};

t.test('its events are enough for a dialect of blocks, each signature in its place', (t) => {
  const machine = joinMachines(readAnswer(settings), blockWriter);
  const call = (id: string, more: object = {}) => ({ functionCall: { id, name: 'f', args: { a: 1 } }, ...more });
  const given: readonly Frame[] = [
    { candidates: [{ content: { parts: [{ text: 'hm', thought: true }, { text: ' so', thought: true, thoughtSignature: 's1' }] } }], usageMetadata: { promptTokenCount: 7 } },
    { candidates: [{ content: { parts: [{ text: 'Hi' }, { text: '!' }, call('1', { thoughtSignature: 's2' }), call('2')] } }] },
    { candidates: [{ content: { parts: [{ text: '', thoughtSignature: 's3' }] }, finishReason: 'STOP', groundingMetadata: { groundingChunks: [{ web: { uri: 'http://a' } }] } }], usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 5, thoughtsTokenCount: 2 } },
  ];
  const [state, before] = machine.step(machine.start, given);
  t.same([...before, ...machine.end(state)], [
    ['message_start', 7],
    ['content_block_start', 'thinking'], ['thought_delta', 'hm'], ['thought_delta', ' so'], ['signature_delta', 's1'], ['content_block_stop', 0],
    ['content_block_start', 'text'], ['text_delta', 'Hi'], ['text_delta', '!'], ['content_block_stop', 1],
    ['content_block_start', 'thinking'], ['signature_delta', 's2'], ['content_block_stop', 2],
    ['content_block_start', 'tool_use'], ['input_json_delta', '{"a":1}'], ['content_block_stop', 3],
    ['content_block_start', 'tool_use'], ['input_json_delta', '{"a":1}'], ['content_block_stop', 4],
    ['content_block_start', 'thinking'], ['signature_delta', 's3'], ['content_block_stop', 5],
    ['web_search_tool_result', ['http://a']],
    ['message_delta', ['tool_use', 7]],
    ['message_stop'],
  ]);
  t.same(machine.fail(state, { tag: 'ClientGone' }), [['error', 'ClientGone']], 'a failure has the writer\'s own shape');
  t.end();
});

type Json = Readonly<Record<string, unknown>>;
type RawPart = { readonly text?: string; readonly thought?: boolean; readonly thoughtSignature?: string; readonly functionCall?: { readonly name?: string; readonly args?: Json; readonly partialArgs?: unknown }; readonly inlineData?: { readonly mimeType: string; readonly data: string }; readonly executableCode?: { readonly code?: string }; readonly codeExecutionResult?: { readonly output?: string }; readonly toolCall?: unknown; readonly toolResponse?: unknown };
type Raw = { readonly candidates?: readonly { readonly index?: number; readonly content?: { readonly parts?: readonly RawPart[] }; readonly groundingMetadata?: { readonly webSearchQueries?: readonly string[]; readonly groundingChunks?: readonly { readonly web?: { readonly uri?: string } }[] } }[]; readonly usageMetadata?: Readonly<Record<string, unknown>> };

/** What was recorded, read without any code of the service. */
const recorded = (body: string): readonly string[] => {
  const text = body.trim();
  if (text.startsWith('[')) return (JSON.parse(text) as readonly unknown[]).map((one) => JSON.stringify(one));
  if (text.startsWith('{')) return [text];
  return text.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:')).map((line) => line.slice('data:'.length));
};

const framesOf = (texts: readonly string[]): readonly Frame[] => {
  const readings = texts.flatMap((text) => [...parseFrames(text)]);
  const calls = callReader(() => 'new');
  return [...calls.read(readings.flatMap((reading) => (reading.kind === 'frame' ? [reading.frame] : []))), ...calls.end()];
};

const isAnswer = ({ kind, response }: Recording): boolean =>
  ['generate', 'stream'].some((word) => kind.includes(word)) && response.status === 200 && response.body.includes('"candidates"');

t.test('no event loses anything of a recorded answer', { skip: skipWithoutRecordings() }, (t) => {
  const answers = nativeRecordings().filter(isAnswer);
  t.ok(answers.length > 100, `${answers.length} answers`);
  for (const { name, response } of answers) {
    const texts = recorded(response.body);
    const raws = texts.map((text): Raw => JSON.parse(text));
    const all = events([framesOf(texts)]);
    const candidates = raws.flatMap((raw) => raw.candidates ?? []);
    for (const index of new Set(candidates.map((one) => one.index ?? 0))) {
      const own = candidates.filter((one) => (one.index ?? 0) === index);
      const parts = own.flatMap((one) => one.content?.parts ?? []);
      const words = (isThought: boolean): string => parts.map((one) => ((one.thought === true) === isThought ? (one.text ?? '') : '')).join('');
      const calls = parts.flatMap((one) => (one.functionCall?.name === undefined ? [] : [one.functionCall]));
      const made = collected(all, index);
      t.equal(made.text, words(false), `${name}: text`);
      t.equal(made.thought, words(true), `${name}: thoughts`);
      t.same(made.calls.map((call) => call.name), calls.map((call) => call.name), `${name}: calls`);
      if (!response.body.includes('partialArgs')) t.same(made.calls.map((call) => call.args), calls.map((call) => call.args ?? {}), `${name}: arguments`);
      const data = (kind: string): readonly string[] => parts.flatMap((one) => (one.inlineData?.mimeType.startsWith(kind) === true ? [one.inlineData.data] : []));
      t.same([made.pictures, made.sound], [data('image/'), data('audio/')], `${name}: media`);
      t.same([made.code, made.results], [parts.flatMap((one) => one.executableCode?.code ?? []), parts.flatMap((one) => one.codeExecutionResult?.output ?? [])], `${name}: code`);
      t.equal(made.tools, parts.filter((one) => one.toolCall !== undefined || one.toolResponse !== undefined).length, `${name}: tools`);
      const grounding = own.flatMap((one) => one.groundingMetadata ?? []);
      t.same(made.sources, grounding.flatMap((one) => (one.groundingChunks ?? []).flatMap((chunk) => chunk.web?.uri ?? [])), `${name}: sources`);
      t.same(made.queries, grounding.flatMap((one) => one.webSearchQueries ?? []), `${name}: queries`);
    }
    const last = (field: string): unknown => raws.map((raw) => raw.usageMetadata?.[field]).findLast((count) => count !== undefined && count !== 0);
    const usage = all.findLast((event) => event.kind === 'usage')?.usage ?? {};
    const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount } = usage;
    t.same([promptTokenCount, candidatesTokenCount, thoughtsTokenCount], ['promptTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount'].map(last), `${name}: usage`);
  }
  t.end();
});
