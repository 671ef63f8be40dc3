import fc from 'fast-check';
import t from 'tap';
import { bytesBehind } from '../support/bytes-behind.ts';
import { E } from '../../src/kernel/fp.ts';
import type { JsonObject } from '../../src/gemini/request.ts';
import type { Frame } from '../../src/gemini/response.ts';
import { openaiErrors } from '../../src/openai/errors.ts';
import { newSchemaBudget } from '../../src/gemini/schema/schema-budget.ts';
import { toGeminiSchema as translate } from '../../src/gemini/schema/to-gemini-schema.ts';
import { chatDialect } from '../../src/openai/chat/dialect.ts';
import { functionNames } from '../../src/gemini/tools/function-names.ts';
import { bodyEncoder } from '../../src/gemini/call-body.ts';
import { readJson } from '../../src/pipeline/read-json.ts';
import { cureOf, type ProxyError } from '../../src/kernel/proxy-error.ts';
import { chat } from '../support/chat.ts';

const dialect = chatDialect({ systemPromptMode: 'leading', historyImages: 'all', imageReplyFormat: 'markdown', modelAliases: new Map() });
const context = { requestId: 'req_1', id: 'x', created: 1, recalled: new Map(), media: new Map(), imageReplyFormat: null };

const part = fc.oneof(
  fc.record({ text: fc.string({ unit: 'grapheme' }) }),
  fc.record({ text: fc.string({ unit: 'grapheme' }), thought: fc.constant(true), thoughtSignature: fc.string() }, { requiredKeys: ['text'] }),
  fc.record({ functionCall: fc.record({ id: fc.string({ minLength: 1 }), name: fc.string({ minLength: 1 }), args: fc.dictionary(fc.string(), fc.jsonValue()) }, { requiredKeys: ['id', 'name'] }) }),
  fc.constant({}),
);
const reason = fc.constantFrom('STOP', 'MAX_TOKENS', 'SAFETY', 'OTHER', 'NEW_REASON', undefined);
const frame = fc.record(
  {
    candidates: fc.array(fc.record({ index: fc.nat(2), content: fc.record({ parts: fc.array(part, { maxLength: 3 }) }, { requiredKeys: [] }), finishReason: reason }, { requiredKeys: [] }), { maxLength: 2 }),
    usageMetadata: fc.record({ promptTokenCount: fc.nat(), candidatesTokenCount: fc.nat(), thoughtsTokenCount: fc.nat() }, { requiredKeys: [] }),
    promptFeedback: fc.record({ blockReason: fc.constantFrom('SAFETY', 'BLOCK_REASON_UNSPECIFIED') }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

const request = (() => {
  const read = chat.decode({ model: 'gemini-3.5-flash', messages: [{ role: 'user', content: 'hi' }], stream: true, stream_options: { include_usage: true } });
  if (E.isLeft(read)) throw new Error('not decoded');
  return read.right;
})();

const written = (frames: readonly Frame[]) => {
  const plan = dialect.translate(request, context);
  if (E.isLeft(plan)) throw new Error(plan.left.tag);
  const { answer } = plan.right;
  const [stream, whole] = [answer.stream(), answer.whole()];
  whole.add(frames);
  const text = stream.write(frames);
  const [last, all] = [stream.end(), whole.end()];
  if (E.isLeft(last) || E.isLeft(all)) throw new Error('no answer');
  return { lines: String(bytesBehind(text, last.right.value)).split('\n\n').filter((line) => line !== ''), whole: JSON.parse(String(all.right.value.body)) };
};

type Choice = { readonly index: number; readonly delta: { readonly role?: string; readonly content?: string; readonly reasoning_content?: string; readonly tool_calls?: readonly { readonly index: number; readonly function: object }[] }; readonly finish_reason: string | null };

t.test('whatever the frames, the stream and the whole answer say the same', (t) => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), (frames) => {
      const { lines, whole } = written(frames as readonly Frame[]);
      if (lines.pop() !== 'data: [DONE]') return false;
      const chunks = lines.map((line) => JSON.parse(line.slice('data: '.length)));
      const choices = chunks.flatMap((chunk) => chunk.choices as readonly Choice[]);
      for (const { index, message, finish_reason } of whole.choices) {
        const mine = choices.filter((choice) => choice.index === index);
        const text = mine.map((choice) => choice.delta.content ?? '').join('');
        const thoughts = mine.map((choice) => choice.delta.reasoning_content ?? '').join('');
        const calls = mine.flatMap((choice) => choice.delta.tool_calls ?? []);
        if ((message.content ?? '') !== text || (message.reasoning_content ?? '') !== thoughts) return false;
        if (JSON.stringify((message.tool_calls ?? []).map((call: { readonly function: object }) => call.function)) !== JSON.stringify(calls.map((call) => call.function))) return false;
        if (calls.some((call, position) => call.index !== position)) return false;
        if (mine[0]?.delta.role !== 'assistant' || mine.at(-1)?.finish_reason !== finish_reason) return false;
        if (mine.filter((choice) => choice.finish_reason !== null).length !== 1) return false;
      }
      return whole.choices.length > 0 && JSON.stringify(chunks.at(-1).usage) === JSON.stringify(whole.usage);
    }),
    { numRuns: 500 },
  );
  t.pass('over 500 answers');
  t.end();
});

