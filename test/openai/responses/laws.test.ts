import fc from 'fast-check';
import t from 'tap';
import { byteSink } from '../../../src/kernel/byte-sink.ts';
import { scratch } from '../../../src/kernel/scratch.ts';
import { noResponses } from '../../../src/adapters/responses/no-responses.ts';
import { E } from '../../../src/kernel/fp.ts';
import { saidIn } from '../../../src/gemini/plain-text.ts';
import type { Frame } from '../../../src/gemini/response.ts';
import type { AnswerEnd } from '../../../src/ports/answer-writer.ts';
import type { Whole } from '../../../src/ports/reply.ts';
import { skipWithoutRecordings } from '../../support/recordings.ts';
import { jsonText } from '../../../src/kernel/well-formed.ts';
import { asBytes, asString } from '../../../src/kernel/written-text.ts';
import { bytesBehind } from '../../support/bytes-behind.ts';
import { replayEvents } from '../../../src/openai/responses/kept/event-cuts.ts';
import { quoteOnce } from '../../../src/openai/responses/answer/quote-once.ts';
import { schemaCheck } from '../../support/published-schemas.ts';
import { definitionOf, streamFaults } from '../../support/response-laws.ts';
import { eventsIn, plainStore, responseBody, responseCollector, responseEvents, responseWriter, wholeResponse, type Json } from '../../support/responses.ts';

const text = fc.string({ unit: 'grapheme' });
const signature = fc.stringMatching(/^[\w+/]{4,20}$/);
const part = fc.oneof(
  fc.record({ text, thoughtSignature: signature }, { requiredKeys: ['text'] }),
  fc.record({ text, thought: fc.constant(true), thoughtSignature: signature }, { requiredKeys: ['text', 'thought'] }),
  fc.record(
    {
      functionCall: fc.record({ id: fc.string({ minLength: 1, maxLength: 80 }), name: fc.constantFrom('plain', 'free', 'ns__inner', 'tool_search', 'shell', 'unknown'), args: fc.dictionary(fc.string(), fc.jsonValue()) }, { requiredKeys: ['id', 'name'] }),
      thoughtSignature: signature,
    },
    { requiredKeys: ['functionCall'] },
  ),
  fc.record({ inlineData: fc.constant({ mimeType: 'image/png', data: 'aGk=' }), thoughtSignature: signature, thought: fc.boolean() }, { requiredKeys: ['inlineData'] }),
  fc.record({ executableCode: fc.record({ code: text, language: fc.constant('PYTHON') }), thoughtSignature: signature }, { requiredKeys: ['executableCode'] }),
  fc.record({ codeExecutionResult: fc.record({ outcome: fc.constant('OUTCOME_OK'), output: text }), thoughtSignature: signature }, { requiredKeys: ['codeExecutionResult'] }),
  fc.record({ toolCall: fc.constant({ toolType: 'GOOGLE_SEARCH_WEB', args: { queries: ['q'] } }), thoughtSignature: signature }, { requiredKeys: ['toolCall'] }),
  fc.constant({}),
);
const grounding = fc.record({ webSearchQueries: fc.array(text, { maxLength: 2 }), groundingChunks: fc.array(fc.record({ web: fc.record({ uri: fc.webUrl(), title: text }) }), { maxLength: 2 }), groundingSupports: fc.array(fc.record({ segment: fc.record({ startIndex: fc.nat(9), endIndex: fc.nat(20) }), groundingChunkIndices: fc.array(fc.nat(2), { maxLength: 2 }) }), { maxLength: 2 }) });
const candidate = fc.record(
  { index: fc.constantFrom(0, 0, 0, 1), content: fc.record({ parts: fc.array(part, { maxLength: 4 }) }), finishReason: fc.constantFrom('STOP', 'MAX_TOKENS', 'SAFETY', 'OTHER'), groundingMetadata: grounding },
  { requiredKeys: [] },
);
const frames = fc.array(
  fc.record({ candidates: fc.array(candidate, { maxLength: 2 }), usageMetadata: fc.record({ promptTokenCount: fc.nat(), candidatesTokenCount: fc.nat(), thoughtsTokenCount: fc.nat(), cachedContentTokenCount: fc.nat() }, { requiredKeys: [] }), promptFeedback: fc.constantFrom(undefined, { blockReason: 'SAFETY' }) }, { requiredKeys: [] }),
  { maxLength: 6 },
) as fc.Arbitrary<readonly Frame[]>;

