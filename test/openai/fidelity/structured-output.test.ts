import t from 'tap';
import { answer, assistant, body, callPart, deltas, frame, refusal, result, stop, tool, user } from '../../support/chat.ts';

const schema = { type: 'object', properties: { city: { type: 'string' }, rank: { type: 'integer' } }, required: ['city'], additionalProperties: false };
const json = { response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } } };
const list = { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { $defs: { A: { type: 'string' } }, type: 'array', items: { $ref: '#/$defs/A' } } } } };
const object = { response_format: { type: 'json_object' } };
const old = { model: 'gemini-2.5-flash' };
const tools = [tool('f')];

t.test('a format without tools is asked for by its own fields, on every family', (t) => {
  for (const model of ['gemini-2.5-flash', 'gemini-3.5-flash', 'gemini-4-argon']) {
    const config = (request: object) => {
      const { thinkingConfig: _, ...rest } = body({ model, ...request }).generationConfig ?? {};
      return rest;
    };
    t.same(config(json), { responseMimeType: 'application/json', responseJsonSchema: schema });
    t.same(config(object), { responseMimeType: 'application/json' });
    t.same(config({ response_format: { type: 'text' } }), {});
  }
  t.same(refusal({ response_format: { type: 'json_schema' } }), { param: 'response_format.json_schema', code: 'missing_required_parameter' });
  t.same(refusal({ response_format: { type: 'yaml' } }).param, 'response_format.type');
  t.end();
});

t.test('beside tools Gemini 3 takes the format in mode AUTO, so nothing else is asked', (t) => {
  const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] } };
  for (const request of [{ tools }, { tools: [tool('f', { strict: true })] }, { tools: [tool('f'), tool('g')], tool_choice: allowed }]) {
    const made = body({ ...json, ...request });
    t.equal(made.generationConfig?.responseMimeType, 'application/json');
    t.equal(made.toolConfig, undefined);
    t.same(made.tools?.[0]?.functionDeclarations?.map(({ name }) => name), ['f']);
  }
  const search = body({ ...json, tools: [tool('f'), { google_search: {} }] });
  t.same([search.toolConfig, search.generationConfig?.responseMimeType], [{ includeServerSideToolInvocations: true }, 'application/json']);
  t.end();
});

t.test('a call that must come is no answer in JSON, functions that must not be called are left out', (t) => {
  for (const model of ['gemini-2.5-flash', 'gemini-3.5-flash']) {
    const must = body({ model, ...json, tools, tool_choice: 'required' });
    t.same([must.generationConfig?.responseMimeType, must.toolConfig?.functionCallingConfig?.mode], [undefined, 'ANY']);
    const never = body({ model, ...json, tools, tool_choice: 'none' });
    t.same([never.generationConfig?.responseMimeType, never.tools, never.toolConfig], ['application/json', undefined, undefined]);
  }
  t.end();
});

t.test('before Gemini 3 a function of ours takes the answer beside tools, and it comes out as content', (t) => {
  const made = body({ ...old, ...json, tools });
  t.same(made.toolConfig, { functionCallingConfig: { mode: 'ANY' } });
  t.equal(made.generationConfig?.responseMimeType, undefined);
  t.match(made.tools?.[0]?.functionDeclarations, [{ name: 'f' }, { name: 'final_answer', parametersJsonSchema: schema }]);
  const said = answer({ ...old, ...json, tools }, [frame([callPart('final_answer', { city: 'Bonn', rank: 1 })], stop)]);
  t.match(said, { finish_reason: 'stop', message: { content: '{"city":"Bonn","rank":1}' } });
  t.equal(said.message.tool_calls, undefined);
  t.equal(answer({ ...old, ...json, tools }, [frame([callPart('final_answer', { city: 'a' }), callPart('final_answer', { city: 'b' })], stop)]).message.content, '{"city":"a"}', 'the first counts');
  t.match(answer({ ...old, ...json, tools }, [frame([callPart('f', { city: 'Bonn' })], stop)]), { finish_reason: 'tool_calls', message: { content: null } });
  t.same(deltas({ ...old, ...json, tools }, [frame([callPart('final_answer', { city: 'Bonn' })], stop)])[1], { content: '{"city":"Bonn"}' }, 'streamed too');
  t.end();
});

