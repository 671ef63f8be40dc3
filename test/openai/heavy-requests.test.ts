import t from 'tap';
import { bodyEncoder } from '../../src/gemini/call-body.ts';
import { E } from '../../src/kernel/fp.ts';
import { runAtOnce } from '../../src/kernel/steps.ts';
import { chatRequestInSteps } from '../../src/openai/chat/ask/request.ts';
import { mediaLinks } from '../../src/openai/chat/ask/media-links.ts';
import { responseBody, responseRefusal } from '../support/responses.ts';
import { assistant, body, call, called, refusal, result, tool, translated, user } from '../support/chat.ts';

// All of it takes seconds. Where the work grew with the square of the size, tap's time-out would end the file.
t.setTimeout(120_000);

const many = <A>(count: number, make: (at: number) => A): readonly A[] => Array.from({ length: count }, (_, at) => make(at));

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

const calls = (count: number) => assistant(null, { tool_calls: many(count, (at) => called(`c${at}`, 'f')) });

const bigDefinition = { properties: Object.fromEntries(many(5000, (at) => [`p${at}`, { type: 'string' }])) };
const mergesMany = (name: string) => ({
  type: 'function',
  function: {
    name,
    parameters: { $defs: { big: bigDefinition }, properties: Object.fromEntries(many(250, (at) => [`q${at}`, { allOf: [{ $ref: '#/$defs/big' }, { type: 'object' }] }])) },
  },
});

const requests: readonly (readonly [what: string, request: object])[] = [
  ['10,000 messages of one role', { messages: many(10_000, () => user('a')) }],
  ['9,000 calls and their results', { messages: [user('a'), calls(9000), ...many(9000, (at) => result(`c${at}`, '1'))] }],
  ['9,000 results of one call', { messages: [user('a'), calls(1), ...many(9000, () => result('c0', '1'))] }],
  ['512 functions whose names come to the same', { tools: many(512, (at) => ({ type: 'function', function: { name: String.fromCodePoint(0x4e00 + at) } })) }],
  ['512 functions that are all allowed by name', { tools: many(512, (at) => tool(`f${at}`)), tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: many(512, (at) => ({ function: { name: `f${at}` } })) } } }],
  ['1,000,000 openings of pictures in an answer', { messages: [user('a'), assistant(`${'!['.repeat(1_000_000)}](x)`), user('b')] }],
  ['10,000 calls beside 20,000 details of reasoning', { messages: [user('a'), assistant('b', { tool_calls: many(10_000, (at) => called(`c${at}`, 'f')), reasoning_details: many(20_000, () => ({ type: 'reasoning.encrypted', data: 'x', id: 'c' })) }), user('c')] }],
  ['schemas that merge a large definition everywhere', { tools: many(5, (at) => mergesMany(`f${at}`)) }],
  ['9,000 schemas with addresses below a long one', { tools: [tool('f', { parameters: { $id: `http://a/${'b/'.repeat(500_000)}`, $ref: 'c', properties: Object.fromEntries(many(9000, (at) => [`p${at}`, { $id: `x${at}`, $anchor: 'a' }])) } })] }],
  ['a reference of 6 MB', { tools: [tool('f', { parameters: { type: 'object', properties: { a: { $ref: `#/${'~1'.repeat(3_000_000)}` } } } })] }],
  ['10,000 schemas that all hold at once', { tools: [{ type: 'function', function: { name: 'f', parameters: { allOf: many(10_000, (at) => ({ properties: { [`p${at}`]: { type: 'string' } }, required: [`p${at}`] })) } } }] }],
];

for (const [what, request] of requests) {
  t.test(`${what} are translated`, async (t) => {
    t.ok(E.isRight(translated(request)));
  });
}

t.test('schemas beyond a bound are a 400 that names the field and the bound', async (t) => {
  const properties = (count: number) => ({ type: 'object', properties: Object.fromEntries(many(count, (at) => [`p${at}`, { type: 'string' }])) });
  const most = 'is too large: this request\'s schemas have more than 30000 properties and other schemas in it.';
  const told = (request: object) => E.match((error: object) => ('message' in error ? error.message : ''), () => 'taken')(translated(request));
  t.same(refusal({ tools: [tool('a', { parameters: properties(60_000) })] }), { param: 'tools.0.function.parameters', code: 'invalid_value' });
  t.equal(told({ tools: [tool('a', { parameters: properties(60_000) })] }), `'tools.0.function.parameters' ${most}`);
  t.equal(told({ tools: many(40, (at) => tool(`f${at}`, { parameters: properties(1000) })) }), `'tools.29.function.parameters' ${most}`, 'all tools of a request together');
  t.equal(told({ functions: [{ name: 'a', parameters: properties(60_000) }] }), `'functions.0.parameters' ${most}`);
  const format = { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: properties(60_000) } } };
  t.equal(told(format), `'response_format.json_schema.schema' ${most}`);
  t.equal(told({ ...format, model: 'gemini-2.5-flash', tools: [tool('f')] }), `'response_format.json_schema.schema' ${most}`, 'where a function takes the answer, too');
  t.match(String(told({ tools: [tool('a', { parameters: { type: 'object', properties: { a: { enum: many(100_000, String) } } } })] })), /more than 50000 listed values/);
  t.equal(told({ tools: many(500, (at) => tool(`f${at}`, { parameters: properties(40) })) }), 'taken', 'honest ones fit');
  const long = 'x'.repeat(200_000);
  const merged = (big: object) => ({ $defs: { big: { type: 'object', ...big } }, properties: Object.fromEntries(many(100, (at) => [`q${at}`, { allOf: [{ $ref: '#/$defs/big' }, { type: 'object' }] }])) });
  const named = { $defs: { [long]: { $anchor: 'a', type: 'string' } }, properties: Object.fromEntries(many(100, (at) => [`q${at}`, { $ref: '#a' }])) };
  const grown = [{ description: long }, { properties: { a: { enum: [long] } } }, { properties: { [long]: {} } }].map(merged);
  for (const parameters of [...grown, named]) t.match(told({ tools: [tool('a', { parameters })] }), /more than 4000000 characters/);
  t.match(told({ tools: many(50, (at) => tool(`f${at}`, { parameters: merged({ description: 'x'.repeat(1000) }) })) }), /tools.\d+.function.parameters.*more than 4000000 characters/, 'all tools of a request together');
  t.equal(told({ tools: many(20, (at) => tool(`f${at}`, { parameters: merged({ description: 'x'.repeat(1000) }) })) }), 'taken', 'and honest ones fit');
});