const functions = [
  { type: 'function', name: 'plain' },
  { type: 'custom', name: 'free' },
  { type: 'namespace', name: 'ns', description: 'd', tools: [{ type: 'function', name: 'inner' }] },
  { type: 'tool_search', execution: 'client' },
  { type: 'shell' },
];
const requests: readonly Json[] = [
  {},
  { reasoning: { summary: 'auto' }, tools: functions },
  { tools: [{ type: 'web_search' }], include: ['web_search_call.action.sources'] },
  { tools: [...functions, { type: 'web_search' }], reasoning: { summary: 'detailed' }, parallel_tool_calls: false },
  { tools: [{ type: 'code_interpreter', container: 'c' }], text: { format: { type: 'json_object' } } },
  { model: 'gemini-3-pro-image', tools: [{ type: 'image_generation' }] },
];

t.test('whatever the frames, a stream keeps the rules that clients check, and the whole answer is the same', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...requests), frames, async (request, given) => {
      const events = await responseEvents(request, given);
      const faults = streamFaults(events);
      if (faults.length > 0) throw new Error(faults.join('; '));
      const whole = await wholeResponse(request, given);
      if (JSON.stringify(whole) !== JSON.stringify(events.at(-1)?.['response'])) throw new Error('another answer');
    }),
    { numRuns: 300 },
  );
  t.pass('over 300 answers');
});

const letters = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '\ud83d', '\ude00', '"', '\\'), minLength: 1, maxLength: 3 });
const saying = fc.oneof(
  { weight: 6, arbitrary: letters.map((text) => [{ text }]) },
  { weight: 1, arbitrary: letters.map((text) => [{ text, thought: true }]) },
  { weight: 1, arbitrary: letters.map((text) => [{ text, thoughtSignature: 'c2ln' }]) },
  { weight: 1, arbitrary: fc.constant([{ functionCall: { id: 'c', name: 'plain' } }]) },
);
const usage = fc.record({ promptTokenCount: fc.nat(2), candidatesTokenCount: fc.nat(3) }, { requiredKeys: [] });
const saidFrame: fc.Arbitrary<Said> = fc.record({ parts: saying, usageMetadata: usage, index: fc.constantFrom(undefined, 0, 0, 1) });

type Said = { readonly parts: readonly object[]; readonly usageMetadata: object; readonly index: number | undefined };

/** A part that says nothing makes a frame one that is not texts alone. */
const framesOf = (said: readonly Said[], more: readonly object[]): readonly Frame[] =>
  said.map(({ parts, usageMetadata, index }) => ({ candidates: [{ content: { parts: [...parts, ...more] }, ...(index === undefined ? {} : { index }) }], usageMetadata }));

t.test('texts that go the short way say, and leave behind, what the machine makes of them', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...requests), fc.array(fc.array(saidFrame, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), async (request, batches) => {
      const [short, long] = [plainStore(), plainStore()];
      const tell = async (more: readonly object[], store: typeof short): Promise<string> => {
        const writer = await responseWriter(request, { store });
        let told = '';
        for (const batch of batches) {
          const frames = framesOf(batch, more);
          const [one] = frames.length === 1 ? (saidIn(frames) ?? []) : [];
          told += `${(one === undefined ? null : writer.say(one)) ?? writer.write(frames)}${writer.kept?.()}\n`;
        }
        const end = writer.end();
        if (E.isLeft(end)) return `${told}${end.left.tag}`;
        await end.right.keep?.();
        return String(bytesBehind(told, end.right.value));
      };
      const [one, other] = [await tell([], short), await tell([{ text: '' }], long)];
      if (one !== other) throw new Error(`${one} is not ${other}`);
      if (JSON.stringify(short.kept) !== JSON.stringify(long.kept)) throw new Error('kept otherwise');
    }),
    { numRuns: 300 },
  );
  t.pass('over 300 streams');
});

