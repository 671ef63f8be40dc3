import fc from 'fast-check';
import t from 'tap';
import { scratch } from '../../src/kernel/scratch.ts';
import { E } from '../../src/kernel/fp.ts';
import type { JsonObject } from '../../src/gemini/request.ts';
import { endedTextOf } from '../../src/gemini/plain-text.ts';
import type { Frame } from '../../src/gemini/response.ts';
import type { AnswerEnd } from '../../src/ports/answer-writer.ts';
import type { Whole } from '../../src/ports/reply.ts';
import { choices } from '../support/chat.ts';
import { answer, collected, planned, settings, streamed, type Block } from '../support/messages.ts';
import { messagesDialect } from '../../src/anthropic/messages/dialect.ts';

const text = fc.string({ unit: 'grapheme' });
const signature = fc.constantFrom('c2ln', 'dGhvdWdodA==');
const part = fc.oneof(
  fc.record({ text }),
  fc.record({ text, thoughtSignature: signature }),
  fc.record({ text, thought: fc.constant(true), thoughtSignature: signature }, { requiredKeys: ['text', 'thought'] }),
  fc.record({ functionCall: fc.record({ id: fc.string({ minLength: 1 }), name: fc.string({ minLength: 1 }), args: fc.dictionary(fc.string(), fc.jsonValue()) }, { requiredKeys: ['id', 'name'] }), thoughtSignature: signature }, { requiredKeys: ['functionCall'] }),
  fc.constant({ executableCode: { language: 'PYTHON', code: 'print(1)' } }),
  fc.constant({ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } }),
  fc.constant({ inlineData: { mimeType: 'image/png', data: 'aGk=' } }),
  fc.constant({}),
);
const reason = fc.constantFrom('STOP', 'MAX_TOKENS', 'SAFETY', 'OTHER', 'NEW_REASON', undefined);
const grounding = fc.record({ webSearchQueries: fc.array(text, { maxLength: 2 }), groundingChunks: fc.array(fc.constant({ web: { uri: 'https://example.com', title: 'T' } }), { maxLength: 2 }) }, { requiredKeys: [] });
const frame = fc.record(
  {
    candidates: fc.array(fc.record({ index: fc.nat(1), content: fc.record({ parts: fc.array(part, { maxLength: 4 }) }, { requiredKeys: [] }), finishReason: reason, groundingMetadata: grounding }, { requiredKeys: [] }), { maxLength: 2 }),
    usageMetadata: fc.record({ promptTokenCount: fc.nat(), cachedContentTokenCount: fc.nat(), toolUsePromptTokenCount: fc.nat(), candidatesTokenCount: fc.nat(), thoughtsTokenCount: fc.nat() }, { requiredKeys: [] }),
    promptFeedback: fc.record({ blockReason: fc.constantFrom('SAFETY', 'BLOCK_REASON_UNSPECIFIED') }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const answers = fc.array(frame, { maxLength: 6 }).map((frames) => frames as readonly Frame[]);
const asked = fc.constantFrom({}, { thinking: { type: 'adaptive' } }, { thinking: { type: 'adaptive', display: 'omitted' } });

t.test('a stream, put together, is the whole message, and keeps to the order of events', (t) => {
  fc.assert(
    fc.property(asked, answers, (request, frames) => {
      const [whole, events] = [answer(request, frames), streamed(request, frames)];
      t.strictSame(collected(events), whole);
      if (events.filter(({ name }) => name === 'message_start').length !== 1) return false;
      return whole.content.every((block) => block.type !== 'text' || block['text'] !== '');
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test('a whole message of one text goes a shorter way and is what the machine makes of it', (t) => {
  const bare = fc.record({ content: fc.record({ parts: fc.tuple(fc.record({ text: fc.string({ unit: 'binary' }) })) }), finishReason: reason, index: fc.constantFrom(0, 0, 1) }, { requiredKeys: ['content'] });
  const usageMetadata = fc.record({ promptTokenCount: fc.nat(), cachedContentTokenCount: fc.nat(), thoughtsTokenCount: fc.nat(), totalTokenCount: fc.nat() }, { requiredKeys: [] });
  const single = fc.record({ candidates: fc.tuple(bare), usageMetadata }, { requiredKeys: ['candidates'] });
  const tools = [{ name: 'f', input_schema: { type: 'object' } }];
  const requests = fc.oneof(asked, fc.constantFrom({ tools }, { tools, tool_choice: { type: 'any' } }, { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } }));
  const said = E.map(({ value, signatures }: AnswerEnd<Whole>) => [value, signatures]);
  let short = 0;
  fc.assert(
    fc.property(requests, fc.oneof({ weight: 4, arbitrary: single.map((one) => [one] as readonly Frame[]) }, answers), (request, frames) => {
      const plan = planned(request);
      if (E.isLeft(plan)) return false;
      const [writer, machine] = [plan.right.answer.whole(), plan.right.answer.whole()];
      machine.add(frames);
      t.strictSame(said(writer.atOnce(frames, scratch())), said(machine.end()));
      if (frames.length === 1 && frames.every((one) => endedTextOf(one) !== null)) short += 1;
      return true;
    }),
    { numRuns: 500 },
  );
  t.ok(short > 50, 'some did go it');
  t.end();
});

const ofType = (content: readonly Block[], type: string): readonly Block[] => content.filter((block) => block.type === type);

/** Code is text in a chat, and stands in blocks of its own here. */
const withoutCode = (frames: readonly Frame[]): readonly Frame[] =>
  frames.map((one) => ({
    ...one,
    candidates: (one.candidates ?? []).map((candidate) => ({ ...candidate, content: { parts: (candidate.content?.parts ?? []).filter((given) => given.executableCode === undefined && given.codeExecutionResult === undefined) } })),
  }));

type Call = { readonly function?: { readonly name: string; readonly arguments: string } };

t.test('a message says what a chat says: the same text and pictures, calls and inputs', (t) => {
  fc.assert(
    fc.property(answers, (given) => {
      const frames = withoutCode(given);
      const made = answer({}, frames);
      const chat = choices({}, frames).find(({ index }) => index === 0);
      if (chat === undefined) return made.content.length === 0;
      t.equal(ofType(made.content, 'text').map((block) => block['text']).join(''), chat.message.content ?? '');
      const calls = (chat.message.tool_calls ?? []) as readonly Call[];
      t.strictSame(ofType(made.content, 'tool_use').map(({ name, input }) => [name, input]), calls.map((call) => [call.function?.name, JSON.parse(call.function?.arguments ?? '')]));
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test('the three inputs are all that was asked, the output is answers and thoughts', (t) => {
  const count = fc.nat(1_000_000);
  fc.assert(
    fc.property(fc.record({ prompt: count, tools: count, cached: count, candidates: count, thoughts: count }), ({ prompt, tools, cached, candidates, thoughts }) => {
      const usageMetadata = { promptTokenCount: prompt, toolUsePromptTokenCount: tools, cachedContentTokenCount: Math.min(cached, prompt), candidatesTokenCount: candidates, thoughtsTokenCount: thoughts };
      const { usage } = answer({}, [{ candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }], usageMetadata }]);
      const sum = Number(usage['input_tokens']) + Number(usage['cache_read_input_tokens']) + Number(usage['cache_creation_input_tokens']);
      return sum === prompt + tools && usage['output_tokens'] === candidates + thoughts;
    }),
  );
  t.pass();
  t.end();
});

const block = fc.oneof(
  fc.record({ type: fc.constantFrom('text', 'image', 'document', 'tool_use', 'tool_result', 'thinking', 'search_result', 'new'), text: fc.oneof(fc.string(), fc.jsonValue()), source: fc.jsonValue(), id: fc.constantFrom('toolu_a', 'toolu_b'), tool_use_id: fc.constantFrom('toolu_a', 'toolu_b'), name: fc.string(), input: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()), content: fc.jsonValue(), signature: fc.string(), thinking: fc.string() }, { requiredKeys: ['type'] }),
  fc.jsonValue(),
);
const anyMessage = fc.record({ role: fc.constantFrom('user', 'assistant', 'system'), content: fc.oneof(fc.string(), fc.array(block, { maxLength: 4 }), fc.jsonValue()) }, { requiredKeys: ['role'] });
const model = fc.constantFrom('gemini-2.5-flash', 'gemini-3.5-flash', 'gemini-3.8-flash', 'gemini-4-argon', 'gemma-3-27b-it', 'gemini-2.5-flash-image');
const field = fc.constantFrom('system', 'tools', 'tool_choice', 'thinking', 'output_config', 'stop_sequences', 'max_tokens', 'temperature', 'stream', 'container', 'mcp_servers', 'messages', 'model');

t.test('translation never throws: any request gives a call or a refusal that names a field', (t) => {
  const check = (request: object): void => {
    const made = planned(request);
    if (E.isLeft(made)) {
      if (made.left.tag === 'InvalidRequest' && made.left.param === null) throw new Error(made.left.message);
      return;
    }
    const { contents } = made.right.call.body;
    if (contents.length === 0 || contents.some(({ parts }) => parts.length === 0 || parts.some((one) => Object.keys(one).length === 0))) throw new Error('empty');
    if (contents[0]?.role !== 'user') throw new Error('does not begin with the user');
  };
  fc.assert(fc.property(model, fc.array(anyMessage, { minLength: 1, maxLength: 6 }), (name, messages) => check({ model: name, messages })), { numRuns: 1000 });
  fc.assert(fc.property(field, fc.jsonValue(), (name, value) => check({ [name]: value })), { numRuns: 500 });
  const dialect = messagesDialect(settings);
  fc.assert(fc.property(fc.anything({ withNullPrototype: true, maxDepth: 4 }), (given) => E.isLeft(dialect.decode(given))), { numRuns: 300 });
  t.pass('over 1,800 bodies');
  t.end();
});

t.test('every text of the user arrives, and every call has its result', (t) => {
  const texts = fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 1, maxLength: 5 });
  const ids = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(model.filter((name) => !/image|gemma/.test(name)), texts, ids, fc.infiniteStream(fc.nat()), (name, words, calls, random) => {
      const results = calls.map((id) => ({ id, at: random.next().value ?? 0 })).toSorted((one, other) => one.at - other.at);
      const messages = [
        { role: 'user', content: words.map((one) => ({ type: 'text', text: one })) },
        { role: 'assistant', content: calls.map((id) => ({ type: 'tool_use', id: `toolu_${id}`, name: 'f', input: { id } })) },
        { role: 'user', content: results.map(({ id }) => ({ type: 'tool_result', tool_use_id: `toolu_${id}`, content: `r${id}` })) },
      ];
      const made = planned({ model: name, messages, tools: [{ name: 'f', input_schema: { type: 'object' } }] });
      if (E.isLeft(made)) return false;
      const [first, , third] = made.right.call.body.contents;
      t.strictSame(first?.parts.map((one) => one.text), words);
      t.strictSame(third?.parts.map(({ functionResponse }) => functionResponse?.response), calls.map((id): JsonObject => ({ result: `r${id}` })));
      return true;
    }),
    { numRuns: 200 },
  );
  t.end();
});