const anything = fc.anything({ withNullPrototype: true, maxDepth: 4 });
const message = fc.record(
  {
    role: fc.constantFrom('system', 'developer', 'user', 'assistant', 'tool', 'function'),
    content: fc.oneof(fc.string(), fc.jsonValue(), fc.array(fc.record({ type: fc.constantFrom('text', 'image_url', 'file', 'refusal'), text: fc.string(), image_url: fc.jsonValue(), file: fc.jsonValue() }))),
    tool_calls: fc.array(fc.record({ id: fc.constantFrom('a', 'b'), type: fc.constant('function'), function: fc.record({ name: fc.string(), arguments: fc.oneof(fc.json(), fc.string()) }) }), { maxLength: 2 }),
    tool_call_id: fc.constantFrom('a', 'b'),
    name: fc.string(),
  },
  { requiredKeys: ['role'] },
);
const model = fc.constantFrom('gemini-2.5-flash', 'gemini-3.5-flash', 'gemini-3.8-flash', 'gemini-4-argon', 'gemma-3-27b-it', 'gemini-2.5-flash-image');

t.test('translation never throws: any request gives a call or a refusal', (t) => {
  fc.assert(
    fc.property(model, fc.array(message, { maxLength: 6 }), (name, messages) => {
      const read = chat.decode(JSON.parse(JSON.stringify({ model: name, messages })));
      if (E.isLeft(read)) return;
      const made = dialect.translate(read.right, context);
      if (E.isLeft(made)) return;
      const { contents } = made.right.call.body;
      if (contents.length === 0 || contents.some((content) => content.parts.length === 0)) throw new Error('empty');
      if (contents[0]?.role !== 'user') throw new Error('does not begin with the user');
      if (contents.some((content) => content.parts.some((one) => Object.keys(one).length === 0))) throw new Error('an empty part');
    }),
    { numRuns: 1000 },
  );
  fc.assert(fc.property(anything, (body) => E.isLeft(chat.decode(body))), { numRuns: 300 });
  t.pass('over 1,300 bodies');
  t.end();
});