t.test('20,000 parts fit into a message, whoever says it', async (t) => {
  const parts = many(20_000, () => ({ type: 'text', text: 'a' }));
  for (const role of ['system', 'user', 'assistant']) t.equal(E.isRight(translated({ messages: [{ role, content: parts }, user('b')] })), true, role);
});

t.test('parts that are read some at a time come out in order, and a fault among them is told by its place', async (t) => {
  const parts = (count: number, odd: number) => many(count, (at) => (at === odd ? { type: 'odd' } : { type: 'text', text: `${at}` }));
  t.same(refusal({ messages: [user(parts(5000, 2345))] }), { param: 'messages.0.content.2345.type', code: 'invalid_value' });
  t.equal(body({ messages: [user(parts(5000, -1))] }).contents[0]?.parts.map(({ text }) => text).join(), many(5000, String).join());
  const items = (odd: number) => ({ input: [{ role: 'user', content: parts(5000, odd).map((part) => ({ ...part, type: part.type === 'text' ? 'input_text' : part.type })) }] });
  t.match(await responseRefusal(items(2345)), { param: 'input.0.content.2345.type' });
  t.equal((await responseBody(items(-1))).contents[0]?.parts.map(({ text }) => text).join(), many(5000, String).join());
});

t.test('thousands of messages that are none are told by the first', async (t) => {
  t.same(refusal({ messages: [user('a'), ...many(9999, () => 0)] }), { param: 'messages.1', code: 'invalid_value' });
});

t.test('arguments that nest too deep are a 400, results that do stay text', async (t) => {
  const asked = (args: string, said: string) => ({ messages: [user('a'), assistant(null, { tool_calls: [called('c', 'f', args)] }), result('c', said)] });
  t.same(refusal(asked(nested(101), '1')), { param: 'messages.1.tool_calls.0.function.arguments', code: 'invalid_value' });
  t.same(refusal(asked(nested(100_000), '1')), { param: 'messages.1.tool_calls.0.function.arguments', code: 'invalid_value' });
  t.ok(E.isRight(translated(asked(nested(100), nested(100)))));
  t.match(body(asked('{}', nested(100_000))).contents[2]?.parts[0]?.functionResponse, { response: { result: nested(100_000) } });
});

t.test('definitions that merge each other deep inside come out no deeper than can be walked', async (t) => {
  const inside = (at: number, levels: number): object => (levels === 0 ? { allOf: [{ $ref: `#/$defs/D${at}` }, { type: 'object' }] } : { type: 'array', items: inside(at, levels - 1) });
  const $defs = Object.fromEntries(many(200, (at) => [`D${at}`, inside(at + 1, 90)]));
  t.ok(body({ tools: [{ type: 'function', function: { name: 'f', parameters: { $defs, properties: { a: inside(0, 1) } } } }] }).tools);
});

t.test("a body's marks for JSON that stays as written are found in a text that is full of such marks", (t) => {
  const marks = many(200_000, (at) => `exact-${at} exact-${String(at).padStart(8, '0')}`).join(' ');
  const messages = [user(marks), assistant(null, { tool_calls: [called('c', 'f', '{"a":12345678901234567890}')] }), result('c', '1')];
  t.match(String(bodyEncoder().small(call({ messages }).body)), '{"a":12345678901234567890}');
  t.end();
});

t.test('a data: URL whose media type is megabytes long is none', async (t) => {
  const image = (url: string) => ({ messages: [user([{ type: 'image_url', image_url: { url } }])] });
  const param = 'messages.0.content.0.image_url.url';
  t.same(refusal(image(`data:${';'.repeat(1_000_000)};base64,AAAA`)), { param, code: 'invalid_value' });
  t.same(refusal(image('data:image/png;base64,%zz')), { param, code: 'invalid_value' });
  t.match(body(image('data:image/png;base64,iVBORw0KGgo%3D')).contents[0]?.parts[0]?.inlineData, { data: 'iVBORw0KGgo=' });
});

t.test("pictures' addresses are found in an answer of a hundred thousand of them", async (t) => {
  const read = runAtOnce(chatRequestInSteps({ model: 'gemini-3.5-flash', messages: [user('a'), assistant('![ a\n![](http://x.example/1.png) '.repeat(100_000)), user('b')] }, () => ''));
  t.equal(E.isRight(read) && mediaLinks(read.right, 'last').length, 100_000);
});
