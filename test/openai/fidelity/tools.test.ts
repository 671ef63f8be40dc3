import t from 'tap';
import type { Frame } from '../../../src/gemini/response.ts';
import { callReader } from '../../../src/gemini/whole-calls.ts';
import { answer, assistant, body, call, called, callPart, deltas, frame, plain, refusal, result, stop, tool, user } from '../../support/chat.ts';

const calling = (request: object) => body(request).toolConfig?.functionCallingConfig;
const declarations = (request: object) => body(request).tools?.[0]?.functionDeclarations;

t.test('STOP after a call is tool_calls, also when it comes in a later frame', (t) => {
  t.equal(answer({}, [frame([callPart('f')], stop)]).finish_reason, 'tool_calls');
  t.equal(answer({}, [frame([callPart('f')]), frame([{ text: '' }], stop)]).finish_reason, 'tool_calls');
  t.equal(answer({}, [frame([callPart('f')], stop), frame([{ text: 'and' }], stop)]).finish_reason, 'tool_calls');
  t.end();
});

t.test('an answer that was cut or blocked after a call says so', (t) => {
  t.equal(answer({}, [frame([callPart('f')]), frame([], { finishReason: 'MAX_TOKENS' })]).finish_reason, 'length');
  t.equal(answer({}, [frame([callPart('f')]), frame([], { finishReason: 'SAFETY' })]).finish_reason, 'content_filter');
  t.end();
});

t.test('parallel calls have an index each over the whole stream', (t) => {
  const frames = [frame([callPart('a'), callPart('b')]), frame([callPart('c')]), frame([{ text: '' }], stop)];
  const made = deltas({}, frames).flatMap((delta) => ('tool_calls' in delta ? (delta.tool_calls as readonly { readonly index: number; readonly function: object }[]) : []));
  t.same(made.map(({ index }) => index), [0, 1, 2]);
  t.match(made, [{ function: { name: 'a', arguments: '{}' } }, { function: { name: 'b' } }, { function: { name: 'c' } }], 'each with its own arguments');
  t.end();
});

t.test('every streamed call has index, id, type and name in its first delta, alone', (t) => {
  const [, delta] = deltas({}, [frame([callPart('f', { a: 1 })], stop)]);
  t.same(delta, { tool_calls: [{ index: 0, id: 'id-f', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }] });
  t.end();
});

t.test('ids are unique in an answer, Gemini\'s own where they can be', (t) => {
  let made = 0;
  const frames: readonly Frame[] = [
    frame([callPart('f', {}, { functionCall: { id: 'x', name: 'f' } }), { functionCall: { id: 'x', name: 'g' } }]),
    frame([{ functionCall: { id: 'x', name: 'h' } }, { functionCall: { id: '', name: 'i' } }, { functionCall: { name: 'j' } }, { functionCall: { id: 'y', name: 'k' } }], stop),
  ];
  const ids: (string | undefined)[] = [];
  for (const one of callReader(() => String((made += 1))).read(frames)) {
    ids.push(...(one.candidates?.[0]?.content?.parts ?? []).map((part) => part.functionCall?.id));
  }
  t.same(ids, ['x', 'call_1', 'call_2', 'call_3', 'call_4', 'y']);
  t.end();
});

t.test('the name of a result is that of its call', (t) => {
  const messages = [user('a'), assistant(null, { tool_calls: [called('1', 'get_weather')] }), { ...result('1', 'x'), name: 'filler' }];
  t.equal(body({ model: 'gemini-2.5-flash', messages }).contents[2]?.parts[0]?.functionResponse?.name, 'get_weather');
  t.end();
});

t.test('what a tool gave back is an object, whatever it was', (t) => {
  const given: readonly (readonly [unknown, object])[] = [
    ['{"a":1}', { a: 1 }],
    ['plain', { result: 'plain' }],
    ['[1,2]', { result: '[1,2]' }],
    ['null', { result: 'null' }],
    ['7', { result: '7' }],
    ['', { result: '' }],
    ['{broken', { result: '{broken' }],
    [[1, 2], { result: [1, 2] }],
    [{ a: [1] }, { a: [1] }],
    [null, { result: null }],
    [7, { result: 7 }],
    [true, { result: true }],
    [[{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }], { result: 'ab' }],
  ];
  for (const [content, response] of given) {
    const messages = [user('a'), assistant(null, { tool_calls: [called('1', 'f')] }), result('1', content)];
    t.same(body({ model: 'gemini-2.5-flash', messages }).contents[2]?.parts[0]?.functionResponse?.response, response, JSON.stringify(content));
  }
  t.end();
});

