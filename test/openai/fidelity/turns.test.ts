import fc from 'fast-check';
import t from 'tap';
import { assistant, body, bodyIn, call, called, refusal, result, user } from '../../support/chat.ts';

const says = (text: string) => ({ role: 'user', parts: [{ text }] });
const answers = (text: string) => ({ role: 'model', parts: [{ text }] });
const response = (id: string, name: string, value: object) => ({ functionResponse: { id, name, response: value } });
const two = assistant(null, { tool_calls: [called('1', 'f', '{"x":1}'), called('2', 'g')] });
const old = { model: 'gemini-2.5-flash' };

t.test('all results of one assistant turn go into one user turn, in the order of the calls', (t) => {
  const { contents } = body({ ...old, messages: [user('a'), two, result('2', '{"r":2}'), result('1', '{"r":1}')] });
  t.equal(contents.length, 3);
  t.same(contents[2], { role: 'user', parts: [response('1', 'f', { r: 1 }), response('2', 'g', { r: 2 })] });
  t.end();
});

t.test('calls of a sequence keep their own results each', (t) => {
  const one = (id: string) => assistant(null, { tool_calls: [called(id, 'f')] });
  const { contents } = body({ ...old, messages: [user('a'), one('1'), result('1', 'one'), one('2'), result('2', 'two')] });
  t.same(contents.map((turn) => turn.parts.map((part) => part.functionCall?.id ?? part.functionResponse?.id ?? part.text)), [['a'], ['1'], ['1'], ['2'], ['2']]);
  t.end();
});

t.test('a call without a result is answered with an error, wherever it stands', (t) => {
  const missing = { error: 'no result' };
  t.same(body({ ...old, messages: [user('a'), two, result('2', 'x')] }).contents.at(-1)?.parts[0], response('1', 'f', missing));
  t.same(body({ ...old, messages: [user('a'), two] }).contents.at(-1)?.parts, [response('1', 'f', missing), response('2', 'g', missing)]);
  t.same(body({ ...old, messages: [user('a'), two, user('never mind')] }).contents.at(-1), says('never mind'));
  t.end();
});

t.test('a result without a call is refused by name, and so is one before its call', (t) => {
  t.same(refusal({ messages: [user('a'), result('9', 'x')] }), { param: 'messages.1.tool_call_id', code: 'invalid_value' });
  t.same(refusal({ messages: [user('a'), result('1', 'x'), two] }), { param: 'messages.1.tool_call_id', code: 'invalid_value' });
  t.same(refusal({ messages: [user('a'), { role: 'function', name: 'f', content: 'x' }] }), { param: 'messages.1.name', code: 'invalid_value' });
  t.end();
});

t.test('calls of one id get a result each, and the newest call of an id is meant', (t) => {
  const twins = assistant(null, { tool_calls: [called('1', 'f', '{"n":1}'), called('1', 'f', '{"n":2}')] });
  t.same(body({ ...old, messages: [user('a'), twins, result('1', 'one'), result('1', 'two')] }).contents[2]?.parts, [
    response('1', 'f', { result: 'one' }),
    response('1', 'f', { result: 'two' }),
  ]);
  const again = assistant(null, { tool_calls: [called('1', 'g')] });
  const { contents } = body({ ...old, messages: [user('a'), assistant(null, { tool_calls: [called('1', 'f')] }), result('1', 'x'), again, result('1', 'y')] });
  t.same([contents[2]?.parts, contents[4]?.parts], [[response('1', 'f', { result: 'x' })], [response('1', 'g', { result: 'y' })]]);
  t.end();
});

t.test('a history that begins with the model gets a user turn before it', (t) => {
  t.same(body({ messages: [assistant('b'), user('c')] }).contents, [says(' '), answers('b'), says('c')]);
  t.equal(body({ ...old, messages: [two, result('1', 'x'), result('2', 'y')] }).contents[0]?.role, 'user');
  t.end();
});

t.test('results stand right behind their calls, what was said between comes after', (t) => {
  const { contents } = body({ ...old, messages: [user('a'), two, user('wait'), result('2', '2'), result('1', '1'), user('b')] });
  t.same(contents.map((turn) => turn.role), ['user', 'model', 'user', 'user']);
  t.same(contents[2]?.parts.map((part) => part.functionResponse?.id), ['1', '2']);
  t.same(contents[3], { role: 'user', parts: [{ text: 'wait' }, { text: 'b' }] });
  t.end();
});