t.test('a request comes to the same whether its terms came before or not', async (t) => {
  const wish = (name: string, ...values: readonly unknown[]) => fc.constantFrom(...values).map((value): readonly [string, unknown] => [name, value]);
  const wishes = fc.uniqueArray(
    fc.oneof(
      wish('model', 'gemini-2.5-flash', 'gemini-3.5-flash-thinking', 'gemma-3-27b-it', 'gemini-2.5-flash-image:images', 'no model', '', 3, null),
      wish('temperature', 0.5, 3, null, 'warm'), wish('max_tokens', 100, 0), wish('n', 2, 9, null), wish('top_k', -1, 5), wish('logprobs', true, 'yes'), wish('top_logprobs', 3),
      wish('reasoning_effort', 'low', 'none', 'very'), wish('stream', true, 1), wish('stream_options', { include_usage: true }, { include_usage: 2 }, []), wish('service_tier', 'flex', 'x'), wish('user', 'u'), wish('presence_penalty', 2, -3),
      wish('response_format', { type: 'json_object' }), wish('generationConfig', { topK: 4 }), wish('grammar', 'x'),
    ),
    { selector: ([name]) => name, maxLength: 4 },
  );
  const misfit = fc.constantFrom<unknown>({ role: 'x' }, 3, { role: 'user', content: 3 }, { role: 'user', content: 'hi', name: 'n'.repeat(300) }, { role: 'assistant', tool_calls: [{}] });
  const asked = fc.tuple(model, wishes, fc.array(fc.oneof({ weight: 6, arbitrary: message }, misfit), { maxLength: 3 }), fc.nat(4), fc.constantFrom(null, 'images', 'wrong'));
  const read = async (body: object, ways: Pick<typeof dialect, 'terms' | 'unreadAt'>) => {
    const bytes = Buffer.from(JSON.stringify(body));
    const json = await readJson([bytes], { take: () => null, giveBack: () => undefined }, ways)();
    return E.isLeft(json) ? json : dialect.decode(json.right.value, json.right.written);
  };
  const seen = { calls: 0, refusals: 0 };
  await fc.assert(
    fc.asyncProperty(asked, async ([name, terms, messages, place, imageReplyFormat]) => {
      const own = [['model', name], ...terms] as const;
      const said = { ...Object.fromEntries(own.slice(0, place)), messages: [{ role: 'user', content: 'hi' }], ...Object.fromEntries(own) };
      const made = async (body: object, ways: Pick<typeof dialect, 'terms' | 'unreadAt'>) => {
        const decoded = await read(body, ways);
        const plan = E.isLeft(decoded) ? decoded : dialect.translate(decoded.right, { ...context, imageReplyFormat });
        seen[E.isLeft(plan) ? 'refusals' : 'calls'] += 1;
        return JSON.stringify(E.isLeft(plan) ? plan : [plan.right, bodyEncoder().small(plan.right.call.body)]);
      };
      for (const body of [said, { ...said, messages }, said]) if ((await made(body, dialect)) !== (await made(body, {}))) return false;
      return true;
    }),
    { numRuns: 1500 },
  );
  t.ok(seen.calls > 1000 && seen.refusals > 1000, `${seen.calls} calls, ${seen.refusals} refusals`);
});

t.test('every text of the user arrives', (t) => {
  fc.assert(
    fc.property(model, fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 1, maxLength: 5 }), (name, texts) => {
      const read = chat.decode({ model: name, messages: texts.map((content) => ({ role: 'user', content })) });
      if (E.isLeft(read)) return false;
      const made = dialect.translate(read.right, context);
      return E.isRight(made) && JSON.stringify(made.right.call.body.contents.flatMap((content) => content.parts.map((one) => one.text))) === JSON.stringify(texts);
    }),
  );
  t.pass();
  t.end();
});

const schema = fc.letrec<{ readonly schema: JsonObject }>((tie) => ({
  schema: fc.dictionary(
    fc.constantFrom('type', 'properties', 'const', 'enum', 'items', 'allOf', 'anyOf', 'oneOf', 'required', '$ref', '$defs', 'definitions', 'exclusiveMinimum', 'minimum', 'title', 'not', '$schema', 'additionalProperties', 'x-a'),
    fc.oneof({ maxDepth: 2, depthIdentifier: 'schema' }, fc.jsonValue({ maxDepth: 2 }), tie('schema'), fc.array(tie('schema'), { maxLength: 3 }), fc.dictionary(fc.constantFrom('const', 'title', 'a', '__proto__'), tie('schema'))),
    { maxKeys: 5 },
  ) as fc.Arbitrary<JsonObject>,
})).schema;

const toGeminiSchema = (given: JsonObject): JsonObject => E.getOrElse((): JsonObject => ({ refused: true }))(translate(given, newSchemaBudget()));

const known = new Set(['$id', '$ref', '$anchor', '$defs', 'type', 'format', 'title', 'description', 'enum', 'items', 'prefixItems', 'minItems', 'maxItems', 'minimum', 'maximum', 'anyOf', 'properties', 'additionalProperties', 'required', 'propertyOrdering', 'default', 'nullable', 'minLength', 'maxLength', 'pattern']);