/** What is kept, with its events as they are told. */
const toldAgain = ({ kept }: ReturnType<typeof plainStore>): string =>
  JSON.stringify(kept.map((record) => ({ ...record, events: [...replayEvents(record.response, record.events ?? [], 0)] })));

t.test('a whole answer that goes the short way says, and leaves behind, what the machine makes of it', async (t) => {
  const words = fc.oneof({ weight: 5, arbitrary: letters }, { weight: 1, arbitrary: fc.constantFrom('', 'é'.repeat(3000)) });
  const finishReason = fc.constantFrom('STOP', 'STOP', 'STOP', 'MAX_TOKENS', 'SAFETY', 'MALFORMED_RESPONSE');
  const counted = fc.record({ promptTokenCount: fc.nat(9), thoughtsTokenCount: fc.nat(9), serviceTier: fc.constantFrom('flex', 'standard') }, { requiredKeys: [] });
  const own: readonly Json[] = [...requests, { service_tier: 'flex', store: false }, { service_tier: 'priority', input: [{ role: 'user', content: 'a', id: 'msg_1' }] }];
  const state = { short: 0 };
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...own), words, finishReason, counted, async (request, text, finishReason, usageMetadata) => {
      const frames: readonly Frame[] = [{ candidates: [{ content: { parts: [{ text }] }, finishReason }], usageMetadata }];
      const [short, long] = [plainStore(), plainStore()];
      const [one, other] = [await responseCollector(request, { store: short }), await responseCollector(request, { store: long })];
      other.add(frames);
      const [ended, expected] = [one.atOnce(frames, scratch()), other.end()];
      const bodyOf = E.map(({ value }: AnswerEnd<Whole>) => String(value.body));
      t.same(bodyOf(ended), bodyOf(expected));
      for (const end of [ended, expected]) if (E.isRight(end)) await end.right.keep?.();
      t.equal(toldAgain(short), toldAgain(long));
      if (E.isRight(ended) && ended.right.value.body.length > 0 && finishReason === 'STOP' && text.isWellFormed() && text !== '') state.short += 1;
    }),
    { numRuns: 200 },
  );
  t.ok(state.short > 40, 'some could go it');
});

t.test('a stream that is all there goes the short way, and says and leaves behind what the machine makes of it', async (t) => {
  const words = fc.oneof({ weight: 9, arbitrary: fc.string({ unit: fc.constantFrom('a', ' ', 'é', '日', '🙂', '"', '\\', '\n', '\\u', 'd800'), minLength: 1, maxLength: 9 }) }, { weight: 1, arbitrary: fc.constantFrom('', '\ud83d', 'é'.repeat(3000)) });
  const counted = fc.record({ promptTokenCount: fc.nat(9), candidatesTokenCount: fc.nat(9), serviceTier: fc.constantFrom('flex', 'standard') }, { requiredKeys: [] });
  const said = fc.record({ text: words, counted });
  const finishReason = fc.constantFrom('STOP', 'STOP', 'STOP', 'STOP', 'MAX_TOKENS', 'SAFETY', undefined);
  const own: readonly Json[] = [...requests, { service_tier: 'flex', store: false }, { service_tier: 'priority', instructions: 'Sé breve. 日本'.repeat(20), input: [{ role: 'user', content: 'a', id: 'msg_1' }] }];
  const room = scratch();
  const state = { short: 0 };
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...own), fc.array(said, { maxLength: 12 }), finishReason, async (request, all, finishReason) => {
      const frames: readonly Frame[] = all.map(({ text, counted }, at) => ({ candidates: [{ content: { parts: [{ text }] }, ...(at === all.length - 1 && finishReason !== undefined ? { finishReason } : {}) }], usageMetadata: counted }));
      const [short, long] = [plainStore(), plainStore()];
      const into = byteSink(room);
      const one = (await responseWriter(request, { store: short })).atOnce?.(frames, into) ?? null;
      if (one === null) return into.letGo();
      state.short += 1;
      await one.keep?.();
      const other = await responseWriter(request, { store: long });
      const told = other.write(frames);
      t.equal(one.kept, other.kept?.());
      const end = other.end();
      if (E.isLeft(end)) throw new Error(end.left.tag);
      await end.right.keep?.();
      t.equal(String(into.bytes(0, into.size())), String(bytesBehind(told, end.right.value)));
      t.equal(toldAgain(short), toldAgain(long));
      into.letGo();
    }),
    { numRuns: 200 },
  );
  t.ok(state.short > 15, `${state.short} could go it`);
});

