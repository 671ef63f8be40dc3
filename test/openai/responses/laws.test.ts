import fc from 'fast-check';
import t from 'tap';
import type { Frame } from '../../../src/gemini/response.ts';
import { skipWithoutRecordings } from '../../support/recordings.ts';
import { schemaCheck } from '../../support/published-schemas.ts';
import { definitionOf, streamFaults } from '../../support/response-laws.ts';
import { eventsIn, responseEvents, responseWriter, wholeResponse, type Json } from '../../support/responses.ts';

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
    { numRuns: 60 },
  );
  t.pass('over 60 streams');
});