t.test('a turn of results holds nothing else', (t) => {
  const { contents } = body({ ...old, messages: [user('a'), two, result('1', '1'), result('2', '2'), user('and now?')] });
  t.ok(contents[2]?.parts.every((part) => part.functionResponse !== undefined));
  t.same(contents[3], says('and now?'));
  t.end();
});

t.test('turns of one role in a row become one, but never over results, and parts are never joined', (t) => {
  t.same(body({ messages: [user('a'), user('b'), assistant('c'), assistant('d'), user('e')] }).contents, [
    { role: 'user', parts: [{ text: 'a' }, { text: 'b' }] },
    { role: 'model', parts: [{ text: 'c' }, { text: 'd' }] },
    says('e'),
  ]);
  const signed = assistant('c', { extra_content: { google: { thought_signature: 'c2ln' } } });
  t.same(body({ messages: [user('a'), signed, assistant('d'), user('e')] }).contents[1]?.parts, [{ text: 'c', thoughtSignature: 'c2ln' }, { text: 'd' }]);
  t.end();
});

t.test('calls never stand behind another turn of the model, signed or not', (t) => {
  const signed = { extra_content: { google: { thought_signature: 'c2ln' } } };
  const { contents } = body({ messages: [user('a'), assistant('b', signed), assistant('c', { tool_calls: [called('1', 'f', '{}', signed)] }), result('1', 'x')] });
  t.same(contents.map((turn) => turn.role), ['user', 'model', 'user']);
  t.same(contents[1]?.parts.map((part) => part.text ?? part.functionCall?.name), ['b', 'c', 'f']);
  t.end();
});

const system = (content: unknown) => ({ role: 'system', content });
const developer = (content: unknown) => ({ role: 'developer', content });

t.test('system messages before the first other message are the instruction, later ones stay in place as text of a user turn', (t) => {
  const joined = (...texts: readonly string[]) => ({ role: 'user', parts: texts.map((text) => ({ text })) });
  const told = [response('1', 'f', { result: 'x' }), response('2', 'g', { result: 'y' })];
  const twoCalls = [user('a'), two];
  const cases: readonly (readonly [string, readonly object[], readonly string[], readonly unknown[]])[] = [
    ['all that lead, in order', [system('one'), developer([{ type: 'text', text: 'two' }]), user('a')], ['one', 'two'], [says('a')]],
    ['joined to the user turn before it', [system('s'), user('a'), system('two'), assistant('b'), user('c')], ['s'], [joined('a', 'two'), answers('b'), says('c')]],
    ['joined to the user turn behind it', [user('a'), assistant('b'), developer('two'), user('c')], [], [says('a'), answers('b'), joined('two', 'c')]],
    ['a turn of its own between two answers', [user('a'), assistant('b'), system('two'), assistant('c'), user('d')], [], [says('a'), answers('b'), says('two'), answers('c'), says('d')]],
    ['the question at the end', [system('s'), user('a'), assistant('b'), system('Summarize the discussion')], ['s'], [says('a'), answers('b'), says('Summarize the discussion')]],
    ['the last words behind the question', [user('a'), system('last')], [], [joined('a', 'last')]],
    ['behind the greeting that a chat begins with', [system('s'), assistant('hello'), system('two'), user('a')], ['s'], [says(' '), answers('hello'), joined('two', 'a')]],
    ['behind results, where it stands between', [...twoCalls, result('1', 'x'), system('two'), result('2', 'y')], [], [says('a'), told, says('two')]],
    ['behind results, where it stands before them', [...twoCalls, system('two'), result('2', 'y'), result('1', 'x'), assistant('b'), user('c')], [], [says('a'), told, says('two'), answers('b'), says('c')]],
    ['an empty user message ends the leading ones', [system('s'), user(''), system('two'), user('a')], ['s'], [joined('two', 'a')]],
    ['with pictures, as any user turn', [user('a'), system([{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }])], [], [{ role: 'user', parts: [{ text: 'a' }, { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }] }]],
  ];
  for (const [name, messages, instruction, contents] of cases) {
    const made = body({ ...old, messages });
    t.same((made.systemInstruction?.parts ?? []).map(({ text }) => text), instruction, name);
    const shown = made.contents.filter((turn) => !turn.parts.some((part) => part.functionCall)).map((turn) => (turn.parts[0]?.functionResponse ? turn.parts : turn));
    t.same(shown, contents, name);
  }
  t.end();
});