t.test('any schema comes out in words that Gemini knows', (t) => {
  fc.assert(fc.property(schema, (given) => Object.keys(toGeminiSchema(given)).every((keyword) => known.has(keyword))), { numRuns: 300 });
  const table: readonly (readonly [JsonObject, JsonObject])[] = [
    [{ type: 'object', properties: { title: { type: 'string', const: 'a' }, const: { type: 'integer', exclusiveMinimum: 0 } }, required: ['title', 'gone'] }, { type: 'object', properties: { title: { type: 'string', enum: ['a'] }, const: { type: 'integer', minimum: 1 } }, required: ['title'] }],
    [{ definitions: { a: { type: 'string' } }, properties: { x: { $ref: '#/definitions/a', description: 'd' } } }, { $defs: { a: { type: 'string' } }, properties: { x: { $ref: '#/$defs/a' } } }],
    [{ oneOf: [{ type: 'null' }, { enum: [1, 2] }] }, { anyOf: [{ type: 'null' }, { enum: [1, 2] }] }],
    [{ allOf: [{ properties: { a: {} }, required: ['a'] }, { properties: { b: true } }], type: 'object' }, { type: 'object', properties: { a: {}, b: {} }, required: ['a'] }],
    [{ type: ['string', 'null'], $comment: 'c', not: {}, if: {} }, { type: ['string', 'null'] }],
  ];
  for (const [given, expected] of table) t.same(toGeminiSchema(given), expected);
  t.end();
});

t.test('function names: Gemini gets what it takes, the client gets its own back', (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 64 }), { maxLength: 8 }), (declared) => {
      const names = functionNames(declared);
      const sent = declared.map(names.toGemini);
      return new Set(sent).size === declared.length && sent.every((name) => /^[a-zA-Z_][a-zA-Z0-9_:.-]{0,127}$/.test(name)) && declared.every((name) => names.toClient(names.toGemini(name)) === name);
    }),
  );
  t.pass();
  t.end();
});