t.test('a $ref in a result is no reference to media: the result stays text', (t) => {
  const response = (content: unknown) =>
    body({ model: 'gemini-2.5-flash', messages: [user('a'), assistant(null, { tool_calls: [called('1', 'f')] }), result('1', content)] }).contents[2]?.parts[0]?.functionResponse?.response;
  const schema = '{"properties":{"a":{"$ref":"#/$defs/A"}}}';
  t.same(response(schema), { result: schema });
  t.same(response(JSON.parse(schema)), { result: schema });
  t.same(response('{"list":[{"$ref":"x"}]}'), { result: '{"list":[{"$ref":"x"}]}' });
  t.end();
});

t.test('pictures in results go inside them on Gemini 3, beside them before', (t) => {
  const messages = [user('a'), assistant(null, { tool_calls: [called('1', 'f')] }), result('1', [{ type: 'text', text: 'seen' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }])];
  const inlineData = { mimeType: 'image/png', data: 'AAAA' };
  t.same(body({ messages }).contents.slice(2), [{ role: 'user', parts: [{ functionResponse: { id: '1', name: 'f', response: { result: 'seen' }, parts: [{ inlineData }] } }] }]);
  t.same(body({ model: 'gemini-2.5-flash', messages }).contents.slice(2), [
    { role: 'user', parts: [{ functionResponse: { id: '1', name: 'f', response: { result: 'seen' } } }] },
    { role: 'user', parts: [{ inlineData }] },
  ]);
  t.end();
});

t.test('arguments that are empty are none, those that are no JSON are refused by name', (t) => {
  const args = (text: unknown) => body({ model: 'gemini-2.5-flash', messages: [user('a'), assistant(null, { tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: text } }] })] }).contents[1]?.parts[0]?.functionCall?.args;
  for (const text of ['', ' ', 'null', '{}', null, undefined]) t.same(args(text), {}, String(text));
  t.same(args('[1]'), { value: [1] }, 'what is no object goes in as value');
  const messages = [user('a'), assistant(null, { tool_calls: [called('1', 'f', '{"a":')] })];
  t.same(refusal({ messages }), { param: 'messages.1.tool_calls.0.function.arguments', code: 'invalid_value' });
  t.end();
});

t.test('a call without arguments says {}', (t) => {
  t.equal(answer({}, [frame([{ functionCall: { id: 'x', name: 'f' } }], stop)]).message.tool_calls?.[0]?.function?.arguments, '{}');
  t.end();
});

t.test('numbers in arguments stay as they are, both ways', (t) => {
  const text = '{"whole":5,"part":5.5,"large":9007199254740991,"tiny":1e-7,"negative":-0.5}';
  t.equal(answer({}, [frame([callPart('f', JSON.parse(text))], stop)]).message.tool_calls?.[0]?.function?.arguments, text);
  const messages = [user('a'), assistant(null, { tool_calls: [called('1', 'f', text)] })];
  t.equal(JSON.stringify(body({ model: 'gemini-2.5-flash', messages }).contents[1]?.parts[0]?.functionCall?.args), text);
  t.end();
});

t.test('names that Gemini refuses are rewritten and come back as they were', (t) => {
  const tools = [tool('2nd-tool'), tool('-x'), tool('ok_name'), tool('weather/now')];
  const names = declarations({ tools })?.map(({ name }) => name) ?? [];
  t.ok(names.every((name) => /^[a-zA-Z_][\w:.-]{0,127}$/.test(name)), names.join());
  t.equal(new Set(names).size, 4);
  const back = answer({ tools }, [frame(names.map((name) => callPart(name)), stop)]).message.tool_calls?.map((one) => one.function?.name);
  t.same(back, ['2nd-tool', '-x', 'ok_name', 'weather/now']);
  t.same(calling({ tools, tool_choice: { type: 'function', function: { name: '2nd-tool' } } })?.allowedFunctionNames, [names[0]]);
  const history = [user('a'), assistant(null, { tool_calls: [called('1', '2nd-tool')] }), result('1', '1')];
  const { contents } = body({ tools, messages: history });
  t.same([contents[1]?.parts[0]?.functionCall?.name, contents[2]?.parts[0]?.functionResponse?.name], [names[0], names[0]]);
  t.end();
});

