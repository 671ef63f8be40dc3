import fc from 'fast-check';
import t from 'tap';
import { E } from '../../../src/kernel/fp.ts';
import { anySchema } from '../../support/any-schema.ts';
import { plain, translated, user } from '../../support/chat.ts';
import { checkRequest } from '../../support/gemini-emulator/check-request.ts';
import { geminiSchema } from '../../support/gemini-schema.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const name = fc.oneof(fc.constantFrom('f', '2-g', 'final_answer'), fc.string({ maxLength: 8 }));
const id = fc.constantFrom('a', 'b', '');
const json = fc.jsonValue({ maxDepth: 2 });
const some = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { requiredKeys: [] });
const url = fc.constantFrom('data:image/png;base64,iVBORw0KGgo=', 'data:text/plain,hi', 'https://youtu.be/lCdaVNyHtjU', 'AAAA', 'data:;base64,AAA', 'data:x;base64,A+/_-A==', 'https://example.com/a.png');
const part = fc.oneof(
  fc.record({ type: fc.constant('text'), text }),
  fc.record({ type: fc.constant('image_url'), image_url: fc.record({ url, detail: fc.constantFrom('low', 'high', 'auto') }) }),
  fc.record({ type: fc.constant('file'), file: some({ file_data: url, filename: fc.constantFrom('a.pdf', 'b', ''), file_id: fc.constantFrom('files/x', 'no') }) }),
  fc.record({ type: fc.constant('input_audio'), input_audio: fc.record({ data: fc.constantFrom('AAAA', '%'), format: fc.constantFrom('wav', 'mp3') }) }),
);
const signature = fc.oneof(fc.base64String({ minLength: 4 }), text);
const signedPart = fc.record(
  {
    length: fc.integer({ min: -1, max: 6 }),
    thought_signature: signature,
    behind: fc.boolean(),
    part: fc.oneof(
      json,
      fc.record({ executableCode: some({ id, language: fc.constantFrom('PYTHON', 'X'), code: text }) }),
      fc.record({ codeExecutionResult: some({ id, outcome: fc.constantFrom('OUTCOME_OK', 'X'), output: text }) }),
      fc.record({ text, thought: fc.constantFrom(true, 'x') }),
      fc.record({ toolCall: fc.record({ toolType: fc.constantFrom('URL_CONTEXT', 'X'), args: json }) }),
    ),
  },
  { requiredKeys: ['length'] },
);
const extra = fc.record({ google: some({ signed_parts: fc.oneof(json, fc.array(signedPart, { maxLength: 3 })), thought_signature: signature, server_tool_parts: fc.oneof(json, fc.array(fc.record({ toolCall: fc.record({ toolType: fc.constantFrom('GOOGLE_SEARCH_WEB', 'X'), id, args: json }), thoughtSignature: signature }))) }) });
const call = fc.oneof(
  fc.record({ id, type: fc.constant('function'), function: fc.record({ name, arguments: fc.oneof(fc.json({ maxDepth: 2 }), fc.constant('')) }), extra_content: extra }, { requiredKeys: ['id', 'type', 'function'] }),
  fc.record({ id, type: fc.constant('custom'), custom: fc.record({ name, input: text }) }),
);
const message = fc.oneof(
  fc.record({ role: fc.constantFrom('system', 'developer', 'user'), content: fc.oneof(text, fc.array(part, { maxLength: 3 })) }),
  fc.record({ role: fc.constant('assistant'), content: fc.oneof(text, fc.constant(null)), tool_calls: fc.array(call, { maxLength: 3 }), extra_content: extra, reasoning_details: json, refusal: text }, { requiredKeys: ['role'] }),
  fc.record({ role: fc.constant('tool'), tool_call_id: id, content: fc.oneof(text, json, fc.array(part, { maxLength: 2 })) }),
);
const parameters = fc.oneof(anySchema, fc.constant({ type: 'object', properties: { a: { const: 1 } }, required: ['a', 'b'] }), fc.dictionary(fc.string(), json), fc.constant({}));
const tool = fc.oneof(
  fc.record({ type: fc.constant('function'), function: fc.record({ name, description: text, parameters, strict: fc.boolean() }, { requiredKeys: ['name'] }) }),
  fc.record({ type: fc.constant('custom'), custom: fc.record({ name, description: text }) }),
  fc.constantFrom({ google_search: {} }, { type: 'url_context' }, { type: 'code_execution' }),
);
const format = fc.oneof(
  fc.constantFrom({ type: 'text' }, { type: 'json_object' }),
  fc.record({ type: fc.constant('json_schema'), json_schema: fc.record({ name, schema: fc.oneof(parameters, fc.constant({ type: 'array', items: { $ref: '#' } })) }) }),
);
const request = fc.record(
  {
    model: fc.constantFrom('gemini-2.5-flash', 'gemini-2.5-pro-search', 'gemini-3.5-flash', 'gemini-3.8-flash-thinking-500', 'gemini-4-argon', 'gemma-3-27b-it', 'gemini-3.8-flash-tts', 'gemini-3.1-flash-image', 'mystery'),
    messages: fc.array(message, { minLength: 1, maxLength: 6 }),
    max_tokens: fc.integer({ min: 1 }),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    top_p: fc.double({ min: 0, max: 1, noNaN: true }),
    top_k: fc.integer({ min: 1, max: 2 ** 45 }),
    n: fc.integer({ min: 1, max: 8 }),
    stop: fc.oneof(text, fc.array(text, { maxLength: 5 })),
    seed: fc.maxSafeInteger(),
    presence_penalty: fc.double({ min: -2, max: 2, noNaN: true }),
    logprobs: fc.boolean(),
    response_format: format,
    tools: fc.array(tool, { maxLength: 3 }),
    tool_choice: fc.constantFrom('auto', 'none', 'required', { type: 'function', function: { name: 'f' } }, { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] } }),
    functions: fc.array(fc.record({ name, parameters }), { maxLength: 2 }),
    reasoning_effort: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
    reasoning: some({ effort: fc.constantFrom('low', 'high'), max_tokens: fc.nat(100_000), exclude: fc.boolean() }),
    google: some({ thinking_config: some({ thinking_budget: fc.integer({ min: -1, max: 1_000_000 }), thinking_level: fc.constantFrom('LOW', 'high'), include_thoughts: fc.boolean() }), cached_content: text }),
    service_tier: fc.constantFrom('auto', 'flex', 'fast'),
    modalities: fc.constantFrom(['text'], ['text', 'image']),
    web_search_options: fc.constant({}),
  },
  { requiredKeys: ['model', 'messages'] },
);