t.test('every error is told in the shape of OpenAI, whole and in a stream, and has a cure', (t) => {
  const told: readonly (readonly [ProxyError, number, string, string | null, string])[] = [
    [{ tag: 'NoPassword' }, 401, 'invalid_request_error', 'invalid_api_key', 'none'],
    [{ tag: 'WrongPassword' }, 401, 'invalid_request_error', 'invalid_api_key', 'none'],
    [{ tag: 'DefaultPasswordRefused' }, 403, 'invalid_request_error', 'default_password', 'none'],
    [{ tag: 'TooManyGuesses', retryAfterSeconds: 4.2 }, 429, 'requests', 'rate_limit_exceeded', 'none'],
    [{ tag: 'LimitReached', limit: 'minute', most: 30, retryAfterSeconds: 3 }, 429, 'requests', 'rate_limit_exceeded', 'none'],
    [{ tag: 'LimitReached', limit: 'day', most: 600, retryAfterSeconds: 3 }, 429, 'requests', 'rate_limit_exceeded', 'none'],
    [{ tag: 'InvalidRequest', message: 'm', param: 'p', code: 'invalid_value' }, 400, 'invalid_request_error', 'invalid_value', 'none'],
    [{ tag: 'NoSuchRoute', method: 'GET', path: '/x' }, 404, 'invalid_request_error', 'unknown_url', 'none'],
    [{ tag: 'MethodNotAllowed', method: 'PUT', allowed: ['GET'] }, 405, 'invalid_request_error', 'method_not_allowed', 'none'],
    [{ tag: 'BodyTooLarge', mostBytes: 1_048_576 }, 413, 'invalid_request_error', 'request_too_large', 'none'],
    [{ tag: 'TooMuchHeld', mostBytes: 1_048_576 }, 413, 'invalid_request_error', 'request_too_large', 'none'],
    [{ tag: 'TooMuchSent', mostBytes: 1_048_576, param: null }, 413, 'invalid_request_error', 'request_too_large', 'none'],
    [{ tag: 'NotKept', message: 'm', param: 'input' }, 404, 'invalid_request_error', null, 'none'],
    [{ tag: 'UnsupportedMedia', message: 'm' }, 415, 'invalid_request_error', null, 'none'],
    [{ tag: 'UnknownExpectation' }, 417, 'invalid_request_error', 'invalid_value', 'none'],
    [{ tag: 'BodyTimeout' }, 408, 'invalid_request_error', null, 'none'],
    [{ tag: 'Busy', message: 'm' }, 503, 'server_error', 'busy', 'none'],
    [{ tag: 'NoKeysConfigured' }, 503, 'server_error', 'no_keys', 'none'],
    [{ tag: 'NoUsableKey', reasons: ['#1: r'] }, 503, 'server_error', 'no_usable_key', 'none'],
    [{ tag: 'KeysExhausted', retryAfterSeconds: 5, forToday: false }, 429, 'requests', 'rate_limit_exceeded', 'none'],
    [{ tag: 'KeysExhausted', retryAfterSeconds: 5, forToday: true }, 429, 'insufficient_quota', 'insufficient_quota', 'none'],
    [{ tag: 'KeyRefused', fault: 'leaked', reason: 'r' }, 503, 'server_error', 'no_usable_key', 'another key'],
    [{ tag: 'QuotaSpent', period: 'day', retryAfterSeconds: null, quotaId: null }, 429, 'insufficient_quota', 'insufficient_quota', 'another key'],
    [{ tag: 'QuotaSpent', period: 'minute', retryAfterSeconds: null, quotaId: null }, 429, 'requests', 'rate_limit_exceeded', 'another key'],
    [{ tag: 'GeminiInvalid', message: 'm', code: 'context_length_exceeded' }, 400, 'invalid_request_error', 'context_length_exceeded', 'none'],
    [{ tag: 'BadSignature' }, 400, 'invalid_request_error', null, 'none'],
    [{ tag: 'LocationRefused' }, 403, 'invalid_request_error', 'unsupported_country_region_territory', 'none'],
    [{ tag: 'ModelNotFound', model: 'm', message: null }, 404, 'invalid_request_error', 'model_not_found', 'none'],
    [{ tag: 'GeminiFault', status: 503, message: 'm' }, 503, 'server_error', 'server_is_overloaded', 'another key after a wait'],
    [{ tag: 'Unreachable', reason: 'ECONNREFUSED' }, 502, 'server_error', 'upstream_unreachable', 'another key after a wait'],
    [{ tag: 'TimedOut', phase: 'idle' }, 504, 'server_error', 'upstream_timeout', 'another key after a wait'],
    [{ tag: 'BadAnswer', reason: 'r' }, 502, 'server_error', 'bad_upstream_answer', 'another key after a wait'],
    [{ tag: 'EmptyAnswer', finishReason: 'OTHER', finishMessage: 'why' }, 502, 'server_error', 'empty_response', 'another key after a wait'],
    [{ tag: 'FaultyAnswer', finishReason: 'MALFORMED_RESPONSE', finishMessage: null }, 502, 'server_error', 'faulty_response', 'another key after a wait'],
    [{ tag: 'CutShort', finishReason: 'MAX_TOKENS' }, 400, 'invalid_request_error', 'answer_too_long', 'none'],
    [{ tag: 'Blocked', what: 'prompt', reason: 'SAFETY', message: null }, 400, 'invalid_request_error', 'content_filter', 'none'],
    [{ tag: 'StreamCut' }, 502, 'server_error', 'stream_cut', 'another key after a wait'],
    [{ tag: 'ShuttingDown' }, 503, 'server_error', 'restarting', 'none'],
    [{ tag: 'ClientGone' }, 499, 'invalid_request_error', null, 'none'],
    [{ tag: 'Defect', cause: new Error('secret') }, 500, 'server_error', null, 'none'],
  ];
  for (const [error, status, type, code, cure] of told) {
    const whole = openaiErrors.whole(error);
    const body = JSON.parse(String(whole.body));
    t.match({ status: whole.status, body }, { status, body: { error: { type, code } } }, error.tag);
    t.same(Object.keys(body.error).toSorted(), ['code', 'message', 'param', 'type'], `${error.tag}: the four fields`);
    t.equal(openaiErrors.inStream(error), `data: ${String(whole.body)}\n\n`);
    t.equal(whole.headers['retry-after'] !== undefined, status === 429 ? error.tag !== 'QuotaSpent' || error.period === 'minute' : whole.headers['retry-after'] !== undefined, `${error.tag}: Retry-After`);
    t.equal(cureOf(error), cure);
    t.notMatch(String(whole.body), /secret/);
  }
  t.equal(openaiErrors.whole({ tag: 'KeysExhausted', retryAfterSeconds: 5, forToday: true }).headers['x-should-retry'], 'false');
  t.end();
});