t.test('a call with Gemini\'s own prefix before its name is one of the function that was declared', (t) => {
  const told = (request: object, name: string): unknown => answer(request, [frame([callPart(name)], stop)]).message.tool_calls?.[0]?.function?.name;
  const tools = [tool('look_up'), tool('2nd-tool'), tool('default_api.own')];
  t.equal(told({ tools }, 'default_api:look_up'), 'look_up');
  t.equal(told({ tools }, 'default_api.look_up'), 'look_up');
  t.equal(told({ tools }, 'default_api:_2nd-tool'), '2nd-tool', 'one that was renamed too');
  t.equal(told({ tools }, 'default_api.own'), 'default_api.own', 'a name that was declared so stays');
  t.equal(told({ tools }, 'default_api:other'), 'default_api:other', 'and so does what nobody declared');
  const taken = { model: 'gemini-2.5-flash', tools, response_format: { type: 'json_object' } };
  const { content } = answer(taken, [frame([callPart('default_api:final_answer', { answer: { a: 1 } })], stop)]).message;
  t.same(JSON.parse(String(content)), { a: 1 }, 'also the function that takes an answer in JSON');
  t.end();
});

t.test('every form of tool_choice has its mode', (t) => {
  const tools = [tool('f'), tool('g')];
  const strict = [tool('f', { strict: true }), tool('g')];
  const allowed = (mode: string) => ({ type: 'allowed_tools', allowed_tools: { mode, tools: [{ type: 'function', function: { name: 'g' } }] } });
  const table: readonly (readonly [string, object, object | undefined])[] = [
    ['absent', { tools }, undefined],
    ['auto', { tools, tool_choice: 'auto' }, undefined],
    ['null', { tools, tool_choice: null }, undefined],
    ['strict', { tools: strict }, { mode: 'VALIDATED' }],
    ['none', { tools, tool_choice: 'none' }, { mode: 'NONE' }],
    ['required', { tools, tool_choice: 'required' }, { mode: 'ANY' }],
    ['required and strict', { tools: strict, tool_choice: 'required' }, { mode: 'ANY' }],
    ['named', { tools, tool_choice: { type: 'function', function: { name: 'f' } } }, { mode: 'ANY', allowedFunctionNames: ['f'] }],
    ['allowed, auto', { tools, tool_choice: allowed('auto') }, { mode: 'VALIDATED', allowedFunctionNames: ['g'] }],
    ['allowed, required', { tools, tool_choice: allowed('required') }, { mode: 'ANY', allowedFunctionNames: ['g'] }],
    ['function_call auto', { functions: [{ name: 'f' }], function_call: 'auto' }, undefined],
    ['function_call none', { functions: [{ name: 'f' }], function_call: 'none' }, { mode: 'NONE' }],
    ['function_call named', { functions: [{ name: 'f' }], function_call: { name: 'f' } }, { mode: 'ANY', allowedFunctionNames: ['f'] }],
  ];
  for (const [name, request, config] of table) t.same(calling(request), config, name);
  for (const wrong of ['perhaps', { type: 'function', function: { name: 'no' } }, { type: 'function' }, allowed('auto')]) {
    t.same(refusal({ tools: [tool('f')], tool_choice: wrong }), { param: 'tool_choice', code: 'invalid_value' });
  }
  t.same(refusal({ functions: [{ name: 'f' }], function_call: { name: 'g' } }).param, 'function_call');
  t.end();
});

t.test('a named function is asked for with ANY, never with AUTO', (t) => {
  t.same(calling({ tools: [tool('f')], tool_choice: { type: 'function', function: { name: 'f' } } }), { mode: 'ANY', allowedFunctionNames: ['f'] });
  t.end();
});