t.test('no request makes a body outside Google\'s schema, and none throws', (t) => {
  const faults = geminiSchema();
  const seen = { sent: 0, refused: 0 };
  fc.assert(
    fc.property(request, (asked) => {
      const made = translated(asked);
      if (E.isLeft(made)) {
        seen.refused += 1;
        if (made.left.tag !== 'InvalidRequest' || made.left.param === null) throw new Error(`refused without a field: ${made.left.tag}`);
        return;
      }
      seen.sent += 1;
      const found = faults(plain(made.right.body));
      if (found.length > 0) throw new Error(found.join('\n'));
    }),
    { numRuns: 1500 },
  );
  t.ok(seen.sent > 150, `${seen.sent} were sent, ${seen.refused} refused by name`);
  t.end();
});

/** What only Google can know of a model, and tells in a 400 that is passed on. */
const theirs = /Logprobs is not enabled|response modalities/;

t.test('no request breaks a rule of turns, signatures, tools or thinking', (t) => {
  fc.assert(
    fc.property(request, (asked) => {
      const made = translated(asked);
      if (E.isLeft(made)) return;
      const fault = checkRequest(made.right.model, plain(made.right.body));
      if (fault !== undefined && !theirs.test(fault.message)) throw new Error(fault.message);
    }),
    { numRuns: 1500 },
  );
  t.pass('over 1500 requests');
  t.end();
});

t.test('text in is text out, in every place that takes text', (t) => {
  fc.assert(
    fc.property(fc.array(text.filter((one) => one !== ''), { minLength: 1, maxLength: 4 }), (texts) => {
      const messages = texts.flatMap((one) => [user(one), { role: 'assistant', content: [{ type: 'text', text: one }] }]);
      const made = translated({ messages: [...messages, user('end')] });
      if (E.isLeft(made)) throw new Error('refused');
      const sent = made.right.body.contents.flatMap((turn) => turn.parts.map((one) => one.text));
      return JSON.stringify(sent) === JSON.stringify([...texts.flatMap((one) => [one, one]), 'end']);
    }),
    { numRuns: 300 },
  );
  t.pass('whatever it is');
  t.end();
});