t.test('SYSTEM_PROMPT_MODE says which system messages are the instruction', (t) => {
  const messages = [system('one'), user('a'), developer([{ type: 'text', text: 'two' }]), assistant('b'), system('three')];
  const texts = (mode: 'leading' | 'instruction' | 'user', model: string) => {
    const made = bodyIn(mode, { model, messages });
    return [made.systemInstruction?.parts.map(({ text }) => text) ?? [], made.contents.map((turn) => turn.parts.map(({ text }) => text))];
  };
  t.same(texts('leading', 'gemini-3.5-flash'), [['one'], [['a', 'two'], ['b'], ['three']]]);
  t.same(texts('instruction', 'gemini-3.5-flash'), [['one', 'two', 'three'], [['a'], ['b'], ['Continue.']]], 'all of them; the model is asked for more, as nothing else does');
  t.same(texts('user', 'gemini-3.5-flash'), [[], [['one', 'a', 'two'], ['b'], ['three']]]);
  t.same(texts('leading', 'gemma-3-27b-it'), [[], [['one', 'a', 'two'], ['b'], ['three']]], 'no instruction there: it goes before the first user text');
  t.end();
});

const modes = fc.constantFrom('leading' as const, 'instruction' as const, 'user' as const);
const models = fc.constantFrom('gemini-2.5-flash', 'gemini-3.5-flash', 'gemini-3.8-flash', 'gemma-3-27b-it');
const anySystem = fc.record({ role: fc.constantFrom('system', 'developer'), content: fc.constantFrom('', 's', 'rules') });
const anyUser = fc.record({ role: fc.constant('user'), content: fc.constantFrom('', 'u', 'why?') });
const anyAnswer = fc.oneof(
  fc.record({ role: fc.constant('assistant'), content: fc.constantFrom('', 'm', 'because') }),
  fc.constantFrom(two, assistant('t', { tool_calls: [called('1', 'f')] })),
);

t.test('contents never end with the model where a system message came after it', (t) => {
  fc.assert(
    fc.property(modes, models, fc.array(fc.oneof(anySystem, anyUser, anyAnswer), { maxLength: 6 }), anySystem, (mode, model, before, last) => {
      const messages = [user('first'), ...before, last];
      return bodyIn(mode, { model, messages }).contents.at(-1)?.role === 'user';
    }),
    { numRuns: 600 },
  );
  t.pass('in every mode, on every family');
  t.end();
});

const words = fc.constantFrom('x', 'more', ' ');
const spoken = (role: string) => fc.record({ role: fc.constant(role), content: words });
const step = fc.array(fc.oneof(spoken('system'), spoken('user')), { maxLength: 1 }).chain((between) =>
  fc.constantFrom([two, ...between, result('1', '{"a":1}'), result('2', 'b')], [two, result('2', 'b'), ...between, result('1', 'x')], [assistant('t', { tool_calls: [called('1', 'f')] }), result('1', 'x'), ...between]),
);
const asking = (asks: fc.Arbitrary<object>) => fc.tuple(fc.array(step, { maxLength: 2 }).map((steps) => steps.flat()), spoken('assistant'), fc.array(asks, { minLength: 1, maxLength: 3 })).map(([steps, answer, asked]) => [...steps, answer, ...asked]);