t.test('without functions nothing of tools is sent', (t) => {
  for (const request of [{ tools: [] }, { tools: [], tool_choice: 'auto' }, { tool_choice: 'required' }, { functions: [] }]) {
    const made = body(request);
    t.same([made.tools, made.toolConfig], [undefined, undefined], JSON.stringify(request));
  }
  t.end();
});

t.test('tool_choice none stops Google\'s own tools too', (t) => {
  for (const request of [{ web_search_options: {} }, { tools: [{ google_search: {} }] }, { model: 'gemini-3.5-flash-search' }]) {
    t.equal(body({ ...request, tool_choice: 'none' }).tools, undefined);
  }
  const both = body({ tools: [tool('f'), { type: 'code_execution' }], tool_choice: 'none' });
  t.equal(both.tools?.length, 1);
  t.same(both.toolConfig, { functionCallingConfig: { mode: 'NONE' } });
  t.end();
});

t.test('Google\'s own tools stand beside functions from Gemini 3 on, before that they are refused by name', (t) => {
  const both = body({ tools: [tool('f'), { googleSearch: {} }, { type: 'url_context' }, { type: 'code_interpreter' }], web_search_options: {} });
  t.same(both.tools?.slice(1), [{ googleSearch: {} }, { urlContext: {} }, { codeExecution: {} }]);
  t.same(both.toolConfig, { functionCallingConfig: { mode: 'VALIDATED' }, includeServerSideToolInvocations: true });
  t.same(body({ model: 'gemini-2.5-flash', tools: [{ google_search: {} }, { url_context: {} }] }).tools, [{ googleSearch: {} }, { urlContext: {} }], 'alone they work before too');
  t.same(refusal({ model: 'gemini-2.5-flash', tools: [tool('f'), { google_search: {} }] }), { param: 'tools.1', code: 'unsupported_parameter' });
  t.same(refusal({ model: 'gemini-2.5-flash', tools: [tool('f')], web_search_options: {} }), { param: 'web_search_options', code: 'unsupported_parameter' });
  t.equal(body({ model: 'gemini-2.5-flash-search', tools: [tool('f')] }).tools?.length, 1, 'functions win over the -search suffix');
  t.end();
});

t.test('calls that Google made itself are no tool calls, but come back with the history', (t) => {
  const tools = [tool('f'), { google_search: {} }];
  const own = { toolCall: { id: 's1', toolType: 'GOOGLE_SEARCH_WEB', args: { queries: ['x'] } }, thoughtSignature: 'c2ln' };
  const given = { toolResponse: { id: 's1', toolType: 'GOOGLE_SEARCH_WEB', response: { text: 'y' } }, thoughtSignature: 'c2lnMg==' };
  const said = answer({ tools }, [frame([own, given, { text: 'Found.' }, callPart('f')], stop)]);
  t.match(said, { finish_reason: 'tool_calls', message: { content: 'Found.', tool_calls: { length: 1 } } });
  t.same(said.message['extra_content'], { google: { server_tool_parts: [own, given] } });
  const messages = [user('a'), said.message, result('id-f', 'z')];
  t.same(body({ tools, messages }).contents[1]?.parts.slice(0, 2), [own, given]);
  t.equal(body({ tools: [tool('f')], messages }).contents[1]?.parts[0]?.toolCall, undefined, 'not without the tool that made them');
  t.equal(answer({}, [frame([own, given, { text: 'Found.' }], stop)]).message['extra_content'], undefined, 'nor without functions');
  const broken = { extra_content: { google: { server_tool_parts: [{ toolCall: { toolType: 'NEW' } }, 7, null, { toolCall: 'x' }] } } };
  t.same(body({ tools, messages: [user('a'), assistant('b', broken), user('c')] }).contents[1]?.parts, [{ text: 'b' }]);
  t.end();
});

t.test('parallel_tool_calls false keeps the first call only', (t) => {
  const frames = [frame([callPart('a'), callPart('b')]), frame([callPart('c')], stop)];
  t.match(answer({ parallel_tool_calls: false }, frames).message.tool_calls, { length: 1, 0: { function: { name: 'a' } } });
  t.equal(answer({ parallel_tool_calls: true }, frames).message.tool_calls?.length, 3);
  t.end();
});