t.test('what is kept is what went out, whichever way the answer went', async (t) => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '日', '🙂', '"'), minLength: 1, maxLength: 900 }), { minLength: 1, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...requests), pieces, async (request, texts) => {
      const framesOf = (all: readonly string[]): readonly Frame[] => all.map((text, at) => ({ candidates: [{ content: { parts: [{ text }] }, ...(at === all.length - 1 ? { finishReason: 'STOP' } : {}) }] }));
      const kept = async (tell: (store: ReturnType<typeof plainStore>) => Promise<string>): Promise<void> => {
        const store = plainStore();
        t.equal(await tell(store), JSON.stringify(store.kept[0]?.response));
      };
      const last = (told: string): string => JSON.stringify(eventsIn(told).at(-1)?.['response']);
      await kept(async (store) => {
        const into = byteSink(scratch());
        const end = (await responseWriter(request, { store })).atOnce?.(framesOf(texts), into) ?? null;
        await end?.keep?.();
        return end === null ? JSON.stringify((await responseEvents(request, framesOf(texts), { store })).at(-1)?.['response']) : last(String(into.bytes(0, into.size())));
      });
      await kept(async (store) => JSON.stringify((await responseEvents(request, framesOf(texts), { store })).at(-1)?.['response']));
      await kept(async (store) => {
        const end = (await responseCollector(request, { store })).atOnce(framesOf([texts.join('')]), scratch());
        if (E.isLeft(end)) throw new Error(end.left.tag);
        await end.right.keep?.();
        return JSON.stringify(JSON.parse(String(end.right.value.body)));
      });
    }),
    { numRuns: 30 },
  );
});

t.test('a text is asked and kept as the one message that it stands for', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(letters, fc.constantFrom('a\u2028b')), fc.constantFrom({}, { instructions: 'Sé breve.' }), async (text, more) => {
      const [short, long] = [{ input: text, ...more }, { input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }], ...more }];
      t.same(await responseBody(short), await responseBody(long));
      const kept = async (request: Json): Promise<string> => {
        const store = plainStore();
        await wholeResponse(request, [{ candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }] }], { store });
        return JSON.stringify(store.kept);
      };
      t.equal(await kept(short), await kept(long));
    }),
    { numRuns: 100 },
  );
});

t.test('a stream that breaks off anywhere tells it twice, and nothing else twice', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...requests), frames, fc.boolean(), async (request, given, beats) => {
      const writer = await responseWriter(request);
      let told = beats ? writer.heartbeat() : '';
      for (const frame of given) told += writer.write([frame]) + (beats ? writer.heartbeat() : '');
      const events = eventsIn(told + writer.fail({ tag: 'StreamCut' }));
      const faults = streamFaults(events);
      if (faults.length > 0) throw new Error(faults.join('; '));
      return events.at(-2)?.['type'] === 'error' && events.at(-1)?.['type'] === 'response.failed';
    }),
    { numRuns: 150 },
  );
  t.pass('over 150 streams');
});

t.test('every event and answer is as the published document has it', { skip: skipWithoutRecordings() }, async (t) => {
  const check = schemaCheck('openai.schema.json');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...requests), frames, async (request, given) => {
      for (const event of await responseEvents(request, given)) {
        const definition = definitionOf(event);
        const faults = definition === undefined ? ['is not published'] : check(definition, event);
        if (faults.length > 0) throw new Error(`${String(event['type'])}: ${faults.join('; ')}`);
      }
    }),
    { numRuns: 30 },
  );
  t.pass('over 60 streams');
});