t.test('a conversation with one more turn keeps its instruction and its earlier contents byte for byte', (t) => {
  const beginning = fc.tuple(fc.array(spoken('system'), { maxLength: 2 }), fc.array(spoken('assistant'), { maxLength: 1 }), spoken('user')).map(([leading, greeting, first]) => [...leading, ...greeting, first]);
  const law = (mode: 'leading' | 'instruction' | 'user', turn: fc.Arbitrary<readonly object[]>, more: fc.Arbitrary<readonly object[]>) =>
    fc.property(models, beginning, fc.array(turn, { maxLength: 3 }), more, (model, first, turns, next) => {
      const messages = [...first, ...turns.flat()];
      const [before, after] = [bodyIn(mode, { model, messages }), bodyIn(mode, { model, messages: [...messages, ...next] })];
      const kept = { ...after, contents: after.contents.slice(0, before.contents.length) };
      return JSON.stringify(kept) === JSON.stringify(before) && after.contents.length > before.contents.length;
    });
  const anyTurn = asking(fc.oneof(spoken('user'), spoken('system')));
  const agentStep = step.filter((messages) => !messages.some((message) => (message as { readonly role: string }).role === 'system'));
  fc.assert(law('leading', anyTurn, fc.oneof(anyTurn, step)), { numRuns: 300 });
  fc.assert(law('user', anyTurn, fc.oneof(anyTurn, step)), { numRuns: 300 });
  fc.assert(law('instruction', asking(spoken('user')), agentStep), { numRuns: 200 });
  t.pass('whatever the turns hold; where all system messages are the instruction, as long as the new turn has none');
  t.end();
});

t.test('a developer message is a system message', (t) => {
  t.same(body({ messages: [{ role: 'developer', content: 's' }, user('a')] }).systemInstruction, { parts: [{ text: 's' }] });
  t.end();
});

t.test('only a system message becomes the user turn', (t) => {
  const made = body({ messages: [{ role: 'system', content: 's' }] });
  t.same(made.contents, [says('s')]);
  t.equal(made.systemInstruction, undefined);
  t.end();
});

t.test('nothing empty is sent: no part, no turn, no instruction', (t) => {
  const made = body({
    messages: [{ role: 'system', content: '' }, user([{ type: 'text', text: '' }, { type: 'text', text: 'a' }]), assistant(''), assistant(null), user('')],
  });
  t.same(made.contents, [says('a')]);
  t.equal(made.systemInstruction, undefined);
  t.same(refusal({ messages: [user('')] }), { param: 'messages', code: 'invalid_value' });
  t.end();
});

t.test('a picture alone needs no text beside it', (t) => {
  const url = 'data:image/png;base64,iVBORw0KGgo=';
  t.same(body({ messages: [user([{ type: 'image_url', image_url: { url } }])] }).contents, [
    { role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }] },
  ]);
  t.end();
});

t.test('an answer that was begun is continued where the model takes it, else asked for in words', (t) => {
  const messages = [user('a'), assistant('Once upon')];
  for (const model of ['gemini-2.5-pro', 'gemini-3-flash-preview', 'gemini-3.5-flash']) t.same(body({ model, messages }).contents.at(-1), answers('Once upon'), model);
  for (const model of ['gemini-3.5-flash-lite', 'gemini-3.6-flash', 'gemini-3.8-flash', 'gemini-4-argon']) {
    t.same(body({ model, messages }).contents.slice(-2), [answers('Once upon'), says('Continue.')], model);
  }
  t.end();
});

t.test('refusals are text, names are ignored, audio ids are refused by name', (t) => {
  const messages = [{ ...user('a'), name: 'Ada' }, assistant([{ type: 'refusal', refusal: 'no' }]), { ...user('b'), name: 'Bob' }];
  t.same(body({ messages }).contents, [says('a'), answers('no'), says('b')]);
  t.same(body({ messages: [user('a'), assistant(null, { refusal: 'no' }), user('b')] }).contents[1], answers('no'));
  t.same(refusal({ messages: [user('a'), assistant(null, { audio: { id: 'audio_1' } }), user('b')] }).param, 'messages.1.audio.id');
  t.end();
});

t.test('thoughts that come back are not sent up', (t) => {
  const told = { reasoning_content: 'hm', reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] };
  t.same(body({ messages: [user('a'), assistant('b', told), user('c')] }).contents, [says('a'), answers('b'), says('c')]);
  t.end();
});

t.test('text in is text out, whatever it holds', (t) => {
  const texts = [' leading and trailing ', 'ZWJ 👩‍👩‍👧 and 🇩🇪', '"quotes" \\ and \u0000', '```json\n{}\n```', '<think>x</think>', '![](not a picture)', 'ﷺ‮'];
  for (const text of texts) {
    t.same(body({ messages: [user(text)] }).contents, [says(text)]);
    t.same(body({ messages: [user('q'), assistant(text), user('r')] }).contents[1]?.parts.map((part) => part.text).join(''), text);
  }
  t.equal(call({ messages: [user('x')] }).copies, 1);
  t.end();
});