t.test('that function takes lists and free objects as well, and never a name of the client\'s', (t) => {
  const declared = (request: object) => body({ ...old, ...request }).tools?.[0]?.functionDeclarations?.at(-1);
  t.same(declared({ ...list, tools })?.parametersJsonSchema, {
    type: 'object',
    properties: { answer: { type: 'array', items: { $ref: '#/$defs/A' } } },
    required: ['answer'],
    $defs: { A: { type: 'string' } },
  });
  t.equal(answer({ ...old, ...list, tools }, [frame([callPart('final_answer', { answer: ['a'] })], stop)]).message.content, '["a"]');
  t.equal(answer({ ...old, ...object, tools }, [frame([callPart('final_answer', { answer: '{"a":1}' })], stop)]).message.content, '{"a":1}');
  t.equal(declared({ ...json, tools: [tool('final_answer')] })?.name, 'final_answer_');
  t.end();
});

t.test('a loop of calls that ends in JSON goes on with what was said', (t) => {
  const messages = [user('a'), assistant(null, { tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }] }), result('1', 'x'), assistant('{"city":"Bonn"}'), user('again')];
  t.same(body({ ...old, ...json, tools, messages }).contents.map((turn) => turn.role), ['user', 'model', 'user', 'model', 'user']);
  t.end();
});

t.test('with a JSON format the content is that JSON and nothing else, whole and streamed', (t) => {
  const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
  const format = { type: 'json_schema', json_schema: { name: 'x', schema } };
  const old = { model: 'gemini-2.5-flash', tools: [tool('f')], response_format: format };
  const code = [{ executableCode: { language: 'PYTHON', code: 'print(1)' } }, { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } }];
  const answering = callPart('final_answer', { a: 'b' });
  const thought = { text: 'hm', thought: true };
  const table: readonly (readonly [string, object, Parameters<typeof answer>[1], string | null, string])[] = [
    ['words before', old, [frame([thought, { text: 'Here is the answer:\n' }, answering], stop)], '{"a":"b"}', 'stop'],
    ['words in frames of their own', old, [frame([{ text: 'Here ' }]), frame([{ text: 'it is:' }]), frame([answering]), frame([{ text: 'Good?' }], stop)], '{"a":"b"}', 'stop'],
    ['words after', old, [frame([answering, { text: 'There.' }], stop)], '{"a":"b"}', 'stop'],
    ['the answer twice', old, [frame([answering, callPart('final_answer', { a: 'c' })], stop)], '{"a":"b"}', 'stop'],
    ['a call behind the answer', old, [frame([answering, callPart('f')], stop)], '{"a":"b"}', 'stop'],
    ['words beside another call', old, [frame([{ text: 'Let me look.' }, callPart('f')], stop)], null, 'tool_calls'],
    ['no call at all', old, [frame([{ text: '{"a":' }]), frame([{ text: '"b"}' }], stop)], '{"a":"b"}', 'stop'],
    ['no call, in a fence', old, [frame([{ text: '```json\n{"a":"b"}\n```' }], stop)], '{"a":"b"}', 'stop'],
    ['no call, words around it', old, [frame([{ text: 'Here is the answer:\n{"a":"b"}\nAnything [else]?' }], stop)], '{"a":"b"}', 'stop'],
    ['no call, words around a fence', old, [frame([{ text: 'Here it is:\n```json\n{"a":"{b}"}\n```\nGood {luck}!' }], stop)], '{"a":"{b}"}', 'stop'],
    ['no call and no JSON', old, [frame([{ text: 'I {cannot} do it' }], stop)], 'I {cannot} do it', 'stop'],
    ['a cut without a call', old, [frame([{ text: '{"a":' }], { finishReason: 'MAX_TOKENS' })], '{"a":', 'length'],
    ['code that ran', { model: 'gemini-3.5-flash', tools: [{ type: 'code_execution' }], response_format: format }, [frame([...code, { text: '{"a":"b"}' }], stop)], '{"a":"b"}', 'stop'],
  ];
  for (const [name, request, frames, content, finish] of table) {
    const whole = answer(request, frames);
    t.same([whole.message.content, whole.finish_reason], [content, finish], name);
    const streamed = deltas(request, frames).map((delta) => ('content' in delta ? String(delta.content) : '')).join('');
    t.equal(streamed, content ?? '', `${name}: streamed`);
  }
  t.equal(answer(old, [frame([thought, answering], stop)]).message['reasoning_content'], 'hm', 'thoughts stay');
  t.end();
});