const words = fc.string({ minLength: 1, maxLength: 20 });
const asked = fc.record(
  {
    instructions: words,
    max_output_tokens: fc.integer({ min: 1, max: 10_000 }),
    max_tool_calls: fc.integer({ min: 1, max: 10 }),
    metadata: fc.dictionary(fc.string({ maxLength: 64 }).filter((key) => key !== '__proto__'), words, { maxKeys: 16 }),
    parallel_tool_calls: fc.boolean(),
    prompt_cache_key: words,
    safety_identifier: words,
    temperature: fc.constantFrom(0, 0.5, 2),
    tool_choice: fc.constantFrom<unknown>('none', 'auto', 'required', { type: 'function', name: 'plain' }),
    top_logprobs: fc.nat({ max: 20 }),
    top_p: fc.constantFrom(0.1, 1),
    truncation: fc.constantFrom('auto', 'disabled'),
    user: words,
    background: fc.constant(false),
  },
  { requiredKeys: [] },
);
const left: Json = { instructions: null, max_output_tokens: null, max_tool_calls: null, metadata: {}, parallel_tool_calls: true, previous_response_id: null, prompt_cache_key: null, safety_identifier: null, temperature: 1, tool_choice: 'auto', top_logprobs: 0, top_p: 1, truncation: 'disabled', background: false, access_programs: null, frequency_penalty: 0, presence_penalty: 0 };

t.test('every response in every event repeats what was asked, else what stands for it, and says whether it is kept', async () => {
  const tools = [{ type: 'function', name: 'plain', parameters: null, strict: null }];
  const stores = [plainStore(), { ...plainStore(), ...noResponses }];
  await fc.assert(
    fc.asyncProperty(asked, fc.constantFrom(undefined, null, true, false), fc.constantFrom(...stores), fc.boolean(), async (request, store, keeper, fails) => {
      const expected = { ...left, ...request, tools, store: store !== false && keeper.mostBytesEach > 0 };
      const writer = await responseWriter({ ...request, tools, ...(store === undefined ? {} : { store }) }, { store: keeper });
      const begun = writer.write([{ candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }] }]);
      const end = fails ? null : writer.end();
      const events = eventsIn(String(bytesBehind(begun, end === null ? writer.fail({ tag: 'Busy', message: 'full' }) : E.isRight(end) ? end.right.value : '')));
      const told = events.flatMap(({ response }) => (response === undefined ? [] : [response as Json]));
      if (told.length !== 3) throw new Error(`${told.length} responses`);
      for (const [name, value] of Object.entries(expected)) {
        for (const response of told) if (JSON.stringify(response[name]) !== JSON.stringify(value)) throw new Error(`${name}: ${JSON.stringify(response[name])}`);
      }
    }),
    { numRuns: 200 },
  );
});

t.test('the tier is what was asked until the end tells the one that served', async (t) => {
  const tiers: readonly (readonly [string | undefined, string | undefined, string])[] = [
    [undefined, undefined, 'default'],
    ['auto', undefined, 'default'],
    ['scale', undefined, 'default'],
    ['flex', undefined, 'flex'],
    ['fast', undefined, 'priority'],
    ['ultrafast', 'standard', 'default'],
    [undefined, 'priority', 'priority'],
  ];
  for (const [service_tier, served, told] of tiers) {
    const usageMetadata = served === undefined ? {} : { serviceTier: served };
    const events = await responseEvents(service_tier === undefined ? {} : { service_tier }, [{ candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }], usageMetadata }]);
    t.match(events[0], { response: { service_tier: service_tier ?? 'auto' } });
    t.match(events.at(-1), { response: { service_tier: told } }, `${service_tier}, served by ${served}`);
  }
});

t.test('what stands in several events is written as JSON.stringify does, however long', () => {
  const some = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('x'.repeat(3000), 'é"\\\n'.repeat(600), '\ud83d'.repeat(2048), `${'x'.repeat(2047)}👋`), fc.constant(undefined), fc.constant(null), fc.double({ noNaN: true }));
  const body = fc.dictionary(fc.string(), fc.oneof(some, fc.array(fc.oneof(fc.dictionary(fc.string(), fc.oneof(some, fc.array(some))), some))));
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), (bodies) => {
      const write = quoteOnce();
      return bodies.map(write).every((text, at) => asString(text) === jsonText(bodies[at]) && asBytes(text).toString() === jsonText(bodies[at]));
    }),
    { numRuns: 100 },
  );
  return Promise.resolve();
});