t.test('strict is a mode of calling, not a field of the declaration', (t) => {
  const made = body({ tools: [tool('f', { strict: true })] });
  t.same(made.tools, [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } }] }]);
  t.same(made.toolConfig, { functionCallingConfig: { mode: 'VALIDATED' } });
  t.end();
});

t.test('a function declared twice is declared once', (t) => {
  t.equal(declarations({ tools: [tool('f'), tool('f', { description: 'again' })] })?.length, 1);
  t.end();
});

t.test('custom tools are declared as functions of one text and answered as custom calls', (t) => {
  const format = { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "x"' } };
  const tools = [{ type: 'custom', custom: { name: 'run', description: 'Runs code.', format } }, tool('f')];
  t.same(declarations({ tools })?.[0], {
    name: 'run',
    description: 'Runs code.\n\nThe input must match this lark grammar:\nstart: "x"',
    parametersJsonSchema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
  });
  t.same(calling({ tools, tool_choice: { type: 'custom', custom: { name: 'run' } } }), { mode: 'ANY', allowedFunctionNames: ['run'] });
  const frames = [frame([callPart('run', { input: 'print("x")\n' }, { thoughtSignature: 'c2ln' }), callPart('f', { city: 'x' })], stop)];
  const said = answer({ tools }, frames);
  t.equal(said.finish_reason, 'tool_calls');
  t.same(said.message.tool_calls, [
    { id: 'id-run', type: 'custom', custom: { name: 'run', input: 'print("x")\n' }, extra_content: { google: { thought_signature: 'c2ln' } } },
    { id: 'id-f', type: 'function', function: { name: 'f', arguments: '{"city":"x"}' } },
  ]);
  t.same(deltas({ tools }, frames)[1], { tool_calls: [{ index: 0, id: 'id-run', custom: { name: 'run', input: 'print("x")\n' }, extra_content: { google: { thought_signature: 'c2ln' } } }] });
  const { contents } = body({ tools, messages: [user('a'), said.message, result('id-run', 'x'), result('id-f', 'y')] });
  t.same(contents[1]?.parts[0], { functionCall: { id: 'id-run', name: 'run', args: { input: 'print("x")\n' } }, thoughtSignature: 'c2ln' });
  t.same(answer({ tools }, [frame([callPart('run', { other: 1 })], stop)]).message.tool_calls?.[0]?.custom?.input, '{"other":1}', 'other arguments as JSON');
  t.end();
});

t.test('a tool or call without what it names is refused', (t) => {
  t.same(refusal({ tools: [{ type: 'function' }] }), { param: 'tools.0.function', code: 'missing_required_parameter' });
  t.same(refusal({ tools: [{ type: 'computer_use' }] }), { param: 'tools.0.type', code: 'unsupported_value' });
  t.same(refusal({ messages: [user('a'), assistant(null, { tool_calls: [{ id: '1', type: 'function' }] })] }), { param: 'messages.1.tool_calls.0.function', code: 'missing_required_parameter' });
  t.end();
});

t.test('the deprecated functions and function_call work both ways', (t) => {
  const functions = [{ name: 'f', parameters: { type: 'object', properties: { a: { type: 'integer' } } } }];
  t.same(declarations({ functions })?.[0]?.name, 'f');
  const said = answer({ functions }, [frame([callPart('f', { a: 1 }, { thoughtSignature: 'c2ln' }), callPart('f', { a: 2 })], stop)]);
  t.equal(said.finish_reason, 'function_call');
  t.same(said.message['function_call'], { name: 'f', arguments: '{"a":1}' });
  t.same(said.message['extra_content'], { google: { thought_signature: 'c2ln' } });
  const messages = [user('a'), said.message, { role: 'function', name: 'f', content: '{"r":1}' }];
  t.same(plain(call({ functions, messages }).body.contents.slice(1)), [
    { role: 'model', parts: [{ functionCall: { id: 'call_function_1', name: 'f', args: { a: 1 } }, thoughtSignature: 'c2ln' }] },
    { role: 'user', parts: [{ functionResponse: { id: 'call_function_1', name: 'f', response: { r: 1 } } }] },
  ]);
  t.end();
});
